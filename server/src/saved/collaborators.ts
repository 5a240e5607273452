import { and, asc, eq } from 'drizzle-orm'
import { levels } from '../accounts/levels.ts'
import type { Database } from '../database/database.ts'
import { dashboardCollaborators, organizationMemberships, users } from '../database/schema.ts'
import { forbidden, invalid, notFound } from '../model/errors.ts'
import { type DashboardRow, permitEdit, rightsOf } from './dashboards.ts'
import { everyone, mayRestrict, type Viewer } from './edit-rights.ts'

/** Who may edit a restricted dashboard, in the database. */
export function createCollaboratorStore(database: Database) {
  const { db } = database
  const withUser = () =>
    db
      .select({ collaborator: dashboardCollaborators, user: users })
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
      project: { organizationId: string; settings: Record<string, unknown> },
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
        .select({ user: users, level: organizationMemberships.level })
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
      const [made] = await db
        .insert(dashboardCollaborators)
        .values({ dashboardId: dashboard.id, userId: found.user.id })
        .onConflictDoNothing()
        .returning()
      if (!made) throw invalid('User already is a collaborator.', { code: 'unique' })
      return { collaborator: made, user: found.user }
    },

    /** @throws HedgerowError 403 who may not edit it; not found. */
    async remove(row: DashboardRow, viewer: Viewer, userUuid: string): Promise<void> {
      permitEdit(row, viewer)
      if (row.dashboard.restrictionLevel <= everyone) {
        throw forbidden('Cannot remove collaborators from a dashboard on the lowest restriction level.')
      }
      const gone = await db
        .delete(dashboardCollaborators)
        .where(
          and(
            eq(dashboardCollaborators.dashboardId, row.dashboard.id),
            eq(
              dashboardCollaborators.userId,
              db.select({ id: users.id }).from(users).where(eq(users.uuid, userUuid)),
            ),
          ),
        )
        .returning({ id: dashboardCollaborators.id })
      if (gone.length === 0) throw notFound()
    },
  }
}

export type CollaboratorStore = ReturnType<typeof createCollaboratorStore>
