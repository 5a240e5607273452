import type { FastifyInstance } from 'fastify'
import { route } from '../../http/operation.ts'
import type { AddressedProject } from '../../http/project.ts'
import { type ActorReader, showActors } from '../../http/show-actors.ts'
import { parse } from '../../http/validation.ts'
import type { EditorQuery, RunnableQuery } from '../../insights/queries.ts'
import type { Insights } from '../../insights/run.ts'
import { parseLenientJson } from '../../kit/lenient-json.ts'
import { invalid } from '../../model/errors.ts'
import { getQuery, postQuery, QueryRequest } from './contract.ts'

/** Questions of every kind, asked by GET or POST. */
export const queryRoutes =
  ({ insights, ...actors }: { insights: Insights } & ActorReader) =>
  async (app: FastifyInstance) => {
    const ask = (project: AddressedProject, query: RunnableQuery | EditorQuery) =>
      query.kind === 'HogQLMetadata' || query.kind === 'HogQLAutocomplete'
        ? insights.help(project.id, query)
        : insights.run(project.id, query, { showActors: showActors(actors, project) })

    route(app, getQuery, async ({ project, query }) => {
      const { query: asked } = parse(QueryRequest, { query: fromJson(query.query) })
      return ask(project, asked)
    })

    route(app, postQuery, ({ project, body }) => ask(project, body.query))
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
