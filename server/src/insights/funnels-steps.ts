import { alias, and, call, compare, constant, type Expr, field, from, or, select } from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import type { Breakdown } from './breakdown.ts'
import { breakdownOf } from './breakdown.ts'
import type { FunnelExclusion, FunnelsQuery } from './funnel-queries.ts'
import { type PropertyFilters, propertyExpr } from './property-filters.ts'
import type { SeriesNode } from './query-parts.ts'
import { type InsightContext, identified, type Period, periodsOf, type Series, seriesOf } from './series.ts'

/** A funnel with its names looked up and its words checked. */
export type Funnel = {
  nodes: SeriesNode[]
  /** "The event is one of this step's", for each step. */
  steps: Expr[]
  /** Steps that may be skipped; never the first. */
  optional: boolean[]
  /** Whether no event can be one of two steps. */
  disjoint: boolean
  order: 'ordered' | 'strict' | 'unordered'
  /** Microseconds within which the steps must follow the first. */
  window: number
  /** What must not happen after step `from` and before step `to`, counted from 0. */
  exclusions: { event: Expr; from: number; to: number }[]
  /** Filters that hold for every event that is looked at. */
  filters: Expr | undefined
  /** Who or what runs through. */
  actor: Expr
  /** Whether `actor` is a person or a group, and not an expression of a user's. */
  aggregates: 'person' | 'group' | 'hogql'
  breakdown: Breakdown | undefined
  attribution: { type: 'first_touch' | 'last_touch' | 'all_events' } | { type: 'step'; step: number }
  period: Period
}

const second = 1_000_000
const unitSeconds = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 7 * 86_400,
  month: 31 * 86_400,
} as const

/**
 * Undefined where there are no steps, or an action of one does not exist (any more): then nothing is answered.
 * @throws HedgerowError `invalid` for what PostHog refuses too: steps out of range, exclusions that make no sense.
 */
export function funnelOf(query: FunnelsQuery, ctx: InsightContext): Funnel | undefined {
  const filter = query.funnelsFilter ?? {}
  const own = { series: query.series }
  const series = seriesOf(own, undefined, ctx)
  const given = filter.exclusions ?? []
  const excluded = seriesOf({ series: given }, undefined, ctx)
  if (!series?.length || !excluded) return undefined
  const order = filter.funnelOrderType ?? 'ordered'
  checkRange(query)
  checkExclusions(given, query.series, order)
  checkOptional(query)
  const period = periodsOf(query, query.interval ?? 'day', filter.funnelVizType !== 'trends', ctx)[0]!
  const { actor, aggregates } = actorOf(query, ctx)
  return {
    nodes: query.series,
    steps: series.map((one) => stepExpr(one, actor, period)),
    optional: query.series.map((node) => node.optionalInFunnel ?? false),
    disjoint: areDisjoint(query.series),
    order,
    window: Math.round(
      (filter.funnelWindowInterval ?? 14) * unitSeconds[filter.funnelWindowIntervalUnit ?? 'day'] * second,
    ),
    exclusions: excluded.map((one, i) => ({
      event: stepExpr(one, actor, period),
      from: mandatory(query.series, given[i]!.funnelFromStep),
      to: given[i]!.funnelToStep,
    })),
    filters: and(
      propertyExpr(query.properties as PropertyFilters, ctx),
      query.filterTestAccounts ? propertyExpr(ctx.testAccountFilters, ctx) : undefined,
    ),
    actor,
    aggregates,
    breakdown: breakdownOf(query.breakdownFilter, undefined),
    attribution: attributionOf(query, order),
    period,
  }
}

function actorOf(query: FunnelsQuery, ctx: InsightContext): Pick<Funnel, 'actor' | 'aggregates'> {
  const index = query.aggregation_group_type_index
  if (index !== null && index !== undefined) return { actor: field(`$group_${index}`), aggregates: 'group' }
  const text = query.funnelsFilter?.funnelAggregateByHogQL?.trim()
  if (!text || text === 'person_id') return { actor: field('person_id'), aggregates: 'person' }
  return { actor: ctx.parseExpr(text), aggregates: 'hogql' }
}

/** "There is somebody or something that runs": people always are; groups and users' expressions may be missing. */
export const hasActor = ({ actor, aggregates }: Funnel): Expr | undefined =>
  aggregates === 'hogql'
    ? and(call('isNotNull', actor), compare(call('toString', actor), '!=', constant('')))
    : identified(actor)

const firstTimes: Record<string, 'any' | 'matching'> = {
  first_time_for_user: 'any',
  first_time_for_user_with_filters: 'matching',
  first_matching_event_for_user: 'matching',
}

function stepExpr(series: Series, actor: Expr, period: Period): Expr {
  const isIt = and(series.events, series.filters) ?? constant(true)
  const first = firstTimes[series.node.math ?? '']
  return first ? and(isIt, isFirst(series, first === 'matching', actor, period))! : isIt
}

/**
 * "It is the first of these events that its actor ever had"; where `matching`, the first that the filters leave. An
 * earlier event than the range's says that there is none in it.
 */
function isFirst(series: Series, matching: boolean, actor: Expr, period: Period): Expr {
  const until = period.until.toUTC().toFormat('yyyy-MM-dd HH:mm:ss.SSS')
  return compare(
    field('uuid'),
    'in',
    select({
      select: [alias('first_uuid', call('argMin', field('uuid'), field('timestamp')))],
      from: from('events'),
      where: and(
        series.events,
        matching ? series.filters : undefined,
        compare(field('timestamp'), '<', call('toDateTime64', constant(until), constant(6), constant('UTC'))),
      ),
      groupBy: [actor],
    }),
  )
}

