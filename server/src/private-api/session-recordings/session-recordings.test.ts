import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { performanceEventRoutes } from '../performance-events/routes.ts'
import { sessionRecordingRoutes } from './routes.ts'

let on: Ingested
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()

beforeAll(async () => {
  on = await ingested(afterAll, ({ questions }) => [
    sessionRecordingRoutes({ questions }),
    performanceEventRoutes({ now: () => new Date() }),
  ])
  const view = ($session_id: string, days: number, properties: object, event = '$pageview') => ({
    event,
    distinct_id: 'ann',
    timestamp: daysAgo(days),
    properties: { $session_id, ...properties },
  })
  await on.send(
    view('s1', 1, { $browser: 'Firefox', $current_url: 'https://a.example/second' }),
    view('s1', 1.1, { $current_url: 'https://a.example/first', $host: 'a.example', plan: 'pro' }),
    view('s1', 1.2, { $browser: 'Opera' }, 'something'),
    view('s2', 20, { $browser: 'Safari' }),
    view("s'3", 2, { $os: 'Linux' }),
    { event: '$pageview', distinct_id: 'ann', properties: { $browser: 'none' } },
  )
})

const list = async (query: Record<string, unknown> = {}) => {
  const text = Object.entries(query).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return on.api.get(`${on.base}session_recordings/?${new URLSearchParams(text)}`)
}

test.each<Record<string, unknown>>([
  {},
  { session_ids: ['s1'], limit: 10, offset: 20 },
  { person_uuid: '0190c2f0-5a44-7cc0-9d6e-000000000000' },
  { session_recording_duration: { type: 'recording', key: 'duration', value: 60, operator: 'gt' } },
  { date_from: '-21d', date_to: '-7d', filter_test_accounts: 'true' },
  { events: [{ id: '$pageview', type: 'events', order: 0 }, { id: null }], actions: [{ id: 1 }] },
  { properties: [{ key: 'email', value: 'a', operator: 'icontains', type: 'person' }] },
])('no recordings are kept, so none is listed for %j', async (query) => {
  const answer = await list(query)
  expect([answer.status, answer.body]).toEqual([200, { results: [], has_next: false }])
})

test.each<[Record<string, unknown>, string | null]>([
  [{ person_uuid: 'me' }, 'person_uuid'],
  [
    { session_recording_duration: { type: 'recording', key: 'clicks', value: 1, operator: 'gt' } },
    'session_recording_duration__key',
  ],
  [{ date_from: 'noon' }, 'date_from'],
  [{ date_to: '2023-13-45' }, 'date_to'],
  [{ events: [{ name: 'no id' }] }, 'events__0__id'],
  [{ properties: '{' }, null],
  [{ properties: [{ key: 'a', operator: 'like', value: 'x' }] }, null],
])('what makes no sense is refused: %j', async (query, attr) => {
  const answer = await list(query)
  expect(answer).toMatchObject({ status: 400, body: { type: 'validation_error' } })
  if (attr) expect(answer.body.attr).toBe(attr)
})

test('one by itself is not found', async () => {
  const at = `${on.base}session_recordings/`
  expect(await on.api.get(`${at}s1/?save_view=true`)).toMatchObject({
    status: 404,
    body: { type: 'invalid_request', code: 'not_found', detail: 'Recording not found' },
  })
  expect(await on.api.get(`${at}s1/snapshots/?limit=20&offset=40`)).toMatchObject({
    status: 404,
    body: { detail: 'Snapshots not found' },
  })
})

const properties = async (ids: unknown, more = '') =>
  on.api.get(
    `${on.base}session_recordings/properties/?session_ids=${encodeURIComponent(JSON.stringify(ids))}${more}`,
  )

test('of sessions the first page view tells browser and address', async () => {
  const { body, status } = await properties(["s'3", 's1', 's2', 's1', 'none'])
  expect(status).toBe(200)
  expect(body).toEqual({
    results: [
      { id: "s'3", properties: { $os: 'Linux' } },
      { id: 's1', properties: { $current_url: 'https://a.example/first', $host: 'a.example' } },
    ],
  })
  const older = await properties(['s2', 's1'], '&date_from=-30d&date_to=-10d')
  expect(older.body.results).toEqual([{ id: 's2', properties: { $browser: 'Safari' } }])
  expect((await properties([])).body).toEqual({ results: [] })
  expect(await on.api.get(`${on.base}session_recordings/properties/`)).toMatchObject({
    status: 400,
    body: { code: 'required', attr: 'session_ids' },
  })
  expect((await properties(Array.from({ length: 1001 }, String))).body).toMatchObject({ code: 'max_length' })
  expect((await properties(['s1'], '&date_from=noon')).status).toBe(400)
})

test('performance events are asked for as PostHog’s are, and there are none', async () => {
  const at = `${on.base}performance_events/`
  const week = 'date_from=2023-02-01&date_to=2023-02-08'
  for (const query of [
    `?session_id=s1&${week}`,
    `recent_pageviews/?date_from=-31d`,
    `recent_pageviews/?${week}`,
  ]) {
    expect(await on.api.get(at + query)).toMatchObject({ status: 200, body: { results: [] } })
  }
  for (const [query, attr, code] of [
    [`?${week}`, 'session_id', 'required'],
    ['?session_id=s1&date_from=2023-02-01', 'date_to', 'required'],
    ['?session_id=s1&date_from=noon&date_to=-1d', 'date_from', 'invalid_input'],
    ['?session_id=s1&date_from=2023-02-01&date_to=2023-02-09', null, 'invalid_input'],
    ['recent_pageviews/', 'date_from', 'required'],
    ['recent_pageviews/?date_from=-33d', null, 'invalid_input'],
  ] as const) {
    const { status, body } = await on.api.get(at + query)
    expect([query, status, body.attr, body.code]).toEqual([query, 400, attr, code])
  }
})
