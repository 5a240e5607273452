import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { testAnswers } from '../../../test/insights.ts'
import { createPropertyTypes } from '../../insights/property-types.ts'
import { createInsights } from '../../insights/run.ts'
import { createGroupStore } from '../../persons/group-store.ts'
import { insightRoutes } from '../insights/routes.ts'
import { queryRoutes } from '../query/routes.ts'
import { eventRoutes } from './routes.ts'

let on: Ingested
let path: string
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

beforeAll(async () => {
  on = await ingested(afterAll, ({ database, questions, persons, receipts, warehouse }) => {
    const insights = createInsights({
      warehouse,
      findProject: () => ({
        timezone: 'UTC',
        testAccountFilters: [],
        botFilter: 'off' as const,
        dropEventsOlderThan: null,
      }),
      propertyTypes: createPropertyTypes(database),
    })
    const answers = testAnswers(insights)
    return [
      eventRoutes({
        questions,
        persons,
        receipts,
        eventNames: async () => [],
        findAction: async () => undefined,
      }),
      queryRoutes({ insights, answers, persons, groups: createGroupStore(database) }),
      insightRoutes({ answers }),
    ]
  })
  path = `${on.base}events/receipt/`
})

const count = (where: string) => ({
  query: { kind: 'HogQLQuery', query: `select count() from events where ${where}` },
})

test('a receipt tells what became of an event', async () => {
  await on.send(
    { event: 'bought', distinct_id: 'ann', uuid: id(1) },
    { event: 'bought', distinct_id: 17, uuid: id(2) },
    { event: 'bought', distinct_id: 'ann', uuid: id(1) },
    { event: '$snapshot', distinct_id: 'ann', uuid: id(3) },
    { event: 'nobody', uuid: id(4) },
  )
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)
  const done = { accepted_at: time, processed_at: time, stored_at: time, lag_ms: expect.any(Number) }
  const { status, body } = await on.api.get(`${path}${id(1)}/`)
  expect(status).toBe(200)
  expect(body).toEqual({
    uuid: id(1),
    status: 'stored',
    detail: 'It is stored. It came 2 times and counts once.',
    ...done,
    deduplicated: 1,
    changes: [],
    reason: null,
    step: null,
    event: `${on.base}events/${id(1)}/`,
  })
  expect((await on.api.get(body.event)).body.event).toBe('bought')
  expect((await on.api.get(path + id(2).replaceAll('-', '').toUpperCase())).body).toMatchObject({
    status: 'stored',
    changes: [{ code: 'distinct_id_made_text', detail: expect.any(String) }],
  })
  expect((await on.api.get(path + id(3))).body).toMatchObject({
    status: 'dropped',
    ...done,
    reason: 'snapshot',
    step: 'route special',
    event: null,
  })
  expect((await on.api.get(path + id(4))).body).toMatchObject({
    status: 'dead',
    ...done,
    reason: 'no_distinct_id',
    step: 'normalise',
  })
})

test('an event that is not known is said to be', async () => {
  for (const uuid of [id(999), 'no-uuid']) {
    const { status, body } = await on.api.get(path + uuid)
    expect(status).toBe(404)
    expect(body.detail).toContain(`No event ${uuid} is known`)
  }
})

test("another project's event is not known", async () => {
  const own = `/api/projects/${on.api.project.id}/events/receipt/`
  expect((await on.api.get(own + id(1))).status).toBe(404)
  const stranger = await on.api.stranger()
  expect((await on.api.get(path + id(1), { key: stranger.key })).status).toBe(403)
})

test.each([
  ['the uuid of an event', id(50)],
  ['`now`', 'now'],
])('a question after %s sees what was sent', async (_what, after) => {
  const name = `fresh ${after}`
  await on.pipeline.append({ event: name, distinct_id: 'ann', ...(after !== 'now' && { uuid: after }) })
  const asked = await on.api.post(`${on.base}query/?after=${after}`, count(`event = '${name}'`))
  expect(asked.body).toMatchObject({
    results: [[1]],
    after: { visible: true, lag_ms: 0, waited_ms: expect.any(Number) },
  })
  expect(asked.headers).toMatchObject({ 'hedgerow-visible': 'true', 'hedgerow-lag-ms': '0' })
  const query = encodeURIComponent(JSON.stringify(count(`event = '${name}'`).query))
  const got = await on.api.get(`${on.base}query/?query=${query}&after=${after}`)
  expect(got.body).toMatchObject({ results: [[1]], after: { visible: true } })
})

test('so does an insight, asked either way', async () => {
  const filters = { events: [{ id: 'in time' }] }
  await on.pipeline.append({ event: 'in time', distinct_id: 'ann', uuid: id(60) })
  const posted = await on.api.post(`${on.base}insights/trend/?after=${id(60)}`, filters)
  expect(posted.body).toMatchObject({ result: [{ count: 1 }], after: { visible: true } })
  const events = encodeURIComponent(JSON.stringify(filters.events))
  await on.pipeline.append({ event: 'in time', distinct_id: 'ann' })
  const got = await on.api.get(`${on.base}insights/trend/?events=${events}&after=now`)
  expect(got.body).toMatchObject({ result: [{ count: 2 }], after: { visible: true } })
  const csv = await on.api.get(`${on.base}insights/trend.csv?events=${events}&after=now`)
  expect(csv.headers).toMatchObject({ 'hedgerow-visible': 'true' })
  const without = await on.api.get(`${on.base}insights/trend/?events=${events}`)
  expect(without.body.after).toBeUndefined()
})

test('a question after what is not known, or is no uuid, is refused at once', async () => {
  const unknown = await on.api.post(`${on.base}query/?after=${id(999)}`, count('1'))
  expect(unknown.status).toBe(400)
  expect(unknown.body).toMatchObject({ code: 'does_not_exist', attr: 'after' })
  const odd = await on.api.post(`${on.base}query/?after=yesterday`, count('1'))
  expect(odd.body).toMatchObject({ code: 'invalid_input', attr: 'after' })
})

test('after five seconds the answer comes without the event, and says how far behind it is', {
  timeout: 20_000,
}, async () => {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const holding = on.pipeline.pipeline().between(() => held)
  await on.pipeline.append({ event: 'stuck', distinct_id: 'ann', uuid: id(70) })
  const start = performance.now()
  const asked = await on.api.post(`${on.base}query/?after=${id(70)}`, count("event = 'stuck'"))
  expect(performance.now() - start).toBeLessThan(6500)
  expect(asked.body).toMatchObject({ results: [[0]], after: { visible: false } })
  expect(asked.body.after.lag_ms).toBeGreaterThan(4900)
  expect(asked.headers).toMatchObject({
    'hedgerow-visible': 'false',
    'hedgerow-lag-ms': String(asked.body.after.lag_ms),
  })
  const waiting = await on.api.get(path + id(70))
  expect(waiting.body).toMatchObject({ status: expect.stringMatching(/accepted|processing/) })
  release()
  await holding
  const later = await on.api.post(`${on.base}query/?after=${id(70)}`, count("event = 'stuck'"))
  expect(later.body).toMatchObject({ results: [[1]], after: { visible: true } })
})
