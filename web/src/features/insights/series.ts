import type { SeriesMath, TrendsQuery, TrendsSeries } from '../../api/types.ts'
import type { ChartSeries } from '../../ui/chart/time-chart-option.ts'
import { valueName } from '../../ui/insight/series.ts'

export const maths: { value: SeriesMath; label: string }[] = [
  { value: 'total', label: 'Total count' },
  { value: 'dau', label: 'Unique people' },
  { value: 'weekly_active', label: 'Weekly active people' },
  { value: 'monthly_active', label: 'Monthly active people' },
  { value: 'unique_session', label: 'Unique sessions' },
]

export const letter = (at: number): string => String.fromCharCode(65 + (at % 26))

export type Row = ChartSeries & {
  /** One figure for the whole range, from displays that ask for it. */
  aggregated: number | null
  /** Whether the buckets may be added up: events may, people who come twice may not. */
  additive: boolean
}

/**
 * The answer's series as rows with names and colours. A colour belongs to a series and value in the order of first
 * appearance (`slots` remembers), so that it stays when others come, go or are hidden.
 */
export function rowsOf(query: TrendsQuery, results: TrendsSeries[], slots: Map<string, number>): Row[] {
  return results.map((each, index) => {
    const order = each.action?.order ?? (query.breakdownFilter || query.compareFilter?.compare ? 0 : index)
    const node = query.series[order]
    const math = node?.math ?? 'total'
    const name = node?.event ?? 'All events'
    const mathName = math === 'total' ? '' : ` (${maths.find((m) => m.value === math)?.label.toLowerCase()})`
    const seriesName = `${query.series.length > 1 ? `${letter(order)} · ` : ''}${name}${mathName}`
    const value = query.breakdownFilter ? valueName(each.breakdown_value) : null
    const previous = each.compare_label === 'previous'
    const identity = `${order}:${value ?? ''}`
    const slot = slots.get(identity) ?? slots.size
    slots.set(identity, slot)
    const label =
      value === null ? seriesName : query.series.length > 1 ? `${letter(order)} · ${value}` : value
    return {
      key: previous ? `${identity}/previous` : identity,
      label: previous ? `${label} (previous)` : label,
      data: each.data ?? [],
      slot,
      stack: String(order),
      previous,
      aggregated: each.aggregated_value ?? null,
      additive: math === 'total',
    }
  })
}
