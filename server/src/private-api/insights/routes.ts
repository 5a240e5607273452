import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Asker, route } from '../../http/operation.ts'
import type { AddressedProject } from '../../http/project.ts'
import { type Answers, envelopeOf } from '../../insights/answer-life.ts'
import type { LifecycleResult, PathsResult, StickinessResult, TrendsResult } from '../../insights/answers.ts'
import type { LegacyFilters } from '../../insights/upgrade-filters.ts'
import { cancelInsight, getTrend, postTrend } from './contract.ts'
import { seriesCsv } from './csv.ts'
import {
  type From,
  type LegacyQuestion,
  pathsQuestion,
  retentionQuestion,
  trendQuestion,
} from './legacy-questions.ts'
import { getPaths, postPaths } from './paths-contract.ts'
import { getRetention, postRetention, type RetentionRow } from './retention-contract.ts'

type Result = TrendsResult | StickinessResult | LifecycleResult

/** Insights asked by legacy filters. */
export const insightRoutes =
  ({ answers }: { answers: Answers }) =>
  async (app: FastifyInstance) => {
    async function answered<T>({ projectId }: From, { query, asked, resultOf }: LegacyQuestion) {
      const answer = await answers.ask(projectId, query, asked)
      return { result: resultOf(answer) as T, ...envelopeOf(answer) }
    }
    const from = (project: AddressedProject, asker: Asker, url: URL): From => ({
      projectId: project.id,
      asker,
      origin: url.origin,
    })

    async function trend(filters: LegacyFilters, asker: From, url: URL, reply: FastifyReply) {
      const { result, ...envelope } = await answered<Result[]>(asker, trendQuestion(filters, asker))
      if (/[.]csv[/]?$/.test(url.pathname) || filters.format === 'csv') {
        return reply.type('text/csv; charset=utf-8').serializer(String).send(seriesCsv(result))
      }
      return { result, next: null, ...envelope }
    }

    route(app, getTrend, ({ project, query, asker, url, reply }) =>
      trend(query, from(project, asker, url), url, reply),
    )
    route(app, postTrend, ({ project, body, asker, url, reply }) =>
      trend({ ...Object.fromEntries(url.searchParams), ...body }, from(project, asker, url), url, reply),
    )

    const retention = (filters: LegacyFilters, asker: From) =>
      answered<RetentionRow[]>(asker, retentionQuestion(filters, asker))

    route(app, getRetention, ({ project, query, asker, url }) => retention(query, from(project, asker, url)))
    route(app, postRetention, ({ project, body, asker, url }) =>
      retention({ ...Object.fromEntries(url.searchParams), ...body }, from(project, asker, url)),
    )

    const followed = (filters: LegacyFilters, asker: From) =>
      answered<PathsResult[]>(asker, pathsQuestion(filters, asker))

    route(app, getPaths, ({ project, query, asker, url }) => followed(query, from(project, asker, url)))
    route(app, postPaths, ({ project, body, asker, url }) =>
      followed({ ...Object.fromEntries(url.searchParams), ...body }, from(project, asker, url)),
    )

    route(app, cancelInsight, async ({ project, body }) => {
      await answers.cancel(project.id, body.client_query_id)
    })
  }
