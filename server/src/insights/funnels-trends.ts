import { alias, call, compare, constant, field, fromQuery, type Query, select } from '../hogql/ast.ts'
import type { FunnelTrend } from './answers.ts'
import { bucketDay, bucketLabel } from './date-range.ts'
import type { FunnelsQuery } from './funnel-queries.ts'
import { cohortValue, runsOf } from './funnels-runs.ts'
import type { Funnel } from './funnels-steps.ts'
import { defaultLimit, type FunnelValue } from './funnels-values.ts'
import type { Interval } from './query-parts.ts'
import { bucketKey, type InsightContext } from './series.ts'

/** Runs by the bucket in which they were entered. */
export function trendRuns(query: FunnelsQuery, funnel: Funnel, ctx: InsightContext): Query {
  const interval = query.interval ?? 'day'
  return runsOf(funnel, { interval, weekStartDay: ctx.clock.weekStartDay ?? 0 }, ctx)
}

/** "The run got to the step from which is counted", and "… to which", by level. */
export function conversion({ funnelsFilter: filter }: FunnelsQuery, funnel: Funnel) {
  const from = (filter?.funnelFromStep ?? 0) + 1
  const to = (filter?.funnelToStep ?? funnel.steps.length - 1) + 1
  return {
    began: compare(field('level'), '>=', constant(from)),
    converted: compare(field('level'), '>=', constant(to)),
  }
}

/** Of those who entered the funnel in a bucket, how many percent went on to its last step (or `funnelToStep`). */
export function funnelTrends(query: FunnelsQuery, funnel: Funnel, ctx: InsightContext) {
  const { began, converted } = conversion(query, funnel)
  const keys = [...(funnel.breakdown ? [field('value')] : []), field('bucket')]
  const tree = select({
    select: [...keys, alias('began', call('countIf', began)), alias('converted', call('countIf', converted))],
    from: fromQuery(trendRuns(query, funnel, ctx)),
    groupBy: keys,
  })
  return { tree, results: (rows: unknown[][]) => linesOf(rows, query, funnel) }
}

type Line = { value: FunnelValue | undefined; began: number[]; converted: number[] }

function linesOf(rows: unknown[][], query: FunnelsQuery, funnel: Funnel): FunnelTrend[] {
  const interval: Interval = query.interval ?? 'day'
  const { buckets } = funnel.period
  const index = new Map(buckets.map((bucket, i) => [bucketKey(bucket, interval), i]))
  const lines = new Map<string, Line>()
  const lineOf = (value: FunnelValue | undefined): Line => {
    const key = JSON.stringify(value ?? null)
    const found = lines.get(key)
    if (found) return found
    const zeros = () => buckets.map(() => 0)
    const made = { value, began: zeros(), converted: zeros() }
    lines.set(key, made)
    return made
  }
  if (!funnel.breakdown) lineOf(undefined)
  if (funnel.breakdown?.kind === 'cohorts')
    for (const one of funnel.breakdown.cohorts) lineOf(cohortValue(one))
  for (const row of rows) {
    const [bucket, began, converted] = row.slice(-3).map(Number) as [number, number, number]
    const at = index.get(bucket)
    if (at === undefined) continue
    const cell = row[0] as FunnelValue
    const value = funnel.breakdown?.kind === 'cohorts' ? Number(cell) : cell
    const line = lineOf(funnel.breakdown ? value : undefined)
    line.began[at]! += began
    line.converted[at]! += converted
  }
  return kept([...lines.values()], query, funnel).map(({ value, began, converted }) => ({
    count: buckets.length,
    data: began.map((all, i) => (all ? Math.round((converted[i]! / all) * 10_000) / 100 : 0)),
    days: buckets.map(({ start }) => bucketDay(start, interval)),
    labels: buckets.map(({ start }) => bucketLabel(start, interval)),
    ...(funnel.breakdown && {
      breakdown_value: funnel.breakdown.kind === 'cohorts' && value === 0 ? 'all' : value,
    }),
  }))
}

const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0)

/** The values with which most entered; conversion of all others together would say little, so they are left out. */
function kept(lines: Line[], query: FunnelsQuery, { breakdown }: Funnel): Line[] {
  if (breakdown?.kind !== 'values') return lines
  const byName = (a: Line, b: Line) => (String(a.value) < String(b.value) ? -1 : 1)
  return lines
    .map((line) => ({ line, began: sum(line.began) }))
    .sort((a, b) => b.began - a.began || byName(a.line, b.line))
    .slice(0, query.breakdownFilter?.breakdown_limit ?? defaultLimit)
    .map(({ line }) => line)
}
