import { and, asc, desc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { personDistinctIds, persons } from '../database/schema.ts'
import { isLooseUuid } from '../kit/uuid.ts'

/** A person as they are now. */
export type StoredPerson = {
  id: number
  uuid: string
  properties: Record<string, unknown>
  createdAt: string
  isIdentified: boolean
  /** Those that look identified first, then in the order in which they came. */
  distinctIds: string[]
}

const anonymous = /^(?:[a-z0-9]+-){4}[a-z0-9]+$/i

/** Whether a distinct id looks like one that an SDK made up. */
export const looksAnonymous = (distinctId: string): boolean => anonymous.test(distinctId)

const identifiedFirst = (ids: string[]) =>
  ids.toSorted((a, b) => Number(looksAnonymous(a)) - Number(looksAnonymous(b)))

const idsAtOnce = 5_000

/** Whether a text can be a person's id: an integer, or a uuid with or without hyphens. */
export const isPersonId = (text: string): boolean => isLooseUuid(text) || /^\d{1,15}$/.test(text)

/** Reads people for the API. */
export function createPersonReader(database: Database) {
  const { db } = database

  async function load(
    projectId: number,
    where: SQL | undefined,
    page?: { limit: number; offset: number },
  ): Promise<StoredPerson[]> {
    const question = db
      .select()
      .from(persons)
      .where(and(eq(persons.projectId, projectId), where))
      .orderBy(desc(persons.createdAt), asc(persons.uuid))
      .$dynamic()
    const rows = await (page ? question.limit(page.limit).offset(page.offset) : question)
    if (rows.length === 0) return []
    const ids = await db
      .select({ personId: personDistinctIds.personId, distinctId: personDistinctIds.distinctId })
      .from(personDistinctIds)
      .where(
        inArray(
          personDistinctIds.personId,
          rows.map(({ id }) => id),
        ),
      )
      .orderBy(asc(personDistinctIds.id))
    const byPerson = new Map<number, string[]>(rows.map(({ id }) => [id, []]))
    for (const { personId, distinctId } of ids) byPerson.get(personId)!.push(distinctId)
    return rows.map((row) => ({
      id: row.id,
      uuid: row.uuid,
      properties: row.properties,
      createdAt: row.createdAt,
      isIdentified: row.isIdentified,
      distinctIds: identifiedFirst(byPerson.get(row.id)!),
    }))
  }

  return {
    /** By integer id or uuid, hyphens optional. */
    async find(projectId: number, id: string): Promise<StoredPerson | undefined> {
      if (!isPersonId(id)) return undefined
      const [found] = await load(
        projectId,
        isLooseUuid(id) ? eq(persons.uuid, id) : eq(persons.id, Number(id)),
      )
      return found
    },

    /** The uuid of the person that a distinct id belongs to. */
    async uuidOf(projectId: number, distinctId: string): Promise<string | undefined> {
      const [found] = await db
        .select({ uuid: persons.uuid })
        .from(personDistinctIds)
        .innerJoin(persons, eq(persons.id, personDistinctIds.personId))
        .where(and(eq(personDistinctIds.projectId, projectId), eq(personDistinctIds.distinctId, distinctId)))
      return found?.uuid
    },

    /** The uuids of the people whom distinct ids belong to; those of nobody are left out. */
    async uuidsOf(projectId: number, distinctIds: string[]): Promise<string[]> {
      const found = new Set<string>()
      for (let at = 0; at < distinctIds.length; at += idsAtOnce) {
        const rows = await db.execute<{ uuid: string }>(sql`
          select distinct p.uuid from ${personDistinctIds} d join ${persons} p on p.id = d.person_id
          where d.project_id = ${projectId}
            and d.distinct_id = any(${sql.param(distinctIds.slice(at, at + idsAtOnce))}::text[])`)
        for (const { uuid } of rows) found.add(uuid)
      }
      return [...found]
    },

    /** Those of the uuids that are people of the project. */
    async existing(projectId: number, uuids: string[]): Promise<string[]> {
      const found: string[] = []
      for (let at = 0; at < uuids.length; at += idsAtOnce) {
        const rows = await db.execute<{ uuid: string }>(sql`
          select uuid from ${persons} where project_id = ${projectId}
            and uuid = any(${sql.param(uuids.slice(at, at + idsAtOnce))}::uuid[])`)
        for (const { uuid } of rows) found.push(uuid)
      }
      return found
    },

    /** Those of the uuids that exist, newest first. */
    async findAll(projectId: number, uuids: string[]): Promise<StoredPerson[]> {
      return uuids.length ? load(projectId, inArray(persons.uuid, uuids)) : []
    },

    /** Newest first, then by uuid. */
    list: (projectId: number, page: { limit: number; offset: number }) => load(projectId, undefined, page),
  }
}

export type PersonReader = ReturnType<typeof createPersonReader>
