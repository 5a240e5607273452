import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPeople, type KnownPeople, type PeopleChanges, putBack } from './people.ts'
import type { IdentityEvent } from './person.ts'
import { personUuid } from './person-uuid.ts'

const minute = 60_000_000
const nobody: KnownPeople = { persons: [], distinctIds: [], overrides: [] }

let counter = 0
function event(name: string, distinctId: string, more: Partial<IdentityEvent> = {}): IdentityEvent {
  counter++
  return {
    projectId: 1,
    uuid: `00000000-0000-4000-8000-${String(counter).padStart(12, '0')}`,
    event: name,
    distinctId,
    mergeFrom: null,
    personless: false,
    timestamp: counter * minute,
    receivedAt: 1_000 + counter,
    set: {},
    setOnce: {},
    unset: [],
    ...more,
  }
}

/** What a database would hold after the changes. */
function store(known: KnownPeople, changes: PeopleChanges): KnownPeople {
  const next = {
    persons: new Map(known.persons.map((row) => [row.uuid, row])),
    distinctIds: new Map(known.distinctIds.map((row) => [row.distinctId, row])),
    overrides: new Map(known.overrides.map((row) => [row.oldPersonId, row])),
  }
  for (const person of changes.created) {
    expect(next.persons.has(person.uuid)).toBe(false)
    next.persons.set(person.uuid, person)
  }
  for (const { person, foundVersion } of [...changes.updated, ...changes.deleted]) {
    expect(next.persons.get(person.uuid)?.version).toBe(foundVersion)
    expect(person.version).toBeGreaterThan(foundVersion)
  }
  for (const { person } of changes.updated) next.persons.set(person.uuid, person)
  for (const { person } of changes.deleted) next.persons.delete(person.uuid)
  for (const { distinctId, isNew } of changes.distinctIds) {
    expect(next.distinctIds.has(distinctId.distinctId)).toBe(!isNew)
    next.distinctIds.set(distinctId.distinctId, distinctId)
  }
  for (const row of changes.overrides) {
    expect(row.version).toBeGreaterThan(next.overrides.get(row.oldPersonId)?.version ?? -1)
    next.overrides.set(row.oldPersonId, row)
  }
  for (const row of next.distinctIds.values()) expect(next.persons.has(row.personUuid)).toBe(true)
  return {
    persons: [...next.persons.values()],
    distinctIds: [...next.distinctIds.values()],
    overrides: [...next.overrides.values()],
  }
}

function run(events: IdentityEvent[], known = nobody) {
  const people = createPeople(known)
  const resolutions = events.map(people.apply)
  const changes = people.changes()
  return { resolutions, changes, known: store(known, changes) }
}

const personOf = (known: KnownPeople, distinctId: string) => {
  const row = known.distinctIds.find((one) => one.distinctId === distinctId)
  return known.persons.find((person) => person.uuid === row?.personUuid)
}

test('person uuids are upstream’s', () => {
  expect(personUuid(1, 'user_0')).toBe('9b157bba-a9cb-5954-97ee-74d5cef89f61')
  expect(personUuid(1, 'test')).toBe('246f7a43-5507-564f-b687-793ee3c2dd79')
  expect(personUuid(2, 'test')).toBe('00ce873a-549c-548e-bbec-cc804a385dd8')
  expect(personUuid(1, 'user@example.com')).toBe('55379864-2afb-5e1c-adf7-decb022461c5')
})

test('the first event of a distinct id makes its person, $set over $set_once', () => {
  const first = event('$pageview', 'a', { set: { b: 3, c: 4 }, setOnce: { a: 1, b: 2 } })
  const { known, resolutions } = run([first])
  expect(personOf(known, 'a')).toMatchObject({
    uuid: personUuid(1, 'a'),
    properties: { a: 1, b: 3, c: 4 },
    createdAt: first.timestamp,
    isIdentified: false,
  })
  expect(resolutions[0]!.personId()).toBe(personUuid(1, 'a'))
  expect(known.overrides).toEqual([])
})

test('$set changes, $set_once keeps what is there, also null, $unset takes away', () => {
  const { known } = run([
    event('a', 'a', { set: { kept: null, changed: 1, gone: 1 } }),
    event('a', 'a', { setOnce: { kept: 2, fresh: 3 }, set: { changed: 2 }, unset: ['gone', 'never there'] }),
  ])
  expect(personOf(known, 'a')!.properties).toEqual({ kept: null, changed: 2, fresh: 3 })
})

