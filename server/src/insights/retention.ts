import { and, call, constant, field, type Query, type SelectQuery } from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import type { RetentionResult } from './answers.ts'
import { type Breakdown, breakdownOf, nullValue, otherValue } from './breakdown.ts'
import { bucketsOf, resolveDateRange, startOf } from './date-range.ts'
import { mostRetentionIntervals, type RetentionEntity, type RetentionQuery } from './insight-queries.ts'
import type { SeriesNode } from './query-parts.ts'
import { retentionPeople, retentionTree } from './retention-cohorts.ts'
import type { Member, RetentionShape } from './retention-followed.ts'
import { actorField, cohortsOf, type InsightContext, type Period, seriesOf, sharedFilters } from './series.ts'

export type Retention = {
  /** Undefined when there is nothing to count. Its rows: cohort, cell, people, [sum of numbers], [value]. */
  tree: Query | undefined
  results(rows: unknown[][]): RetentionResult[]
}

const defaultIntervals = 7
const mostCells = 2_000_000

/**
 * Retention: of those who did something in an interval, how many did something (again) in the ones after it.
 * @param pooled All cohorts of a breakdown's value as one row, as the older API answers.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function retention(query: RetentionQuery, ctx: InsightContext, pooled = false): Retention {
  const breakdown = retentionBreakdown(query)
  const shape = shapeOf(query, breakdown, pooled && breakdown !== undefined, ctx)
  if (!shape) return { tree: undefined, results: () => [] }
  const members = membersOf(breakdown, ctx)
  limitCells(shape, members)
  return {
    tree: retentionTree(shape, members, ctx),
    results: (rows) =>
      tables(rows, shape, members).flatMap(([value, table]) => rowsOf(table, value, query, shape)),
  }
}

/**
 * Who is in a cohort of an answer, or in all of them: rows of `actor_id`, `event_count`, `appearances`; undefined where
 * there is no such cohort.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function retentionActors(
  query: RetentionQuery,
  pin: { cohort?: number; breakdown?: string | number | (string | number)[] },
  ctx: InsightContext,
): { tree: SelectQuery; node: SeriesNode } | undefined {
  const asked = retentionBreakdown(query)
  const breakdown = pin.breakdown === undefined ? undefined : asked
  const shape = shapeOf(query, breakdown, false, ctx)
  if (!shape || (pin.cohort ?? 0) >= shape.period.buckets.length) return undefined
  const texts = pin.breakdown === undefined ? [] : [pin.breakdown].flat().map(String)
  const member = membersOf(breakdown, ctx).find(
    ({ label }) => label === (texts[0] === 'all' ? everybody : texts[0]),
  )
  if (breakdown?.kind === 'cohorts' && !member) return undefined
  const value = breakdown?.kind === 'values' ? valueTexts(texts, breakdown) : undefined
  const tree = retentionPeople(shape, { cohort: pin.cohort, value, member }, ctx)
  return { tree, node: retentionNodes(query)[0] }
}

/** What puts somebody into a cohort, and what counts as coming back. */
export function retentionNodes(query: RetentionQuery): [target: SeriesNode, returning: SeriesNode] {
  const { targetEntity, returningEntity } = query.retentionFilter ?? {}
  return [nodeOf(targetEntity, query), nodeOf(returningEntity, query)]
}

function nodeOf(entity: RetentionEntity | null | undefined, query: RetentionQuery): SeriesNode {
  const shared = {
    name: entity?.name,
    custom_name: entity?.custom_name,
    properties: entity?.properties,
    math_group_type_index: query.aggregation_group_type_index,
  }
  if (entity?.type === 'actions') return { kind: 'ActionsNode', id: entity.id ?? '', ...shared }
  const name = entity ? (entity.id ?? null) : '$pageview'
  return { kind: 'EventsNode', event: name === null ? null : String(name), ...shared }
}

const intervals = { Hour: 'hour', Day: 'day', Week: 'week', Month: 'month' } as const
const periodName = (query: RetentionQuery) => query.retentionFilter?.period ?? 'Day'

