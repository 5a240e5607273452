import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import type { Outgoing } from '../../outgoing/outgoing.ts'
import { createHook, deleteHook, listHooks, replaceHook, retrieveHook, updateHook } from './contract.ts'
import type { Hook, HookStore } from './store.ts'

type Deps = { hooks: HookStore; outgoing: Pick<Outgoing, 'check'> }

export const hookRoutes =
  ({ hooks, outgoing }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, listHooks, async ({ project, query, url }) => {
      const { count, results } = await hooks.list(project.id, query)
      return counted(url, query, { count, results: results.map(present) })
    })

    route(app, createHook, async ({ project, user, body }) => {
      const { event, target, resource_id: actionId = null } = body
      await outgoing.check(target, 'target')
      const hook = await hooks.create(project.id, user.id, { event, target, actionId })
      return { ...present(hook), secret: hook.secret }
    })

    route(app, retrieveHook, async ({ project, params }) => present(await hooks.get(project.id, params.id)))

    for (const update of [updateHook, replaceHook]) {
      route(app, update, async ({ project, params, body }) => {
        const { event, target, resource_id: actionId } = body as z.output<typeof updateHook.body>
        await hooks.get(project.id, params.id)
        if (target !== undefined) await outgoing.check(target, 'target')
        return present(await hooks.update(project.id, params.id, { event, target, actionId }))
      })
    }

    route(app, deleteHook, async ({ project, params }) => hooks.remove(project.id, params.id))
  }

const present = (hook: Hook): z.input<typeof retrieveHook.answer> => ({
  id: hook.id,
  created: hook.createdAt,
  updated: hook.updatedAt,
  event: hook.event,
  target: hook.target,
  resource_id: hook.actionId,
  team: hook.projectId,
  disabled_at: hook.disabledAt,
  last_failure: hook.lastFailure,
})
