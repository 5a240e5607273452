import type { DateTime } from 'luxon'
import type { Query } from '../hogql/ast.ts'
import type { TrendsResult } from './answers.ts'
import { type Breakdown, breakdownOf, dimensionField, type Extent } from './breakdown.ts'
import { bucketDay, bucketLabel } from './date-range.ts'
import type { TrendsQuery } from './insight-queries.ts'
import type { Interval } from './query-parts.ts'
import {
  actionOf,
  type InsightContext,
  type LinksTo,
  nameOf,
  type Period,
  periodsOf,
  type Series,
  seriesOf,
  unlessTooMany,
} from './series.ts'
import { computed, formulasOf, type Line, linesOf, smoothed, sum } from './trends-lines.ts'
import type { TrendsShape } from './trends-points.ts'
import { extentsTree, trendsTree } from './trends-query.ts'

/** A question in steps: the trees to run, then the rows' meaning. Rows are the warehouse's. */
export type Trend = {
  /** The question that must be answered before `tree` can be built; undefined when there is none. */
  extents: Query | undefined
  /** Undefined when there is nothing to count. */
  tree(extentRows: unknown[][]): Query | undefined
  results(rows: unknown[][]): TrendsResult[]
}

/** Whether a display shows one figure for the whole period. */
export const isAggregated = (display: string | null | undefined) => aggregatedDisplays.has(display ?? '')

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
export function trend(query: TrendsQuery, ctx: InsightContext, linksTo?: LinksTo): Trend {
  const interval: Interval = query.interval ?? 'day'
  const display = query.trendsFilter?.display
  const aggregated = isAggregated(display)
  const breakdown = breakdownOf(query.breakdownFilter, display)
  const formulas = formulasOf(query)
  const series = seriesOf(query, breakdown, ctx)
  if (!series?.length) return { extents: undefined, tree: () => undefined, results: () => [] }
  const periods = periodsOf(query, interval, aggregated, ctx)
  // a range that ends before it begins
  const isEmpty = periods.every(({ from, until }) => from >= until)
  const binned = binnedOf(series, breakdown, periods, formulas.length > 0, ctx)
  const shape = (extents: (Extent | undefined)[][]): TrendsShape => ({
    interval,
    weekStartDay: ctx.clock.weekStartDay ?? 0,
    aggregated,
    cumulative: display === 'ActionsLineGraphCumulative',
    breakdown: breakdown?.kind === 'values' ? breakdown : undefined,
    extents,
  })
  return {
    extents: isEmpty ? undefined : binned.tree,
    tree: (extentRows) =>
      isEmpty ? undefined : trendsTree(series, periods, shape(binned.extents(extentRows)), ctx),
    results(rows) {
      const lines = linesOf(rows, series, periods, shape([]))
      const shown = formulas.length
        ? formulas.flatMap((formula) => computed(formula, lines, series, periods, aggregated, breakdown))
        : lines
      const dressing = { query, series, periods, interval, aggregated, breakdown, ctx }
      const numbers = shown.reduce((count, line) => count + line.values.length, 0)
      const linked = unlessTooMany(numbers, linksTo)
      return shown.map((line) => ({ ...resultOf(line, dressing), ...linksOf(line, dressing, linked) }))
    },
  }
}

/**
 * The bins of a breakdown's numbers: the question for what they reach from and to, and how to read its rows.
 * They are those of the first period that has numbers, so that the next can be compared with it. `alike`: the same for
 * all series, as formulas need it, which take lines of the same bin together.
 */
export function binnedOf(
  series: Series[],
  breakdown: Breakdown | undefined,
  periods: Period[],
  alike: boolean,
  ctx: InsightContext,
) {
  const dimensions = breakdown?.kind === 'values' ? breakdown.dimensions : []
  const binned = dimensions.filter((dimension) => dimension.bins !== undefined)
  return {
    tree: binned.length
      ? extentsTree(
          series,
          binned.map((dimension) => dimensionField(dimension, ctx)),
          periods,
        )
      : undefined,
    /** For each series and dimension. */
    extents: (rows: unknown[][]): (Extent | undefined)[][] =>
      series.map((_, s) => {
        const found = binned.map((_, i) => {
          const mine = periods.map((_, p) =>
            rows.filter((cells) => Number(cells[1]) === p && (alike || Number(cells[0]) === s)),
          )
          const each = mine.map((some) =>
            overAll(some.map((cells) => extentOf(cells[2 + 2 * i], cells[3 + 2 * i]))),
          )
          return each.find((extent) => extent !== undefined)
        })
        return dimensions.map((dimension) => found[binned.indexOf(dimension)])
      }),
  }
}

function overAll(extents: (Extent | undefined)[]): Extent | undefined {
  const found = extents.filter((one) => one !== undefined)
  if (!found.length) return undefined
  return {
    low: Math.min(...found.map(({ low }) => low)),
    high: Math.max(...found.map(({ high }) => high)),
  }
}

function extentOf(low: unknown, high: unknown): Extent | undefined {
  if (typeof low !== 'number' || typeof high !== 'number') return undefined
  return { low, high }
}

type Dressing = {
  query: TrendsQuery
  series: Series[]
  periods: Period[]
  interval: Interval
  aggregated: boolean
  breakdown: Breakdown | undefined
  ctx: InsightContext
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

/** The people behind each number of a line; those of a formula's numbers are not defined. */
function linksOf(
  line: Line,
  { query, series, periods, aggregated, breakdown }: Dressing,
  linksTo: LinksTo | undefined,
): Pick<TrendsResult, 'persons' | 'persons_urls'> {
  if (!linksTo || line.formula) return {}
  const one = series[line.series!]!
  const period = periods[line.period]!
  const point = {
    series: query.series.indexOf(one.node),
    node: one.node,
    period,
    ...(one.cohort && { breakdown: one.cohort.value }),
    ...(breakdown?.kind === 'values' && {
      breakdown: breakdown.listed ? line.breakdown : line.breakdown[0]!,
    }),
  }
  return aggregated
    ? { persons: linksTo(point) }
    : { persons_urls: period.buckets.map((bucket) => linksTo({ ...point, bucket })) }
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
