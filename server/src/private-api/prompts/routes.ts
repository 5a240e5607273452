import type { FastifyInstance } from 'fastify'
import { route } from '../../http/operation.ts'
import { myPrompts } from './contract.ts'

/** Tours through PostHog's web app, of which there are none here. */
export const promptRoutes = async (app: FastifyInstance) => {
  route(app, myPrompts, async () => ({ state: {}, sequences: [] }))
}
