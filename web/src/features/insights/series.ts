import { dimensionsOf, rangesOf } from '../../api/breakdowns.ts'
import type { Pin } from '../../api/pin.ts'
import { letter, mathName, nodeName, type TrendsQuery } from '../../api/questions.ts'
import type { TrendsSeries } from '../../api/types.ts'
import type { ChartSeries } from '../../ui/chart/time-chart-option.ts'
import { cohortName, valueName } from '../../ui/insight/series.ts'

export type Row = ChartSeries & {
  /** What it is of, the same in both of two compared periods. */
  of: string
  /** One figure for the whole range, from displays that ask for it. */
  aggregated: number | null
  /** Whether the buckets may be added up: events may, people who come twice may not. */
  additive: boolean
  /** Whose people: of a bucket with its day. A formula has none. */
  pin?: Pin
  days: string[]
}

/**
 * The answer's series as rows with names and colours. A colour belongs to a series and value in the order of first
 * appearance (`slots` remembers), so that it stays when others come, go or are hidden.
 */
export function rowsOf(query: TrendsQuery, results: TrendsSeries[], slots: Map<string, number>): Row[] {
  // as in PostHog, a number is not broken down
  const isNumber = query.trendsFilter?.display === 'BoldNumber'
  const dimensions = isNumber ? [] : dimensionsOf(query.breakdownFilter)
  const ranges = rangesOf(query.breakdownFilter)
  const isBroken = dimensions.length > 0
  return results.map((each, index) => {
    const order = each.action?.order ?? (isBroken || query.compareFilter?.compare ? 0 : index)
    const node = each.action ? query.series[order] : undefined
    const math = node ? mathName(node) : ''
    const several = node !== undefined && query.series.length > 1
    const seriesName = `${several ? `${letter(order)} · ` : ''}${node ? nodeName(node) : each.label}${math && ` (${math})`}`
    const value = !isBroken
      ? null
      : dimensions[0]?.type === 'cohort'
        ? cohortName(each.label, node ? nodeName({ ...node, custom_name: undefined }) : '')
        : valueName(each.breakdown_value, ranges)
    const previous = each.compare_label === 'previous'
    const identity = `${node ? order : 'formula'}:${value ?? ''}`
    const slot = slots.get(identity) ?? slots.size
    slots.set(identity, slot)
    const label = value === null ? seriesName : several ? `${letter(order)} · ${value}` : value
    const isSum = node !== undefined && ['total', 'sum'].includes(node.math ?? 'total')
    return {
      key: previous ? `${identity}/previous` : identity,
      of: identity,
      label: previous ? `${label} (previous)` : label,
      data: each.data ?? [],
      slot,
      stack: String(order),
      previous,
      aggregated: each.aggregated_value ?? null,
      additive: isSum && query.trendsFilter?.display !== 'ActionsLineGraphCumulative',
      ...(node && {
        pin: {
          series: order,
          ...(isBroken && { breakdown: each.breakdown_value ?? '' }),
          ...(previous && { previous }),
        },
      }),
      days: each.days ?? [],
    }
  })
}
