import { sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { microsToIso } from '../kit/micros.ts'
import { HedgerowError } from '../model/errors.ts'
import type { FlagLookUp, LookedUp, LookUpFailure } from '../model/flags.ts'
import { createGroupStore } from './group-store.ts'
import type { Group } from './groups.ts'
import type { Person } from './person.ts'
import { createPersonStore, type IdKey } from './person-store.ts'

type Deps = {
  database: Database
  /** How long a look-up may take, milliseconds: half of what SDKs wait. */
  timeoutMs?: number
  logger?: { error(facts: object, message: string): void }
}

type Waiting = { wanted: FlagLookUp; done(found: LookedUp): void }

/** So many are looked up by one statement; the others wait for the next. */
const mostAtOnce = 500

/**
 * Looks up what flags must know of people and groups. Those that come while others are looked up are looked up together
 * afterwards: the database sees few statements, however many ask. Who has waited too long is told so; and while the
 * database is slow nobody new waits at all.
 */
export function createFlagLookUps({ database, timeoutMs = 1_500, logger }: Deps) {
  const people = createPersonStore(database)
  const groups = createGroupStore(database)
  let waiting: Waiting[] = []
  let runningSince: number | null = null

  function lookUp(wanted: FlagLookUp): Promise<LookedUp> {
    if (runningSince !== null && performance.now() - runningSince > timeoutMs) {
      return Promise.resolve(failed('timeout'))
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(failed('timeout')), timeoutMs)
      waiting.push({
        wanted,
        done(found) {
          clearTimeout(timer)
          resolve(found)
        },
      })
      if (runningSince === null) void run()
    })
  }

  async function run(): Promise<void> {
    while (waiting.length) {
      const batch = waiting.slice(0, mostAtOnce)
      waiting = waiting.slice(mostAtOnce)
      runningSince = performance.now()
      try {
        const found = await lookUpAll(batch.map(({ wanted }) => wanted))
        for (const [n, { done }] of batch.entries()) done(found[n]!)
      } catch (error) {
        const isAway = error instanceof HedgerowError && error.kind === 'unavailable'
        if (!isAway) logger?.error({ err: error }, 'people could not be looked up for flags')
        for (const { done } of batch) done(failed('database_unavailable'))
      }
    }
    runningSince = null
  }

  async function lookUpAll(all: FlagLookUp[]): Promise<LookedUp[]> {
    const [persons, groupsFound] = await Promise.all([
      findPersons(all.filter(({ person, members, continuity }) => person || members.length || continuity)),
      findGroups(all),
    ])
    const personOf = ({ projectId, distinctId }: FlagLookUp) => persons.get(keyOf(projectId, distinctId))
    const [memberships, hashKeys] = await Promise.all([
      findMemberships(all, personOf),
      findHashKeys(all, persons),
    ])
    return all.map((wanted, n) => {
      const person = personOf(wanted)
      return {
        person: person ? { properties: person.properties, createdAt: microsToIso(person.createdAt) } : null,
        memberOf: memberships[n]!,
        hashKeys: hashKeys[n]!,
        groups: new Map(
          wanted.groups.map(({ groupTypeIndex, groupKey }) => {
            const group = groupsFound.get(`${wanted.projectId}:${groupTypeIndex}:${groupKey}`)
            return [groupTypeIndex, group?.properties ?? {}]
          }),
        ),
      }
    })
  }

  /** By project and distinct id; also those of the distinct ids that people had before. */
  async function findPersons(all: FlagLookUp[]): Promise<Map<string, Person>> {
    const ids = new Map<string, IdKey>()
    for (const { projectId, distinctId, anonDistinctId, continuity } of all) {
      ids.set(keyOf(projectId, distinctId), { projectId, distinctId })
      if (continuity && anonDistinctId !== null) {
        ids.set(keyOf(projectId, anonDistinctId), { projectId, distinctId: anonDistinctId })
      }
    }
    if (!ids.size) return new Map()
    const known = await people.load({ all: [...ids.values()], mayCreate: [], mayMerge: [] })
    const byUuid = new Map(known.persons.map((person) => [`${person.projectId}:${person.uuid}`, person]))
    return new Map(
      known.distinctIds.map((id) => [
        keyOf(id.projectId, id.distinctId),
        byUuid.get(`${id.projectId}:${id.personUuid}`)!,
      ]),
    )
  }

  async function findGroups(all: FlagLookUp[]): Promise<Map<string, Group>> {
    const keys = all.flatMap(({ projectId, groups: wanted }) => wanted.map((one) => ({ projectId, ...one })))
    const found = keys.length ? await groups.loadGroups(keys) : []
    return new Map(found.map((one) => [`${one.projectId}:${one.groupTypeIndex}:${one.groupKey}`, one]))
  }

  async function findMemberships(
    all: FlagLookUp[],
    personOf: (wanted: FlagLookUp) => Person | undefined,
  ): Promise<Set<number>[]> {
    const asked = all.flatMap((wanted) => {
      const person = personOf(wanted)
      return person ? wanted.members.map((cohort) => ({ cohort, person: person.id! })) : []
    })
    if (!asked.length) return all.map(() => new Set())
    const rows = await database.db.execute<{ cohort_id: number; person_id: number }>(sql`
      select m.cohort_id, m.person_id
      from unnest(${sql.param(asked.map(({ cohort }) => cohort))}::int[],
        ${sql.param(asked.map(({ person }) => person))}::bigint[]) as asked(cohort_id, person_id)
      join flag_cohort_people m on m.cohort_id = asked.cohort_id and m.person_id = asked.person_id`)
    const found = new Set(rows.map((row) => `${row.cohort_id}:${row.person_id}`))
    return all.map((wanted) => {
      const id = personOf(wanted)?.id
      return new Set(wanted.members.filter((cohort) => found.has(`${cohort}:${id}`)))
    })
  }

  async function findHashKeys(
    all: FlagLookUp[],
    persons: Map<string, Person>,
  ): Promise<Record<string, string>[]> {
    const peopleOf = ({ projectId, distinctId, anonDistinctId, continuity }: FlagLookUp) => {
      const ids = !continuity ? [] : anonDistinctId === null ? [distinctId] : [distinctId, anonDistinctId]
      return [...new Set(ids.flatMap((id) => persons.get(keyOf(projectId, id))?.id ?? []))]
    }
    const asked = [...new Set(all.flatMap(peopleOf))]
    if (!asked.length) return all.map(() => ({}))
    const known = await readHashKeys(asked)
    for (const wanted of all) {
      const { anonDistinctId, continuity } = wanted
      if (anonDistinctId === null || !continuity?.length) continue
      const ids = peopleOf(wanted)
      // whoever lacks one gets all: what was drawn for the person before stays
      if (ids.every((id) => continuity.every((key) => known.get(id)?.has(key)))) continue
      await keepHashKeys(ids, continuity, anonDistinctId)
      for (const [id, keys] of await readHashKeys(ids)) known.set(id, keys)
    }
    return all.map((wanted) => {
      const own = persons.get(keyOf(wanted.projectId, wanted.distinctId))?.id
      const others = peopleOf(wanted).filter((id) => id !== own)
      // the person's own win
      const inOrder = [...others, ...(own ? [own] : [])].flatMap((id) => [...(known.get(id) ?? [])])
      return wanted.continuity ? Object.fromEntries(inOrder) : {}
    })
  }

  async function readHashKeys(personIds: number[]): Promise<Map<number, Map<string, string>>> {
    const rows = await database.db.execute<{ person_id: number; flag_key: string; hash_key: string }>(sql`
      select person_id, flag_key, hash_key from flag_hash_keys
      where person_id = any(${sql.param(personIds)}::bigint[])`)
    const found = new Map<number, Map<string, string>>()
    for (const row of rows) {
      const keys = found.get(row.person_id) ?? new Map()
      found.set(row.person_id, keys.set(row.flag_key, row.hash_key))
    }
    return found
  }

  /** The first one stays for ever. */
  const keepHashKeys = (personIds: number[], flagKeys: string[], hashKey: string) =>
    database.db.execute(sql`
      insert into flag_hash_keys (person_id, flag_key, hash_key)
      select p.id, flag.key, ${hashKey}
      from persons p, unnest(${sql.param(flagKeys)}::text[]) as flag(key)
      where p.id = any(${sql.param(personIds)}::bigint[])
      on conflict do nothing`)

  return { lookUp }
}

const keyOf = (projectId: number, distinctId: string) => `${projectId}:${distinctId}`

const failed = (failure: LookUpFailure): LookedUp => ({
  person: failure,
  memberOf: failure,
  hashKeys: failure,
  groups: failure,
})
