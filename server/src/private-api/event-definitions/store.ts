import { aliasedTable, and, asc, desc, eq, ilike, notIlike, type SQL } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { publicUser } from '../../accounts/users.ts'
import type { Database } from '../../database/database.ts'
import { eventDefinitions, organizationMemberships, users } from '../../database/schema.ts'
import { containing } from '../../kit/containing.ts'
import { invalid, notFound } from '../../model/errors.ts'
import { hasAnyTag, setTags, tagsOf } from '../../tags/tags.ts'

const owners = aliasedTable(users, 'owners')
const verifiers = aliasedTable(users, 'verifiers')
const updaters = aliasedTable(users, 'updaters')

export type EventDefinitionQuery = {
  limit: number
  offset: number
  search?: string
  tags?: string[]
  kind: 'all' | 'posthog' | 'custom'
  ordering?: string
}

export type EventDefinitionChanges = Partial<
  Pick<
    typeof eventDefinitions.$inferInsert,
    'ownerId' | 'description' | 'hidden' | 'verified' | 'verifiedAt' | 'verifiedBy'
  >
> & { tags?: string[] }

/** What is known of events, by name. */
export function createEventDefinitionStore(database: Database) {
  const { db } = database

  const withPeople = () =>
    db
      .select({
        definition: eventDefinitions,
        owner: publicUser(owners),
        verifier: publicUser(verifiers),
        updater: publicUser(updaters),
        tags: tagsOf('EventDefinition', eventDefinitions.projectId, eventDefinitions.id),
      })
      .from(eventDefinitions)
      .leftJoin(owners, eq(owners.id, eventDefinitions.ownerId))
      .leftJoin(verifiers, eq(verifiers.id, eventDefinitions.verifiedBy))
      .leftJoin(updaters, eq(updaters.id, eventDefinitions.updatedBy))
      .$dynamic()

  /** @throws HedgerowError not found, also for another project's. */
  const get = async (projectId: number, id: string) => {
    const [found] = await withPeople().where(is(projectId, id))
    if (!found) throw notFound()
    return found
  }

  return {
    get,

    async list(projectId: number, query: EventDefinitionQuery) {
      const where = and(
        eq(eventDefinitions.projectId, projectId),
        ...wordsOf(query.search).map((word) => ilike(eventDefinitions.name, word)),
        hasAnyTag('EventDefinition', eventDefinitions.projectId, eventDefinitions.id, query.tags),
        query.kind === 'posthog' ? ilike(eventDefinitions.name, '$%') : undefined,
        query.kind === 'custom' ? notIlike(eventDefinitions.name, '$%') : undefined,
      )
      const results = await withPeople()
        .where(where)
        .orderBy(...orderOf(query.ordering))
        .limit(query.limit)
        .offset(query.offset)
      return { count: await db.$count(eventDefinitions, where), results }
    },

    /** Names of all that were ever seen. */
    async names(projectId: number): Promise<string[]> {
      const rows = await db
        .select({ name: eventDefinitions.name })
        .from(eventDefinitions)
        .where(eq(eventDefinitions.projectId, projectId))
        .orderBy(asc(eventDefinitions.name))
      return rows.map(({ name }) => name)
    },

    /** @throws HedgerowError not found; `invalid` when the owner is not in the organization. */
    async update(
      project: { id: number; organizationId: string },
      id: string,
      { tags, ...changes }: EventDefinitionChanges,
      by: { userId: number; now: Date },
    ) {
      if (typeof changes.ownerId === 'number') await mustBeMember(project.organizationId, changes.ownerId)
      await database.transaction(async (tx) => {
        const [row] = await tx
          .update(eventDefinitions)
          .set({ ...changes, updatedAt: by.now.toISOString(), updatedBy: by.userId })
          .where(is(project.id, id))
          .returning({ id: eventDefinitions.id })
        if (!row) throw notFound()
        await setTags(tx, { projectId: project.id, kind: 'EventDefinition', id: row.id }, tags)
      })
      return get(project.id, id)
    },

    /** What it was. @throws HedgerowError not found. */
    async remove(projectId: number, id: string): Promise<typeof eventDefinitions.$inferSelect> {
      const gone = await database.transaction(async (tx) => {
        const [row] = await tx.delete(eventDefinitions).where(is(projectId, id)).returning()
        if (!row) throw notFound()
        await setTags(tx, { projectId, kind: 'EventDefinition', id: row.id }, [])
        return row
      })
      return gone
    },
  }

  async function mustBeMember(organizationId: string, userId: number): Promise<void> {
    const [found] = await db
      .select({ id: organizationMemberships.id })
      .from(organizationMemberships)
      .where(
        and(
          eq(organizationMemberships.organizationId, organizationId),
          eq(organizationMemberships.userId, userId),
        ),
      )
    if (!found) {
      throw invalid(`Invalid pk "${userId}" - object does not exist.`, {
        code: 'does_not_exist',
        attr: 'owner',
      })
    }
  }
}

export type EventDefinitionStore = ReturnType<typeof createEventDefinitionStore>
export type EventDefinitionRow = Awaited<ReturnType<EventDefinitionStore['get']>>

const is = (projectId: number, id: string) =>
  and(eq(eventDefinitions.projectId, projectId), eq(eventDefinitions.id, id))

/** Patterns for the words of a search, each of which must be in the name. */
const wordsOf = (search = '') =>
  search
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => containing(word))

const columns: Record<string, AnyPgColumn> = {
  name: eventDefinitions.name,
  last_seen_at: eventDefinitions.lastSeenAt,
  created_at: eventDefinitions.createdAt,
}

/** Volumes are not counted yet, so all are alike by them and come by name. */
function orderOf(ordering = ''): SQL[] {
  const column = columns[ordering.replace(/^-/, '')]
  const byName = asc(eventDefinitions.name)
  if (!column) return [byName]
  return [ordering.startsWith('-') ? desc(column) : asc(column), byName]
}
