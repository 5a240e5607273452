import { and, asc, desc, eq, ilike, inArray, like, notInArray, notLike, type SQL, sql } from 'drizzle-orm'
import { publicUser } from '../../accounts/users.ts'
import type { Database } from '../../database/database.ts'
import { eventProperties, propertyDefinitions, users } from '../../database/schema.ts'
import { containing } from '../../kit/containing.ts'
import { notFound } from '../../model/errors.ts'
import { propertyTypesChannel } from '../../model/notifications.ts'
import { hasAnyTag, setTags, tagsOf } from '../../tags/tags.ts'

/** As `property_definitions.type` has them. */
export const propertyTypes = { event: 1, person: 2, group: 3 } as const

export type PropertyDefinitionQuery = {
  limit: number
  offset: number
  type: keyof typeof propertyTypes
  groupTypeIndex?: number
  search?: string
  tags?: string[]
  names?: string[]
  excluded: string[]
  onlyNumerical: boolean
  featureFlags?: boolean
  /** Which events `seen` is about. */
  eventNames?: string[]
  onlySeen: boolean
}

export type PropertyDefinitionChanges = Partial<
  Pick<
    typeof propertyDefinitions.$inferInsert,
    'description' | 'propertyType' | 'isNumerical' | 'verified' | 'hidden'
  >
> & { tags?: string[] }

/** Written by ingestion for its own use; nobody asks for them. */
const hiddenNames = [
  'distinct_id',
  '$set',
  '$set_once',
  '$initial_referrer',
  '$initial_referring_domain',
  '$groups',
  '$group_type',
  '$group_key',
  '$group_set',
  ...[0, 1, 2, 3, 4].map((index) => `$group_${index}`),
]

/** What is known of properties, by name. */
export function createPropertyDefinitionStore(database: Database) {
  const { db } = database

  const select = (seen: SQL<boolean | null>) =>
    db
      .select({
        definition: propertyDefinitions,
        updater: publicUser(users),
        seen,
        tags: tagsOf('PropertyDefinition', propertyDefinitions.projectId, propertyDefinitions.id),
      })
      .from(propertyDefinitions)
      .leftJoin(users, eq(users.id, propertyDefinitions.updatedBy))
      .$dynamic()

  /** @throws HedgerowError not found, also for another project's. */
  const get = async (projectId: number, id: string) => {
    const [found] = await select(sql<null>`null::boolean`).where(is(projectId, id))
    if (!found) throw notFound()
    return found
  }

  return {
    get,

    async list(projectId: number, query: PropertyDefinitionQuery) {
      const { names, eventNames, featureFlags } = query
      const seen = eventNames
        ? sql<boolean>`exists (select 1 from ${eventProperties} where ${and(
            eq(eventProperties.projectId, projectId),
            sql`${eventProperties.event} = any(${sql.param(eventNames)}::text[])`,
            eq(eventProperties.property, propertyDefinitions.name),
          )})`
        : sql<null>`null::boolean`
      const where = and(
        eq(propertyDefinitions.projectId, projectId),
        eq(propertyDefinitions.type, propertyTypes[query.type]),
        query.groupTypeIndex === undefined
          ? undefined
          : eq(propertyDefinitions.groupTypeIndex, query.groupTypeIndex),
        notInArray(propertyDefinitions.name, [
          ...hiddenNames,
          ...query.excluded,
          ...(query.onlyNumerical ? ['timestamp'] : []),
        ]),
        names ? inArray(propertyDefinitions.name, names) : undefined,
        ...wordsOf(query.search).map((word) => ilike(propertyDefinitions.name, word)),
        hasAnyTag('PropertyDefinition', propertyDefinitions.projectId, propertyDefinitions.id, query.tags),
        query.onlyNumerical ? eq(propertyDefinitions.isNumerical, true) : undefined,
        featureFlags === true ? like(propertyDefinitions.name, '$feature/%') : undefined,
        featureFlags === false ? notLike(propertyDefinitions.name, '$feature/%') : undefined,
        query.onlySeen && eventNames ? seen : undefined,
      )
      const results = await select(seen)
        .where(where)
        .orderBy(...(eventNames ? [desc(seen)] : []), asc(propertyDefinitions.name))
        .limit(query.limit)
        .offset(query.offset)
      return { count: await db.$count(propertyDefinitions, where), results }
    },

    /** For each event, whether the property was seen on it. */
    async seenTogether(projectId: number, eventNames: string[], property: string) {
      const rows = await db
        .select({ event: eventProperties.event })
        .from(eventProperties)
        .where(
          and(
            eq(eventProperties.projectId, projectId),
            eq(eventProperties.property, property),
            sql`${eventProperties.event} = any(${sql.param(eventNames)}::text[])`,
          ),
        )
      const seen = new Set(rows.map(({ event }) => event))
      return Object.fromEntries(eventNames.map((name) => [name, seen.has(name)]))
    },

    /** @throws HedgerowError not found. */
    async update(
      projectId: number,
      id: string,
      { tags, ...changes }: PropertyDefinitionChanges,
      by: { userId: number; now: Date },
    ) {
      await database.transaction(async (tx) => {
        const [row] = await tx
          .update(propertyDefinitions)
          .set({ ...changes, updatedAt: by.now.toISOString(), updatedBy: by.userId })
          .where(is(projectId, id))
          .returning({ id: propertyDefinitions.id })
        if (!row) throw notFound()
        await setTags(tx, { projectId, kind: 'PropertyDefinition', id: row.id }, tags)
      })
      await database.notify(propertyTypesChannel, String(projectId))
      return get(projectId, id)
    },

    /** What it was. @throws HedgerowError not found. */
    async remove(projectId: number, id: string): Promise<typeof propertyDefinitions.$inferSelect> {
      const gone = await database.transaction(async (tx) => {
        const [row] = await tx.delete(propertyDefinitions).where(is(projectId, id)).returning()
        if (!row) throw notFound()
        await setTags(tx, { projectId, kind: 'PropertyDefinition', id: row.id }, [])
        return row
      })
      await database.notify(propertyTypesChannel, String(projectId))
      return gone
    },
  }
}

export type PropertyDefinitionStore = ReturnType<typeof createPropertyDefinitionStore>
export type PropertyDefinitionRow = Awaited<ReturnType<PropertyDefinitionStore['get']>>

const is = (projectId: number, id: string) =>
  and(eq(propertyDefinitions.projectId, projectId), eq(propertyDefinitions.id, id))

/** Patterns for the words of a search, each of which must be in the name. */
const wordsOf = (search = '') =>
  search
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => containing(word))
