import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { personRoutes } from './routes.ts'

let on: Ingested
beforeAll(async () => {
  on = await ingested(afterAll, (deps) => [personRoutes(deps)])
})

const find = async (distinctId: string) =>
  (await on.api.get(`${on.base}persons/?distinct_id=${distinctId}`)).body.results[0]
const one = (uuid: string, more = '') => `${on.base}persons/${uuid}/${more}`
const seen = (distinct_id: string, $set: object = {}) => ({
  event: 'seen',
  distinct_id,
  timestamp: '2026-01-02T03:04:05Z',
  properties: { $set },
})
const alias = (distinct_id: string, other: string) => ({
  event: '$create_alias',
  distinct_id,
  timestamp: '2026-01-02T03:04:06Z',
  properties: { alias: other },
})
/** How many persons the warehouse knows with this property. */
const counted = async (key: string, value: string) => {
  const filter = encodeURIComponent(JSON.stringify([{ key, value, type: 'person' }]))
  return (await on.api.get(`${on.base}persons/?properties=${filter}`)).body.results.length
}
/** Whose the events of a distinct id are, oldest first. */
const owners = async (distinctId: string) => {
  const rows = await on.pipeline.rows(
    `select distinct toString(if(o.person_id = toUUID('00000000-0000-0000-0000-000000000000'), e.person_id, o.person_id)) as owner
     from events e left join (select old_person_id, argMax(person_id, version) as person_id from person_overrides
       where team_id = {project:UInt32} group by old_person_id) o on o.old_person_id = e.person_id
     where e.team_id = {project:UInt32} and e.distinct_id = {id:String}`,
    { project: on.pipeline.projectId, id: distinctId },
  )
  return rows.map(({ owner }) => owner)
}

test('properties that are sent change, the others stay, and a read right after sees it', async () => {
  await on.send(seen('pat', { os: 'Mac', plan: 'free' }))
  const { uuid } = await find('pat')
  const changed = await on.api.patch(one(uuid), { properties: { plan: 'pro', age: 7 } })
  expect([changed.status, changed.text]).toEqual([202, ''])
  expect((await find('pat')).properties).toEqual({ os: 'Mac', plan: 'pro', age: 7 })
  expect(await counted('plan', 'pro')).toBe(1)
  const { id } = (await on.api.get(one(uuid))).body
  expect((await on.api.ask('PUT', one(String(id)), { properties: { age: 8 } })).status).toBe(202)
  const set = await on.api.post(one(uuid, 'update_property/'), { key: 'age', value: null })
  expect([set.status, set.text]).toEqual([202, ''])
  expect((await find('pat')).properties).toEqual({ os: 'Mac', plan: 'pro', age: null })
  const unset = await on.api.post(one(uuid, 'delete_property/'), { $unset: 'age' })
  expect([unset.status, unset.body]).toEqual([201, { success: true }])
  expect((await find('pat')).properties).toEqual({ os: 'Mac', plan: 'pro' })
})

test.each([
  ['PATCH', '', { foo: 'bar' }, 'properties', 'required'],
  ['PATCH', '', { properties: 'all' }, 'properties', 'not_a_dict'],
  ['POST', 'update_property/', { key: 'a' }, 'value', 'required'],
  ['POST', 'update_property/', { value: 1 }, 'key', 'required'],
  ['POST', 'delete_property/', {}, '$unset', 'required'],
  ['POST', 'split/', { main_distinct_id: 'somebody else' }, 'main_distinct_id', 'invalid_input'],
  ['DELETE', '?delete_events=sure', undefined, 'delete_events', 'invalid_input'],
])('%s %s refuses %j', async (method, more, body, attr, code) => {
  await on.send(seen('ref'))
  const { uuid } = await find('ref')
  const { status, body: said } = await on.api.ask(method, one(uuid, more), body)
  expect([status, said.type, said.attr, said.code]).toEqual([400, 'validation_error', attr, code])
  expect(await find('ref')).toBeDefined()
})

