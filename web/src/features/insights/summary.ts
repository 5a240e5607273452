import type { TrendsQuery } from '../../api/types.ts'
import { maths } from './series.ts'

const longest = 400

/** What is asked in a few words, for an insight that nobody named: "order (unique people) & refund by plan". */
export function summaryOf(query: TrendsQuery): string {
  const series = query.series.map(({ event, math }) => {
    const counted =
      math === 'total' ? '' : ` (${maths.find((one) => one.value === math)?.label.toLowerCase()})`
    return `${event ?? 'All events'}${counted}`
  })
  const by = query.breakdownFilter ? ` by ${query.breakdownFilter.breakdown}` : ''
  return `${series.join(' & ')}${by}`.slice(0, longest)
}
