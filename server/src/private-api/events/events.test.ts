import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { createEventDefinitionStore } from '../event-definitions/store.ts'
import { eventRoutes } from './routes.ts'

let on: Ingested
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
const tie = daysAgo(2)

beforeAll(async () => {
  on = await ingested(afterAll, ({ database, questions, persons, receipts }) => [
    eventRoutes({
      questions,
      persons,
      receipts,
      eventNames: createEventDefinitionStore(database).names,
      findAction: async () => undefined,
    }),
  ])
  await on.send(
    {
      event: 'order placed',
      distinct_id: 'ann',
      timestamp: daysAgo(0.1),
      properties: {
        plan: 'pro',
        total: 42,
        tags: ['a', 'Bee'],
        $set: { email: 'ann@example.com', secret: 1 },
      },
    },
    { event: 'order placed', distinct_id: 'bob', timestamp: daysAgo(0.2), properties: { plan: 'free' } },
    {
      event: '$autocapture',
      distinct_id: 'ann',
      timestamp: daysAgo(0.3),
      properties: { $elements_chain: 'a.link:href="/x"nth-child="1"nth-of-type="2"text="Go";div:' },
    },
    { event: 'old', distinct_id: 'ann', timestamp: daysAgo(40), properties: { plan: 'old', large: 1 } },
    ...Array.from({ length: 5 }, (_, n) => ({
      event: 'tied',
      distinct_id: 'tie',
      timestamp: tie,
      properties: { n },
    })),
  )
})

const list = async (query = '') => (await on.api.get(`${on.base}events/${query}`)).body
const names = async (query: string) => (await list(query)).results.map((one: { event: string }) => one.event)
const filters = (...all: unknown[]) => `properties=${encodeURIComponent(JSON.stringify(all))}`

test('events come newest first, with their person and elements', async () => {
  const { results, next } = await list()
  expect(next).toBeNull()
  expect(results.slice(0, 3).map((one: { event: string }) => one.event)).toEqual([
    'order placed',
    'order placed',
    '$autocapture',
  ])
  expect(results.at(-1).event).toBe('old')
  expect(results[0]).toMatchObject({
    distinct_id: 'ann',
    properties: { plan: 'pro', total: 42, tags: ['a', 'Bee'] },
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/),
    person: { is_identified: false, distinct_ids: ['ann'], properties: { email: 'ann@example.com' } },
    elements: [],
    elements_chain: '',
  })
  expect(results[0].person.properties).toEqual({ email: 'ann@example.com' })
  expect(results[2].elements).toMatchObject([
    { tag_name: 'a', attr_class: ['link'], href: '/x', text: 'Go', order: 0 },
    { tag_name: 'div', order: 1 },
  ])
})

test('properties of the person are told where they are asked for, as they were at the event', async () => {
  const [newest] = (await list('?limit=1')).results
  expect(newest).not.toHaveProperty('person_properties')
  const asked = `person_properties=${encodeURIComponent(JSON.stringify(['secret', 'email', 'no such']))}`
  const { results, next } = await list(`?limit=2&${asked}`)
  expect(results.map((one: { person_properties: unknown }) => one.person_properties)).toEqual([
    { secret: 1, email: 'ann@example.com', 'no such': null },
    { secret: null, email: null, 'no such': null },
  ])
  const more = (await on.api.get(next.slice(next.indexOf('/api/')))).body.results
  expect(Object.keys(more[0].person_properties)).toEqual(['secret', 'email', 'no such'])
  expect((await list('?limit=1&person_properties=email')).results[0].person_properties).toEqual({
    email: 'ann@example.com',
  })
  expect((await on.api.get(`${on.base}events/?person_properties=[""]`)).status).toBe(400)
})

test('filters: name, distinct id, person, properties', async () => {
  expect(await names('?event=old')).toEqual(['old'])
  expect(await names('?distinct_id=bob')).toEqual(['order placed'])
  expect(await names(`?${filters({ key: 'plan', value: 'pro' })}`)).toEqual(['order placed'])
  expect(await names(`?${filters({ key: 'total', value: 40, operator: 'gt' })}`)).toEqual(['order placed'])
  expect(
    await names(`?event=old&${filters({ key: 'email', value: 'ann@example.com', type: 'person' })}`),
  ).toEqual(['old'])
  const group = {
    type: 'OR',
    values: [
      { key: 'plan', value: 'free' },
      { key: 'plan', value: 'old' },
    ],
  }
  expect(await names(`?properties=${encodeURIComponent(JSON.stringify(group))}`)).toEqual([
    'order placed',
    'old',
  ])
  const { rows } = {
    rows: await on.pipeline.rows('select person_id from events where event = {e:String}', { e: 'old' }),
  }
  const uuid = String(rows[0]!.person_id)
  expect(await names(`?event=old&person_id=${uuid}`)).toEqual(['old'])
  expect(await names('?person_id=999999')).toEqual([])
  expect(await names(`?person_id=${crypto.randomUUID()}`)).toEqual([])
  expect(await names('?action_id=1')).toEqual([])
})