test('what changes with every page is no reason to write a person, but is on the event', () => {
  const { known } = run([event('$pageview', 'a', { set: { $current_url: '/1', $browser: 'Firefox' } })])
  const second = run([event('$pageview', 'a', { set: { $current_url: '/2', $browser: 'Chrome' } })], known)
  expect(second.changes).toMatchObject({ created: [], updated: [] })
  expect(second.resolutions[0]!.properties).toEqual({ $current_url: '/2', $browser: 'Chrome' })
  const third = run([event('$identify', 'a', { set: { $current_url: '/2' } })], known)
  expect(personOf(third.known, 'a')!.properties.$current_url).toBe('/2')
})

test('an exception never changes a person', () => {
  const { known } = run([event('a', 'a'), event('$exception', 'a', { set: { x: 1 } })])
  expect(personOf(known, 'a')!.properties).toEqual({})
})

test('the key __proto__ sets nothing', () => {
  const set = JSON.parse('{"__proto__": {"polluted": true}, "x": 1}')
  const { known } = run([event('a', 'a', { set }), event('a', 'a', { set, setOnce: set })])
  expect(Object.getPrototypeOf(personOf(known, 'a')!.properties)).toBe(Object.prototype)
  expect(JSON.stringify(personOf(known, 'a')!.properties)).toBe('{"x":1}')
})

test('properties over a megabyte are refused, the event keeps its own', () => {
  const { known, resolutions } = run([
    event('a', 'a'),
    event('$set', 'a', { set: { x: 'x'.repeat(1_000_001) } }),
  ])
  expect(resolutions[1]!.warning).toBe('person_properties_size_violation')
  expect(personOf(known, 'a')!.properties).toEqual({})
})

test('personless events make no person and carry the uuid it would have', () => {
  const { resolutions, known } = run([event('a', 'a', { personless: true, set: { x: 1 } })])
  expect(resolutions[0]).toMatchObject({ mode: 'propertyless', properties: {}, createdAt: null })
  expect(resolutions[0]!.personId()).toBe(personUuid(1, 'a'))
  expect(known).toEqual(nobody)
})

test('personless events after identify count for the person; more than a minute later in full', () => {
  const start = event('$identify', 'user', { mergeFrom: 'anon', set: { plan: 'pro' } })
  const soon = event('a', 'anon', { personless: true, timestamp: start.timestamp + minute })
  const later = event('a', 'anon', {
    personless: true,
    timestamp: start.timestamp + minute + 1,
    set: { x: 1 },
  })
  const { resolutions, known } = run([start, soon, later])
  expect(resolutions[1]).toMatchObject({ mode: 'propertyless', properties: {} })
  expect(resolutions[2]).toMatchObject({ mode: 'force_upgrade', properties: { plan: 'pro', x: 1 } })
  expect(new Set(resolutions.map((one) => one.personId()))).toEqual(new Set([personUuid(1, 'user')]))
  expect(known.overrides).toMatchObject([
    { oldPersonId: personUuid(1, 'anon'), personId: personUuid(1, 'user') },
  ])
})

test('case 1: the same id twice merges nothing and marks nobody', () => {
  const { known } = run([event('$identify', 'a', { mergeFrom: 'a', set: { x: 1 } })])
  expect(personOf(known, 'a')).toMatchObject({ isIdentified: false, properties: { x: 1 } })
})

test.each([
  'distinctId',
  'NaN',
  'undefined',
  'None',
  '0',
  ' ',
  "'Anonymous'",
  '"id"',
  '[object Object]',
  'GUEST',
])('case 2: %s is never merged, on either side', (illegal) => {
  for (const [target, source] of [
    [illegal, 'a'],
    ['a', illegal],
  ] as const) {
    const { known, resolutions } = run([event('$identify', target, { mergeFrom: source, set: { x: 1 } })])
    expect(resolutions[0]!.warning).toBe('cannot_merge_with_illegal_distinct_id')
    expect(known.distinctIds).toHaveLength(1)
    expect(personOf(known, target)).toMatchObject({ properties: { x: 1 }, isIdentified: false })
  }
})

test('case 3: two unknown ids become one identified person', () => {
  const { known } = run([event('$create_alias', 'new', { mergeFrom: 'old', set: { x: 1 } })])
  expect(known.persons).toHaveLength(1)
  expect(personOf(known, 'old')).toMatchObject({
    uuid: personUuid(1, 'new'),
    isIdentified: true,
    properties: { x: 1 },
  })
})

