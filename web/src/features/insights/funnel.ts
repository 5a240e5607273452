import type { FunnelExclusion, FunnelsFilter, FunnelsQuery, SeriesNode } from '../../api/questions.ts'
import { nodeName } from '../../api/questions.ts'
import { counted } from '../../ui/numbers.ts'

/** PostHog's, where a question does not say them. */
export const usualWindow = { interval: 14, unit: 'day' } as const

export function windowOf({ funnelsFilter: filter }: FunnelsQuery) {
  return {
    interval: filter?.funnelWindowInterval ?? usualWindow.interval,
    unit: filter?.funnelWindowIntervalUnit ?? usualWindow.unit,
  }
}

/** The funnel with other steps. What named steps by their number names none that is gone. */
export function withSteps(query: FunnelsQuery, series: SeriesNode[]): Partial<FunnelsQuery> {
  const filter = query.funnelsFilter
  if (!filter) return { series }
  const last = series.length - 1
  const kept = (step: number | undefined) => (step === undefined || step > last ? undefined : step)
  const exclusions = filter.exclusions
    ?.map((one) => ({ ...one, funnelToStep: Math.min(one.funnelToStep, last) }))
    .filter((one) => one.funnelFromStep < one.funnelToStep)
  const isOfGone = (filter.breakdownAttributionValue ?? 0) > last
  const changes: FunnelsFilter = {
    ...filter,
    exclusions: exclusions?.length ? exclusions : undefined,
    funnelFromStep: kept(filter.funnelFromStep),
    funnelToStep: kept(filter.funnelToStep),
    ...(isOfGone && { breakdownAttributionType: undefined, breakdownAttributionValue: undefined }),
  }
  return { series, funnelsFilter: changes }
}

const orders = { ordered: 'in order', strict: 'in strict order', unordered: 'in any order' } as const

const excluded = (one: FunnelExclusion): string => `‘${nodeName(one)}’`

/** "Within 14 days, in order, without ‘refund’." */
export function rulesInWords(query: FunnelsQuery): string {
  const { interval, unit } = windowOf(query)
  const { funnelOrderType: order = 'ordered', exclusions = [] } = query.funnelsFilter ?? {}
  const without = exclusions.length > 0 ? `, without ${exclusions.map(excluded).join(' or ')}` : ''
  return `Within ${counted(interval, unit)}, ${orders[order]}${without}.`
}