/** Undefined when an action is missing. */
function shapeOf(
  query: RetentionQuery,
  breakdown: Breakdown | undefined,
  pooled: boolean,
  ctx: InsightContext,
): RetentionShape | undefined {
  const filter = query.retentionFilter ?? {}
  const nodes = retentionNodes(query)
  const [target, returning] = seriesOf({ series: nodes }, undefined, ctx) ?? []
  const [bare] = seriesOf({ series: [{ ...nodes[0], properties: undefined }] }, undefined, ctx) ?? []
  if (!target || !returning || !bare) return undefined
  const first = {
    retention_recurring: undefined,
    retention_first_time: 'matching',
    retention_first_ever_occurrence: { of: bare.events },
  } as const
  const brackets = filter.retentionCustomBrackets?.length ? endsOf(filter.retentionCustomBrackets) : undefined
  return {
    interval: intervals[periodName(query)],
    period: periodOf(query, ctx),
    actor: actorField(nodes[0]),
    target: and(target.events, target.filters),
    returning: and(returning.events, returning.filters),
    first: first[filter.retentionType ?? 'retention_recurring'],
    filters: sharedFilters(query, ctx),
    enough: filter.minimumOccurrences ?? 1,
    cells: brackets ? brackets.length + 1 : (filter.totalIntervals ?? defaultIntervals),
    brackets,
    cumulative: filter.cumulative ?? false,
    rolling: rollingOf(query),
    summed: summedOf(query),
    breakdown,
    pooled,
  }
}

/** As in PostHog: a day is 24 hours, a week 7 days and a month 30 of the calendar. */
const ownClocks = {
  Hour: { unit: 'hour', each: 1 },
  Day: { unit: 'hour', each: 24 },
  Week: { unit: 'day', each: 7 },
  Month: { unit: 'day', each: 30 },
} as const

function rollingOf(query: RetentionQuery): RetentionShape['rolling'] {
  const { timeWindowMode, cumulative } = query.retentionFilter ?? {}
  if (timeWindowMode !== '24_hour_windows') return undefined
  if (cumulative) throw invalid('Cumulative retention is not supported for 24 hour windows.')
  return ownClocks[periodName(query)]
}

function summedOf({ retentionFilter }: RetentionQuery): RetentionShape['summed'] {
  const filter = retentionFilter ?? {}
  const { aggregationType: type, aggregationProperty: property } = filter
  // without a property PostHog counts people
  if ((type !== 'sum' && type !== 'avg') || !property) return undefined
  const refuse = (why: string, attr: string) => invalid(why, { attr })
  if (filter.timeWindowMode === '24_hour_windows') {
    throw refuse('Sum and average aggregation are not supported for 24 hour windows.', 'aggregationType')
  }
  if (filter.cumulative) {
    throw refuse('Cumulative retention has no sum or average.', 'cumulative')
  }
  if ((filter.minimumOccurrences ?? 1) > 1) {
    throw refuse('Sum and average are of every return: minimumOccurrences must be 1.', 'minimumOccurrences')
  }
  const own = filter.aggregationPropertyType === 'person' ? ['person', 'properties'] : ['properties']
  const { targetEntity: target, returningEntity: returning } = filter
  return {
    value: call('ifNull', call('toFloat', field(...own, property)), constant(0)),
    average: type === 'avg',
    otherEvents: entityKey(target) !== entityKey(returning),
  }
}

/** What kind of event it is, whatever its filters. */
const entityKey = (entity: RetentionEntity | null | undefined) =>
  JSON.stringify([entity?.type ?? 'events', entity ? (entity.id ?? null) : '$pageview'])

function endsOf(brackets: number[]): number[] {
  let end = 0
  return brackets.map((length) => {
    end += length
    return end
  })
}

/** The cohorts: as many as are followed up to the last, unless a beginning is asked for. */
function periodOf(query: RetentionQuery, ctx: InsightContext): Period {
  const interval = intervals[periodName(query)]
  const range = resolveDateRange(query.dateRange, interval, ctx.clock, ctx.earliest)
  const last = startOf(range.to, interval, ctx.clock)
  const before = (query.retentionFilter?.totalIntervals ?? defaultIntervals) - 1
  const from = query.dateRange?.date_from
    ? startOf(range.from, interval, ctx.clock)
    : startOf(last.minus({ [`${interval}s`]: before }), interval, ctx.clock)
  const buckets = bucketsOf({ from, to: range.to }, interval, ctx.clock, mostRetentionIntervals)
  return { from, until: buckets.at(-1)?.end ?? from, buckets }
}

/** What an answer can be broken down by: cohorts may be named one by one, bins are left out. */
function retentionBreakdown({ breakdownFilter }: RetentionQuery): Breakdown | undefined {
  const listed = breakdownFilter?.breakdowns
  const cohorts = listed?.filter(({ type }) => type === 'cohort')
  const asked = breakdownOf(
    listed?.length && cohorts?.length === listed.length
      ? {
          ...breakdownFilter,
          breakdowns: undefined,
          breakdown: cohorts.map(({ property }) => property),
          breakdown_type: 'cohort',
        }
      : breakdownFilter,
    undefined,
  )
  if (asked?.kind !== 'values') return asked
  return { ...asked, dimensions: asked.dimensions.map((dimension) => ({ ...dimension, bins: undefined })) }
}

