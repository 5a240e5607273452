import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { insertEvents } from '../../../test/events.ts'
import { testAnswers } from '../../../test/insights.ts'
import { testWarehouse } from '../../../test/warehouse.ts'
import { createPropertyTypes } from '../../insights/property-types.ts'
import { createInsights } from '../../insights/run.ts'
import { insightRoutes } from './routes.ts'

const closing: (() => Promise<void>)[] = []
let app: TestApp
let path: string

beforeAll(async () => {
  const { warehouse, cleanup } = await testWarehouse()
  closing.push(cleanup)
  app = await testApp(
    (close) => closing.push(close),
    ({ database }) => [
      insightRoutes({
        answers: testAnswers(
          createInsights({
            warehouse,
            findProject: () => ({
              timezone: 'UTC',
              testAccountFilters: [],
              botFilter: 'off',
              dropEventsOlderThan: null,
            }),
            propertyTypes: createPropertyTypes(database),
            now: () => new Date('2023-02-03T12:00:00Z'),
          }),
        ),
      }),
    ],
  )
  path = `/api/projects/${app.project.id}/insights/trend/`
  const view = (distinct_id: string, timestamp: string, browser: string) => ({
    event: 'view',
    distinct_id,
    timestamp,
    properties: { $browser: browser },
  })
  await insertEvents(warehouse, app.project.id, [
    view('ann', '2023-02-01T10:00:00Z', 'Chrome'),
    view('ann', '2023-02-01T11:00:00Z', 'Chrome'),
    view('bob', '2023-02-02T10:00:00Z', '=cmd|"x"'),
  ])
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const events = [{ id: 'view', math: 'dau' }]
const query = (filters: Record<string, unknown>) =>
  new URLSearchParams(
    Object.entries(filters).map(([key, value]): [string, string] => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ).toString()

describe('trends by legacy filters', () => {
  it('by POST and by GET, in eight buckets by default', async () => {
    const posted = await app.post(path, { events })
    expect(posted.status).toBe(200)
    expect(posted.body).toMatchObject({
      result: [
        {
          action: { id: 'view', type: 'events', order: 0, math: 'dau' },
          label: 'view',
          count: 2,
          data: [0, 0, 0, 0, 0, 1, 1, 0],
        },
      ],
      next: null,
      timezone: 'UTC',
      is_cached: false,
      last_refresh: '2023-02-03T12:00:00.000Z',
    })
    expect(posted.body.result[0].days.at(-1)).toBe('2023-02-03')
    expect(posted.body.result[0].labels.at(-1)).toBe('3-Feb-2023')
    const got = await app.get(`${path}?${query({ events })}`)
    expect(got.body.result).toEqual(posted.body.result)
    expect((await app.get(`/api/insight/trend?${query({ events })}`)).body.result).toEqual(posted.body.result)
  })
  it('stickiness and lifecycle, said in either way', async () => {
    const range = { events: [{ id: 'view' }], date_from: '2023-02-01' }
    for (const asked of [{ insight: 'STICKINESS' }, { shown_as: 'Stickiness' }]) {
      const { body } = await app.post(path, { ...range, ...asked })
      expect(body.result).toMatchObject([
        { label: 'view', data: [2, 0, 0], labels: ['1 day', '2 days', '3 days'] },
      ])
    }
    for (const asked of [{ insight: 'lifecycle' }, { shown_as: 'Lifecycle' }]) {
      const { body } = await app.get(`${path}?${query({ ...range, ...asked })}`)
      expect(body.result).toMatchObject([
        { status: 'new', data: [1, 1, 0] },
        { status: 'returning', data: [0, 0, 0] },
        { status: 'resurrecting', data: [0, 0, 0] },
        { status: 'dormant', data: [0, -1, -1] },
      ])
    }
  })
  it('the body wins over the address', async () => {
    const answer = await app.post(`${path}?date_from=2023-02-02&date_to=2023-02-02`, {
      events,
      date_from: '2023-02-01',
    })
    expect(answer.body.result[0].data).toEqual([1, 1])
  })
  it('ignores what it does not know', async () => {
    const odd = { display: 'Nonsense', layout: 7, breakdown_limit: 'x', funnel_viz_type: null, shown_as: 3 }
    expect((await app.post(path, { events, ...odd })).body.result[0].count).toBe(2)
  })
  it('nothing asked, nothing answered', async () => {
    expect((await app.get(path)).body.result).toEqual([])
  })
  it.each(['TRENDS', 'STICKINESS', 'LIFECYCLE'])(
    '%s of a range that ends before it begins',
    async (insight) => {
      const weekly = [{ id: 'view', math: 'weekly_active' }]
      const asked = { insight, events: weekly, date_from: '2023-02-03', date_to: '2023-02-01' }
      const { status, body } = await app.post(path, asked)
      expect(status).toBe(200)
      expect(body.result[0]).toMatchObject({ count: 0, data: [], days: [], labels: [] })
    },
  )
  it('as a table for spreadsheets, in which no cell is a formula', async () => {
    const asked = query({ events, date_from: '2023-02-01', breakdown: '$browser' })
    for (const at of [`${path}?${asked}&format=csv`, `${path.replace(/\/$/, '.csv')}?${asked}`]) {
      const answer = await app.get(at)
      expect(answer.headers['content-type']).toContain('text/csv')
      expect(answer.text).toBe(
        'series,1-Feb-2023,2-Feb-2023,3-Feb-2023\r\n"\'=cmd|""x""",0,1,0\r\nChrome,1,0,0\r\n',
      )
    }
  })
  it.each([
    [{ events, properties: 'x' }, 'Properties are unparsable!', null],
    [{ events: [{ id: 'view', math: 'sum' }] }, 'This field is required.', 'math_property'],
    [{ events, interval: 'eon' }, '"eon" is not an interval: use hour, day, week or month.', 'interval'],
    [{ events, insight: 'PATHS' }, 'Insights of type "PATHS" are not supported here.', 'insight'],
  ])('refuses %j', async (filters, detail, attr) => {
    const answer = await app.post(path, filters)
    expect(answer).toMatchObject({ status: 400, body: { type: 'validation_error', detail, attr } })
  })
  it('a stranger, or nobody', async () => {
    const stranger = await app.stranger()
    expect((await app.get(path, { key: stranger.key })).status).toBe(403)
    expect((await app.get(path, { key: null })).status).toBe(401)
  })
})
