import type { FastifyInstance } from 'fastify'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import { invalid, notFound } from '../../model/errors.ts'
import {
  createIntegration,
  deleteIntegration,
  integrationChannels,
  listIntegrations,
  retrieveIntegration,
} from './contract.ts'

/** No kind of integration can be made here, so none is kept: docs/compatibility.md says why. */
export const integrationRoutes = async (app: FastifyInstance) => {
  route(app, listIntegrations, async ({ query, url }) => counted(url, query, { count: 0, results: [] }))

  route(app, createIntegration, async ({ body }) => {
    if (body.kind !== 'slack') throw invalid('Kind not supported', { attr: 'kind' })
    throw invalid(
      'Slack is paired with an app that is registered with it, which Hedgerow does not have. Use a webhook.',
      { attr: 'kind', code: 'not_supported' },
    )
  })

  for (const one of [retrieveIntegration, integrationChannels, deleteIntegration] as const) {
    route(app, one, async () => {
      throw notFound()
    })
  }
}