test('split with a main id: it keeps the properties, and each other id is somebody new', async () => {
  await on.send(seen('s1', { tier: 'gold' }), seen('s2'))
  await on.send(alias('s1', 's2'), alias('s1', 's3'))
  const { uuid, distinct_ids } = await find('s3')
  expect(distinct_ids.toSorted()).toEqual(['s1', 's2', 's3'])
  expect(await owners('s2')).toEqual([uuid])
  const { status, body } = await on.api.post(one(uuid, 'split/'), { main_distinct_id: 's1' })
  expect([status, body]).toEqual([201, { success: true }])
  expect(await find('s1')).toMatchObject({ uuid, distinct_ids: ['s1'], properties: { tier: 'gold' } })
  const others = [await find('s2'), await find('s3')]
  expect(others.map((other) => [other.distinct_ids, other.properties])).toEqual([
    [['s2'], {}],
    [['s3'], {}],
  ])
  expect(new Set([uuid, ...others.map((other) => other.uuid)]).size).toBe(3)
  // what came before the merge was this person's, and is again
  expect(await owners('s2')).toEqual([others[0].uuid])
  await on.send(seen('s2', { tier: 'tin' }))
  expect((await find('s2')).properties).toEqual({ tier: 'tin' })
  expect([await counted('tier', 'gold'), await counted('tier', 'tin')]).toEqual([1, 1])
  // and they may become one again
  await on.send(alias('s1', 's3'))
  expect((await find('s3')).uuid).toBe(uuid)
})

test('split without one: the first id stays, and the properties are emptied', async () => {
  await on.send(seen('e1', { tier: 'lead' }), alias('e1', 'e2'))
  const { uuid } = await find('e1')
  expect((await on.api.post(one(uuid, 'split/'))).status).toBe(201)
  expect(await find('e1')).toMatchObject({ uuid, distinct_ids: ['e1'], properties: {} })
  expect((await find('e2')).uuid).not.toBe(uuid)
  expect(await counted('tier', 'lead')).toBe(0)
})

test('a split takes its own uuid back only where it is free', async () => {
  await on.send(seen('u1', { a: 1 }), alias('u1', 'u2'))
  const { uuid } = await find('u1')
  await on.api.post(one(uuid, 'split/'), { main_distinct_id: 'u2' })
  const [first, second] = [await find('u1'), await find('u2')]
  expect(second).toMatchObject({ uuid, properties: { a: 1 } })
  expect(first.uuid).not.toBe(uuid)
  expect(first.properties).toEqual({})
})

test('a deleted person is gone, their events stay, and the id may come back', async () => {
  await on.send(seen('d1', { fate: 'gone' }), alias('d1', 'd2'))
  const before = await find('d2')
  const { status, text } = await on.api.delete(one(before.uuid))
  expect([status, text]).toEqual([202, ''])
  expect([await find('d1'), await find('d2')]).toEqual([undefined, undefined])
  expect((await on.api.get(one(before.uuid))).status).toBe(404)
  expect((await on.api.delete(one(before.uuid))).status).toBe(404)
  expect(await counted('fate', 'gone')).toBe(0)
  const events = (await on.pipeline.events()).filter(({ distinct_id }) => distinct_id === 'd1')
  expect(events.map(({ event }) => event)).toEqual(['seen', '$create_alias'])
  const ids = await on.pipeline.rows(
    `select distinct_id, argMax(is_deleted, version) as gone from person_distinct_ids
     where distinct_id in ('d1', 'd2') group by distinct_id order by distinct_id`,
  )
  expect(ids.map(({ gone }) => Boolean(gone))).toEqual([true, true])

  await on.send(seen('d1', { fate: 'back' }))
  const after = await find('d1')
  expect(after).toMatchObject({ distinct_ids: ['d1'], properties: { fate: 'back' } })
  expect(await counted('fate', 'back')).toBe(1)
  expect(await find('d2')).toBeUndefined()
})

