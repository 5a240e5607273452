import { and, asc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import { personDistinctIds, persons } from '../database/schema.ts'
import { cleanJson } from '../kit/clean-text.ts'
import { isoToMicros, microsToIso } from '../kit/micros.ts'
import type { KnownPeople, PeopleChanges } from './people.ts'
import type { DistinctId, Person, PersonOverride } from './person.ts'
import { createPersonCache, type PersonCache } from './person-cache.ts'
import { personUuid } from './person-uuid.ts'

/** Someone else changed a person between the read and the write: read again and decide again. */
export class PeopleChanged extends Error {
  constructor() {
    super('a person was changed by somebody else at the same time')
    this.name = 'PeopleChanged'
  }
}

export type IdKey = { projectId: number; distinctId: string }

/** The distinct ids that a batch is about. */
export type IdsToLoad = {
  all: IdKey[]
  /** Those of them that may get a person in this batch. */
  mayCreate: IdKey[]
  /** Those of them that may be merged, on either side. */
  mayMerge: IdKey[]
  /**
   * True for a replay: who has a person now may have had none before, so what a new person needs to know is read for
   * all of `mayCreate`.
   */
  replay?: boolean
}

/** A person as the API reads it. */
export type PersonRow = {
  id: number
  uuid: string
  properties: Record<string, unknown>
  /** ISO 8601 with microseconds, UTC. */
  createdAt: string
  isIdentified: boolean
  version: number
}

/** People in the database. Reads take the project first; a person of another project is never found. */
export function createPersonStore(database: Database) {
  const { db } = database
  const cache = createPersonCache()
  const columns = {
    id: persons.id,
    uuid: persons.uuid,
    properties: persons.properties,
    createdAt: persons.createdAt,
    isIdentified: persons.isIdentified,
    version: persons.version,
  }

  async function find(projectId: number, condition: SQL): Promise<PersonRow | undefined> {
    const [row] = await db
      .select(columns)
      .from(persons)
      .where(and(eq(persons.projectId, projectId), condition))
    return row
  }

  return {
    /** By the uuid that the API calls a person's id. `uuid` must be well-formed. */
    findByUuid: (projectId: number, uuid: string) => find(projectId, eq(persons.uuid, uuid)),
    findById: (projectId: number, id: number) => find(projectId, eq(persons.id, id)),
    async findByDistinctId(projectId: number, distinctId: string): Promise<PersonRow | undefined> {
      const [row] = await db
        .select(columns)
        .from(personDistinctIds)
        .innerJoin(persons, eq(persons.id, personDistinctIds.personId))
        .where(and(eq(personDistinctIds.projectId, projectId), eq(personDistinctIds.distinctId, distinctId)))
      return row
    },
    /** All distinct ids of each person, those known longest first. */
    async distinctIdsOf(projectId: number, personIds: number[]): Promise<Map<number, string[]>> {
      const found = new Map<number, string[]>(personIds.map((id) => [id, []]))
      if (!personIds.length) return found
      const rows = await db
        .select({ personId: personDistinctIds.personId, distinctId: personDistinctIds.distinctId })
        .from(personDistinctIds)
        .where(
          and(eq(personDistinctIds.projectId, projectId), inArray(personDistinctIds.personId, personIds)),
        )
        .orderBy(asc(personDistinctIds.version), asc(personDistinctIds.distinctId))
      for (const row of rows) found.get(row.personId)?.push(row.distinctId)
      return found
    },
    /** By distinct id, for those that have a person. */
    async findByDistinctIds(projectId: number, distinctIds: string[]): Promise<Map<string, PersonRow>> {
      if (!distinctIds.length) return new Map()
      const rows = await db
        .select({ distinctId: personDistinctIds.distinctId, person: columns })
        .from(personDistinctIds)
        .innerJoin(persons, eq(persons.id, personDistinctIds.personId))
        .where(
          and(eq(personDistinctIds.projectId, projectId), inArray(personDistinctIds.distinctId, distinctIds)),
        )
      return new Map(rows.map((row) => [row.distinctId, row.person]))
    },
    load: (ids: IdsToLoad) => loadPeople(db, cache, ids),
  }
}

export type PersonStore = ReturnType<typeof createPersonStore>

type LoadedRow = {
  project_id: number
  id: number
  uuid: string
  /** JSON. */
  properties: string
  created_at: string
  is_identified: boolean
  version: number
}

async function loadPeople(
  db: Queries,
  cache: PersonCache,
  { all, mayCreate, mayMerge, replay = false }: IdsToLoad,
): Promise<KnownPeople> {
  const people = new Map<string, Person>()
  const distinctIds = new Map<string, DistinctId>()
  const found = await findOwners(db, all)
  const owners = await loadPersons(db, cache, found)
  for (const { id, version, personId } of found) {
    const person = owners.get(personId)
    // deleted between the two reads
    if (!person) continue
    people.set(person.uuid, person)
    distinctIds.set(`${id.projectId}:${id.distinctId}`, { ...id, personUuid: person.uuid, version })
  }

  const overrides = new Map<string, PersonOverride>()
  const withoutPerson = (id: IdKey) => replay || !distinctIds.has(`${id.projectId}:${id.distinctId}`)
  const toCreate = mayCreate.filter(withoutPerson)
  if (toCreate.length) await loadBearers(db, toCreate, people, overrides)
  if (mayMerge.length) await loadFollowers(db, mayMerge, people, distinctIds, overrides)
  return {
    persons: [...people.values()],
    distinctIds: [...distinctIds.values()],
    overrides: [...overrides.values()],
  }
}

type Owner = { id: IdKey; version: number; personId: number; personVersion: number }

/**
 * Which person has each distinct id, in which version. The answer is one text of numbers: a row each, with the
 * person in it, costs the database's thread and ours several times as much.
 */
async function findOwners(db: Queries, ids: IdKey[]): Promise<Owner[]> {
  const [answer] = await db.execute<{ found: string | null }>(sql`
    select string_agg(concat_ws(',', asked.n, d.version, p.id, p.version), ',') as found
    from ${idKeys(ids)} with ordinality as asked(project_id, distinct_id, n)
    join person_distinct_ids d on d.project_id = asked.project_id and d.distinct_id = asked.distinct_id
    join persons p on p.id = d.person_id`)
  const numbers = JSON.parse(`[${answer?.found ?? ''}]`) as number[]
  const owners: Owner[] = []
  for (let at = 0; at < numbers.length; at += 4) {
    owners.push({
      id: ids[numbers[at]! - 1]!,
      version: numbers[at + 1]!,
      personId: numbers[at + 2]!,
      personVersion: numbers[at + 3]!,
    })
  }
  return owners
}

/** The persons by their ids; only those that are not in the cache in their present version are read. */
async function loadPersons(db: Queries, cache: PersonCache, owners: Owner[]): Promise<Map<number, Person>> {
  const persons = new Map<number, Person>()
  const missing = new Set<number>()
  for (const { personId, personVersion } of owners) {
    const person = cache.get(personId, personVersion)
    if (person) persons.set(personId, person)
    else missing.add(personId)
  }
  if (!missing.size) return persons
  const rows = await db.execute<LoadedRow>(sql`
    select p.project_id, p.id, p.uuid, p.properties::text as properties, p.created_at, p.is_identified, p.version
    from persons p where p.id = any(${sql.param([...missing])}::bigint[])`)
  for (const row of rows) {
    const person = toPerson(row)
    persons.set(row.id, person)
    cache.put(row.id, person, row.properties.length)
  }
  return persons
}

/** Who has, or had, the uuids that new persons would get. */
async function loadBearers(
  db: Queries,
  ids: IdKey[],
  people: Map<string, Person>,
  overrides: Map<string, PersonOverride>,
) {
  const projectIds = sql.param(ids.map((id) => id.projectId))
  const uuids = sql.param(ids.map((id) => personUuid(id.projectId, id.distinctId)))
  const asked = sql`unnest(${projectIds}::int[], ${uuids}::uuid[]) as asked(project_id, uuid)`
  const bearers = await db.execute<LoadedRow>(sql`
    select p.project_id, p.id, p.uuid, p.properties::text as properties, p.created_at, p.is_identified, p.version
    from ${asked} join persons p on p.project_id = asked.project_id and p.uuid = asked.uuid`)
  for (const row of bearers) if (!people.has(row.uuid)) people.set(row.uuid, toPerson(row))
  addOverrides(
    overrides,
    await db.execute<OverrideRow>(sql`
      select o.project_id, o.old_person_id, o.person_id, o.version
      from ${asked} join person_overrides o on o.project_id = asked.project_id and o.old_person_id = asked.uuid`),
  )
}

/** All distinct ids of those who may be merged away, and the overrides that point at them. */
async function loadFollowers(
  db: Queries,
  ids: IdKey[],
  people: Map<string, Person>,
  distinctIds: Map<string, DistinctId>,
  overrides: Map<string, PersonOverride>,
) {
  const uuids = new Set(
    ids.flatMap((id) => distinctIds.get(`${id.projectId}:${id.distinctId}`)?.personUuid ?? []),
  )
  const mergeable = [...uuids].map((uuid) => people.get(uuid)!)
  if (!mergeable.length) return
  const rows = await db.execute<{
    project_id: number
    distinct_id: string
    version: number
    uuid: string
  }>(sql`
    select d.project_id, d.distinct_id, d.version, p.uuid
    from unnest(${sql.param(mergeable.map((person) => person.id))}::bigint[]) as asked(id)
    join persons p on p.id = asked.id join person_distinct_ids d on d.person_id = p.id`)
  for (const row of rows) {
    distinctIds.set(`${row.project_id}:${row.distinct_id}`, {
      projectId: row.project_id,
      distinctId: row.distinct_id,
      personUuid: row.uuid,
      version: row.version,
    })
  }
  addOverrides(
    overrides,
    await db.execute<OverrideRow>(sql`
      select o.project_id, o.old_person_id, o.person_id, o.version
      from unnest(${sql.param(mergeable.map((person) => person.projectId))}::int[],
        ${sql.param(mergeable.map((person) => person.uuid))}::uuid[]) as asked(project_id, uuid)
      join person_overrides o on o.project_id = asked.project_id and o.person_id = asked.uuid`),
  )
}

type OverrideRow = { project_id: number; old_person_id: string; person_id: string; version: number }

function addOverrides(overrides: Map<string, PersonOverride>, rows: OverrideRow[]) {
  for (const row of rows) {
    overrides.set(`${row.project_id}:${row.old_person_id}`, {
      projectId: row.project_id,
      oldPersonId: row.old_person_id,
      personId: row.person_id,
      version: row.version,
    })
  }
}

const toPerson = (row: LoadedRow): Person => ({
  projectId: row.project_id,
  uuid: row.uuid,
  id: row.id,
  properties: JSON.parse(row.properties),
  createdAt: isoToMicros(row.created_at),
  isIdentified: row.is_identified,
  version: row.version,
})

const idKeys = (ids: IdKey[]) =>
  sql`unnest(${sql.param(ids.map((id) => id.projectId))}::int[],
    ${sql.param(ids.map((id) => id.distinctId))}::text[])`

/**
 * Writes a batch's changes, a statement a kind.
 * @throws PeopleChanged when the people are not as they were when the changes were decided; roll back then.
 */
export async function writePeople(tx: Queries, changes: PeopleChanges): Promise<void> {
  const { created, updated, deleted, overrides } = changes
  if (updated.length) {
    const people = updated.map((one) => one.person)
    const rows = await tx.execute(sql`
      update persons p set properties = u.properties, created_at = u.created_at,
        is_identified = u.is_identified, version = u.version
      from unnest(${list(people, (one) => one.id)}::bigint[], ${list(updated, (one) => one.foundVersion)}::bigint[],
        ${list(people, (one) => cleanJson(one.properties))}::json[],
        ${list(people, (one) => microsToIso(one.createdAt))}::timestamptz[],
        ${list(people, (one) => one.isIdentified)}::boolean[], ${list(people, (one) => one.version)}::bigint[])
        as u(id, found_version, properties, created_at, is_identified, version)
      where p.id = u.id and p.version = u.found_version
      returning p.id`)
    if (rows.length !== updated.length) throw new PeopleChanged()
  }
  if (created.length) {
    const rows = await tx.execute(sql`
      insert into persons (project_id, uuid, properties, created_at, is_identified, version)
      select * from unnest(${list(created, (one) => one.projectId)}::int[], ${list(created, (one) => one.uuid)}::uuid[],
        ${list(created, (one) => cleanJson(one.properties))}::json[],
        ${list(created, (one) => microsToIso(one.createdAt))}::timestamptz[],
        ${list(created, (one) => one.isIdentified)}::boolean[], ${list(created, (one) => one.version)}::bigint[])
      on conflict (project_id, uuid) do nothing
      returning id`)
    if (rows.length !== created.length) throw new PeopleChanged()
  }
  await writeDistinctIds(tx, changes)
  if (deleted.length) {
    await moveFlagRows(tx, changes)
    const rows = await tx.execute(sql`
      delete from persons p using unnest(${list(deleted, (one) => one.person.id)}::bigint[],
        ${list(deleted, (one) => one.foundVersion)}::bigint[]) as u(id, found_version)
      where p.id = u.id and p.version = u.found_version
      returning p.id`)
    if (rows.length !== deleted.length) throw new PeopleChanged()
  }
  if (overrides.length) {
    await tx.execute(sql`
      insert into person_overrides (project_id, old_person_id, person_id, version)
      select * from unnest(${list(overrides, (one) => one.projectId)}::int[],
        ${list(overrides, (one) => one.oldPersonId)}::uuid[], ${list(overrides, (one) => one.personId)}::uuid[],
        ${list(overrides, (one) => one.version)}::bigint[])
      on conflict (project_id, old_person_id)
        do update set person_id = excluded.person_id, version = excluded.version`)
  }
}

/** What flags keep of those who were merged away is whoever's stays, unless they have it themselves. */
async function moveFlagRows(tx: Queries, { deleted, overrides }: PeopleChanges): Promise<void> {
  const targets = new Map(overrides.map((one) => [`${one.projectId}:${one.oldPersonId}`, one.personId]))
  const moved = deleted.flatMap(({ person: { id, uuid, projectId } }) => {
    const target = targets.get(`${projectId}:${uuid}`)
    return target !== undefined && target !== uuid ? [{ projectId, id, target }] : []
  })
  if (!moved.length) return
  await tx.execute(sql`
    with moved as (
      select m.id as old, p.id as new
      from unnest(${list(moved, (one) => one.projectId)}::int[], ${list(moved, (one) => one.id)}::bigint[],
        ${list(moved, (one) => one.target)}::uuid[]) as m(project_id, id, target)
      join persons p on p.project_id = m.project_id and p.uuid = m.target
    ), keys as (
      insert into flag_hash_keys (person_id, flag_key, hash_key)
      select moved.new, k.flag_key, k.hash_key from moved join flag_hash_keys k on k.person_id = moved.old
      on conflict do nothing
    )
    insert into flag_cohort_people (cohort_id, person_id)
    select m.cohort_id, moved.new from moved join flag_cohort_people m on m.person_id = moved.old
    on conflict do nothing`)
}

async function writeDistinctIds(tx: Queries, changes: PeopleChanges): Promise<void> {
  for (const isNew of [true, false]) {
    const ids = changes.distinctIds.filter((one) => one.isNew === isNew).map((one) => one.distinctId)
    if (!ids.length) continue
    const source = sql`unnest(${list(ids, (one) => one.projectId)}::int[], ${list(ids, (one) => one.distinctId)}::text[],
      ${list(ids, (one) => one.personUuid)}::uuid[], ${list(ids, (one) => one.version)}::bigint[])
      with ordinality as u(project_id, distinct_id, person_uuid, version, place)`
    const person = sql`p.project_id = u.project_id and p.uuid = u.person_uuid`
    const rows = isNew
      ? await tx.execute(sql`
          insert into person_distinct_ids (project_id, distinct_id, person_id, version)
          select u.project_id, u.distinct_id, p.id, u.version from ${source} join persons p on ${person}
          -- their ids tell in which order they came, whatever way the join goes
          order by u.place
          on conflict (project_id, distinct_id) do nothing
          returning person_id`)
      : await tx.execute(sql`
          update person_distinct_ids d set person_id = p.id, version = u.version
          from ${source} join persons p on ${person}
          where d.project_id = u.project_id and d.distinct_id = u.distinct_id
          returning d.person_id`)
    if (rows.length !== ids.length) throw new PeopleChanged()
  }
}

const list = <T>(rows: T[], value: (row: T) => unknown) => sql.param(rows.map(value))
