import type { Asker } from '../../http/operation.ts'
import type { Ask, LivingAnswer } from '../../insights/answer-life.ts'
import type { RetentionResult } from '../../insights/answers.ts'
import type { RunnableQuery } from '../../insights/queries.ts'
import {
  insightOf,
  type LegacyFilters,
  upgradeLifecycle,
  upgradeStickiness,
  upgradeTrends,
} from '../../insights/upgrade-filters.ts'
import { upgradeFunnel } from '../../insights/upgrade-funnel-filters.ts'
import { upgradePaths } from '../../insights/upgrade-paths.ts'
import { upgradeRetention } from '../../insights/upgrade-retention.ts'
import { invalid } from '../../model/errors.ts'
import { actorLinks, type Insight } from './actor-links.ts'
import { asking } from './asking.ts'
import { funnelLinks } from './funnel-links.ts'
import { retentionRows } from './retention-legacy.ts'

/** Legacy filters as a question that can be asked, and how its answer is shown at the older API's door. */
export type LegacyQuestion = {
  query: RunnableQuery
  asked: Ask & { refresh?: 'force_blocking' }
  resultOf(answer: LivingAnswer): unknown
}

/** Who asks: the project, how long they wait, and the origin of the links that they are given. */
export type From = { projectId: number; asker: Asker; origin: string }

/** The older API asks these three at one address. */
const upgrades: Record<Insight, (filters: LegacyFilters) => RunnableQuery> = {
  TRENDS: upgradeTrends,
  STICKINESS: upgradeStickiness,
  LIFECYCLE: upgradeLifecycle,
}

const isTrend = (insight: string): insight is Insight => Object.hasOwn(upgrades, insight)
const asItIs = ({ results }: LivingAnswer) => results

/** @throws HedgerowError `invalid` for what can't be asked, as all of these. */
export function trendQuestion(filters: LegacyFilters, { projectId, asker }: From): LegacyQuestion {
  const insight = insightOf(filters)
  if (!isTrend(insight)) {
    throw invalid(`Insights of type "${insight}" are not supported here.`, { attr: 'insight' })
  }
  return {
    query: upgrades[insight](filters),
    asked: { ...asking(filters, asker, 'trend'), linksTo: actorLinks(projectId, insight, filters) },
    resultOf: asItIs,
  }
}

export function retentionQuestion(
  filters: LegacyFilters,
  { projectId, asker, origin }: From,
): LegacyQuestion {
  const query = upgradeRetention(filters)
  return {
    query,
    asked: { ...asking(filters, asker), poolCohorts: true },
    resultOf: ({ results, timezone }) =>
      retentionRows(results as RetentionResult[], filters, { projectId, query, timezone, origin }),
  }
}

export const pathsQuestion = (filters: LegacyFilters, { asker }: From): LegacyQuestion => ({
  query: upgradePaths(filters),
  asked: asking(filters, asker),
  resultOf: asItIs,
})

export const funnelQuestion = (filters: LegacyFilters, { projectId, asker }: From): LegacyQuestion => ({
  query: upgradeFunnel(filters),
  asked: { ...asking(filters, asker, 'funnel'), funnelLinksTo: funnelLinks(projectId, filters) },
  resultOf: asItIs,
})

const byInsight: Record<string, (filters: LegacyFilters, from: From) => LegacyQuestion> = {
  RETENTION: retentionQuestion,
  PATHS: pathsQuestion,
  FUNNELS: funnelQuestion,
}

/** What legacy filters ask, whichever kind of insight they are of. */
export function legacyQuestion(filters: LegacyFilters, from: From): LegacyQuestion {
  const insight = insightOf(filters)
  const question = Object.hasOwn(byInsight, insight) ? byInsight[insight]! : trendQuestion
  return question(filters, from)
}
