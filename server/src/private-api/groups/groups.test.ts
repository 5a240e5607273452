import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { createGroupStore } from '../../persons/group-store.ts'
import { groupTypeRoutes } from '../groups-types/routes.ts'
import { groupRoutes } from './routes.ts'

let on: Ingested
beforeAll(async () => {
  on = await ingested(afterAll, ({ database, activity, persons, questions }) => {
    const groups = createGroupStore(database)
    return [groupRoutes({ groups, persons, questions }), groupTypeRoutes({ groups, activity })]
  })
  await on.send(
    identify('organization', 'org:5', '2021-05-01', { industry: 'finance', name: 'Mr. Krabs', size: 1.5 }),
    identify('organization', 'org:6', '2021-05-02', { industry: 'technology' }),
    identify('organization', 'org_7', '2021-05-03', { industry: 'finance' }),
    identify('company', 'company:1', '2021-05-02', { name: 'Plankton' }),
  )
})

const identify = (type: string, key: string, day: string, set: object) => ({
  event: '$groupidentify',
  distinct_id: 'server',
  timestamp: `${day}T00:00:00Z`,
  properties: { $group_type: type, $group_key: key, $group_set: set },
})
const get = async (path: string) => (await on.api.get(`${on.base}${path}`)).body
const keys = async (query: string) =>
  (await get(`groups/?group_type_index=0${query}`)).results.map((one: { group_key: string }) => one.group_key)

test('groups of a type come newest first', async () => {
  const { next, previous, results } = await get('groups/?group_type_index=0')
  expect({ next, previous }).toEqual({ next: null, previous: null })
  expect(results[2]).toEqual({
    group_type_index: 0,
    group_key: 'org:5',
    group_properties: { industry: 'finance', name: 'Mr. Krabs', size: 1.5 },
    created_at: '2021-05-01T00:00:00.000000Z',
  })
  expect(await keys('')).toEqual(['org_7', 'org:6', 'org:5'])
  expect(await keys('&group_key=G_')).toEqual(['org_7'])
  expect(await keys('&search=krabs')).toEqual(['org:5'])
  expect(await keys('&search=org:')).toEqual(['org:6', 'org:5'])
  expect(await on.api.get(`${on.base}groups/`)).toMatchObject({
    status: 400,
    body: { attr: 'group_type_index', code: 'required' },
  })
})

test('pages link to each other', async () => {
  await on.send(
    ...Array.from({ length: 102 }, (_, n) =>
      identify('crowd', `c${String(n).padStart(3, '0')}`, '2022-01-01', {}),
    ),
  )
  const first = await get('groups/?group_type_index=2')
  expect(first.results).toHaveLength(100)
  const second = (await on.api.get(new URL(first.next).pathname + new URL(first.next).search)).body
  expect(second.results.map((one: { group_key: string }) => one.group_key)).toEqual(['c100', 'c101'])
  expect(second.next).toBeNull()
  expect(second.previous).toMatch(/cursor=0$/)
})

test('one group by its key', async () => {
  expect((await get('groups/find/?group_type_index=1&group_key=company%3A1')).group_properties).toEqual({
    name: 'Plankton',
  })
  expect((await on.api.get(`${on.base}groups/find/?group_type_index=0&group_key=company%3A1`)).status).toBe(
    404,
  )
})

test('properties and their values', async () => {
  const definitions = await get('groups/property_definitions/')
  expect(definitions[0]).toEqual([
    { name: 'industry', count: 3 },
    { name: 'name', count: 1 },
    { name: 'size', count: 1 },
  ])
  expect(definitions[1]).toEqual([{ name: 'name', count: 1 }])
  expect(await get('groups/property_values/?group_type_index=0&key=industry')).toEqual([
    { name: 'finance', count: 2 },
    { name: 'technology', count: 1 },
  ])
  expect(await get('groups/property_values/?group_type_index=0&key=industry&value=TECH')).toEqual([
    { name: 'technology', count: 1 },
  ])
})