test('a person deleted with their events: all of theirs until then, whoever they were, and nobody else’s', async () => {
  const names = async () =>
    (await on.pipeline.events())
      .filter(({ properties }) => properties.tale === 'w')
      .map(({ distinct_id, event }) => `${distinct_id} ${event}`)
      .sort()
  const told = (distinctId: string, event = 'seen', properties = {}) => ({
    event,
    distinct_id: distinctId,
    properties: { tale: 'w', ...properties },
  })
  const personless = { $process_person_profile: false }
  const heat = { $heatmap_data: { 'https://a.test/': [{ x: 1, y: 2, target_fixed: false, type: 'click' }] } }
  const points = { ...heat, $viewport_width: 100, $viewport_height: 100, $session_id: 's' }
  await on.send(told('w1', 'seen', personless), told('w2'), told('other'))
  await on.send(told('w2', '$$heatmap', points), told('other', '$$heatmap', points))
  await on.send({ ...alias('w2', 'w1'), properties: { alias: 'w1', tale: 'w' } }, told('w1'))
  const { uuid } = await find('w1')
  expect((await on.api.delete(`${one(uuid)}?delete_events=true`)).status).toBe(202)
  await on.send(told('w1', 'came back'))
  await on.deleteEvents()
  expect(await names()).toEqual(['other seen', 'w1 came back'])
  expect(await on.pipeline.rows('select distinct_id from heatmaps')).toEqual([{ distinct_id: 'other' }])
  expect(await find('w1')).toMatchObject({ properties: {} })
  // for ever: not only out of sight
  await on.pipeline.warehouse.command('alter table events apply deleted mask settings mutations_sync = 2')
  expect(
    await on.pipeline.rows(
      "select 1 from system.parts where database = currentDatabase() and table = 'events' and active and has_lightweight_delete",
    ),
  ).toEqual([])
  expect(await names()).toEqual(['other seen', 'w1 came back'])
})

test('changes by hand and events at the same time do not get into each other', async () => {
  await on.send(seen('busy', { n: 0 }))
  for (let n = 1; n <= 5; n++) {
    const { uuid } = await find('busy')
    const events = on.send(seen('busy', { n }), seen(`other${n}`), alias('busy', `other${n}`))
    await Promise.all([events, on.api.delete(one(uuid))])
    await on.send(seen('busy', { n }))
    expect((await find('busy')).properties).toEqual({ n })
  }
  expect(await counted('n', '5')).toBe(1)
})

test("another project's person can't be changed", async () => {
  await on.send(seen('mine', { a: 1 }))
  const { uuid } = await find('mine')
  const own = `/api/projects/${on.api.project.id}/persons/${uuid}/`
  for (const [method, more, body] of [
    ['PATCH', '', { properties: { a: 2 } }],
    ['POST', 'update_property/', { key: 'a', value: 2 }],
    ['POST', 'delete_property/', { $unset: 'a' }],
    ['POST', 'split/', {}],
    ['DELETE', '', undefined],
  ] as const) {
    expect((await on.api.ask(method, `${own}${more}`, body)).status).toBe(404)
  }
  expect((await find('mine')).properties).toEqual({ a: 1 })
})

test('what is done to a person is told without what is known of them, also when they are deleted', async () => {
  await on.send(seen('told', { email: 'told@example.net' }), alias('told', 'told-too'))
  const { uuid } = await find('told')
  const { id } = (await on.api.get(one(uuid))).body
  await on.api.activities()
  await on.api.patch(one(uuid), { properties: { plan: 'secret plan' } })
  await on.api.post(one(uuid, 'update_property/'), { key: 'plan', value: 'secret plan' })
  await on.api.post(one(uuid, 'delete_property/'), { $unset: 'plan' })
  await on.api.post(one(uuid, 'split/'), { main_distinct_id: 'told' })
  expect((await on.api.get(one(uuid, 'activity/'))).body.total_count).toBe(4)
  await on.api.delete(one(uuid))
  const properties = { action: 'changed', field: 'properties', before: null, after: null }
  const { body, text } = await on.api.get(one(String(id), 'activity/'))
  expect(body).toMatchObject({
    total_count: 5,
    results: [
      { activity: 'deleted', detail: { changes: null } },
      {
        activity: 'split_person',
        detail: {
          changes: [{ action: 'split', field: null, after: { distinct_ids: ['told', 'told-too'] } }],
        },
      },
      { activity: 'delete_property', detail: { changes: [{ ...properties, action: 'deleted' }] } },
      { activity: 'updated', detail: { changes: [properties] } },
      { activity: 'updated', detail: { changes: [properties] } },
    ],
  })
  for (const entry of body.results) {
    expect(entry).toMatchObject({ scope: 'Person', item_id: String(id), detail: { name: uuid } })
  }
  expect(text).not.toMatch(/example.net|secret plan/)
  expect((await on.api.get(`${on.base}persons/activity/?limit=2`)).body).toMatchObject({
    total_count: 5,
    results: [{ activity: 'deleted' }, { activity: 'split_person' }],
  })
  for (const unknown of ['999999999', uuid, 'no-person']) {
    expect((await on.api.get(one(unknown, 'activity/'))).status).toBe(404)
  }
})
