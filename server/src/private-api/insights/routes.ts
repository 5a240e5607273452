import type { FastifyInstance, FastifyReply } from 'fastify'
import { route } from '../../http/operation.ts'
import type { LifecycleResult, StickinessResult, TrendsResult } from '../../insights/answers.ts'
import type { RunnableQuery } from '../../insights/queries.ts'
import type { Insights } from '../../insights/run.ts'
import {
  insightOf,
  type LegacyFilters,
  upgradeLifecycle,
  upgradeStickiness,
  upgradeTrends,
} from '../../insights/upgrade-filters.ts'
import { invalid } from '../../model/errors.ts'
import { actorLinks, type Insight } from './actor-links.ts'
import { getTrend, postTrend } from './contract.ts'
import { seriesCsv } from './csv.ts'

type Result = TrendsResult | StickinessResult | LifecycleResult

/** The older API asks these three at one address. */
const upgrades: Record<Insight, (filters: LegacyFilters) => RunnableQuery> = {
  TRENDS: upgradeTrends,
  STICKINESS: upgradeStickiness,
  LIFECYCLE: upgradeLifecycle,
}

const isAnswered = (insight: string): insight is Insight => Object.hasOwn(upgrades, insight)

/** Insights asked by legacy filters. */
export const insightRoutes =
  ({ insights }: { insights: Insights }) =>
  async (app: FastifyInstance) => {
    async function trend(projectId: number, filters: LegacyFilters, url: URL, reply: FastifyReply) {
      const insight = insightOf(filters)
      if (!isAnswered(insight)) {
        throw invalid(`Insights of type "${insight}" are not supported here.`, { attr: 'insight' })
      }
      const { results, timezone, last_refresh, is_cached, statistics } = await insights.run(
        projectId,
        upgrades[insight](filters),
        { linksTo: actorLinks(projectId, insight, filters) },
      )
      const result = results as Result[]
      if (/[.]csv[/]?$/.test(url.pathname) || filters.format === 'csv') {
        return reply.type('text/csv; charset=utf-8').serializer(String).send(seriesCsv(result))
      }
      return { result, next: null, timezone, last_refresh, is_cached, statistics }
    }

    route(app, getTrend, ({ project, query, url, reply }) => trend(project.id, query, url, reply))
    route(app, postTrend, ({ project, body, url, reply }) =>
      trend(project.id, { ...Object.fromEntries(url.searchParams), ...body }, url, reply),
    )
  }
