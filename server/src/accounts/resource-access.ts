import { and, asc, eq } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import { violatedUnique } from '../database/errors.ts'
import { organizationResourceAccess } from '../database/schema.ts'
import { invalid, notFound } from '../model/errors.ts'

/** What somebody may do to things of a kind, in PostHog's numbers. */
export const accessLevels = { see: 21, edit: 37 } as const

/** The kinds of things that an organization can say something of, with PostHog's spaces. */
export const resources = [
  'feature flags',
  'experiments',
  'cohorts',
  'data management',
  'session recordings',
  'insights',
  'dashboards',
] as const
export type Resource = (typeof resources)[number]

export type ResourceAccess = typeof organizationResourceAccess.$inferSelect
type Changes = { resource?: Resource; accessLevel?: number }
/** One thing before and after a change. */
type Changed = { before: ResourceAccess; after: ResourceAccess }

/** What organizations let their plain members do to each kind of things. Who acts was checked before. */
export function createResourceAccessStore(database: Database) {
  const { db } = database

  /** @throws HedgerowError not found. */
  async function get(organizationId: string, id: number, queries: Queries = db): Promise<ResourceAccess> {
    const [found] = await queries.select().from(organizationResourceAccess).where(is(organizationId, id))
    if (!found) throw notFound()
    return found
  }

  /** @throws HedgerowError `unique` when the organization says something of the kind already. */
  async function once<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    try {
      return await database.transaction(work)
    } catch (error) {
      if (violatedUnique(error) !== 'organization_resource_access_once') throw error
      throw invalid('This resource access already exists.', { code: 'unique' })
    }
  }

  return {
    get,

    async list(organizationId: string, page: { limit: number; offset: number }) {
      const where = eq(organizationResourceAccess.organizationId, organizationId)
      const results = await db
        .select()
        .from(organizationResourceAccess)
        .where(where)
        .orderBy(asc(organizationResourceAccess.id))
        .limit(page.limit)
        .offset(page.offset)
      return { count: await db.$count(organizationResourceAccess, where), results }
    },

    /** @throws HedgerowError `unique` where there is one of the kind. */
    create: (
      organizationId: string,
      userId: number,
      given: Changes & { resource: Resource },
    ): Promise<ResourceAccess> =>
      once(async (tx) => {
        const [made] = await tx
          .insert(organizationResourceAccess)
          .values({ ...given, organizationId, createdBy: userId })
          .returning()
        return made!
      }),

    /** @throws HedgerowError not found; `unique` where there is another of the kind. */
    update: (organizationId: string, id: number, changes: Changes): Promise<Changed> =>
      once(async (tx) => {
        const before = await get(organizationId, id, tx)
        const [after] = await tx
          .update(organizationResourceAccess)
          .set({ ...changes, updatedAt: new Date().toISOString() })
          .where(is(organizationId, id))
          .returning()
        if (!after) throw notFound()
        return { before, after }
      }),

    /** Everybody may edit such things from then on. @throws HedgerowError not found. */
    async remove(organizationId: string, id: number): Promise<ResourceAccess> {
      const [gone] = await db.delete(organizationResourceAccess).where(is(organizationId, id)).returning()
      if (!gone) throw notFound()
      return gone
    },
  }
}

export type ResourceAccessStore = ReturnType<typeof createResourceAccessStore>

/** What plain members may do to things of the kind; undefined where the organization says nothing. */
export async function settingFor(
  queries: Queries,
  organizationId: string,
  resource: Resource,
): Promise<number | undefined> {
  const [found] = await queries
    .select({ level: organizationResourceAccess.accessLevel })
    .from(organizationResourceAccess)
    .where(
      and(
        eq(organizationResourceAccess.organizationId, organizationId),
        eq(organizationResourceAccess.resource, resource),
      ),
    )
  return found?.level
}

const is = (organizationId: string, id: number) =>
  and(eq(organizationResourceAccess.organizationId, organizationId), eq(organizationResourceAccess.id, id))
