import * as z from 'zod/mini'
import type { ChartKind, ChartSeries } from '../chart/time-chart-option.ts'

const displays = ['ActionsLineGraph', 'ActionsAreaGraph', 'ActionsBar'] as const
const view = z.object({ display: z.enum(displays), x: z.string(), y: z.array(z.string()) })
/** Rows as a chart: a column along the bottom, and those whose numbers are drawn. */
export type RowsView = z.infer<typeof view>
export type RowsDisplay = RowsView['display']

export const chartKinds: Record<RowsDisplay, ChartKind> = {
  ActionsLineGraph: 'line',
  ActionsAreaGraph: 'area',
  ActionsBar: 'bar',
}

/** More than this can't be told apart in a chart. */
const MOST_POINTS = 500
const MOST_SERIES = 12

/** What an address says; undefined for nonsense. */
export function readRowsView(given: unknown): RowsView | undefined {
  const read = view.safeParse(given)
  return read.success ? read.data : undefined
}

const saved = z.object({
  display: z.enum(displays),
  chartSettings: z.object({
    xAxis: z.object({ column: z.string() }),
    yAxis: z.array(z.object({ column: z.string() })),
  }),
})

/** What a saved `DataVisualizationNode` says, in PostHog's form; undefined for a table. */
export function viewOfNode(node: unknown): RowsView | undefined {
  const read = saved.safeParse(node)
  if (!read.success) return undefined
  const { display, chartSettings } = read.data
  return { display, x: chartSettings.xAxis.column, y: chartSettings.yAxis.map(({ column }) => column) }
}

/** The node that is saved: the query, and how its rows are shown. */
export const nodeOf = (query: string, shown: RowsView | undefined) => ({
  kind: 'DataVisualizationNode',
  source: { kind: 'HogQLQuery', query },
  ...(shown
    ? {
        display: shown.display,
        chartSettings: { xAxis: { column: shown.x }, yAxis: shown.y.map((column) => ({ column })) },
      }
    : { display: 'ActionsTable' }),
})

type Rows = { columns: string[]; rows: unknown[] }

const cell = (row: unknown, at: number): unknown => (Array.isArray(row) ? row[at] : undefined)

/** Numbers of 64 bits and decimals may come as text. */
const asNumber = (value: unknown): number | null => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

/** The columns that hold nothing but numbers, and at least one. */
export function numericColumns({ columns, rows }: Rows): string[] {
  return columns.filter((_, at) => {
    const values = rows.map((row) => cell(row, at)).filter((value) => value !== null && value !== undefined)
    return values.length > 0 && values.every((value) => typeof value === 'number')
  })
}

const isDay = (value: unknown): boolean => /^\d{4}-\d\d-\d\d/.test(String(value))

/** A first guess: the first column that is no number along the bottom, dates as a line, all numbers drawn. */
export function guessedView(answer: Rows): RowsView | undefined {
  const numbers = numericColumns(answer)
  const x = answer.columns.find((name) => !numbers.includes(name)) ?? answer.columns[0]
  const y = numbers.filter((name) => name !== x)
  if (x === undefined || y.length === 0) return undefined
  const at = answer.columns.indexOf(x)
  const isTime = answer.rows.length > 0 && answer.rows.every((row) => isDay(cell(row, at)))
  return { display: isTime ? 'ActionsLineGraph' : 'ActionsBar', x, y }
}

/** What is drawn: the first points, in the order of the rows. Columns that are gone are left out. */
export function drawnRows(
  { columns, rows }: Rows,
  { display, x, y }: RowsView,
): { labels: string[]; series: ChartSeries[]; left: number } {
  const at = columns.indexOf(x)
  const shown = rows.slice(0, MOST_POINTS)
  const labels = shown.map((row) => labelOf(at < 0 ? undefined : cell(row, at)))
  const series = y
    .filter((name) => columns.includes(name))
    .slice(0, MOST_SERIES)
    .map((name, slot): ChartSeries => {
      const column = columns.indexOf(name)
      return {
        key: name,
        label: name,
        slot,
        data: shown.map((row) => asNumber(cell(row, column)) ?? 0),
        // beside each other: only areas are added up
        ...(display === 'ActionsBar' && { stack: name }),
      }
    })
  return { labels, series, left: rows.length - shown.length }
}

function labelOf(value: unknown): string {
  if (value === null || value === undefined) return '(not set)'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
