import type { FastifyInstance } from 'fastify'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { activityLogEntry } from '../../http/activity-shapes.ts'
import { toUtc } from '../../http/date-time.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import { bookmarkActivity, importantChanges, listActivityLog } from './contract.ts'

const mostImportant = 10

export const activityLogRoutes =
  ({ activity }: { activity: ActivityLog }) =>
  async (app: FastifyInstance) => {
    route(app, listActivityLog, async ({ project, user, query, url }) => {
      const { count, results } = await activity.list(
        {
          projectId: project.id,
          scope: query.scope,
          itemId: query.item_id,
          userUuid: query.user,
          activity: query.activity,
        },
        query,
      )
      const readUntil = await activity.readUntil(user.id)
      const shown = results.map((row) => activityLogEntry(row, readUntil))
      return counted(url, query, { count, results: shown })
    })

    route(app, importantChanges, async ({ project, user }) => {
      const readUntil = await activity.readUntil(user.id)
      const rows = await activity.importantChanges(project.id, user.id, mostImportant)
      return rows.map((row) => activityLogEntry(row, readUntil))
    })

    route(app, bookmarkActivity, async ({ user, body }) => {
      await activity.bookmark(user.id, toUtc(body.bookmark))
    })
  }
