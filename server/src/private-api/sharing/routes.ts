import type { FastifyInstance } from 'fastify'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { doneBy } from '../../http/activity-shapes.ts'
import { route } from '../../http/operation.ts'
import { type AddressedProject, viewerOf } from '../../http/project.ts'
import { type DashboardStore, permitEdit } from '../../saved/dashboards.ts'
import { type InsightStore, permitChange, type WhichInsight } from '../../saved/insights.ts'
import type { Shared, SharingLink, SharingLinkStore } from '../../saved/sharing-links.ts'
import { dashboardSharing, insightSharing } from './contract.ts'

type Deps = {
  links: SharingLinkStore
  insights: Pick<InsightStore, 'get'>
  dashboards: Pick<DashboardStore, 'get'>
  activity: Pick<ActivityLog, 'record'>
}
type User = { id: number }
/** What is shared, and what the activity log calls it. */
type Thing = { shared: Shared; told: Pick<Parameters<ActivityLog['record']>[0], 'scope' | 'itemId' | 'name'> }

/** Links to insights and dashboards: who sees one may see its link, who may edit it turns it on. */
export const sharingRoutes =
  ({ links, insights, dashboards, activity }: Deps) =>
  async (app: FastifyInstance) => {
    async function insight(project: AddressedProject, user: User, id: WhichInsight, editing: boolean) {
      const viewer = viewerOf(project, user)
      const row = await insights.get(project.id, id, viewer)
      if (editing) permitChange(row, viewer)
      const { id: insightId, name, derivedName, shortId, createdBy } = row.insight
      return {
        shared: { projectId: project.id, insightId },
        told: { scope: 'Insight' as const, itemId: insightId, name: name || derivedName, shortId, createdBy },
      }
    }

    async function dashboard(project: AddressedProject, user: User, id: number, editing: boolean) {
      const viewer = viewerOf(project, user)
      const row = await dashboards.get(project.id, id, viewer)
      if (editing) permitEdit(row, viewer)
      const { name, createdBy } = row.dashboard
      return {
        shared: { projectId: project.id, dashboardId: id },
        told: { scope: 'Dashboard' as const, itemId: id, name, createdBy },
      }
    }

    async function update(project: AddressedProject, user: User, { shared, told }: Thing, enabled?: boolean) {
      const before = await links.get(shared)
      if (enabled === undefined || enabled === before.enabled) return present(before)
      const after = await links.setEnabled(shared, enabled)
      await record(project, user, told, `sharing ${enabled ? 'enabled' : 'disabled'}`)
      return present(after)
    }

    async function renew(project: AddressedProject, user: User, { shared, told }: Thing) {
      const after = await links.renew(shared)
      await record(project, user, told, 'sharing link renewed')
      return present(after)
    }

    const record = (project: AddressedProject, user: User, told: Thing['told'], done: string) =>
      activity.record({ ...doneBy(project, user), ...told, activity: done })

    route(app, insightSharing.retrieve, async ({ project, user, params }) =>
      present(await links.get((await insight(project, user, params.id, false)).shared)),
    )
    route(app, insightSharing.update, async ({ project, user, params, body }) =>
      update(project, user, await insight(project, user, params.id, true), body.enabled),
    )
    route(app, insightSharing.renew, async ({ project, user, params }) =>
      renew(project, user, await insight(project, user, params.id, true)),
    )
    route(app, dashboardSharing.retrieve, async ({ project, user, params }) =>
      present(await links.get((await dashboard(project, user, params.id, false)).shared)),
    )
    route(app, dashboardSharing.update, async ({ project, user, params, body }) =>
      update(project, user, await dashboard(project, user, params.id, true), body.enabled),
    )
    route(app, dashboardSharing.renew, async ({ project, user, params }) =>
      renew(project, user, await dashboard(project, user, params.id, true)),
    )
  }

const present = ({ createdAt, enabled, accessToken }: SharingLink) => ({
  created_at: createdAt,
  enabled,
  access_token: accessToken,
})
