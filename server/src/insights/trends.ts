import type { DateTime } from 'luxon'
import { and, compare, constant, type Expr, field, type Query } from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import { type Action, actionExpr } from './actions.ts'
import type { TrendsAction, TrendsResult } from './answers.ts'
import {
  type Breakdown,
  breakdownOf,
  dimensionField,
  type Extent,
  nullValue,
  otherValue,
} from './breakdown.ts'
import {
  bucketDay,
  bucketLabel,
  bucketsOf,
  type Clock,
  countedFrom,
  type DateRange,
  previousRange,
  resolveDateRange,
} from './date-range.ts'
import { type Formula, parseFormula } from './formula.ts'
import { type FilterContext, inCohort, type PropertyFilters, propertyExpr } from './property-filters.ts'
import type { Interval, SeriesNode, TrendsQuery } from './queries.ts'
import {
  bucketKey,
  extentsTree,
  type Period,
  type Series,
  type TrendsShape,
  trendsTree,
} from './trends-query.ts'

/** What a trend depends on besides the question. */
export type TrendsContext = FilterContext & {
  clock: Clock
  testAccountFilters: PropertyFilters
  /** Undefined for an action that does not exist (any more). */
  action(id: number | string): Action | undefined
  /** Undefined for a cohort that does not exist. */
  cohort(id: number): { name: string } | undefined
  /** When the project's first event happened; needed for `date_from: all` only. */
  earliest?: Date
}

/** A question in steps: the trees to run, then the rows' meaning. Rows are the warehouse's. */
export type Trend = {
  /** The question that must be answered before `tree` can be built; undefined when there is none. */
  extents: Query | undefined
  /** Undefined when there is nothing to count. */
  tree(extentRows: unknown[][]): Query | undefined
  results(rows: unknown[][]): TrendsResult[]
}

const aggregatedDisplays = new Set([
  'ActionsTable',
  'ActionsPie',
  'ActionsBarValue',
  'WorldMap',
  'BoldNumber',
])

/**
 * Reads a trend: what to ask the warehouse, and how to read its answer.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function trend(query: TrendsQuery, ctx: TrendsContext): Trend {
  const interval: Interval = query.interval ?? 'day'
  const display = query.trendsFilter?.display
  const aggregated = aggregatedDisplays.has(display ?? '')
  const breakdown = breakdownOf(query.breakdownFilter, display)
  const formulas = formulasOf(query)
  const series = seriesOf(query, breakdown, ctx)
  if (!series?.length) return { extents: undefined, tree: () => undefined, results: () => [] }
  const periods = periodsOf(query, interval, aggregated, ctx)
  const dimensions = breakdown?.kind === 'values' ? breakdown.dimensions : []
  const binned = dimensions.filter((dimension) => dimension.bins !== undefined)
  const shape = (extents: (Extent | undefined)[][]): TrendsShape => ({
    interval,
    weekStartDay: ctx.clock.weekStartDay ?? 0,
    aggregated,
    cumulative: display === 'ActionsLineGraphCumulative',
    breakdown: breakdown?.kind === 'values' ? breakdown : undefined,
    extents,
  })
  return {
    extents: binned.length
      ? extentsTree(
          series,
          binned.map((dimension) => dimensionField(dimension, ctx)),
          periods[0]!,
        )
      : undefined,
    tree(extentRows) {
      const extents = series.map((_, s) => {
        const row = extentRows.find((cells) => Number(cells[0]) === s)
        const found = binned.map((_, i) => extentOf(row?.[1 + 2 * i], row?.[2 + 2 * i]))
        return dimensions.map((dimension) => found[binned.indexOf(dimension)])
      })
      return trendsTree(series, periods, shape(extents), ctx)
    },
    results(rows) {
      const lines = linesOf(rows, series, periods, shape([]))
      const shown = formulas.length
        ? formulas.flatMap((formula) => computed(formula, lines, series, periods, aggregated, breakdown))
        : lines
      return shown.map((line) =>
        resultOf(line, { query, series, periods, interval, aggregated, breakdown, ctx }),
      )
    },
  }
}

function extentOf(low: unknown, high: unknown): Extent | undefined {
  if (typeof low !== 'number' || typeof high !== 'number') return undefined
  return { low, high }
}

type NamedFormula = Formula & { name: string }

function formulasOf(query: TrendsQuery): NamedFormula[] {
  const filter = query.trendsFilter
  const given = filter?.formulaNodes?.length
    ? filter.formulaNodes
    : (filter?.formulas?.length ? filter.formulas : filter?.formula ? [filter.formula] : []).map(
        (formula) => ({
          formula,
          custom_name: null,
        }),
      )
  return given
    .filter(({ formula }) => formula.trim() !== '')
    .map(({ formula, custom_name: name }) => ({
      ...parseFormula(formula, query.series.length),
      name: name || `Formula (${formula})`,
    }))
}

/** Undefined when an action is missing: then nothing is answered at all, as upstream does. */
function seriesOf(
  query: TrendsQuery,
  breakdown: Breakdown | undefined,
  ctx: TrendsContext,
): Series[] | undefined {
  const shared = and(
    propertyExpr(query.properties as PropertyFilters, ctx),
    query.filterTestAccounts ? propertyExpr(ctx.testAccountFilters, ctx) : undefined,
  )
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
  return plain.flatMap((one) =>
    breakdown.cohorts.map((value) => {
      if (value === 'all') return { ...one, cohort: { value, name: 'all users', members: undefined } }
      const cohort = ctx.cohort(value)
      if (!cohort) throw invalid(`Cohort ${value} does not exist.`, { attr: 'breakdown' })
      return { ...one, cohort: { value, name: cohort.name, members: inCohort('events', value) } }
    }),
  )
}