test('bounds are exclusive, relative ones too, and a bad one is said', async () => {
  expect(await names('?after=-1d&event=order placed')).toHaveLength(2)
  expect(await names('?before=-30d')).toEqual(['old'])
  expect(await names(`?before=${tie}&after=-3d`)).toEqual([])
  expect(await on.api.get(`${on.base}events/?before=noon`)).toMatchObject({
    status: 400,
    body: { type: 'validation_error', attr: 'before' },
  })
  expect(await on.api.get(`${on.base}events/?properties={`)).toMatchObject({
    status: 400,
    body: { detail: 'Properties are unparsable!' },
  })
  expect((await on.api.get(`${on.base}events/?properties=[1]`)).status).toBe(400)
})

test.each([
  ['newest first', ''],
  ['oldest first', `&orderBy=${encodeURIComponent('["timestamp"]')}`],
])('following next sees every event once, those of one moment too: %s', async (_, ordering) => {
  const seen: string[] = []
  let path: string | undefined = `${on.base}events/?limit=2${ordering}`
  for (let pages = 0; path && pages < 10; pages++) {
    const { results, next } = (await on.api.get(path)).body as {
      results: { id: string }[]
      next: string | null
    }
    expect(results.length).toBeLessThanOrEqual(2)
    seen.push(...results.map(({ id }) => id))
    path = next?.slice(next.indexOf('/api/'))
  }
  expect(path).toBeUndefined()
  expect(new Set(seen).size).toBe(9)
  expect(seen).toHaveLength(9)
})

test('one event, with or without hyphens; its person only when asked for', async () => {
  const [first] = (await list()).results
  const got = await on.api.get(`${on.base}events/${first.id}/`)
  expect(got).toMatchObject({ status: 200, body: { id: first.id, person: null } })
  expect((await on.api.get(`${on.base}events/${first.id.replaceAll('-', '')}`)).body.id).toBe(first.id)
  expect((await on.api.get(`${on.base}events/${first.id}/?include_person=1`)).body.person).toEqual(
    first.person,
  )
  const unknown = crypto.randomUUID()
  expect(await on.api.get(`${on.base}events/${unknown}/`)).toMatchObject({
    status: 404,
    body: { detail: `No events exist for event UUID ${unknown}` },
  })
  expect((await on.api.get(`${on.base}events/nonsense/`)).status).toBe(404)
})

test("another project's events are not seen", async () => {
  const [first] = (await list()).results
  const own = `/api/projects/${on.api.project.id}/`
  expect((await on.api.get(`${own}events/`)).body.results).toEqual([])
  expect((await on.api.get(`${own}events/${first.id}/`)).status).toBe(404)
  expect((await on.api.get(`${on.base}events/`, { key: (await on.api.stranger()).key })).status).toBe(403)
  expect((await on.api.get('/api/event/')).body.results).toEqual([])
})

test('values: strings, lists by their items, none of last month', async () => {
  const values = async (query: string) => {
    const { body } = await on.api.get(`${on.base}events/values/?${query}`)
    return body.map((one: { name: string }) => one.name).sort()
  }
  expect(await values('key=plan')).toEqual(['free', 'pro'])
  expect(await values('key=total')).toEqual(['42'])
  expect(await values('key=tags')).toEqual(['Bee', 'a'])
  expect(await values('key=tags&value=bE')).toEqual(['Bee'])
  expect(await values('key=plan&event_name=tied')).toEqual([])
  expect(await values('key=n&event_name=tied&event_name=old')).toEqual(['0', '1', '2', '3', '4'])
  expect(await values('key=custom_event')).toEqual(['old', 'order placed', 'tied'])
  expect(await values('')).toEqual([])
  expect(await values(`key=${encodeURIComponent("x'\\")}`)).toEqual([])
})

test('an id that is of no version of uuid is an id all the same, also in next', async () => {
  const ids = [1, 2].map((n) => `11111111-1111-1111-1111-${String(n).padStart(12, '0')}`)
  const timestamp = daysAgo(50)
  await on.send(...ids.map((uuid) => ({ uuid, event: 'odd id', distinct_id: 'odd', timestamp })))
  expect((await on.api.get(`${on.base}events/${ids[0]}/`)).body.id).toBe(ids[0])
  const first = await list('?event=odd%20id&limit=1')
  expect(first.results[0].id).toBe(ids[1])
  const { pathname, search } = new URL(first.next)
  const second = await on.api.get(`${pathname}${search}`)
  expect(second.body.results.map(({ id }: { id: string }) => id)).toEqual([ids[0]])
})