test.each([
  ['user', 'anon'],
  ['anon', 'user'],
])('case 4: the one person there is gets the other id (%s exists)', (existing, other) => {
  const { known } = run([
    event('a', existing, { set: { x: 1 } }),
    event('$identify', 'user', { mergeFrom: 'anon', setOnce: { x: 2, y: 2 } }),
  ])
  expect(known.persons).toHaveLength(1)
  expect(personOf(known, other)).toMatchObject({
    uuid: personUuid(1, existing),
    isIdentified: true,
    properties: { x: 1, y: 2 },
  })
  expect(known.overrides).toMatchObject([
    { oldPersonId: personUuid(1, other), personId: personUuid(1, existing) },
  ])
})

test('case 5: the same person already: identified, nothing else', () => {
  const { known } = run([event('$create_alias', 'a', { mergeFrom: 'b' })])
  const again = run([event('$identify', 'b', { mergeFrom: 'a' })], known)
  expect(again.changes).toMatchObject({ created: [], updated: [], distinctIds: [], overrides: [] })
})

test('case 6: an identified source is refused, its target’s properties still apply', () => {
  const { known, resolutions } = run([
    event('$identify', 'old', { mergeFrom: 'old-anon' }),
    event('$pageview', 'new'),
    event('$identify', 'new', { mergeFrom: 'old', set: { tried: true } }),
  ])
  expect(resolutions[2]!.warning).toBe('cannot_merge_already_identified')
  expect(personOf(known, 'new')).toMatchObject({ properties: { tried: true }, isIdentified: true })
  expect(personOf(known, 'old')!.uuid).not.toBe(personOf(known, 'new')!.uuid)
})

test('case 6: $merge_dangerously is not refused', () => {
  const { known } = run([
    event('$identify', 'old', { mergeFrom: 'old-anon' }),
    event('$identify', 'new', { mergeFrom: 'new-anon' }),
    event('$merge_dangerously', 'new', { mergeFrom: 'old' }),
  ])
  expect(known.persons).toHaveLength(1)
  for (const id of ['old', 'old-anon', 'new', 'new-anon']) {
    expect(personOf(known, id)!.uuid).toBe(personUuid(1, 'new'))
  }
})

test('case 7: the target wins, the older date stays, then the event’s own properties', () => {
  const { known, changes } = run(
    [event('$identify', 'new', { mergeFrom: 'old', set: { d: 6, e: 7 }, setOnce: { a: 8, f: 9 } })],
    run([
      event('a', 'old', { set: { a: 1, b: 2 }, timestamp: 5 }),
      event('a', 'new', { set: { b: 3, c: 4, d: 5 }, timestamp: 9 }),
    ]).known,
  )
  expect(known.persons).toMatchObject([
    {
      uuid: personUuid(1, 'new'),
      properties: { a: 1, b: 3, c: 4, d: 6, e: 7, f: 9 },
      createdAt: 5,
      isIdentified: true,
    },
  ])
  expect(changes.deleted).toMatchObject([{ person: { uuid: personUuid(1, 'old') } }])
  expect(known.overrides).toMatchObject([
    { oldPersonId: personUuid(1, 'old'), personId: personUuid(1, 'new') },
  ])
})

test('overrides are folded: each old uuid points at the last person', () => {
  const first = run([event('a', 'a'), event('a', 'b'), event('a', 'c')]).known
  const second = run([event('$create_alias', 'b', { mergeFrom: 'a' })], first).known
  const third = run([event('$merge_dangerously', 'c', { mergeFrom: 'b' })], second).known
  expect(third.overrides.map((row) => [row.oldPersonId, row.personId]).sort()).toEqual(
    [
      [personUuid(1, 'a'), personUuid(1, 'c')],
      [personUuid(1, 'b'), personUuid(1, 'c')],
    ].sort(),
  )
})

test('a person who begins anew under a merged uuid means itself again', () => {
  const merged = run([
    event('a', 'a'),
    event('a', 'b'),
    event('$create_alias', 'b', { mergeFrom: 'a' }),
  ]).known
  // deleted over the API, with all its distinct ids
  const deleted = { ...merged, persons: [], distinctIds: [] }
  const { known } = run([event('a', 'a')], deleted)
  expect(known.overrides).toMatchObject([{ oldPersonId: personUuid(1, 'a'), personId: personUuid(1, 'a') }])
})

test('where the uuid is taken by another person, a new one is made', () => {
  const { known } = run([event('a', 'a')])
  const split = { ...known, distinctIds: known.distinctIds.map((row) => ({ ...row, distinctId: 'b' })) }
  const after = run([event('a', 'a')], split).known
  expect(after.persons).toHaveLength(2)
  expect(personOf(after, 'a')!.uuid).not.toBe(personOf(after, 'b')!.uuid)
})

