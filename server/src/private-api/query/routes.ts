import type { FastifyInstance, FastifyReply } from 'fastify'
import type { z } from 'zod'
import { type Asker, route } from '../../http/operation.ts'
import type { AddressedProject } from '../../http/project.ts'
import { type ActorReader, showActors } from '../../http/show-actors.ts'
import { parse } from '../../http/validation.ts'
import { type Answers, type RefreshMode, refreshModes } from '../../insights/answer-life.ts'
import type { Insights } from '../../insights/run.ts'
import { parseLenientJson } from '../../kit/lenient-json.ts'
import { invalid, notFound } from '../../model/errors.ts'
import { cancelQuery, getQuery, getQueryStatus, postQuery, QueryRequest } from './contract.ts'

type Request = z.output<typeof QueryRequest>

/** Questions of every kind, asked by GET or POST, answered now or later. */
export const queryRoutes =
  ({ insights, answers, ...actors }: { insights: Pick<Insights, 'help'>; answers: Answers } & ActorReader) =>
  async (app: FastifyInstance) => {
    async function ask(project: AddressedProject, request: Request, asker: Asker, reply: FastifyReply) {
      const { query } = request
      if (query.kind === 'HogQLMetadata' || query.kind === 'HogQLAutocomplete') {
        return insights.help(project.id, query)
      }
      const { answer, status, cacheKey } = await answers.request(project.id, query, {
        ...asker,
        refresh: refreshOf(request),
        clientQueryId: request.client_query_id,
        showActors: showActors(actors, project),
      })
      if (status && !status.complete) reply.code(202)
      if (!answer) return { cache_key: cacheKey, query_status: status ?? null }
      return { ...answer, ...(status && { query_status: status }) }
    }

    route(app, getQuery, async ({ project, query, asker, reply }) => {
      const { client_query_id, refresh, async: later } = query
      const request = parse(QueryRequest, {
        query: fromJson(query.query),
        client_query_id,
        refresh: (refreshModes as readonly unknown[]).includes(refresh) ? refresh : refresh && isYes(refresh),
        async: later && isYes(later),
      })
      return ask(project, request, asker, reply)
    })

    route(app, postQuery, ({ project, body, asker, reply }) => ask(project, body, asker, reply))

    route(app, getQueryStatus, async ({ project, params, reply }) => {
      const status = await answers.status(project.id, params.client_query_id)
      if (!status) throw notFound(`Query ${params.client_query_id} not found.`)
      reply.code(!status.complete ? 202 : !status.error ? 200 : status.error_message ? 400 : 500)
      return { query_status: status }
    })

    route(app, cancelQuery, async ({ project, params }) => {
      await answers.cancel(project.id, params.client_query_id)
    })
  }

const isYes = (text: string) => text.toLowerCase() === 'true'

/** The modes, and the booleans from before there were any. */
function refreshOf({ refresh, async: later }: Request): RefreshMode | undefined {
  if (later) return refresh === true || refresh === 'force_blocking' ? 'force_async' : 'async'
  if (refresh === true) return 'force_blocking'
  return refresh || undefined
}

function fromJson(text: string | undefined): unknown {
  if (!text) return undefined
  try {
    return parseLenientJson(text)
  } catch (error) {
    throw invalid(`JSON parse error - ${(error as Error).message}`, {
      attr: 'query',
      code: 'parse_error',
      cause: error,
    })
  }
}
