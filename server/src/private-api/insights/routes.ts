import type { FastifyInstance, FastifyReply } from 'fastify'
import { route } from '../../http/operation.ts'
import type { AddressedProject } from '../../http/project.ts'
import type {
  LifecycleResult,
  PathsResult,
  RetentionResult,
  StickinessResult,
  TrendsResult,
} from '../../insights/answers.ts'
import type { RunnableQuery } from '../../insights/queries.ts'
import type { Insights } from '../../insights/run.ts'
import {
  insightOf,
  type LegacyFilters,
  upgradeLifecycle,
  upgradeStickiness,
  upgradeTrends,
} from '../../insights/upgrade-filters.ts'
import { upgradePaths } from '../../insights/upgrade-paths.ts'
import { upgradeRetention } from '../../insights/upgrade-retention.ts'
import { invalid } from '../../model/errors.ts'
import { actorLinks, type Insight } from './actor-links.ts'
import { getTrend, postTrend } from './contract.ts'
import { seriesCsv } from './csv.ts'
import { getPaths, postPaths } from './paths-contract.ts'
import { getRetention, postRetention } from './retention-contract.ts'
import { retentionRows } from './retention-legacy.ts'

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

    async function retention(project: AddressedProject, filters: LegacyFilters, url: URL) {
      const query = upgradeRetention(filters)
      const { results, timezone, last_refresh, is_cached, statistics } = await insights.run(
        project.id,
        query,
        { poolCohorts: true },
      )
      const asked = { projectId: project.id, query, timezone, origin: url.origin }
      const result = retentionRows(results as RetentionResult[], filters, asked)
      return { result, timezone, last_refresh, is_cached, statistics }
    }

    route(app, getRetention, ({ project, query, url }) => retention(project, query, url))
    route(app, postRetention, ({ project, body, url }) =>
      retention(project, { ...Object.fromEntries(url.searchParams), ...body }, url),
    )

    async function followed(project: AddressedProject, filters: LegacyFilters) {
      const { results, timezone, last_refresh, is_cached, statistics } = await insights.run(
        project.id,
        upgradePaths(filters),
      )
      return { result: results as PathsResult[], timezone, last_refresh, is_cached, statistics }
    }

    route(app, getPaths, ({ project, query }) => followed(project, query))
    route(app, postPaths, ({ project, body, url }) =>
      followed(project, { ...Object.fromEntries(url.searchParams), ...body }),
    )
  }
