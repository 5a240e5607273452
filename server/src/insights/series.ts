import type { DateTime } from 'luxon'
import { and, arithmetic, call, compare, constant, type Expr, field } from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import { type Action, actionExpr } from './actions.ts'
import type { TrendsAction } from './answers.ts'
import type { Breakdown } from './breakdown.ts'
import {
  type Bucket,
  bucketDay,
  bucketsOf,
  type Clock,
  countedFrom,
  type DateRange,
  previousRange,
  resolveDateRange,
} from './date-range.ts'
import type { PathCleaningRule } from './insight-queries.ts'
import {
  type FilterContext,
  inCohort,
  instant,
  type PropertyFilters,
  propertyExpr,
} from './property-filters.ts'
import type { DateRangeInput, Interval, Properties, SeriesNode } from './query-parts.ts'

/** What an insight depends on besides the question. */
export type InsightContext = FilterContext & {
  clock: Clock
  testAccountFilters: PropertyFilters
  /** Undefined for an action that does not exist (any more). */
  action(id: number | string): Action | undefined
  /** Undefined for a cohort that does not exist. */
  cohort(id: number): { name: string } | undefined
  /** When the project's first event happened; needed for `date_from: all` only. */
  earliest?: Date
  /** The project's rules for steps of paths; needed for `pathReplacements` only. */
  pathCleaning?: PathCleaningRule[]
}

/** What is counted, with names looked up: which events, and which of them the filters leave. */
export type Series = {
  node: SeriesNode
  /** "It is one of this series' events." */
  events: Expr | undefined
  /** The series' own and the question's filters. */
  filters: Expr | undefined
  /** Instead of a breakdown by value: rows of this cohort, or of `all`. */
  cohort?: { value: number | 'all'; name: string; members: Expr | undefined }
}

/** A stretch of time that is asked about. `until` is exclusive. */
export type Period = { from: DateTime; until: DateTime; buckets: Bucket[] }

/** What pins a number of an insight, so that the people behind it can be asked for. */
export type Point = {
  /** Index of the series, and what it counts. */
  series: number
  node: SeriesNode
  /** The period whose number it is; `until` is exclusive. */
  period: { from: DateTime; until: DateTime }
  /** The bucket; undefined for the one figure of the period. */
  bucket?: Bucket
  breakdown?: string | number | string[]
  /** Of stickiness: on how many intervals. */
  intervals?: number
  /** Of lifecycle. */
  status?: string
}

/** Where the people behind a number are asked for, as answers of the older API say it. */
export type Link = { filter: Record<string, unknown>; url: string }
export type LinksTo = (point: Point) => Link

const mostLinks = 10_000

/** An answer with more links than are of use has none. */
export const unlessTooMany = (numbers: number, linksTo: LinksTo | undefined): LinksTo | undefined =>
  numbers > mostLinks ? undefined : linksTo

/** Whom or what "unique" counts: people, or groups of a type. */
export function actorField({
  math_group_type_index: index,
}: Pick<SeriesNode, 'math_group_type_index'>): Expr {
  return index === null || index === undefined ? field('person_id') : field(`$group_${index}`)
}

/** People always are; groups and sessions may be missing on an event. */
export const identified = (actor: Expr): Expr | undefined =>
  actor.kind === 'field' && String(actor.chain[0]).startsWith('$')
    ? compare(actor, '!=', constant(''))
    : undefined

/**
 * A bucket's number in answers: unix seconds of its start; for weeks and months, of midnight UTC of its first day.
 */
export const bucketKey = (bucket: Bucket, interval: Interval): number =>
  interval === 'week' || interval === 'month'
    ? Date.parse(`${bucketDay(bucket.start, interval)}T00:00:00Z`) / 1000
    : bucket.start.toSeconds()

export function bucketExpr(
  time: Expr,
  { interval, weekStartDay }: { interval: Interval; weekStartDay: number },
): Expr {
  const start = {
    minute: () => call('toStartOfHour', time),
    hour: () => call('toStartOfHour', time),
    day: () => call('toStartOfDay', time),
    week: () => call('toStartOfWeek', time, constant(weekStartDay === 0 ? 0 : 1)),
    month: () => call('toStartOfMonth', time),
  }[interval]()
  return call('toUnixTimestamp', start)
}

/**
 * The number of the bucket that a moment falls in, counted from 0 for the one that begins at `from`. Quicker in the engine
 * than `bucketExpr` looked up in a list; moments before `from` have a number of 0 or less.
 */
