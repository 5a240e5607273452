import type { FastifyInstance } from 'fastify'
import { route } from '../../http/operation.ts'
import { parse } from '../../http/validation.ts'
import type { Insights } from '../../insights/run.ts'
import { parseLenientJson } from '../../kit/lenient-json.ts'
import { invalid } from '../../model/errors.ts'
import { getQuery, postQuery, QueryRequest } from './contract.ts'

/** Questions of every kind, asked by GET or POST. */
export const queryRoutes =
  ({ insights }: { insights: Insights }) =>
  async (app: FastifyInstance) => {
    route(app, getQuery, async ({ project, query }) => {
      const { query: asked } = parse(QueryRequest, { query: fromJson(query.query) })
      return insights.run(project.id, asked)
    })

    route(app, postQuery, async ({ project, body }) => insights.run(project.id, body.query))
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
