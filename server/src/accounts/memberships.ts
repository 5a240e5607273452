import { aliasedTable, and, asc, count, desc, eq, inArray, ne, or } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import {
  dashboardCollaborators,
  dashboards,
  organizationMemberships,
  organizations,
  projects,
  users,
} from '../database/schema.ts'
import { notFound } from '../model/errors.ts'
import { type Level, levels } from './levels.ts'
import { checkLevelChange, checkRemoval } from './member-rules.ts'
import type { User } from './users.ts'

export type Member = { membership: typeof organizationMemberships.$inferSelect; user: User }

const mine = aliasedTable(organizationMemberships, 'mine')

/** Who belongs to an organization. Everything is about one organization; who acts in it is a member themselves. */
export function createMembershipStore(database: Database) {
  return {
    /** By first name, among namesakes the newest first; without users who are deactivated. */
    async list(organizationId: string, page: { limit: number; offset: number }) {
      const [where, { db }] = [ofOrganization(organizationId), database]
      const results = await membersIn(db)
        .where(where)
        .orderBy(
          asc(users.firstName),
          desc(organizationMemberships.joinedAt),
          asc(organizationMemberships.id),
        )
        .limit(page.limit)
        .offset(page.offset)
      const [total] = await db
        .select({ count: count() })
        .from(organizationMemberships)
        .innerJoin(users, eq(users.id, organizationMemberships.userId))
        .where(where)
      return { count: total!.count, results }
    },

    /** @throws HedgerowError not found. */
    find: (organizationId: string, userUuid: string) => memberIn(database.db, organizationId, userUuid),

    /** A membership with its organization; undefined when they have left. */
    async joined(
      membershipId: string,
    ): Promise<(Member & { organization: typeof organizations.$inferSelect }) | undefined> {
      const [found] = await database.db
        .select({ membership: organizationMemberships, user: users, organization: organizations })
        .from(organizationMemberships)
        .innerJoin(users, eq(users.id, organizationMemberships.userId))
        .innerJoin(organizations, eq(organizations.id, organizationMemberships.organizationId))
        .where(eq(organizationMemberships.id, membershipId))
      return found
    },

    /**
     * The other members of a membership's organization, without users who are deactivated.
     * @param userId of them this one alone
     */
    others: (membershipId: string, userId?: number): Promise<Member[]> =>
      membersIn(database.db)
        .where(
          and(
            eq(users.isActive, true),
            ne(organizationMemberships.id, membershipId),
            eq(
              organizationMemberships.organizationId,
              database.db.select({ id: mine.organizationId }).from(mine).where(eq(mine.id, membershipId)),
            ),
            userId === undefined ? undefined : eq(users.id, userId),
          ),
        )
        .orderBy(asc(organizationMemberships.joinedAt), asc(organizationMemberships.id)),

    /**
     * Gives a member another level; who passes on the ownership is an admin from then on.
     * @param by the id of the user who does it
     * @returns the member before and after, and what became of who did it where that changed
     * @throws HedgerowError not found; 403 as `checkLevelChange` says.
     */
    setLevel: (organizationId: string, by: number, userUuid: string, level: Level) =>
      database.transaction(async (tx) => {
        const { actor, member } = await both(tx, organizationId, by, userUuid)
        checkLevelChange(whoIs(actor), whoIs(member), level)
        const passedOn = level === levels.owner ? await withLevel(tx, actor, levels.admin) : null
        return { before: member, after: await withLevel(tx, member, level), actor, passedOn }
      }),

    /**
     * Takes a member out, or lets one leave. Their keys and sessions stay theirs, and reach nothing here any more.
     * @param by the id of the user who does it
     * @throws HedgerowError not found; 403 and 400 as `checkRemoval` says.
     */
    remove: (organizationId: string, by: number, userUuid: string): Promise<Member> =>
      database.transaction(async (tx) => {
        const { actor, member } = await both(tx, organizationId, by, userUuid)
        checkRemoval(whoIs(actor), whoIs(member))
        await removeMember(tx, organizationId, member)
        return member
      }),
  }
}

export type MembershipStore = ReturnType<typeof createMembershipStore>

/** Makes a user a member, working in the organization's first project from then on. */
export async function insertMember(
  tx: Queries,
  organizationId: string,
  userId: number,
  level: Level,
): Promise<Member> {
  const [membership] = await tx
    .insert(organizationMemberships)
    .values({ organizationId, userId, level })
    .returning()
  const [project] = await tx
    .select({ id: projects.id })
    .from(projects)
    .where(eq(projects.organizationId, organizationId))
    .orderBy(asc(projects.id))
    .limit(1)
  const [user] = await tx
    .update(users)
    .set({ currentOrganizationId: organizationId, currentProjectId: project?.id ?? null })
    .where(eq(users.id, userId))
    .returning()
  return { membership: membership!, user: user! }
}

const membersIn = (db: Queries) =>
  db
    .select({ membership: organizationMemberships, user: users })
    .from(organizationMemberships)
    .innerJoin(users, eq(users.id, organizationMemberships.userId))
    .$dynamic()

const ofOrganization = (organizationId: string) =>
  and(eq(organizationMemberships.organizationId, organizationId), eq(users.isActive, true))

async function memberIn(db: Queries, organizationId: string, userUuid: string): Promise<Member> {
  const [found] = await membersIn(db).where(and(ofOrganization(organizationId), eq(users.uuid, userUuid)))
  if (!found) throw notFound()
  return found
}

/** Who acts and who is acted upon. One change at a time: two owners who pass it on at once would leave two. */
async function both(tx: Queries, organizationId: string, by: number, userUuid: string) {
  await tx
    .select({ id: organizations.id })
    .from(organizations)
    .where(eq(organizations.id, organizationId))
    .for('update')
  const [actor] = await membersIn(tx).where(and(ofOrganization(organizationId), eq(users.id, by)))
  // They have just been taken out themselves.
  if (!actor) throw notFound()
  return { actor, member: await memberIn(tx, organizationId, userUuid) }
}

const whoIs = ({ membership: { userId, level } }: Member) => ({ userId, level })

async function withLevel(tx: Queries, { membership, user }: Member, level: Level): Promise<Member> {
  const [changed] = await tx
    .update(organizationMemberships)
    .set({ level, updatedAt: new Date().toISOString() })
    .where(eq(organizationMemberships.id, membership.id))
    .returning()
  return { membership: changed!, user }
}

/** What a member had here beyond the membership goes too: it would come back with them if they joined again. */
async function removeMember(tx: Queries, organizationId: string, { membership, user }: Member) {
  const its = tx.select({ id: projects.id }).from(projects).where(eq(projects.organizationId, organizationId))
  const itsDashboards = tx
    .select({ id: dashboards.id })
    .from(dashboards)
    .where(inArray(dashboards.projectId, its))
  await tx.delete(organizationMemberships).where(eq(organizationMemberships.id, membership.id))
  await tx
    .delete(dashboardCollaborators)
    .where(
      and(
        eq(dashboardCollaborators.userId, user.id),
        inArray(dashboardCollaborators.dashboardId, itsDashboards),
      ),
    )
  await tx
    .update(users)
    .set({ currentOrganizationId: null, currentProjectId: null })
    .where(
      and(
        eq(users.id, user.id),
        or(eq(users.currentOrganizationId, organizationId), inArray(users.currentProjectId, its)),
      ),
    )
}
