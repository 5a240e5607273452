import { and, asc, eq } from 'drizzle-orm'
import { levels } from '../accounts/levels.ts'
import { publicUser } from '../accounts/users.ts'
import type { ActivityLog } from '../activity/activity-log.ts'
import type { Change } from '../activity/changes.ts'
import type { Database, Queries } from '../database/database.ts'
import { dashboardCollaborators, organizationMemberships, users } from '../database/schema.ts'
import { forbidden, invalid, notFound } from '../model/errors.ts'
import { type DashboardRow, known, permitEdit, rightsOf } from './dashboards.ts'
import { everyone, mayRestrict, type Viewer } from './edit-rights.ts'

/** Who may edit a restricted dashboard, in the database. */
export function createCollaboratorStore(
  database: Database,
  { activity }: { activity: Pick<ActivityLog, 'record'> },
) {
  const { db } = database

  /** Told of the dashboard: who may edit it is a part of it. */
  const record = (
    tx: Queries,
    project: { id: number; organizationId: string },
    viewer: Viewer,
    row: DashboardRow,
    change: Pick<Change, 'action' | 'before' | 'after'>,
  ) =>
    activity.record(
      {
        ...known(row.dashboard),
        organizationId: project.organizationId,
        projectId: project.id,
        userId: viewer.userId,
        activity: 'updated',
        changes: [{ type: 'Dashboard', field: 'collaborators', ...change }],
      },
      tx,
    )
  const withUser = () =>
    db
      .select({ collaborator: dashboardCollaborators, user: publicUser(users) })
      .from(dashboardCollaborators)
      .innerJoin(users, eq(users.id, dashboardCollaborators.userId))
      .$dynamic()

  return {
    /** All of a dashboard, in the order in which they came. */
    list: (dashboardId: number) =>
      withUser()
        .where(eq(dashboardCollaborators.dashboardId, dashboardId))
        .orderBy(asc(dashboardCollaborators.addedAt), asc(users.id)),

    /** @throws HedgerowError 403 who may not edit it; `invalid` for who needs no invitation, or could not come. */
    async add(
      project: { id: number; organizationId: string; settings: Record<string, unknown> },
      row: DashboardRow,
      viewer: Viewer,
      userUuid: string,
    ) {
      permitEdit(row, viewer)
      const { dashboard } = row
      if (dashboard.restrictionLevel <= everyone) {
        throw invalid('Cannot add collaborators to a dashboard on the lowest restriction level.')
      }
      const [found] = await db
        .select({ user: publicUser(users), level: organizationMemberships.level })
        .from(users)
        .innerJoin(
          organizationMemberships,
          and(
            eq(organizationMemberships.userId, users.id),
            eq(organizationMemberships.organizationId, project.organizationId),
          ),
        )
        .where(eq(users.uuid, userUuid))
      const needsAdmin = project.settings.access_control === true
      if (!found || (needsAdmin && found.level < levels.admin)) {
        throw invalid('Cannot add collaborators that have no access to the project.')
      }
      if (mayRestrict(rightsOf(row), { userId: found.user.id, level: found.level })) {
        throw invalid(
          'Cannot add collaborators that already have inherent access (the dashboard owner or a project admins).',
        )
      }
      return database.transaction(async (tx) => {
        const [made] = await tx
          .insert(dashboardCollaborators)
          .values({ dashboardId: dashboard.id, userId: found.user.id })
          .onConflictDoNothing()
          .returning()
        if (!made) throw invalid('User already is a collaborator.', { code: 'unique' })
        await record(tx, project, viewer, row, { action: 'created', before: null, after: found.user.email })
        return { collaborator: made, user: found.user }
      })
    },

    /** @throws HedgerowError 403 who may not edit it; not found. */
    async remove(
      project: { id: number; organizationId: string },
      row: DashboardRow,
      viewer: Viewer,
      userUuid: string,
    ): Promise<void> {
      permitEdit(row, viewer)
      if (row.dashboard.restrictionLevel <= everyone) {
        throw forbidden('Cannot remove collaborators from a dashboard on the lowest restriction level.')
      }
      await database.transaction(async (tx) => {
        const [user] = await tx.select().from(users).where(eq(users.uuid, userUuid))
        const gone = user
          ? await tx
              .delete(dashboardCollaborators)
              .where(
                and(
                  eq(dashboardCollaborators.dashboardId, row.dashboard.id),
                  eq(dashboardCollaborators.userId, user.id),
                ),
              )
              .returning({ id: dashboardCollaborators.id })
          : []
        if (!user || gone.length === 0) throw notFound()
        await record(tx, project, viewer, row, { action: 'deleted', before: user.email, after: null })
      })
    },
  }
}

export type CollaboratorStore = ReturnType<typeof createCollaboratorStore>
