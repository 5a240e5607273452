import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addProject } from '../../test/pipeline.ts'
import type { Database } from '../database/database.ts'
import { persons } from '../database/schema.ts'
import { createGroupStore, writeGroups } from './group-store.ts'
import { createGroups, createGroupTypes } from './groups.ts'
import { createPeople, putBack } from './people.ts'
import type { IdentityEvent } from './person.ts'
import { createPersonStore, type IdKey, PeopleChanged, writePeople } from './person-store.ts'
import { personUuid } from './person-uuid.ts'

/** People and groups in a database, the same in both homes. */
export function personStoreSuite(
  name: string,
  open: (whenDone: (close: () => Promise<void>) => void) => Promise<Database>,
) {
  describe(name, () => {
    let database: Database
    let projectId: number
    let counter = 0
    beforeAll(async () => {
      database = await open(afterAll)
    })

    const event = (distinctId: string, more: Partial<IdentityEvent> = {}): IdentityEvent => ({
      projectId,
      uuid: crypto.randomUUID(),
      event: more.mergeFrom ? '$merge_dangerously' : 'seen',
      distinctId,
      mergeFrom: null,
      personless: false,
      timestamp: 1_700_000_000_123_456 + counter++,
      receivedAt: 1_700_000_000_000,
      set: {},
      setOnce: {},
      unset: [],
      ...more,
    })

    async function decide(events: IdentityEvent[]) {
      const ids = new Map<string, IdKey>()
      for (const one of events) {
        for (const distinctId of [one.distinctId, one.mergeFrom]) {
          if (distinctId !== null) ids.set(distinctId, { projectId, distinctId })
        }
      }
      const all = [...ids.values()]
      const known = await createPersonStore(database).load({ all, mayCreate: all, mayMerge: all })
      const people = createPeople(known)
      for (const one of events) people.apply(one)
      return { people, changes: people.changes() }
    }
    async function process(events: IdentityEvent[]) {
      const { changes } = await decide(events)
      await database.transaction((tx) => writePeople(tx, changes))
      return changes
    }
    beforeAll(async () => {
      projectId = await addProject(database)
    })

    test('people are created, updated and merged, and read back as they were written', async () => {
      const properties = { text: 'quote " and \\ and {brace},', nested: { list: [1, null] }, nul: 'a\0b' }
      await process([event('a', { set: properties, timestamp: 1_700_000_000_123_456 }), event('b')])
      const store = createPersonStore(database)
      expect(await store.findByDistinctId(projectId, 'a')).toMatchObject({
        uuid: personUuid(projectId, 'a'),
        properties: { ...properties, nul: 'a\ufffdb' },
        createdAt: '2023-11-14T22:13:20.123456Z',
        isIdentified: false,
        version: 1_700_000_000_000,
      })
      await process([event('b', { mergeFrom: 'a', set: { merged: true } }), event('c', { mergeFrom: 'b' })])
      await process([event('d', { mergeFrom: 'c' })])
      const person = (await store.findByDistinctId(projectId, 'a'))!
      expect((await store.distinctIdsOf(projectId, [person.id])).get(person.id)!.sort()).toEqual([
        'a',
        'b',
        'c',
        'd',
      ])
      expect([...(await store.findByDistinctIds(projectId, ['a', 'd', 'nobody'])).keys()].sort()).toEqual([
        'a',
        'd',
      ])
      expect(person).toMatchObject({ isIdentified: true, properties: { merged: true } })
      const known = await store.load({
        all: [{ projectId, distinctId: 'a' }],
        mayCreate: ['a', 'b', 'c', 'd'].map((distinctId) => ({ projectId, distinctId })),
        mayMerge: [{ projectId, distinctId: 'a' }],
        replay: true,
      })
      expect(known.persons).toHaveLength(1)
      expect(known.distinctIds).toHaveLength(4)
      for (const override of known.overrides) expect(override.personId).toBe(person.uuid)
    })

    test('a batch decided on what was replaced gives the same changes from what is there now', async () => {
      await process([
        event('r1', { set: { x: 1 } }),
        event('r2', { set: { y: 2 } }),
        event('r3', { mergeFrom: 'r1' }),
      ])
      const events = [
        event('r2', { mergeFrom: 'r3', set: { z: 3 } }),
        event('r4', { mergeFrom: 'r2' }),
        event('r5'),
      ]
      const { changes } = await decide(events)
      await database.transaction((tx) => writePeople(tx, changes))
      const all = ['r1', 'r2', 'r3', 'r4', 'r5'].map((distinctId) => ({ projectId, distinctId }))
      const now = await createPersonStore(database).load({ all, mayCreate: all, mayMerge: all, replay: true })
      const again = createPeople(putBack(now, JSON.parse(JSON.stringify(changes.replaced))))
      for (const one of events) again.apply(one)
      const { replaced, ...mine } = again.changes()
      const { replaced: theirs, ...first } = changes
      expect(sorted(mine)).toEqual(sorted(first))
      expect(sorted(replaced)).toEqual(sorted(theirs))
    })

    test('an edit in between is noticed, and nothing is written', async () => {
      await process([event('edited', { set: { x: 1 } })])
      const { changes } = await decide([event('edited', { set: { x: 2 } }), event('bystander')])
      const uuid = personUuid(projectId, 'edited')
      await database.db.update(persons).set({ version: 1_800_000_000_000 }).where(eq(persons.uuid, uuid))
      await expect(database.transaction((tx) => writePeople(tx, changes))).rejects.toThrow(PeopleChanged)
      const store = createPersonStore(database)
      expect(await store.findByDistinctId(projectId, 'bystander')).toBeUndefined()
      await process([event('edited', { set: { x: 2 } }), event('bystander')])
      expect(await store.findByUuid(projectId, uuid)).toMatchObject({
        properties: { x: 2 },
        version: 1_800_000_000_001,
      })
    })

    test('a distinct id that somebody else made meanwhile is noticed', async () => {
      const { changes } = await decide([event('race')])
      await process([event('race')])
      await expect(database.transaction((tx) => writePeople(tx, changes))).rejects.toThrow(PeopleChanged)
    })

    test('thousands of people in one batch', async () => {
      const events = Array.from({ length: 3000 }, (_, index) => event(`many ${index}`, { set: { index } }))
      const changes = await process(events)
      expect(changes.created).toHaveLength(3000)
      await process(events.map((one) => ({ ...one, set: { index: -1 } })))
      const found = await createPersonStore(database).findByDistinctIds(projectId, ['many 0', 'many 2999'])
      expect([...found.values()].map((person) => person.properties)).toEqual([{ index: -1 }, { index: -1 }])
    })

    test('groups and their types', async () => {
      const store = createGroupStore(database)
      const types = createGroupTypes(await store.loadTypes([projectId]))
      expect(['a', 'b', 'a', 'c', 'd', 'e', 'f'].map((type) => types.indexOf(projectId, type))).toEqual([
        0,
        1,
        0,
        2,
        3,
        4,
        null,
      ])
      const key = { projectId, groupTypeIndex: 0, groupKey: 'k' }
      const facts = { ...key, timestamp: 5_000_000, receivedAt: 10 }
      const groups = createGroups(await store.loadGroups([key]))
      groups.identify({ ...facts, set: { x: 1, y: 1 } })
      const changes = groups.changes(types.newTypes)
      await database.transaction((tx) => writeGroups(tx, changes))
      await expect(database.transaction((tx) => writeGroups(tx, changes))).rejects.toThrow(PeopleChanged)
      const later = createGroups(await store.loadGroups([key]))
      later.identify({ ...facts, set: { x: 2 } })
      const update = later.changes([])
      await database.transaction((tx) => writeGroups(tx, update))
      await expect(database.transaction((tx) => writeGroups(tx, update))).rejects.toThrow(PeopleChanged)
      expect(await store.loadGroups([key])).toEqual([
        { ...key, properties: { x: 2, y: 1 }, createdAt: 5_000_000, version: 11 },
      ])
      expect((await store.typesOf(projectId)).map((type) => type.groupType)).toEqual([
        'a',
        'b',
        'c',
        'd',
        'e',
      ])
    })
  })
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const key = (item: unknown) => JSON.stringify(item)
    return value.map(sorted).sort((a, b) => (key(a) < key(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'id')
      .sort()
      .map(([key, item]) => [key, sorted(item)]),
  )
}
