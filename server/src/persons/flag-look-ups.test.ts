import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertOrganization, insertProject } from '../../test/accounts.ts'
import { testDatabase } from '../../test/database.ts'
import type { Database } from '../database/database.ts'
import {
  cohorts,
  flagCohortPeople,
  flagHashKeys,
  groups,
  personDistinctIds,
  persons,
} from '../database/schema.ts'
import { unavailable } from '../model/errors.ts'
import type { FlagLookUp } from '../model/flags.ts'
import { createFlagLookUps } from './flag-look-ups.ts'

let database: Database
let projectId: number
let lookUp: ReturnType<typeof createFlagLookUps>['lookUp']
beforeAll(async () => {
  database = await testDatabase(afterAll)
  projectId = (await insertProject(database, await insertOrganization(database))).id
  lookUp = createFlagLookUps({ database }).lookUp
})

let count = 0
async function newPerson(
  properties: Record<string, unknown> = {},
  ids = [`user-${++count}`],
  of = projectId,
) {
  const [person] = await database.db
    .insert(persons)
    .values({
      projectId: of,
      uuid: crypto.randomUUID(),
      properties,
      createdAt: '2024-01-02T03:04:05.000006Z',
    })
    .returning()
  for (const distinctId of ids) {
    await database.db.insert(personDistinctIds).values({ projectId: of, distinctId, personId: person!.id })
  }
  return { id: person!.id, distinctId: ids[0]! }
}
const wanted = (distinctId: string, more: Partial<FlagLookUp> = {}): FlagLookUp => ({
  projectId,
  distinctId,
  anonDistinctId: null,
  person: false,
  members: [],
  continuity: null,
  groups: [],
  ...more,
})
const keysOf = async (personId: number) => {
  const rows = await database.db.select().from(flagHashKeys)
  return Object.fromEntries(
    rows.filter((row) => row.personId === personId).map(({ flagKey, hashKey }) => [flagKey, hashKey]),
  )
}

test('a person is found by a distinct id of the project, as it is now', async () => {
  const { distinctId, id } = await newPerson({ plan: 'pro' })
  const other = await insertProject(database, await insertOrganization(database))
  await newPerson({ plan: 'theirs' }, [distinctId], other.id)
  const find = () => lookUp(wanted(distinctId, { person: true }))
  expect((await find()).person).toEqual({
    properties: { plan: 'pro' },
    createdAt: '2024-01-02T03:04:05.000006Z',
  })
  await database.db.execute(
    `update persons set properties = '{"plan": "free"}', version = version + 1 where id = ${id}`,
  )
  expect((await find()).person).toMatchObject({ properties: { plan: 'free' } })
  expect((await lookUp(wanted('nobody', { person: true }))).person).toBeNull()
})

test('people who ask at the same time are looked up together, each gets their own', async () => {
  let statements = 0
  const counting: Database = {
    ...database,
    db: new Proxy(database.db, {
      get: (db, name, receiver) => {
        if (name === 'execute' || name === 'select') statements++
        return Reflect.get(db, name, receiver)
      },
    }),
  }
  const all = await Promise.all(Array.from({ length: 40 }, (_, n) => newPerson({ n })))
  const together = createFlagLookUps({ database: counting })
  const found = await Promise.all(
    all.map(({ distinctId }) => together.lookUp(wanted(distinctId, { person: true }))),
  )
  expect(found.map(({ person }) => (typeof person === 'string' ? person : person?.properties.n))).toEqual(
    all.map((_, n) => n),
  )
  expect(statements).toBeLessThan(8)
})

test('of the cohorts that are asked for, those that somebody is in', async () => {
  const made = await database.db
    .insert(cohorts)
    .values([{ projectId }, { projectId }, { projectId }])
    .returning()
  const [a, b, c] = made.map(({ id }) => id) as [number, number, number]
  const [one, two] = [await newPerson(), await newPerson()]
  await database.db.insert(flagCohortPeople).values([
    { cohortId: a, personId: one.id },
    { cohortId: b, personId: two.id },
    { cohortId: c, personId: one.id },
  ])
  const members = [a, b]
  const found = await Promise.all(
    [one.distinctId, two.distinctId, 'nobody'].map((id) => lookUp(wanted(id, { members }))),
  )
  expect(found.map(({ memberOf }) => [...(memberOf as Set<number>)])).toEqual([[a], [b], []])
})

