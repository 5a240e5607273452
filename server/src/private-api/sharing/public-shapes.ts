import { unwrapped } from '../../insights/unwrap.ts'
import type { LegacyFilters } from '../../insights/upgrade-filters.ts'
import { insightOf } from '../../insights/upgrade-filters.ts'
import { isObject } from '../../kit/is-object.ts'

/**
 * What of a question and its answer anybody may see. Only what a chart shows gets through: no filters (they name people
 * and properties), no SQL, no links, nobody's name.
 */

const shownFilters = [
  'display',
  'interval',
  'date_from',
  'date_to',
  'compare',
  'compare_to',
  'breakdown',
  'breakdown_type',
  'funnel_viz_type',
  'funnel_order_type',
  'funnel_step_reference',
  'layout',
  'period',
  'retention_type',
  'total_intervals',
  'show_legend',
  'show_values_on_series',
  'aggregation_axis_format',
  'aggregation_axis_prefix',
  'aggregation_axis_postfix',
]

const picked = (from: unknown, names: readonly string[]) =>
  Object.fromEntries(
    names.flatMap((name) => (isObject(from) && from[name] !== undefined ? [[name, from[name]]] : [])),
  )

export const publicFilters = (filters: LegacyFilters): Record<string, unknown> => ({
  insight: insightOf(filters),
  ...picked(filters, shownFilters),
})

const shownParts: Record<string, readonly string[]> = {
  dateRange: ['date_from', 'date_to'],
  trendsFilter: ['display', 'aggregationAxisFormat', 'aggregationAxisPrefix', 'aggregationAxisPostfix'],
  stickinessFilter: ['display', 'computedAs'],
  lifecycleFilter: ['toggledLifecycles'],
  funnelsFilter: ['funnelVizType', 'funnelOrderType', 'funnelStepReference', 'layout'],
  retentionFilter: ['period', 'retentionType', 'totalIntervals', 'cumulative'],
  breakdownFilter: ['breakdown', 'breakdown_type'],
  compareFilter: ['compare', 'compare_to'],
}

/** The kind of a typed query, and how it is shown. */
export function publicQuery(query: Record<string, unknown>): Record<string, unknown> {
  const inner = unwrapped(query)
  if (!isObject(inner)) return {}
  const parts = Object.entries(shownParts).flatMap(([name, fields]) =>
    isObject(inner[name]) ? [[name, picked(inner[name], fields)]] : [],
  )
  const shown = { ...picked(inner, ['kind', 'interval']), ...Object.fromEntries(parts) }
  return query.kind === 'DataVisualizationNode' ? { source: shown, ...chartOfRows(query) } : shown
}

/** Rows as a chart: which of the answer's columns are drawn, and as what. */
function chartOfRows(node: Record<string, unknown>): Record<string, unknown> {
  const settings = isObject(node.chartSettings) ? node.chartSettings : {}
  const { xAxis, yAxis } = settings
  return {
    ...picked(node, ['kind', 'display']),
    chartSettings: {
      ...(isObject(xAxis) && { xAxis: picked(xAxis, ['column']) }),
      ...(Array.isArray(yAxis) && { yAxis: yAxis.map((one) => picked(one, ['column'])) }),
    },
  }
}

/** The most rows, series or steps that a shared page shows. */
export const mostShown = 1000

const shownAction = ['type', 'order', 'name', 'custom_name', 'math']

/** Rows and series, without what their series filtered by. */
export function publicResult(results: unknown): { result: unknown; isCut: boolean } {
  if (!Array.isArray(results)) return { result: results, isCut: false }
  const result = results
    .slice(0, mostShown)
    .map((one) =>
      isObject(one) && isObject(one.action) ? { ...one, action: picked(one.action, shownAction) } : one,
    )
  return { result, isCut: results.length > mostShown }
}
