import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { displayName } from '../../http/person-shapes.ts'
import { personRoutes } from './routes.ts'

let on: Ingested
const anonymous = '0190d2c1-aaaa-7bbb-8ccc-123456789abc'
beforeAll(async () => {
  on = await ingested(afterAll, (deps) => [personRoutes(deps)])
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 2, 3, minute)).toISOString()
  await on.send(
    {
      event: 'seen',
      distinct_id: anonymous,
      timestamp: at(1),
      properties: { $set: { plan: 'pro', rank: 10 } },
    },
    {
      event: '$identify',
      distinct_id: 'ann',
      timestamp: at(2),
      properties: { $anon_distinct_id: anonymous, $set: { email: 'ann@example.com' } },
    },
    {
      event: 'seen',
      distinct_id: 'bob',
      timestamp: at(3),
      properties: { $set: { plan: 'free', rank: 9, name: 'Bob' } },
    },
    { event: 'seen', distinct_id: 'eve', timestamp: at(4), properties: { $set: { plan: 'free' } } },
  )
})

const list = async (query = '') => (await on.api.get(`${on.base}persons/${query}`)).body
const names = async (query: string) => (await list(query)).results.map((one: { name: string }) => one.name)
const filters = (...all: unknown[]) => `?properties=${encodeURIComponent(JSON.stringify(all))}`

test('persons come newest first, in the shape of lists', async () => {
  const { results, next, previous } = await list()
  expect({ next, previous }).toEqual({ next: null, previous: null })
  expect(results.map((one: { name: string }) => one.name)).toEqual(['eve', 'Bob', 'ann@example.com'])
  expect(results[2]).toEqual({
    type: 'person',
    id: results[2].uuid,
    uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    name: 'ann@example.com',
    distinct_ids: ['ann', anonymous],
    properties: expect.objectContaining({ plan: 'pro', rank: 10, email: 'ann@example.com' }),
    created_at: '2026-01-02T03:01:00.000000Z',
    is_identified: true,
    matched_recordings: [],
    value_at_data_point: null,
  })
})

test('filters: distinct id, e-mail, search, properties, and all of them together', async () => {
  expect(await names(`?distinct_id=${anonymous}`)).toEqual(['ann@example.com'])
  expect(await names('?distinct_id=nobody')).toEqual([])
  expect(await names('?email=ann@example.com')).toEqual(['ann@example.com'])
  expect(await names('?email=ann@example.co')).toEqual([])
  expect(await names('?search=NN@exam')).toEqual(['ann@example.com'])
  expect(await names('?search=bob')).toEqual(['Bob'])
  expect(await names('?search=bo')).toEqual([])
  expect(await names(filters({ key: 'plan', value: 'free', type: 'person' }))).toEqual(['eve', 'Bob'])
  expect(await names(filters({ key: 'rank', value: 9, operator: 'gt', type: 'person' }))).toEqual([
    'ann@example.com',
  ])
  expect(await names(`${filters({ key: 'plan', value: 'free', type: 'person' })}&distinct_id=bob`)).toEqual([
    'Bob',
  ])
  expect((await on.api.get(`${on.base}persons/?properties=nonsense`)).status).toBe(400)
})

test('pages link to each other', async () => {
  const first = await list('?limit=2')
  expect(first.results).toHaveLength(2)
  expect(first.next).toMatch(/\/persons\/\?limit=2&offset=2$/)
  const second = await list('?limit=2&offset=2')
  expect(second.results).toHaveLength(1)
  expect(second.next).toBeNull()
  expect(second.previous).toMatch(/\/persons\/\?limit=2$/)
  expect(
    await names(`${filters({ key: 'plan', operator: 'is_set', type: 'person' })}&limit=1&offset=1`),
  ).toEqual(['Bob'])
})

test('one person by integer id or uuid', async () => {
  const [listed] = (await list('?distinct_id=bob')).results
  const byUuid = await on.api.get(`${on.base}persons/${listed.uuid}/`)
  expect(byUuid.body).toEqual({
    id: expect.any(Number),
    uuid: listed.uuid,
    name: 'Bob',
    distinct_ids: ['bob'],
    properties: listed.properties,
    created_at: listed.created_at,
  })
  expect((await on.api.get(`${on.base}persons/${byUuid.body.id}`)).body).toEqual(byUuid.body)
  expect((await on.api.get(`${on.base}persons/bob/`)).body.detail).toMatch(/use \/persons\?distinct_id=bob/)
  for (const id of ['999999', crypto.randomUUID()]) {
    expect((await on.api.get(`${on.base}persons/${id}/`)).status).toBe(404)
  }
})

test("another project's persons are not seen", async () => {
  const [listed] = (await list()).results
  const own = `/api/projects/${on.api.project.id}/`
  expect((await on.api.get(`${own}persons/`)).body.results).toEqual([])
  expect((await on.api.get(`${own}persons/?distinct_id=bob`)).body.results).toEqual([])
  expect((await on.api.get(`${own}persons/${listed.uuid}/`)).status).toBe(404)
  expect((await on.api.get(`${own}persons/values/?key=plan`)).body).toEqual([])
  expect((await on.api.get('/api/person/')).body.results).toEqual([])
})

test('values with how many persons have them', async () => {
  const values = async (query: string) => (await on.api.get(`${on.base}persons/values/?${query}`)).body
  expect(await values('key=plan')).toEqual([
    { name: 'free', count: 2 },
    { name: 'pro', count: 1 },
  ])
  expect(await values('key=rank&value=1')).toEqual([{ name: '10', count: 1 }])
  expect(await values('')).toEqual([])
})

test('properties with how many persons have them', async () => {
  const { body } = await on.api.get(`${on.base}persons/properties/`)
  expect(body.slice(0, 2)).toEqual([
    { name: 'plan', count: 3 },
    { name: 'rank', count: 2 },
  ])
  expect(body).toContainEqual({ name: 'email', count: 1 })
  expect((await on.api.get('/api/person/properties/')).body).toEqual([])
})

test.each([
  [{ properties: { email: 'a@b.c', name: 'A' }, distinctIds: ['x'] }, null, 'a@b.c'],
  [{ properties: { email: 'a@b.c', name: 'A' }, distinctIds: ['x'] }, ['nick', 'name'], 'A'],
  [{ properties: { email: '' }, distinctIds: [anonymous, 'x'] }, null, 'x'],
  [{ properties: { name: 7 }, distinctIds: [] }, null, '7'],
  [{ properties: {}, distinctIds: [anonymous] }, null, '3'],
])('a name for %o', (person, preferred, name) => {
  expect(displayName({ id: 3, ...person }, preferred)).toBe(name)
})
