import type { FastifyInstance } from 'fastify'
import { userBasic } from '../../http/account-shapes.ts'
import { toUtc } from '../../http/date-time.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import {
  createScheduledChange,
  deleteScheduledChange,
  listScheduledChanges,
  retrieveScheduledChange,
  updateScheduledChange,
} from './contract.ts'
import type { ScheduledChangeRow, ScheduledChangeStore } from './store.ts'

export const scheduledChangeRoutes =
  ({ scheduled }: { scheduled: ScheduledChangeStore }) =>
  async (app: FastifyInstance) => {
    route(app, listScheduledChanges, async ({ project, query, url }) => {
      const { model_name: model = 'FeatureFlag', record_id: record, ...page } = query
      const flagId = record === undefined ? undefined : idIn(record)
      if (model !== 'FeatureFlag' || flagId === null) return counted(url, page, { count: 0, results: [] })
      const { count, results } = await scheduled.list(project.id, { ...page, flagId })
      return counted(url, query, { count, results: results.map(present) })
    })

    route(app, createScheduledChange, async ({ project, user, body }) => {
      const { payload, scheduled_at: at } = body
      const given = { payload, scheduledAt: toUtc(at) }
      return present(await scheduled.create(project, user.id, idIn(body.record_id) ?? 0, given))
    })

    route(app, retrieveScheduledChange, async ({ project, params }) =>
      present(await scheduled.get(project.id, params.id)),
    )

    route(app, updateScheduledChange, async ({ project, user, params, body }) => {
      const { payload, scheduled_at: at } = body
      const changes = { payload, scheduledAt: at === undefined ? undefined : toUtc(at) }
      return present(await scheduled.update(project, params.id, user.id, changes))
    })

    route(app, deleteScheduledChange, async ({ project, user, params }) =>
      scheduled.remove(project, params.id, user.id),
    )
  }

const idIn = (text: string): number | null => (/^\d{1,9}$/.test(text) ? Number(text) : null)

const present = ({ change, creator }: ScheduledChangeRow) => ({
  id: change.id,
  team_id: change.projectId,
  record_id: String(change.featureFlagId),
  model_name: 'FeatureFlag' as const,
  payload: change.payload,
  scheduled_at: change.scheduledAt,
  executed_at: change.executedAt,
  failure_reason: change.failureReason,
  created_at: change.createdAt,
  created_by: creator && userBasic(creator),
  updated_at: change.updatedAt,
})