// A model as small as can be: who belongs together, what they have, who is identified.
type Somebody = { ids: Set<string>; properties: Record<string, unknown>; isIdentified: boolean }
function model(events: IdentityEvent[]): Somebody[] {
  let everybody: Somebody[] = []
  const find = (id: string) => everybody.find((one) => one.ids.has(id))
  const add = (...ids: string[]) => {
    const one: Somebody = { ids: new Set(ids), properties: {}, isIdentified: false }
    everybody.push(one)
    return one
  }
  for (const e of events) {
    const existing = find(e.distinctId)
    if (e.personless && (!existing || e.timestamp <= 0)) continue
    if (e.mergeFrom !== null && e.mergeFrom !== e.distinctId) {
      const source = find(e.mergeFrom)
      if (source && existing && source !== existing) {
        if (!source.isIdentified || e.event === '$merge_dangerously') {
          everybody = everybody.filter((one) => one !== source)
          for (const id of source.ids) existing.ids.add(id)
          existing.properties = { ...source.properties, ...existing.properties }
        }
        existing.isIdentified = true
      } else {
        const one = source ?? existing ?? add()
        one.ids.add(e.mergeFrom).add(e.distinctId)
        one.isIdentified = true
      }
    }
    const one = find(e.distinctId) ?? add(e.distinctId)
    one.properties = { ...e.setOnce, ...one.properties, ...e.set }
    for (const key of e.unset) delete one.properties[key]
  }
  return everybody
}

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const properties = fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.integer({ min: 0, max: 3 }), {
  maxKeys: 2,
})
const anyEvent = fc.record({
  name: fc.constantFrom('$identify', '$create_alias', '$merge_dangerously', '$set', 'seen'),
  distinctId: id,
  other: id,
  personless: fc.boolean(),
  set: properties,
  setOnce: properties,
  unset: fc.subarray(['x', 'y', 'z'], { maxLength: 1 }),
})
const batches = fc.array(fc.array(anyEvent, { maxLength: 6 }), { maxLength: 5 })

test('any interleaving, cut into batches anyhow, ends where the model ends', () => {
  fc.assert(
    fc.property(batches, (wild) => {
      let known = nobody
      const all: IdentityEvent[] = []
      for (const batch of wild) {
        const events = batch.map((one) => {
          const merges = one.name.startsWith('$') && one.name !== '$set'
          return event(one.name, one.distinctId, {
            mergeFrom: merges ? one.other : null,
            personless: !merges && one.personless,
            timestamp: (counter + 1) * 2 * minute,
            set: one.set,
            setOnce: one.setOnce,
            unset: one.unset,
          })
        })
        all.push(...events)
        const before = known
        const { known: after, changes, resolutions } = run(events, before)
        known = after

        // The same events on what is put back give the same changes and answers: what a replay relies on.
        const people = createPeople(putBack(known, JSON.parse(JSON.stringify(changes.replaced))))
        const again = events.map(people.apply)
        expect(normal(people.changes())).toEqual(normal(changes))
        for (const [index, one] of again.entries()) {
          const first = resolutions[index]!
          expect([one.personId(), one.mode, one.properties]).toEqual([
            first.personId(),
            first.mode,
            first.properties,
          ])
        }
      }
      const ours = known.persons.map((person) => ({
        ids: known.distinctIds
          .filter((row) => row.personUuid === person.uuid)
          .map((row) => row.distinctId)
          .sort(),
        properties: person.properties,
        isIdentified: person.isIdentified,
      }))
      const theirs = model(all).map((one) => ({ ...one, ids: [...one.ids].sort() }))
      const order = (a: { ids: string[] }, b: { ids: string[] }) => (a.ids.join() < b.ids.join() ? -1 : 1)
      expect(ours.sort(order)).toEqual(theirs.sort(order))

      // Whatever uuid an event of a distinct id was ever stored with leads to its person.
      const overrides = new Map(known.overrides.map((row) => [row.oldPersonId, row.personId]))
      for (const row of known.distinctIds) {
        const own = personUuid(1, row.distinctId)
        expect(overrides.get(own) ?? own).toBe(row.personUuid)
      }
      for (const target of overrides.values()) {
        expect(known.persons.some((person) => person.uuid === target)).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})

const normal = (changes: PeopleChanges) => JSON.parse(JSON.stringify(sorted(changes)))
const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort()
            .map(([k, v]) => [k, sorted(v)]),
        )
      : value
