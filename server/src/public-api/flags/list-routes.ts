import type { FastifyPluginAsync } from 'fastify'
import type { Directory } from '../../directory/directory.ts'
import { Query } from '../../http/raw-bodies.ts'
import { notAuthenticated } from '../../model/errors.ts'

/** What posthog-js asks for beside flags, as a project answers that has none of it. */
const lists: Record<string, object> = {
  surveys: { surveys: [], survey_config: null },
  early_access_features: { earlyAccessFeatures: [] },
  web_experiments: { experiments: [] },
  product_tours: { product_tours: [] },
}

/** Lists for SDKs, by the project API key in the query. */
export const sdkListRoutes =
  ({ directory }: { directory: Pick<Directory, 'projectByToken'> }): FastifyPluginAsync =>
  async (app) => {
    for (const [name, empty] of Object.entries(lists)) {
      const url = `/api/${name}`
      app.get(url, async (request) => {
        const query = new Query(request.query)
        const token = query.get('token') ?? query.get('api_key')
        if (token === null) {
          throw notAuthenticated(
            'API key not provided. You can find your project API key in project settings.',
            {
              code: 'missing_api_key',
            },
          )
        }
        if (directory.projectByToken(token)) return empty
        throw notAuthenticated(
          'Project API key invalid. You can find your project API key in project settings.',
          {
            code: 'invalid_api_key',
          },
        )
      })
    }
  }
