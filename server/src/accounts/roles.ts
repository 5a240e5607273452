import { and, asc, eq, inArray, type SQL } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import { violatedUnique } from '../database/errors.ts'
import {
  featureFlagRoleAccess,
  featureFlags,
  organizationMemberships,
  roleMemberships,
  roles,
  users,
} from '../database/schema.ts'
import { invalid, notFound } from '../model/errors.ts'
import { accessLevels, settingFor } from './resource-access.ts'
import { type PublicUser, publicUser, type User } from './users.ts'

export type Role = typeof roles.$inferSelect
export type RoleMember = { membership: typeof roleMemberships.$inferSelect; user: PublicUser }
/** A role with who has it, and the live flags that its members may edit because they name it. */
export type RoleRow = {
  role: Role
  creator: PublicUser | null
  members: RoleMember[]
  flags: { id: number; key: string; projectId: number }[]
}
export type RoleChanges = { name?: string; featureFlagsAccessLevel?: number }

const mostRoles = 1000

/** Roles of organizations: named groups of their members. Who acts was checked before. */
export function createRoleStore(database: Database) {
  const { db } = database

  /** Those of the condition, the oldest first. */
  async function rows(
    where: SQL | undefined,
    page?: { limit: number; offset: number },
    queries: Queries = db,
  ): Promise<RoleRow[]> {
    const found = queries
      .select({ role: roles, creator: publicUser(users) })
      .from(roles)
      .leftJoin(users, eq(users.id, roles.createdBy))
      .where(where)
      .orderBy(asc(roles.createdAt), asc(roles.id))
      .$dynamic()
    const heads = await (page ? found.limit(page.limit).offset(page.offset) : found)
    if (!heads.length) return []
    const ids = heads.map(({ role }) => role.id)
    const members = await membersIn(queries)
      .where(inArray(roleMemberships.roleId, ids))
      .orderBy(...oldestFirst)
    const flags = await queries
      .select({
        roleId: featureFlagRoleAccess.roleId,
        id: featureFlags.id,
        key: featureFlags.key,
        projectId: featureFlags.projectId,
      })
      .from(featureFlagRoleAccess)
      .innerJoin(featureFlags, eq(featureFlags.id, featureFlagRoleAccess.featureFlagId))
      .where(and(inArray(featureFlagRoleAccess.roleId, ids), eq(featureFlags.deleted, false)))
      .orderBy(asc(featureFlags.key), asc(featureFlags.id))
    return heads.map((head) => ({
      ...head,
      members: members.filter(({ membership }) => membership.roleId === head.role.id),
      flags: flags.filter(({ roleId }) => roleId === head.role.id).map(({ roleId: _, ...flag }) => flag),
    }))
  }

  /** @throws HedgerowError not found. */
  async function get(organizationId: string, id: string, queries: Queries = db): Promise<RoleRow> {
    const [found] = await rows(is(organizationId, id), undefined, queries)
    if (!found) throw notFound()
    return found
  }

  /** @throws HedgerowError `unique` for a name that another role of the organization has, in whatever case. */
  async function naming<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    try {
      return await database.transaction(work)
    } catch (error) {
      if (violatedUnique(error) !== 'roles_name') throw error
      throw invalid('There is already a role with this name.', { code: 'unique', attr: 'name' })
    }
  }

  return {
    get,

    async list(organizationId: string, page: { limit: number; offset: number }) {
      const where = eq(roles.organizationId, organizationId)
      return { count: await db.$count(roles, where), results: await rows(where, page) }
    },

    /** By their ids, of the organization. */
    byIds: (organizationId: string, ids: string[], queries?: Queries): Promise<RoleRow[]> =>
      ids.length
        ? rows(and(eq(roles.organizationId, organizationId), inArray(roles.id, ids)), undefined, queries)
        : Promise.resolve([]),

    /**
     * With what the organization lets its members do to flags, as PostHog makes them.
     * @throws HedgerowError `unique` for a name that is taken; `invalid` for one too many.
     */
    create: (organizationId: string, by: User, name: string): Promise<RoleRow> =>
      naming(async (tx) => {
        if ((await tx.$count(roles, eq(roles.organizationId, organizationId))) >= mostRoles) {
          throw invalid(`An organization may have ${mostRoles} roles.`)
        }
        const setting = await settingFor(tx, organizationId, 'feature flags')
        const [made] = await tx
          .insert(roles)
          .values({
            organizationId,
            name,
            featureFlagsAccessLevel: setting ?? accessLevels.edit,
            createdBy: by.id,
          })
          .returning({ id: roles.id })
        return get(organizationId, made!.id, tx)
      }),

    /** @throws HedgerowError not found; `unique` for a name that is taken. */
    update: (
      organizationId: string,
      id: string,
      changes: RoleChanges,
    ): Promise<{ before: RoleRow; after: RoleRow }> =>
      naming(async (tx) => {
        await tx.select({ id: roles.id }).from(roles).where(is(organizationId, id)).for('update')
        const before = await get(organizationId, id, tx)
        await tx
          .update(roles)
          .set({ ...changes, updatedAt: new Date().toISOString() })
          .where(is(organizationId, id))
        return { before, after: await get(organizationId, id, tx) }
      }),

    /** Its members stay members of the organization. @throws HedgerowError not found. */
    async remove(organizationId: string, id: string): Promise<Role> {
      const [gone] = await db.delete(roles).where(is(organizationId, id)).returning()
      if (!gone) throw notFound()
      return gone
    },

    /** Who has the role, the oldest first. @throws HedgerowError not found, for the role. */
    async members(organizationId: string, roleId: string, page: { limit: number; offset: number }) {
      const { members } = await get(organizationId, roleId)
      return { count: members.length, results: members.slice(page.offset, page.offset + page.limit) }
    },

    /**
     * Gives a member of the organization the role.
     * @throws HedgerowError not found, for the role; `invalid` for who is no member, or has it.
     */
    addMember: (
      organizationId: string,
      roleId: string,
      userUuid: string,
    ): Promise<{ before: RoleRow; after: RoleRow; member: RoleMember }> =>
      database.transaction(async (tx) => {
        // neither goes before the transaction ends
        await tx.select({ id: roles.id }).from(roles).where(is(organizationId, roleId)).for('share')
        const before = await get(organizationId, roleId, tx)
        const [found] = await tx
          .select({ id: organizationMemberships.id })
          .from(organizationMemberships)
          .innerJoin(users, eq(users.id, organizationMemberships.userId))
          .where(
            and(
              eq(organizationMemberships.organizationId, organizationId),
              eq(users.uuid, userUuid),
              eq(users.isActive, true),
            ),
          )
          .for('share', { of: organizationMemberships })
        if (!found) throw invalid('User does not exist.')
        const [made] = await tx
          .insert(roleMemberships)
          .values({ roleId, membershipId: found.id })
          .onConflictDoNothing()
          .returning({ id: roleMemberships.id })
        if (!made) throw invalid('User is already part of the role.')
        const after = await get(organizationId, roleId, tx)
        return { before, after, member: after.members.find(({ membership }) => membership.id === made.id)! }
      }),

    /** Takes the role from one who has it. @throws HedgerowError not found. */
    removeMember: (
      organizationId: string,
      roleId: string,
      id: string,
    ): Promise<{ before: RoleRow; after: RoleRow }> =>
      database.transaction(async (tx) => {
        const before = await get(organizationId, roleId, tx)
        const [gone] = await tx
          .delete(roleMemberships)
          .where(and(eq(roleMemberships.roleId, roleId), eq(roleMemberships.id, id)))
          .returning({ id: roleMemberships.id })
        if (!gone) throw notFound()
        return { before, after: await get(organizationId, roleId, tx) }
      }),
  }
}

export type RoleStore = ReturnType<typeof createRoleStore>

const is = (organizationId: string, id: string) =>
  and(eq(roles.organizationId, organizationId), eq(roles.id, id))

const oldestFirst = [asc(roleMemberships.joinedAt), asc(roleMemberships.id)]

/** Those who have roles; without users who are deactivated, as in the list of members. */
const membersIn = (queries: Queries) =>
  queries
    .select({ membership: roleMemberships, user: publicUser(users) })
    .from(roleMemberships)
    .innerJoin(organizationMemberships, eq(organizationMemberships.id, roleMemberships.membershipId))
    .innerJoin(users, and(eq(users.id, organizationMemberships.userId), eq(users.isActive, true)))
    .$dynamic()