test('groups are found by type and key', async () => {
  await database.db.insert(groups).values([
    { projectId, groupTypeIndex: 0, groupKey: 'acme', properties: { size: 3 } },
    { projectId, groupTypeIndex: 1, groupKey: 'acme', properties: { size: 4 } },
  ])
  const found = await lookUp(
    wanted('nobody', {
      groups: [
        { groupTypeIndex: 0, groupKey: 'acme' },
        { groupTypeIndex: 2, groupKey: 'acme' },
      ],
    }),
  )
  expect(found.groups).toEqual(
    new Map([
      [0, { size: 3 }],
      [2, {}],
    ]),
  )
})

describe('what decides for flags with experience continuity', () => {
  const continuity = ['a', 'b']
  const ask = async (distinctId: string, anonDistinctId: string | null = null) =>
    (await lookUp(wanted(distinctId, { continuity, anonDistinctId }))).hashKeys

  test('is kept for a person when the id from before is told, and stays', async () => {
    const { distinctId, id } = await newPerson()
    expect(await ask(distinctId)).toEqual({})
    expect(await ask(distinctId, 'anon-1')).toEqual({ a: 'anon-1', b: 'anon-1' })
    expect(await ask(distinctId, 'anon-2')).toEqual({ a: 'anon-1', b: 'anon-1' })
    expect(await ask(distinctId)).toEqual({ a: 'anon-1', b: 'anon-1' })
    expect(await keysOf(id)).toEqual({ a: 'anon-1', b: 'anon-1' })
  })

  test('is kept for the one that there was before too, and the own one goes first', async () => {
    const [now, before] = [await newPerson(), await newPerson()]
    await database.db.insert(flagHashKeys).values([
      { personId: before.id, flagKey: 'a', hashKey: 'older' },
      { personId: now.id, flagKey: 'c', hashKey: 'own' },
    ])
    expect(await ask(now.distinctId, before.distinctId)).toEqual({
      a: before.distinctId,
      b: before.distinctId,
      c: 'own',
    })
    expect(await keysOf(before.id)).toEqual({ a: 'older', b: before.distinctId })
  })

  test('is not kept for nobody', async () => {
    expect(await ask('nobody', 'anon-9')).toEqual({})
    expect(await database.db.$count(flagHashKeys)).toBeGreaterThan(0)
  })

  test('is kept once, whoever asks at the same time', async () => {
    const { distinctId } = await newPerson()
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => ask(distinctId, `anon-${n}`)))
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1)
  })
})

describe('while the database is slow or away', () => {
  /** A database whose statements end when they are told to. */
  const stuck = () => {
    const waiting: (() => void)[] = []
    const slow: Database = {
      ...database,
      db: new Proxy(database.db, {
        get: (db, name) =>
          name === 'execute'
            ? async (query: never) => {
                await new Promise<void>((resolve) => waiting.push(resolve))
                return db.execute(query)
              }
            : Reflect.get(db, name, db),
      }),
    }
    return { slow, release: () => waiting.splice(0).forEach((go) => void go()) }
  }

  test('nobody waits longer than allowed, those who come later not at all, and then it goes on', async () => {
    const { distinctId } = await newPerson({ plan: 'pro' })
    const { slow, release } = stuck()
    const { lookUp: bounded } = createFlagLookUps({ database: slow, timeoutMs: 100 })
    const ask = () => bounded(wanted(distinctId, { person: true }))
    const start = performance.now()
    expect(await ask()).toEqual({
      person: 'timeout',
      memberOf: 'timeout',
      hashKeys: 'timeout',
      groups: 'timeout',
    })
    expect(performance.now() - start).toBeLessThan(1_000)
    const late = performance.now()
    expect((await ask()).person).toBe('timeout')
    expect(performance.now() - late).toBeLessThan(50)
    const releasing = setInterval(release, 5)
    await expect.poll(async () => (await ask()).person).toMatchObject({ properties: { plan: 'pro' } })
    clearInterval(releasing)
  })

  test('it is told that the database is away', async () => {
    const away: Database = {
      ...database,
      db: new Proxy(database.db, {
        get: (db, name) =>
          name === 'execute'
            ? () => Promise.reject(unavailable('The database does not answer at the moment.'))
            : Reflect.get(db, name, db),
      }),
    }
    const { lookUp: failing } = createFlagLookUps({ database: away })
    expect((await failing(wanted('x', { person: true }))).person).toBe('database_unavailable')
  })
})
