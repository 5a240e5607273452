import { and, asc, eq, inArray, type SQL } from 'drizzle-orm'
import type { RoleRow, RoleStore } from '../../accounts/roles.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import type { Database, Queries } from '../../database/database.ts'
import { featureFlagRoleAccess, featureFlags, roles as roleTable } from '../../database/schema.ts'
import type { StoredFlag } from '../../flags/flag-writes.ts'
import { invalid, notFound } from '../../model/errors.ts'
import type { FlagProject } from './store.ts'

export type RoleAccessRow = { access: typeof featureFlagRoleAccess.$inferSelect; role: RoleRow }

type Deps = {
  database: Database
  roles: Pick<RoleStore, 'byIds'>
  activity: Pick<ActivityLog, 'record'>
}

/** Which roles a flag names as its editors. Who acts was checked before. */
export function createRoleAccessStore({ database, roles, activity }: Deps) {
  const { db } = database

  /** With their roles, in the order in which they came. */
  async function rows(
    { organizationId }: FlagProject,
    where: SQL | undefined,
    page: { limit: number; offset: number },
    queries: Queries = db,
  ): Promise<RoleAccessRow[]> {
    const found = await queries
      .select()
      .from(featureFlagRoleAccess)
      .where(where)
      .orderBy(asc(featureFlagRoleAccess.id))
      .limit(page.limit)
      .offset(page.offset)
    const named = await roles.byIds(
      organizationId,
      found.map(({ roleId }) => roleId),
      queries,
    )
    const byId = new Map(named.map((row) => [row.role.id, row]))
    return found.map((access) => ({ access, role: byId.get(access.roleId)! }))
  }

  /** Changes what a flag names, and tells of it as a change of the flag. One change at a time. */
  const changing = <T>(
    project: FlagProject,
    userId: number,
    flag: StoredFlag,
    work: (tx: Queries) => Promise<T>,
  ): Promise<T> =>
    database.transaction(async (tx) => {
      await tx
        .select({ id: featureFlags.id })
        .from(featureFlags)
        .where(eq(featureFlags.id, flag.id))
        .for('update')
      const before = { role_access: await namesOf(tx, flag.id) }
      const done = await work(tx)
      const after = { role_access: await namesOf(tx, flag.id) }
      await activity.record(
        {
          organizationId: project.organizationId,
          projectId: project.id,
          userId,
          scope: 'FeatureFlag',
          itemId: flag.id,
          activity: 'updated',
          name: flag.key,
          changes: changesBetween('FeatureFlag', before, after),
          createdBy: flag.createdBy,
        },
        tx,
      )
      return done
    })

  return {
    async list(project: FlagProject, flagId: number, page: { limit: number; offset: number }) {
      const where = eq(featureFlagRoleAccess.featureFlagId, flagId)
      return {
        count: await db.$count(featureFlagRoleAccess, where),
        results: await rows(project, where, page),
      }
    },

    /** @throws HedgerowError not found. */
    async get(project: FlagProject, flagId: number, id: number): Promise<RoleAccessRow> {
      const [found] = await rows(project, is(flagId, id), first)
      if (!found) throw notFound()
      return found
    },

    /** @throws HedgerowError `does_not_exist` for no role of the organization; `unique` for one that it names. */
    create: (
      project: FlagProject,
      userId: number,
      flag: StoredFlag,
      roleId: string,
    ): Promise<RoleAccessRow> =>
      changing(project, userId, flag, async (tx) => {
        // it does not go before the transaction ends
        await tx.select({ id: roleTable.id }).from(roleTable).where(eq(roleTable.id, roleId)).for('share')
        if (!(await roles.byIds(project.organizationId, [roleId], tx)).length) {
          throw invalid(`Invalid pk "${roleId}" - object does not exist.`, {
            code: 'does_not_exist',
            attr: 'role_id',
          })
        }
        const [made] = await tx
          .insert(featureFlagRoleAccess)
          .values({ featureFlagId: flag.id, roleId })
          .onConflictDoNothing()
          .returning({ id: featureFlagRoleAccess.id })
        if (!made) {
          throw invalid('This role may edit the feature flag already.', { code: 'unique', attr: 'role_id' })
        }
        const [row] = await rows(project, is(flag.id, made.id), first, tx)
        return row!
      }),

    /** @throws HedgerowError not found. */
    remove: (project: FlagProject, userId: number, flag: StoredFlag, id: number): Promise<void> =>
      changing(project, userId, flag, async (tx) => {
        const gone = await tx.delete(featureFlagRoleAccess).where(is(flag.id, id)).returning()
        if (!gone.length) throw notFound()
      }),
  }
}

export type RoleAccessStore = ReturnType<typeof createRoleAccessStore>

const first = { limit: 1, offset: 0 }

const is = (flagId: number, id: number) =>
  and(eq(featureFlagRoleAccess.featureFlagId, flagId), eq(featureFlagRoleAccess.id, id))

async function namesOf(tx: Queries, flagId: number): Promise<string[]> {
  const its = tx
    .select({ id: featureFlagRoleAccess.roleId })
    .from(featureFlagRoleAccess)
    .where(eq(featureFlagRoleAccess.featureFlagId, flagId))
  const named = await tx
    .select({ name: roleTable.name })
    .from(roleTable)
    .where(inArray(roleTable.id, its))
    .orderBy(asc(roleTable.name))
  return named.map(({ name }) => name)
}
