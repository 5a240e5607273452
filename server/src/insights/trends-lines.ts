import { type Breakdown, nullValue, otherValue } from './breakdown.ts'
import { type Formula, parseFormula } from './formula.ts'
import type { TrendsQuery } from './insight-queries.ts'
import { bucketKey, type Period, type Series } from './series.ts'
import type { TrendsShape } from './trends-points.ts'

export type NamedFormula = Formula & { name: string }

export function formulasOf(query: TrendsQuery): NamedFormula[] {
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

/** A row of the answer before it is dressed up: `values` has one number for each bucket, or one in all. */
export type Line = {
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
export const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
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

export function linesOf(rows: unknown[][], series: Series[], periods: Period[], shape: TrendsShape): Line[] {
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
export function computed(
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
