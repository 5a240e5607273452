import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { eventProperties, propertyDefinitions } from '../../database/schema.ts'
import { tagNames } from '../../tags/tags.ts'
import { propertyDefinitionRoutes } from './routes.ts'
import { createPropertyDefinitionStore } from './store.ts'

let api: TestApp
let base: string
let ids: Record<string, string>
beforeAll(async () => {
  api = await testApp(afterAll, ({ database, activity }) => [
    propertyDefinitionRoutes({
      propertyDefinitions: createPropertyDefinitionStore(database),
      activity,
      now: () => new Date(),
    }),
  ])
  base = `/api/projects/${api.project.id}/property_definitions/`
  const projectId = api.project.id
  const rows = await api.database.db
    .insert(propertyDefinitions)
    .values([
      ...['plan', 'is_first', '$feature/new', 'distinct_id', '$set', '$group_0'].map((name) => ({
        projectId,
        name,
        type: 1,
        propertyType: 'String',
      })),
      { projectId, name: 'price', type: 1, propertyType: 'Numeric', isNumerical: true },
      { projectId, name: 'timestamp', type: 1, propertyType: 'Numeric', isNumerical: true },
      { projectId, name: 'plan', type: 2, propertyType: null },
      { projectId, name: 'seats', type: 3, groupTypeIndex: 0, propertyType: 'Numeric', isNumerical: true },
    ])
    .returning()
  ids = Object.fromEntries(rows.map(({ type, name, id }) => [`${type} ${name}`, id]))
  await api.database.db.insert(eventProperties).values([
    { projectId, event: 'order', property: 'price' },
    { projectId, event: 'order', property: 'plan' },
    { projectId, event: 'visit', property: 'plan' },
  ])
})

const list = async (query = '') => (await api.get(`${base}?${query}`)).body
const names = async (query = '') => (await list(query)).results.map((one: { name: string }) => one.name)
const jsonParam = (name: string, value: unknown) => `${name}=${encodeURIComponent(JSON.stringify(value))}`

test('the properties of events come by name, without those of ingestion', async () => {
  const body = await list()
  expect(body.count).toBe(5)
  expect(body.results.map((one: { name: string }) => one.name)).toEqual([
    '$feature/new',
    'is_first',
    'plan',
    'price',
    'timestamp',
  ])
  expect(body.results[3]).toEqual({
    id: ids['1 price'],
    name: 'price',
    description: null,
    tags: [],
    is_numerical: true,
    property_type: 'Numeric',
    query_usage_30_day: null,
    is_seen_on_filtered_events: null,
    verified: false,
    hidden: false,
    updated_at: expect.stringMatching(/Z$/),
    updated_by: null,
  })
})

test('kinds: person and group have their own', async () => {
  expect(await names('type=person')).toEqual(['plan'])
  expect(await names('type=group&group_type_index=0')).toEqual(['seats'])
  expect(await names('type=group&group_type_index=1')).toEqual([])
  for (const [query, detail] of [
    ['type=group', '`group_type_index` must be set for `group` type'],
    ['group_type_index=0', '`group_type_index` can only set for `group` type'],
    ['type=group&group_type_index=5', 'Invalid value for `group_type_index`'],
    [`type=person&${jsonParam('event_names', ['order'])}`, '`event_names` can only be set for `event` type'],
  ]) {
    expect(await api.get(`${base}?${query}`)).toMatchObject({ status: 400, body: { detail } })
  }
  expect((await api.get(`${base}?event_names=order`)).status).toBe(400)
})

test('filters', async () => {
  expect(await names('search=p la')).toEqual(['plan'])
  expect(await names('properties=plan,price,nothing')).toEqual(['plan', 'price'])
  expect(await names('is_numerical=true')).toEqual(['price'])
  expect(await names('is_feature_flag=true')).toEqual(['$feature/new'])
  expect(await names('is_feature_flag=false')).toEqual(['is_first', 'plan', 'price', 'timestamp'])
  expect(await names(jsonParam('excluded_properties', ['plan', 'timestamp']))).toEqual([
    '$feature/new',
    'is_first',
    'price',
  ])
})

test('properties seen on the named events come first', async () => {
  const { results, count } = await list(jsonParam('event_names', ['order']))
  const seen = results.map((one: { name: string; is_seen_on_filtered_events: boolean }) => [
    one.name,
    one.is_seen_on_filtered_events,
  ])
  expect(count).toBe(5)
  expect(seen).toEqual([
    ['plan', true],
    ['price', true],
    ['$feature/new', false],
    ['is_first', false],
    ['timestamp', false],
  ])
  expect(await names(`${jsonParam('event_names', ['visit', 'x'])}&filter_by_event_names=true`)).toEqual([
    'plan',
  ])
  const together = `${base}seen_together/?${jsonParam('event_names', ['order', 'visit'])}&property_name=price`
  expect((await api.get(together)).body).toEqual({ order: true, visit: false })
})

test('a definition is changed and read back', async () => {
  const path = `${base}${ids['2 plan']}/`
  const changed = await api.patch(path, { property_type: 'Numeric', description: 'Rank', tags: ['B', 'a'] })
  expect(changed).toMatchObject({
    status: 200,
    body: {
      property_type: 'Numeric',
      is_numerical: true,
      description: 'Rank',
      tags: ['a', 'b'],
      updated_by: { id: api.user.id },
    },
  })
  expect((await api.get(path)).body).toEqual(changed.body)
  expect(await names(`type=person&tags=${encodeURIComponent('["b", "c"]')}`)).toEqual(['plan'])
  expect(await names('type=event&tags=b')).toEqual([])
  expect((await api.get(`/api/property_definition/${ids['2 plan']}`)).body).toEqual(changed.body)
  expect((await api.patch(path, { property_type: 'Colour' })).status).toBe(400)
})

test("another project's definition is not there, nor one that was deleted", async () => {
  const stranger = await api.stranger()
  const foreign = `/api/projects/${stranger.project.id}/property_definitions/`
  expect((await api.get(foreign, { key: stranger.key })).body.count).toBe(0)
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    const body = method === 'GET' ? undefined : {}
    const answer = await api.ask(method, `${foreign}${ids['1 plan']}/`, body, { key: stranger.key })
    expect(answer.status).toBe(404)
  }
  expect((await api.delete(`${base}${ids['1 plan']}/`)).status).toBe(204)
  expect((await api.get(`${base}${ids['1 plan']}/`)).status).toBe(404)
})

test('what is done to one is in the activity log', async () => {
  const values = { projectId: api.project.id, name: 'told', type: 2, propertyType: 'String' }
  const [made] = await api.database.db.insert(propertyDefinitions).values(values).returning()
  await api.activities()
  const path = `${base}${made!.id}/`
  await api.patch(path, { property_type: 'Numeric', tags: ['x'] })
  await api.delete(path)
  const its = { scope: 'PropertyDefinition', itemId: made!.id, userId: api.user.id }
  expect(await api.activities()).toMatchObject([
    {
      ...its,
      activity: 'updated',
      detail: {
        name: 'told',
        changes: [
          { field: 'tags', before: [], after: ['x'] },
          { field: 'is_numerical', before: false, after: true },
          { field: 'property_type', before: 'String', after: 'Numeric' },
        ],
      },
    },
    { ...its, activity: 'deleted', detail: { name: 'told' } },
  ])
  expect(await tagNames(api.database.db, api.project.id)).not.toContain('x')
})