/** What upstream calls the cohort of all users here. */
const everybody = '0'

const membersOf = (breakdown: Breakdown | undefined, ctx: InsightContext): Member[] =>
  breakdown?.kind === 'cohorts'
    ? cohortsOf(breakdown, ctx).map(({ value, members }) => ({
        label: value === 'all' ? everybody : String(value),
        is: members,
      }))
    : []

function limitCells(shape: RetentionShape, members: Member[]): void {
  const values = shape.breakdown?.kind === 'values' ? shape.breakdown.limit + 1 : members.length || 1
  if (values * shape.period.buckets.length * shape.cells > mostCells) {
    throw invalid('The answer would be too large. Choose longer intervals, fewer of them, or fewer values.', {
      attr: 'retentionFilter',
    })
  }
}

/** People by cohort and cell, and the sum of their numbers. */
type Table = { people: number; total: number }[][]

/** A table for each value, the largest first, the pooled rest last; cohorts in the order they were asked for. */
function tables(rows: unknown[][], shape: RetentionShape, members: Member[]): [value: string[], Table][] {
  const height = shape.pooled ? 1 : shape.period.buckets.length
  const found = new Map<string, [string[], Table]>()
  const tableOf = (value: string[]) => {
    const id = JSON.stringify(value)
    const known = found.get(id)
    if (known) return known[1]
    const table: Table = Array.from({ length: height }, () =>
      Array.from({ length: shape.cells }, () => ({ people: 0, total: 0 })),
    )
    found.set(id, [value, table])
    return table
  }
  if (!shape.breakdown) tableOf([])
  for (const { label } of members) tableOf([label])
  for (const [cohort, cell, people, ...rest] of rows) {
    const [total, label] = shape.summed ? rest : [0, ...rest]
    const value = label === undefined ? [] : Array.isArray(label) ? label.map(String) : [String(label)]
    const row = tableOf(value)[Number(cohort)]
    if (row && Number(cell) < row.length) row[Number(cell)] = { people: Number(people), total: Number(total) }
  }
  const all = [...found.values()]
  if (shape.breakdown?.kind !== 'values') return all
  const size = (table: Table) => table.reduce((sum, [first]) => sum + (first?.people ?? 0), 0)
  const isOther = (value: string[]) => Number(value.includes(otherValue))
  return all.sort(
    ([a, tableA], [b, tableB]) =>
      isOther(a) - isOther(b) || size(tableB) - size(tableA) || (shownValue(a) < shownValue(b) ? -1 : 1),
  )
}

const joint = '::'
/** As upstream says it here: no value is an empty text, several are one text. */
const shownValue = (value: string[]): string =>
  value.every((one) => one === otherValue)
    ? otherValue
    : value.map((one) => (one === nullValue ? '' : one)).join(joint)

/** The other way round: what an answer says, as it is in the engine. */
function valueTexts(texts: string[], { dimensions }: Extract<Breakdown, { kind: 'values' }>): string[] {
  if (texts.length === 1 && texts[0] === otherValue) return dimensions.map(() => otherValue)
  const parts = texts.length === 1 && dimensions.length > 1 ? texts[0]!.split(joint) : texts
  return parts.map((one) => (one === '' ? nullValue : one))
}

function rowsOf(
  table: Table,
  value: string[],
  query: RetentionQuery,
  shape: RetentionShape,
): RetentionResult[] {
  const name = periodName(query)
  const labels = cellLabels(name, shape)
  return table.map((row, cohort) => ({
    values: row.map(({ people, total }, cell) => ({
      count: people,
      label: labels[cell]!,
      ...(shape.summed && { aggregation_value: aggregated(total, people, shape.summed) }),
    })),
    label: `${name} ${cohort}`,
    date: shape.period.buckets[cohort]!.start.toISO({ suppressMilliseconds: true })!,
    ...(shape.breakdown && { breakdown_value: shownValue(value) }),
  }))
}

/** Numbers that are none, as of a property "nan", have no sum. */
const aggregated = (total: number, people: number, { average }: NonNullable<RetentionShape['summed']>) =>
  Number.isFinite(total) ? (average ? total / (people || 1) : total) : 0

/** `Day 3`; of brackets `Day 2-4`. */
function cellLabels(name: string, { cells, brackets }: RetentionShape): string[] {
  return Array.from({ length: cells }, (_, cell) => {
    if (!brackets || cell === 0) return `${name} ${cell}`
    const from = (brackets[cell - 2] ?? 0) + 1
    const to = brackets[cell - 1]!
    return from === to ? `${name} ${from}` : `${name} ${from}-${to}`
  })
}
