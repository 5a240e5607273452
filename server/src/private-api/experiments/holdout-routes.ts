import type { FastifyInstance } from 'fastify'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import {
  createHoldout,
  deleteHoldout,
  listHoldouts,
  replaceHoldout,
  retrieveHoldout,
  updateHoldout,
} from './holdout-contract.ts'
import type { HoldoutStore } from './holdout-store.ts'
import { presentHoldout } from './present.ts'

export const holdoutRoutes =
  ({ holdouts }: { holdouts: HoldoutStore }) =>
  async (app: FastifyInstance) => {
    route(app, listHoldouts, async ({ project, query, url }) => {
      const { count, results } = await holdouts.list(project.id, query)
      return counted(url, query, { count, results: results.map(presentHoldout) })
    })

    route(app, createHoldout, async ({ project, user, body }) =>
      presentHoldout(await holdouts.create(project, user.id, body)),
    )

    route(app, retrieveHoldout, async ({ project, params }) =>
      presentHoldout(await holdouts.get(project.id, params.id)),
    )

    for (const update of [updateHoldout, replaceHoldout]) {
      route(app, update, async ({ project, user, params, body }) =>
        presentHoldout(await holdouts.update(project, params.id, user.id, body)),
      )
    }

    route(app, deleteHoldout, async ({ project, user, params }) => {
      await holdouts.delete(project, params.id, user.id)
    })
  }
