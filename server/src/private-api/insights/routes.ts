import type { FastifyInstance, FastifyReply } from 'fastify'
import { route } from '../../http/operation.ts'
import type { TrendsResult } from '../../insights/answers.ts'
import type { Insights } from '../../insights/run.ts'
import { insightOf, type LegacyFilters, upgradeTrends } from '../../insights/upgrade-filters.ts'
import { invalid } from '../../model/errors.ts'
import { getTrend, postTrend } from './contract.ts'
import { trendsCsv } from './csv.ts'

/** Insights asked by legacy filters. */
export const insightRoutes =
  ({ insights }: { insights: Insights }) =>
  async (app: FastifyInstance) => {
    async function trend(projectId: number, filters: LegacyFilters, url: URL, reply: FastifyReply) {
      const insight = insightOf(filters)
      if (insight !== 'TRENDS')
        throw invalid(`Insights of type "${insight}" are not supported here.`, { attr: 'insight' })
      const { results, timezone, last_refresh, is_cached, statistics } = await insights.run(
        projectId,
        upgradeTrends(filters),
      )
      const result = results as TrendsResult[]
      if (/[.]csv[/]?$/.test(url.pathname) || filters.format === 'csv') {
        return reply.type('text/csv; charset=utf-8').serializer(String).send(trendsCsv(result))
      }
      return { result, next: null, timezone, last_refresh, is_cached, statistics }
    }

    route(app, getTrend, ({ project, query, url, reply }) => trend(project.id, query, url, reply))
    route(app, postTrend, ({ project, body, url, reply }) =>
      trend(project.id, { ...Object.fromEntries(url.searchParams), ...body }, url, reply),
    )
  }
