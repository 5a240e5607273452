import { byWhat } from '../../api/breakdowns.ts'
import { mathName, nodeName, nodeOfEntity, type Question } from '../../api/questions.ts'

const longest = 400

/** What is asked in a few words, for an insight that nobody named: "order (unique people) & refund by plan". */
export function summaryOf(query: Question): string {
  // as in PostHog, a number is not broken down
  const isNumber = query.kind === 'TrendsQuery' && query.trendsFilter?.display === 'BoldNumber'
  const by = 'breakdownFilter' in query && !isNumber ? byWhat(query) : ''
  return `${subject(query)}${by}`.slice(0, longest)
}

function subject(query: Question): string {
  const names = 'series' in query ? query.series.map(nodeName) : []
  switch (query.kind) {
    case 'TrendsQuery':
      if (query.trendsFilter?.formula) return `${query.trendsFilter.formula} of ${names.join(' & ')}`
      return query.series
        .map((node) => {
          const math = mathName(node)
          return `${nodeName(node)}${math && ` (${math})`}`
        })
        .join(' & ')
    case 'FunnelsQuery':
      return names.join(' → ')
    case 'RetentionQuery': {
      const { targetEntity, returningEntity } = query.retentionFilter
      return `Retention: ${nodeName(nodeOfEntity(targetEntity))}, then ${nodeName(nodeOfEntity(returningEntity))}`
    }
    case 'LifecycleQuery':
      return `Lifecycle of ${names.join(' & ')}`
    case 'StickinessQuery':
      return `Stickiness of ${names.join(' & ')}`
    case 'PathsQuery': {
      const { startPoint, endPoint } = query.pathsFilter
      const from = startPoint ? ` from ${startPoint}` : ''
      return `Paths${from}${endPoint ? ` to ${endPoint}` : ''}`
    }
  }
}