function periodsOf(
  query: TrendsQuery,
  interval: Interval,
  aggregated: boolean,
  ctx: TrendsContext,
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

/** A row of the answer before it is dressed up: `values` has one number for each bucket, or one in all. */
type Line = {
  /** Index into the series; undefined for a formula. */
  series?: number
  formula?: NamedFormula
  period: number
  /** Texts of the dimensions; empty without a breakdown by value. */
  breakdown: string[]
  values: number[]
}

const isLast = (breakdown: string[]) =>
  breakdown.includes(otherValue) ? 2 : breakdown.includes(nullValue) ? 1 : 0
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
const byCode = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Most first, ties as `tie` says; without a value near the end, the pooled rest at the end. */
function sorted(lines: Line[], tie: (a: Line, b: Line) => number): Line[] {
  return lines
    .map((line) => ({ line, total: sum(line.values) }))
    .sort(
      (a, b) =>
        isLast(a.line.breakdown) - isLast(b.line.breakdown) || b.total - a.total || tie(a.line, b.line),
    )
    .map(({ line }) => line)
}

const byName = (a: Line, b: Line) => byCode(a.breakdown.join('\0'), b.breakdown.join('\0'))
/** Values of formulas keep the order in which their series have them. */
const asFound = () => 0

function linesOf(rows: unknown[][], series: Series[], periods: Period[], shape: TrendsShape): Line[] {
  const index = periods.map(
    ({ buckets }) => new Map(buckets.map((bucket, i) => [bucketKey(bucket, shape.interval), i])),
  )
  const byBranch = new Map<string, Line>()
  const lineAt = (s: number, p: number, breakdown: string[]) => {
    const id = JSON.stringify([s, p, breakdown])
    let line = byBranch.get(id)
    if (!line) {
      const length = shape.aggregated ? 1 : periods[p]!.buckets.length
      line = { series: s, period: p, breakdown, values: new Array<number>(length).fill(0) }
      byBranch.set(id, line)
    }
    return line
  }
  if (!shape.breakdown)
    for (const [s] of series.entries()) for (const [p] of periods.entries()) lineAt(s, p, [])
  for (const row of rows) {
    const cells = [...row]
    const s = Number(cells.shift())
    const p = Number(cells.shift())
    const value = shape.breakdown ? cells.shift() : []
    const breakdown = (Array.isArray(value) ? value : [value]).map(String)
    const at = shape.aggregated ? 0 : index[p]?.get(Number(cells.shift()))
    // a bucket that is not asked about: the engine's and our own calendars disagree about a change of clocks
    if (at === undefined) continue
    lineAt(s, p, breakdown).values[at]! += Number(cells.shift() ?? 0)
  }
  const lines = [...byBranch.values()]
  if (shape.cumulative) for (const line of lines) line.values = runningTotal(line.values)
  return series.flatMap((_, s) =>
    periods.flatMap((_, p) =>
      sorted(
        lines.filter((line) => line.series === s && line.period === p),
        byName,
      ),
    ),
  )
}

function runningTotal(values: number[]): number[] {
  let total = 0
  return values.map((value) => {
    total += value
    return total
  })
}

/** The mean of the last `width` buckets (fewer at the start), rounded down. */
export function smoothed(values: number[], width: number): number[] {
  return values.map((_, i) => {
    const window = values.slice(Math.max(0, i - width + 1), i + 1)
    return Math.floor(sum(window) / window.length)
  })
}

/** A formula over lines of the same period and breakdown; a series without such a line counts 0. */
function computed(
  formula: NamedFormula,
  lines: Line[],
  series: Series[],
  periods: Period[],
  aggregated: boolean,
  breakdown: Breakdown | undefined,
): Line[] {
  const perSeries = breakdown?.kind === 'cohorts' ? breakdown.cohorts.length : 1
  const letters = series.length / perSeries
  return periods.flatMap((period, p) => {
    const groups = new Map<string, { breakdown: string[]; cohort: number; lines: (Line | undefined)[] }>()
    for (const line of lines) {
      if (line.period !== p) continue
      const letter = Math.floor(line.series! / perSeries)
      const cohort = line.series! % perSeries
      const id = JSON.stringify([cohort, line.breakdown])
      let group = groups.get(id)
      if (!group) {
        group = { breakdown: line.breakdown, cohort, lines: new Array(letters).fill(undefined) }
        groups.set(id, group)
      }
      group.lines[letter] = line
    }
    const length = aggregated ? 1 : period.buckets.length
    return sorted(
      [...groups.values()].map((group) => ({
        formula,
        // the cohort's name and id are found through any series that has them
        ...(breakdown?.kind === 'cohorts' && { series: group.cohort }),
        period: p,
        breakdown: group.breakdown,
        values: Array.from({ length }, (_, i) =>
          formula.evaluate(group.lines.map((line) => line?.values[i] ?? 0)),
        ),
      })),
      asFound,
    )
  })
}

type Dressing = {
  query: TrendsQuery
  series: Series[]
  periods: Period[]
  interval: Interval
  aggregated: boolean
  breakdown: Breakdown | undefined
  ctx: TrendsContext
}

function resultOf(line: Line, dressing: Dressing): TrendsResult {
  const { query, series, periods, interval, aggregated, breakdown, ctx } = dressing
  const one = line.series === undefined ? undefined : series[line.series]
  const smoothing = query.trendsFilter?.smoothingIntervals ?? 1
  const values = !aggregated && smoothing > 1 ? smoothed(line.values, smoothing) : line.values
  const cumulative = query.trendsFilter?.display === 'ActionsLineGraphCumulative'
  const starts: DateTime[] = periods[line.period]!.buckets.map((bucket) => bucket.start)
  const order = one ? query.series.indexOf(one.node) : 0
  return {
    action: line.formula || !one ? null : actionOf(one.node, order, ctx),
    label: labelOf(line, dressing),
    count: aggregated ? 0 : cumulative ? (values.at(-1) ?? 0) : sum(values),
    data: aggregated ? [] : values,
    labels: starts.map((start) => bucketLabel(start, interval)),
    days: starts.map((start) => bucketDay(start, interval)),
    ...(aggregated && { aggregated_value: values[0] ?? 0 }),
    ...(breakdown?.kind === 'cohorts' && one?.cohort && { breakdown_value: one.cohort.value }),
    ...(breakdown?.kind === 'values' && {
      breakdown_value: breakdown.listed ? line.breakdown : line.breakdown[0]!,
    }),
    ...(query.compareFilter?.compare && {
      compare: true,
      compare_label: line.period === 0 ? ('current' as const) : ('previous' as const),
    }),
    order,
  }
}

function labelOf(line: Line, { query, series, breakdown, ctx }: Dressing): string {
  if (line.formula) return line.formula.name
  const one = series[line.series!]!
  const name = nameOf(one.node, ctx)
  if (!breakdown) return name
  const value = breakdown.kind === 'cohorts' ? one.cohort!.name : line.breakdown.join('::')
  return query.series.length > 1 || (breakdown.kind === 'cohorts' && breakdown.cohorts.length > 1)
    ? `${name} - ${value}`
    : value
}

function nameOf(node: SeriesNode, ctx: TrendsContext): string {
  if (node.kind === 'ActionsNode') return ctx.action(node.id)?.name ?? ''
  return node.event ?? 'All events'
}

function actionOf(node: SeriesNode, order: number, ctx: TrendsContext): TrendsAction {
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
