import type { FastifyInstance } from 'fastify'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import {
  createFeature,
  deleteFeature,
  type GivenFeature,
  listFeatures,
  replaceFeature,
  retrieveFeature,
  updateFeature,
} from './contract.ts'
import { type EarlyAccessStore, type FeatureChanges, presentFeature } from './store.ts'

export const earlyAccessRoutes =
  ({ features }: { features: EarlyAccessStore }) =>
  async (app: FastifyInstance) => {
    route(app, listFeatures, async ({ project, query, url }) => {
      const { count, results } = await features.list(project.id, query)
      return counted(url, query, { count, results: results.map(presentFeature) })
    })

    route(app, createFeature, async ({ project, user, body }) => {
      const { name, stage, feature_flag_id: featureFlagId } = body
      const given = { ...changesOf(body), name, stage, featureFlagId }
      return presentFeature(await features.create(project, user.id, given))
    })

    route(app, retrieveFeature, async ({ project, params }) =>
      presentFeature(await features.get(project.id, params.id)),
    )

    for (const update of [updateFeature, replaceFeature]) {
      route(app, update, async ({ project, user, params, body }) =>
        presentFeature(await features.update(project, params.id, user.id, changesOf(body))),
      )
    }

    route(app, deleteFeature, async ({ project, user, params }) => {
      await features.delete(project, params.id, user.id)
    })
  }

const changesOf = (body: GivenFeature): FeatureChanges => ({
  name: body.name,
  description: body.description,
  stage: body.stage,
  documentationUrl: body.documentation_url,
  payload: body.payload,
})
