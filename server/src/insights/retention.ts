import type { Query, SelectQuery } from '../hogql/ast.ts'
import { and } from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import type { RetentionResult } from './answers.ts'
import { type Breakdown, breakdownOf, nullValue, otherValue } from './breakdown.ts'
import { bucketsOf, resolveDateRange, startOf } from './date-range.ts'
import { mostRetentionIntervals, type RetentionEntity, type RetentionQuery } from './insight-queries.ts'
import type { SeriesNode } from './query-parts.ts'
import { type Member, type RetentionShape, retentionPeople, retentionTree } from './retention-cohorts.ts'
import { actorField, cohortsOf, type InsightContext, type Period, seriesOf, sharedFilters } from './series.ts'

export type Retention = {
  /** Undefined when there is nothing to count. Its rows: cohort, cell, people, [value]. */
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
    breakdown,
    pooled,
  }
}

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

/** People by cohort and cell. */
type Table = number[][]

/** A table for each value, the largest first, the pooled rest last; cohorts in the order they were asked for. */
function tables(rows: unknown[][], shape: RetentionShape, members: Member[]): [value: string[], Table][] {
  const height = shape.pooled ? 1 : shape.period.buckets.length
  const found = new Map<string, [string[], Table]>()
  const tableOf = (value: string[]) => {
    const id = JSON.stringify(value)
    const table: Table = Array.from({ length: height }, () => new Array<number>(shape.cells).fill(0))
    if (!found.has(id)) found.set(id, [value, table])
    return found.get(id)![1]
  }
  if (!shape.breakdown) tableOf([])
  for (const { label } of members) tableOf([label])
  for (const [cohort, cell, people, label] of rows) {
    const value = label === undefined ? [] : Array.isArray(label) ? label.map(String) : [String(label)]
    const row = tableOf(value)[Number(cohort)]
    if (row && Number(cell) < row.length) row[Number(cell)] = Number(people)
  }
  const all = [...found.values()]
  if (shape.breakdown?.kind !== 'values') return all
  const size = (table: Table) => table.reduce((total, [first]) => total + (first ?? 0), 0)
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
  return table.map((people, cohort) => ({
    values: people.map((count, cell) => ({ count, label: labels[cell]! })),
    label: `${name} ${cohort}`,
    date: shape.period.buckets[cohort]!.start.toISO({ suppressMilliseconds: true })!,
    ...(shape.breakdown && { breakdown_value: shownValue(value) }),
  }))
}

/** `Day 3`; of brackets `Day 2-4`. */
function cellLabels(name: string, { cells, brackets }: RetentionShape): string[] {
  return Array.from({ length: cells }, (_, cell) => {
    if (!brackets || cell === 0) return `${name} ${cell}`
    const from = (brackets[cell - 2] ?? 0) + 1
    const to = brackets[cell - 1]!
    return from === to ? `${name} ${from}` : `${name} ${from}-${to}`
  })
}
