import type { FastifyInstance } from 'fastify'
import { route } from '../../http/operation.ts'
import { invalid } from '../../model/errors.ts'
import { findTemplate, knownTemplates } from '../../saved/templates.ts'
import { installTemplate, templateRepository } from './contract.ts'

export const dashboardTemplateRoutes = async (app: FastifyInstance) => {
  route(app, templateRepository, async () =>
    knownTemplates.map(({ name, description }) => ({
      name,
      description,
      url: null,
      verified: true,
      maintainer: 'official',
      installed: true,
      has_new_version: false,
    })),
  )

  route(app, installTemplate, async ({ user, body, reply }) => {
    // as PostHog has it: a refusal without a word
    if (!user.isStaff) return reply.code(403).send()
    if (!findTemplate(body.name)) {
      throw invalid('No such template: they come with Hedgerow, and none is fetched from elsewhere.', {
        attr: 'name',
      })
    }
    return reply.type('application/json').serializer(String).send('""')
  })
}
