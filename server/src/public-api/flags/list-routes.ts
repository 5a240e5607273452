import type { FastifyPluginAsync } from 'fastify'
import type { Directory } from '../../directory/directory.ts'
import { Query } from '../../http/raw-bodies.ts'
import { notAuthenticated } from '../../model/errors.ts'
import type { ProjectDefinitions } from '../../model/flags.ts'
import { earlyAccessOperation, surveysOperation } from './contract.ts'

type Deps = {
  directory: Pick<Directory, 'projectByToken'>
  /** Flags of a project and what has them; undefined where it has none. */
  definitionsOf(projectId: number): ProjectDefinitions | undefined
}

/** Lists for SDKs, by the project API key in the query; from memory, like flags. */
export const sdkListRoutes =
  ({ directory, definitionsOf }: Deps): FastifyPluginAsync =>
  async (app) => {
    app.get(
      '/api/early_access_features',
      { config: { describes: earlyAccessOperation } },
      async (request) => {
        const stages = new Query(request.query).all('stage')
        const wanted = new Set(stages.length ? stages : ['beta'])
        const { earlyAccessFeatures = [] } = definitionsFor(request.query) ?? {}
        return { earlyAccessFeatures: earlyAccessFeatures.filter(({ stage }) => wanted.has(stage)) }
      },
    )

    app.get('/api/surveys', { config: { describes: surveysOperation } }, async (request) => ({
      surveys: definitionsFor(request.query)?.surveys ?? [],
      survey_config: null,
    }))

    for (const [name, empty] of Object.entries(nothing)) {
      app.get(`/api/${name}`, { config: { undocumented: 'answers that there is none' } }, async (request) => {
        definitionsFor(request.query)
        return empty
      })
    }

    /** @throws HedgerowError `not_authenticated` for a key that is missing or nobody's. */
    function definitionsFor(given: unknown): ProjectDefinitions | undefined {
      const query = new Query(given)
      const token = query.get('token') ?? query.get('api_key')
      if (token === null) {
        throw notAuthenticated(
          'API key not provided. You can find your project API key in project settings.',
          { code: 'missing_api_key' },
        )
      }
      const project = directory.projectByToken(token)
      if (project) return definitionsOf(project.id)
      throw notAuthenticated(
        'Project API key invalid. You can find your project API key in project settings.',
        { code: 'invalid_api_key' },
      )
    }
  }

/** What posthog-js asks for beside them, as a project answers that has none of it. */
const nothing: Record<string, object> = {
  web_experiments: { experiments: [] },
  product_tours: { product_tours: [] },
}
