import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Asker, route } from '../../http/operation.ts'
import type { AddressedProject } from '../../http/project.ts'
import { type Answers, envelopeOf } from '../../insights/answer-life.ts'
import type {
  LifecycleResult,
  PathsResult,
  RetentionResult,
  StickinessResult,
  TrendsResult,
} from '../../insights/answers.ts'
import type { RunnableQuery } from '../../insights/queries.ts'
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
import { asking } from './asking.ts'
import { cancelInsight, getTrend, postTrend } from './contract.ts'
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
  ({ answers }: { answers: Answers }) =>
  async (app: FastifyInstance) => {
    async function trend(
      projectId: number,
      filters: LegacyFilters,
      asker: Asker,
      url: URL,
      reply: FastifyReply,
    ) {
      const insight = insightOf(filters)
      if (!isAnswered(insight)) {
        throw invalid(`Insights of type "${insight}" are not supported here.`, { attr: 'insight' })
      }
      const answer = await answers.ask(projectId, upgrades[insight](filters), {
        ...asking(filters, asker, 'trend'),
        linksTo: actorLinks(projectId, insight, filters),
      })
      const result = answer.results as Result[]
      if (/[.]csv[/]?$/.test(url.pathname) || filters.format === 'csv') {
        return reply.type('text/csv; charset=utf-8').serializer(String).send(seriesCsv(result))
      }
      return { result, next: null, ...envelopeOf(answer) }
    }

    route(app, getTrend, ({ project, query, asker, url, reply }) =>
      trend(project.id, query, asker, url, reply),
    )
    route(app, postTrend, ({ project, body, asker, url, reply }) =>
      trend(project.id, { ...Object.fromEntries(url.searchParams), ...body }, asker, url, reply),
    )

    async function retention(project: AddressedProject, filters: LegacyFilters, asker: Asker, url: URL) {
      const query = upgradeRetention(filters)
      const answer = await answers.ask(project.id, query, {
        ...asking(filters, asker),
        poolCohorts: true,
      })
      const asked = { projectId: project.id, query, timezone: answer.timezone, origin: url.origin }
      const result = retentionRows(answer.results as RetentionResult[], filters, asked)
      return { result, ...envelopeOf(answer) }
    }

    route(app, getRetention, ({ project, query, asker, url }) => retention(project, query, asker, url))
    route(app, postRetention, ({ project, body, asker, url }) =>
      retention(project, { ...Object.fromEntries(url.searchParams), ...body }, asker, url),
    )

    async function followed(project: AddressedProject, filters: LegacyFilters, asker: Asker) {
      const answer = await answers.ask(project.id, upgradePaths(filters), asking(filters, asker))
      return { result: answer.results as PathsResult[], ...envelopeOf(answer) }
    }

    route(app, getPaths, ({ project, query, asker }) => followed(project, query, asker))
    route(app, postPaths, ({ project, body, asker, url }) =>
      followed(project, { ...Object.fromEntries(url.searchParams), ...body }, asker),
    )

    route(app, cancelInsight, async ({ project, body }) => {
      answers.cancel(project.id, body.client_query_id)
    })
  }
