import { and, asc, eq } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import { organizationMemberships, organizations, projects, users } from '../database/schema.ts'
import { randomToken } from '../kit/api-keys.ts'
import { levels } from './levels.ts'
import { insertProject, type Project, removeProject } from './projects.ts'
import type { User } from './users.ts'

export type Organization = typeof organizations.$inferSelect
/** An organization as one of its members sees it. */
export type MemberOrganization = Organization & { membershipLevel: number }

/** Organizations, seen by their members only. */
export function createOrganizationStore(database: Database) {
  const { db } = database

  const joined = (userId: number) =>
    db
      .select({ organization: organizations, level: organizationMemberships.level })
      .from(organizationMemberships)
      .innerJoin(organizations, eq(organizations.id, organizationMemberships.organizationId))
      .where(eq(organizationMemberships.userId, userId))
      .$dynamic()

  const find = async (userId: number, organizationId: string): Promise<MemberOrganization | undefined> => {
    const [found] = await joined(userId).where(
      and(
        eq(organizationMemberships.userId, userId),
        eq(organizationMemberships.organizationId, organizationId),
      ),
    )
    return found && { ...found.organization, membershipLevel: found.level }
  }

  const listFor = async (userId: number): Promise<MemberOrganization[]> => {
    const rows = await joined(userId).orderBy(asc(organizations.createdAt), asc(organizations.id))
    return rows.map(({ organization, level }) => ({ ...organization, membershipLevel: level }))
  }

  return {
    /** Undefined when there is none, or when this user is not a member. */
    find,
    /** The user's, oldest first. */
    listFor,

    /** The one the user works in: the last visited, else their first, which is then remembered. */
    async current(user: User): Promise<MemberOrganization | undefined> {
      if (user.currentOrganizationId !== null) {
        const last = await find(user.id, user.currentOrganizationId)
        if (last) return last
      }
      const [first] = await listFor(user.id)
      if (first) {
        await db.update(users).set({ currentOrganizationId: first.id }).where(eq(users.id, user.id))
      }
      return first
    },

    /** A new organization with a "Default Project"; its maker owns it and is switched to it. */
    create: (user: User, name: string): Promise<{ organization: MemberOrganization; project: Project }> =>
      database.transaction(async (tx) => {
        const organization = await insertOrganization(tx, user, name)
        const project = await insertProject(tx, user, { organizationId: organization.id })
        return { organization: { ...organization, membershipLevel: levels.owner }, project }
      }),

    async update(id: string, changes: Partial<typeof organizations.$inferInsert>): Promise<Organization> {
      const [organization] = await db
        .update(organizations)
        .set({ ...changes, updatedAt: new Date().toISOString() })
        .where(eq(organizations.id, id))
        .returning()
      return organization!
    },

    /** With its projects and all that is in them. */
    async remove(id: string): Promise<void> {
      const its = await db.select({ id: projects.id }).from(projects).where(eq(projects.organizationId, id))
      for (const project of its) await removeProject(db, project.id)
      await db.delete(organizations).where(eq(organizations.id, id))
    },
  }
}

export type OrganizationStore = ReturnType<typeof createOrganizationStore>

/** An organization that the user owns. */
export async function insertOrganization(tx: Queries, owner: User, name: string): Promise<Organization> {
  const slug = slugOf(name)
  const [taken] = await tx
    .select({ id: organizations.id })
    .from(organizations)
    .where(eq(organizations.slug, slug))
  const [organization] = await tx
    .insert(organizations)
    .values({ name, slug: taken ? `${slug}-${randomToken().slice(0, 8).toLowerCase()}` : slug })
    .returning()
  await tx
    .insert(organizationMemberships)
    .values({ organizationId: organization!.id, userId: owner.id, level: levels.owner })
  return organization!
}

/** `Ümlaut & Co.` → `umlaut-co`; at most 40 characters, never empty. */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '')
  return slug || 'organization'
}