/** The step itself, or the one before it that may not be skipped: who skips a step is still on the way from there. */
function mandatory(nodes: SeriesNode[], step: number): number {
  let at = step
  while (at > 0 && nodes[at]?.optionalInFunnel) at--
  return at
}

function areDisjoint(nodes: SeriesNode[]): boolean {
  const names = nodes.map((node) => (node.kind === 'EventsNode' ? node.event : null))
  return names.every((name) => typeof name === 'string') && new Set(names).size === names.length
}

/** "It is an event that the funnel looks at": of a step or excluded; of any kind where order is strict. */
export const isLookedAt = (funnel: Funnel): Expr | undefined =>
  funnel.order === 'strict' ? undefined : or(...funnel.steps, ...funnel.exclusions.map(({ event }) => event))

function checkRange({ series, funnelsFilter: filter }: FunnelsQuery): void {
  const last = series.length - 1
  const { funnelFromStep: low, funnelToStep: high } = filter ?? {}
  const outside = (name: string, least: number, most: number) =>
    invalid(`${name} is out of bounds. It must be between ${least} and ${most}.`, { attr: name })
  if (typeof low === 'number' && !(low >= 0 && low < last)) throw outside('funnelFromStep', 0, last - 1)
  if (typeof high === 'number' && !(high >= 1 && high <= last)) throw outside('funnelToStep', 1, last)
  if (typeof low === 'number' && typeof high === 'number' && low >= high) {
    throw invalid('Funnel step range is invalid. funnelToStep should be greater than funnelFromStep.', {
      attr: 'funnelToStep',
    })
  }
}

function checkExclusions(exclusions: FunnelExclusion[], steps: SeriesNode[], order: Funnel['order']): void {
  const refuse = (why: string) => invalid(why, { attr: 'exclusions' })
  const last = steps.length - 1
  for (const one of exclusions) {
    const { funnelFromStep: low, funnelToStep: high } = one
    if (low < 0 || low >= high) {
      throw refuse('Exclusion event range is invalid. End of range should be greater than start.')
    }
    if (low >= last) {
      throw refuse('Exclusion event range is invalid. Start of range is greater than number of steps.')
    }
    if (high > last) {
      throw refuse('Exclusion event range is invalid. End of range is greater than number of steps.')
    }
    if (order === 'unordered' && (low !== 0 || high !== last)) {
      throw refuse('Partial Exclusions not allowed in unordered funnels')
    }
    if (steps.slice(low, high + 1).some((step) => includes(step, one))) {
      throw refuse("Exclusion steps cannot contain an event that's part of funnel steps.")
    }
  }
}

/** Whether every event of `other` is one of `step`'s, as far as their words say. */
function includes(step: SeriesNode, other: SeriesNode | FunnelExclusion): boolean {
  const same =
    step.kind === 'ActionsNode'
      ? other.kind === 'ActionsNode' && String(step.id) === String(other.id)
      : other.kind === 'EventsNode' && (step.event ?? null) === (other.event ?? null)
  if (!same) return false
  const theirs = conditions(other)
  return conditions(step).every((one) => theirs.includes(one))
}

const conditions = ({ properties, fixedProperties }: SeriesNode | FunnelExclusion): string[] =>
  [properties, fixedProperties].flatMap((given) =>
    Array.isArray(given)
      ? given.map((one) => JSON.stringify({ operator: 'exact', ...one }, sortedKeys))
      : given
        ? [JSON.stringify(given)]
        : [],
  )

const sortedKeys = (_key: string, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, one]) => one !== null && one !== undefined)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      )
    : value

function checkOptional({ series, funnelsFilter: filter }: FunnelsQuery): void {
  if (!series.some((node) => node.optionalInFunnel)) return
  const refuse = (why: string) => invalid(why, { attr: 'series' })
  const viz = filter?.funnelVizType ?? 'steps'
  if ((viz !== 'steps' && viz !== 'flow') || filter?.funnelOrderType === 'unordered') {
    throw refuse(
      'Optional funnel steps are only supported in funnels with step order Sequential or Strict and the graph type "Conversion Steps".',
    )
  }
  if (series[0]!.optionalInFunnel) throw refuse('The first step of a funnel cannot be optional.')
  for (const [i, step] of series.entries()) {
    const next = series[i + 1]
    if (next && step.optionalInFunnel && !next.optionalInFunnel && includes(next, step)) {
      throw refuse('An optional step cannot be the same as the following required step.')
    }
  }
}

function attributionOf(query: FunnelsQuery, order: Funnel['order']): Funnel['attribution'] {
  const { breakdownAttributionType: type, breakdownAttributionValue: value } = query.funnelsFilter ?? {}
  if (!type) return { type: 'first_touch' }
  if (type !== 'step') return { type }
  const attr = 'breakdownAttributionValue'
  if (value === null || value === undefined)
    throw invalid('This field is required.', { attr, code: 'required' })
  const step = value
  if (step >= query.series.length)
    throw invalid('There is no such step to take the breakdown from.', { attr })
  if (order === 'unordered' && step !== 0) {
    throw invalid('Only the first step can be used for breakdown attribution in unordered funnels', { attr })
  }
  return { type, step }
}
