import type { ActorsQuery, ActorsSource } from '../../insights/queries.ts'
import { insightOf, type LegacyFilters } from '../../insights/upgrade-filters.ts'
import { upgradeFunnelActors } from '../../insights/upgrade-funnel-filters.ts'
import { upgradePaths } from '../../insights/upgrade-paths.ts'
import { invalid } from '../../model/errors.ts'
import { actorsOfLifecycle, actorsOfStickiness, actorsOfTrend } from './actor-links.ts'
import { actorsOfRetention } from './retention-legacy.ts'

/**
 * The people that legacy filters pin, by the insight that the filters are of: what a link to them says, for whoever
 * makes something of them.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function actorsOf(filters: LegacyFilters): ActorsQuery {
  if (insightOf(filters) !== 'RETENTION') return { kind: 'ActorsQuery', source: sourceOf(filters) }
  const { source, properties } = actorsOfRetention(filters)
  return { kind: 'ActorsQuery', source, properties }
}

function sourceOf(filters: LegacyFilters): ActorsSource {
  const insight = insightOf(filters)
  switch (insight) {
    case 'TRENDS':
      return actorsOfTrend(filters)
    case 'STICKINESS':
      return actorsOfStickiness(filters)
    case 'LIFECYCLE':
      return actorsOfLifecycle(filters)
    case 'FUNNELS':
      return upgradeFunnelActors(filters)
    case 'PATHS':
      return { kind: 'InsightActorsQuery', source: upgradePaths(filters) }
    default:
      throw invalid(`Insights of type "${insight}" are not supported here.`, { attr: 'insight' })
  }
}