export function bucketNumber(time: Expr, from: DateTime, interval: Interval, ctx: InsightContext): Expr {
  const since = (unit: string) =>
    call('dateDiff', constant(unit), instant(from), time, constant(ctx.clock.timezone))
  // Not `since('hour')`: a zone may change its clocks by half an hour.
  const hours = () =>
    call('intDiv', arithmetic(call('toUnixTimestamp', time), '-', constant(from.toSeconds())), constant(3600))
  return {
    minute: hours,
    hour: hours,
    day: () => since('day'),
    week: () => call('intDiv', since('day'), constant(7)),
    month: () => since('month'),
  }[interval]()
}

export const within = (start: DateTime | undefined, until: DateTime): Expr | undefined =>
  and(
    start && compare(field('timestamp'), '>=', instant(start)),
    compare(field('timestamp'), '<', instant(until)),
  )

/** The parts that all questions about series of events share. */
type AboutEvents = {
  series: SeriesNode[]
  properties?: Properties
  filterTestAccounts?: boolean | null
  dateRange?: DateRangeInput | null
  compareFilter?: { compare?: boolean | null; compare_to?: string | null } | null
}

/** What the question's own filters leave, whatever the series. */
export const sharedFilters = (
  query: Pick<AboutEvents, 'properties' | 'filterTestAccounts'>,
  ctx: InsightContext,
): Expr | undefined =>
  and(
    propertyExpr(query.properties as PropertyFilters, ctx),
    query.filterTestAccounts ? propertyExpr(ctx.testAccountFilters, ctx) : undefined,
  )

/** @throws HedgerowError `invalid` for one that does not exist. */
export const cohortsOf = (
  breakdown: Extract<Breakdown, { kind: 'cohorts' }>,
  ctx: InsightContext,
): NonNullable<Series['cohort']>[] =>
  breakdown.cohorts.map((value) => {
    if (value === 'all') return { value, name: 'all users', members: undefined }
    const cohort = ctx.cohort(value)
    if (!cohort) throw invalid(`Cohort ${value} does not exist.`, { attr: 'breakdown' })
    return { value, name: cohort.name, members: inCohort('events', value) }
  })

/** Undefined when an action is missing: then nothing is answered at all, as upstream does. */
export function seriesOf(
  query: AboutEvents,
  breakdown: Breakdown | undefined,
  ctx: InsightContext,
): Series[] | undefined {
  const shared = sharedFilters(query, ctx)
  const plain: Series[] = []
  for (const node of query.series) {
    let events: Expr | undefined
    if (node.kind === 'ActionsNode') {
      const action = ctx.action(node.id)
      if (!action) return undefined
      events = actionExpr(action, ctx)
    } else if (node.event !== null && node.event !== undefined) {
      events = compare(field('event'), '=', constant(node.event))
    }
    const own = and(
      propertyExpr(node.properties as PropertyFilters, ctx),
      propertyExpr(node.fixedProperties as PropertyFilters, ctx),
    )
    plain.push({ node, events, filters: and(own, shared) })
  }
  if (breakdown?.kind !== 'cohorts') return plain
  const cohorts = cohortsOf(breakdown, ctx)
  return plain.flatMap((one) => cohorts.map((cohort) => ({ ...one, cohort })))
}

export function periodsOf(
  query: AboutEvents,
  interval: Interval,
  aggregated: boolean,
  ctx: InsightContext,
): Period[] {
  const range = resolveDateRange(query.dateRange, interval, ctx.clock, ctx.earliest)
  const explicit = query.dateRange?.explicitDate ?? false
  const period = (one: DateRange): Period => ({
    from: aggregated ? one.from : countedFrom(one, interval, ctx.clock, explicit),
    until: one.to.plus({ milliseconds: 1 }),
    buckets: aggregated ? [] : bucketsOf(one, interval, ctx.clock),
  })
  const compared = query.compareFilter?.compare
  return compared
    ? [period(range), period(previousRange(range, query.compareFilter?.compare_to))]
    : [period(range)]
}

export function nameOf(node: SeriesNode, ctx: InsightContext): string {
  if (node.kind === 'ActionsNode') return ctx.action(node.id)?.name ?? ''
  return node.event ?? 'All events'
}

export function actionOf(node: SeriesNode, order: number, ctx: InsightContext): TrendsAction {
  const id = node.kind === 'ActionsNode' ? node.id : (node.event ?? null)
  return {
    id,
    type: node.kind === 'ActionsNode' ? 'actions' : 'events',
    order,
    name: node.name ?? nameOf(node, ctx),
    custom_name: node.custom_name ?? null,
    math: node.math ?? null,
    math_property: node.math_property ?? null,
    math_hogql: node.math_hogql ?? null,
    math_group_type_index: node.math_group_type_index ?? null,
    properties: node.properties ?? {},
  }
}