test('what is related, over recent events', async () => {
  const seen = (distinct_id: string, daysAgo: number, properties: object) => ({
    event: 'seen',
    distinct_id,
    timestamp: new Date(Date.now() - daysAgo * 86_400_000).toISOString(),
    properties,
  })
  await on.send(
    seen('ann', 1, { $groups: { organization: 'org:5', company: 'company:1' } }),
    seen('bob', 2, { $group_0: 'org:5', $group_1: 'nobody ever identified' }),
    seen('old', 100, { $groups: { organization: 'org:5' } }),
    seen('eve', 1, { $groups: { organization: 'org:6' } }),
  )
  const named = (one: { type: string; distinct_ids?: string[]; group_key?: string }) =>
    one.type === 'person' ? one.distinct_ids![0] : one.group_key
  const related = await get('groups/related/?group_type_index=0&id=org:5')
  expect(related.map(named).sort()).toEqual(['ann', 'bob', 'company:1'])
  expect(related.find((one: { type: string }) => one.type === 'group')).toEqual({
    type: 'group',
    id: 'company:1',
    group_type_index: 1,
    group_key: 'company:1',
    properties: { name: 'Plankton' },
    created_at: '2021-05-02T00:00:00.000000Z',
    matched_recordings: [],
    value_at_data_point: null,
  })
  const { uuid } = related.find((one: { distinct_ids?: string[] }) => one.distinct_ids?.includes('ann'))
  expect((await get(`groups/related/?id=${uuid}`)).map(named)).toEqual(['org:5', 'company:1'])
  expect(await get(`groups/related/?id=${crypto.randomUUID()}`)).toEqual([])
})

test('types are listed by number, and named', async () => {
  const types = await get('groups_types/')
  expect(types.slice(0, 2)).toEqual([
    { group_type: 'organization', group_type_index: 0, name_singular: null, name_plural: null },
    { group_type: 'company', group_type_index: 1, name_singular: null, name_plural: null },
  ])
  const path = `${on.base}groups_types/update_metadata/`
  const named = await on.api.patch(path, [
    { group_type_index: 0, name_singular: 'org', group_type: 'ignored' },
    { group_type_index: 1, name_plural: 'companies' },
  ])
  expect(named.status).toBe(200)
  expect(named.body.slice(0, 2)).toEqual([
    { group_type: 'organization', group_type_index: 0, name_singular: 'org', name_plural: null },
    { group_type: 'company', group_type_index: 1, name_singular: null, name_plural: 'companies' },
  ])
  const refused = await on.api.patch(path, [
    { group_type_index: 0, name_singular: 'lost' },
    { group_type_index: 4, name_singular: 'not there' },
  ])
  expect(refused.status).toBe(404)
  expect((await on.api.patch(path, { name_singular: 'x' })).body.code).toBe('not_a_list')
  expect((await on.api.patch(path, [{ name_singular: 'x' }])).body.attr).toBe('0__group_type_index')
  expect(await get('groups_types/')).toEqual(named.body)
})

test("another project's groups are not seen", async () => {
  const own = `/api/projects/${on.api.project.id}/`
  expect((await on.api.get(`${own}groups/?group_type_index=0`)).body.results).toEqual([])
  expect((await on.api.get(`${own}groups/find/?group_type_index=0&group_key=org:5`)).status).toBe(404)
  expect((await on.api.get(`${own}groups/related/?group_type_index=0&id=org:5`)).body).toEqual([])
  expect((await on.api.get(`${own}groups/property_definitions/`)).body).toEqual({})
  expect((await on.api.get(`${own}groups_types/`)).body).toEqual([])
})

test('a new name of a type is in the activity log', async () => {
  await on.api.activities()
  const path = `${on.base}groups_types/update_metadata/`
  const renamed = [{ group_type_index: 0, name_plural: 'Orgs' }, { group_type_index: 1 }]
  expect((await on.api.patch(path, renamed)).status).toBe(200)
  expect(await on.api.activities()).toMatchObject([
    {
      scope: 'GroupType',
      itemId: '0',
      activity: 'updated',
      detail: { name: 'organization', changes: [{ field: 'name_plural', after: 'Orgs' }] },
    },
  ])
})
