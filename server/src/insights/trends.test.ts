import fc from 'fast-check'
import { DateTime } from 'luxon'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertEvents, type TestEvent } from '../../test/events.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import type { TrendsResult } from './answers.ts'
import { trendsQuery } from './insight-queries.ts'
import type { AskedProject } from './prepare.ts'
import { createInsights } from './run.ts'

let warehouse: Warehouse
let cleanup: () => Promise<void>
const printed: string[] = []
const types: Record<string, string> = { amount: 'Numeric', vip: 'Boolean' }

beforeAll(async () => {
  const made = await testWarehouse()
  warehouse = made.warehouse
  cleanup = made.cleanup
})
afterAll(() => cleanup())

const insightsFor = (project: Partial<AskedProject> = {}) =>
  createInsights({
    warehouse: {
      ...warehouse,
      query: (query) => {
        printed.push(`${query.sql}\n`)
        return warehouse.query(query)
      },
    },
    findProject: () => ({
      timezone: 'UTC',
      testAccountFilters: [],
      botFilter: 'off',
      dropEventsOlderThan: null,
      ...project,
    }),
    propertyTypes: async () => (_kind, key) => (types[key] as 'Numeric' | 'Boolean' | undefined) ?? null,
    findAction: async (_project, id) =>
      id === 1
        ? {
            id: 1,
            name: 'bought',
            steps: [{ event: 'view', properties: [{ key: 'amount', value: 15, operator: 'gt' }] }],
          }
        : undefined,
    now: () => new Date('2023-02-18T12:00:00Z'),
  })

async function ask(
  projectId: number,
  query: object,
  project?: Partial<AskedProject>,
): Promise<TrendsResult[]> {
  printed.length = 0
  const parsed = trendsQuery.parse({ kind: 'TrendsQuery', ...query })
  return (await insightsFor(project).run(projectId, parsed)).results as TrendsResult[]
}

const view = (
  distinct_id: string,
  timestamp: string,
  properties: object = {},
  more: Partial<TestEvent> = {},
) => ({
  event: 'view',
  distinct_id,
  timestamp,
  properties: { ...properties },
  ...more,
})
const story: TestEvent[] = [
  view('ann', '2023-01-30T08:00:00Z', { $session_id: 's0' }),
  view(
    'ann',
    '2023-02-01T10:00:00Z',
    { $browser: 'Chrome', amount: 10, $session_id: 's1' },
    { groups: { 0: 'acme' } },
  ),
  view(
    'ann',
    '2023-02-01T11:00:00Z',
    { $browser: 'Chrome', amount: 20, $session_id: 's1' },
    { groups: { 0: 'acme' } },
  ),
  view('ann', '2023-02-02T10:00:00Z', { $browser: 'Chrome', amount: 30 }),
  view('bob', '2023-02-02T12:00:00Z', { $browser: 'Firefox', amount: 5 }, { groups: { 0: 'bolt' } }),
  view('bob', '2023-02-05T12:00:00Z', { $browser: 'Firefox' }),
  view(
    'cat',
    '2023-02-05T23:59:59.9999Z',
    { $browser: '', amount: 2.5, vip: true },
    { person: { plan: 'pro' } },
  ),
  { event: 'sign up', distinct_id: 'ann', timestamp: '2023-02-03T09:00:00Z' },
]

const dateRange = { date_from: '2023-02-01', date_to: '2023-02-05' }
const series = (math?: string, more: object = {}) => [{ kind: 'EventsNode', event: 'view', math, ...more }]
const data = (values: number[]) => ({ data: values })

/** Each form of trend: its SQL is in `sql/` to be reviewed, its numbers were counted by hand. */
const forms: [name: string, query: object, expected: object[]][] = [
  ['total', { series: series() }, [{ label: 'view', count: 6, data: [2, 2, 0, 0, 2] }]],
  ['dau', { series: series('dau') }, [data([1, 2, 0, 0, 2])]],
  [
    'two-series',
    { series: [...series(), { kind: 'EventsNode', event: 'sign up' }] },
    [data([2, 2, 0, 0, 2]), data([0, 0, 1, 0, 0])],
  ],
  [
    'all-events',
    { series: [{ kind: 'EventsNode', event: null }] },
    [{ label: 'All events', data: [2, 2, 1, 0, 2] }],
  ],
  ['action', { series: [{ kind: 'ActionsNode', id: 1 }] }, [{ label: 'bought', data: [1, 1, 0, 0, 0] }]],
  ['weekly-active', { series: series('weekly_active') }, [data([1, 2, 2, 2, 3])]],
  ['sum', { series: series('sum', { math_property: 'amount' }) }, [data([30, 35, 0, 0, 2.5])]],
  ['p90', { series: series('p90', { math_property: 'amount' }) }, [data([19, 27.5, 0, 0, 2.5])]],
  ['unique-group', { series: series('unique_group', { math_group_type_index: 0 }) }, [data([1, 1, 0, 0, 0])]],
  ['unique-session', { series: series('unique_session') }, [data([1, 0, 0, 0, 0])]],
  [
    'session-duration',
    { series: series('avg', { math_property: '$session_duration' }) },
    [data([3600, 0, 0, 0, 0])],
  ],
  ['per-actor', { series: series('avg_count_per_actor') }, [data([2, 1, 0, 0, 1])]],
  ['first-time', { series: series('first_time_for_user') }, [data([0, 1, 0, 0, 1])]],
  [
    'first-matching',
    {
      series: series('first_matching_event_for_user', { properties: [{ key: '$browser', value: 'Chrome' }] }),
    },
    [data([1, 0, 0, 0, 0])],
  ],
  [
    'cumulative',
    { series: series('dau'), trendsFilter: { display: 'ActionsLineGraphCumulative' } },
    [{ count: 3, data: [1, 2, 2, 2, 3] }],
  ],
  [
    'hourly',
    {
      series: series(),
      interval: 'hour',
      dateRange: { date_from: '2023-02-01T10:00:00Z', date_to: '2023-02-01T12:00:00Z' },
    },
    [data([1, 1, 0])],
  ],
  ['weekly', { series: series(), interval: 'week' }, [{ days: ['2023-01-29', '2023-02-05'], data: [5, 2] }]],
  [
    'monthly',
    { series: series(), interval: 'month', dateRange: { date_from: '2023-01-15', date_to: '2023-02-05' } },
    [data([1, 6])],
  ],
  [
    'aggregated',
    { series: series('dau'), trendsFilter: { display: 'BoldNumber' } },
    [{ aggregated_value: 3, data: [], days: [] }],
  ],
  [
    'breakdown',
    { series: series(), breakdownFilter: { breakdown: '$browser' } },
    [
      { breakdown_value: 'Chrome', label: 'Chrome', data: [2, 1, 0, 0, 0] },
      { breakdown_value: 'Firefox', data: [0, 1, 0, 0, 1] },
      { breakdown_value: '$$_posthog_breakdown_null_$$', data: [0, 0, 0, 0, 1] },
    ],
  ],
  [
    'breakdown-limited',
    { series: series('dau'), breakdownFilter: { breakdown: '$browser', breakdown_limit: 1 } },
    [
      { breakdown_value: 'Chrome', data: [1, 1, 0, 0, 0] },
      { breakdown_value: '$$_posthog_breakdown_other_$$', data: [0, 1, 0, 0, 2] },
    ],
  ],
  [
    'breakdown-aggregated',
    {
      series: series(),
      trendsFilter: { display: 'ActionsTable' },
      breakdownFilter: { breakdown: '$browser', breakdown_limit: 1, breakdown_hide_other_aggregation: true },
    },
    [{ breakdown_value: 'Chrome', aggregated_value: 3 }],
  ],
  [
    'breakdown-several',
    {
      series: series(),
      breakdownFilter: {
        breakdowns: [{ property: 'vip' }, { property: 'plan', type: 'person' }],
        breakdown_limit: 1,
      },
    },
    [
      { breakdown_value: ['true', 'pro'], label: 'true::pro', count: 1 },
      { breakdown_value: ['$$_posthog_breakdown_other_$$', '$$_posthog_breakdown_other_$$'], count: 5 },
    ],
  ],
  [
    'breakdown-bins',
    { series: series(), breakdownFilter: { breakdown: 'amount', breakdown_histogram_bin_count: 2 } },
    [
      { breakdown_value: '[2.5,16.25]', count: 3 },
      { breakdown_value: '[16.25,30.01]', count: 2 },
      { breakdown_value: '$$_posthog_breakdown_null_$$', count: 1 },
    ],
  ],
  [
    'breakdown-hogql',
    {
      series: series(),
      breakdownFilter: { breakdown: "concat(properties.$browser, '!')", breakdown_type: 'hogql' },
    },
    [
      { breakdown_value: 'Chrome!', count: 3 },
      { breakdown_value: 'Firefox!', count: 2 },
      { breakdown_value: '!', count: 1 },
    ],
  ],
  [
    'compare',
    {
      series: series(),
      dateRange: { date_from: '2023-02-02', date_to: '2023-02-03' },
      compareFilter: { compare: true },
    },
    [
      { compare_label: 'current', data: [2, 0], days: ['2023-02-02', '2023-02-03'] },
      { compare_label: 'previous', data: [0, 2], days: ['2023-01-31', '2023-02-01'] },
    ],
  ],
  [
    'formula',
    { series: [...series(), ...series('dau')], trendsFilter: { formula: 'A/B' } },
    [{ label: 'Formula (A/B)', action: null, data: [2, 1, 0, 0, 1] }],
  ],
  [
    'filters',
    {
      series: series(),
      properties: {
        type: 'OR',
        values: [
          {
            type: 'AND',
            values: [
              { key: '$browser', value: ['Chrome', 'Opera'] },
              { key: 'amount', value: 20, operator: 'gt' },
            ],
          },
          { key: 'plan', value: 'PRO', operator: 'icontains', type: 'person' },
        ],
      },
    },
    [data([0, 1, 0, 0, 1])],
  ],
]

describe('forms of trends', () => {
  beforeAll(async () => {
    await insertEvents(warehouse, 1, story)
    await insertEvents(warehouse, 2, [
      view('zed', '2023-02-01T10:00:00Z', { $browser: 'Netscape', amount: 1000 }),
    ])
  })
  it.each(forms)('%s', async (name, query, expected) => {
    const results = await ask(1, { dateRange, ...query })
    expect(results).toMatchObject(expected)
    expect(results).toHaveLength(expected.length)
    await expect(printed.join('\n')).toMatchFileSnapshot(`./sql/trends-${name}.sql`)
  })
  it('nothing to count, or an action that is gone, is an empty answer', async () => {
    expect(await ask(1, { series: [] })).toEqual([])
    expect(await ask(1, { series: [{ kind: 'ActionsNode', id: 99 }, ...series()] })).toEqual([])
    expect(printed).toEqual([])
  })
  it('all means since the first event', async () => {
    const [result] = await ask(1, {
      series: series(),
      dateRange: { date_from: 'all', date_to: '2023-02-01' },
    })
    expect(result).toMatchObject({ days: ['2023-01-30', '2023-01-31', '2023-02-01'], data: [1, 0, 2] })
  })
  it('test accounts can be left out', async () => {
    const testAccountFilters = [{ key: 'plan', value: 'pro', operator: 'is_not', type: 'person' }]
    const [result] = await ask(
      1,
      { series: series(), dateRange, filterTestAccounts: true },
      { testAccountFilters },
    )
    expect(result!.data).toEqual([2, 2, 0, 0, 1])
  })
  it('says what the answer cost', async () => {
    const answer = await insightsFor().run(
      1,
      trendsQuery.parse({ kind: 'TrendsQuery', series: series(), dateRange }),
    )
    expect(answer).toMatchObject({
      timezone: 'UTC',
      is_cached: false,
      last_refresh: '2023-02-18T12:00:00.000Z',
    })
    expect(answer.statistics.rows_read).toBeGreaterThan(0)
  })
  it.each([
    [{ series: series('sum') }, 'This field is required.'],
    [{ series: series('mode') }, '"mode" is not a valid choice.'],
    [{ series: series(), trendsFilter: { formula: 'A +' } }, 'The formula "A +" can\'t be read'],
    [{ series: series(), dateRange: { date_from: 'soon' } }, '"soon" is not a date'],
    [{ series: series('hogql', { math_hogql: 'sum(toFloat(nothing))' }) }, 'nothing'],
    [
      { series: series(), properties: [{ key: 'a', value: 1, operator: 'near' }] },
      '"near" is not an operator',
    ],
    [
      { series: series(), interval: 'hour', dateRange: { date_from: '2000-01-01' } },
      'more than 10000 intervals',
    ],
  ])('refuses %j', async (query, sentence) => {
    await expect(ask(1, query)).rejects.toThrow(sentence)
  })
})

describe('against a plain model', () => {
  let project = 1000
  const zones = ['UTC', 'Asia/Tokyo', 'America/Sao_Paulo', 'Australia/Lord_Howe']
  const start = Date.parse('2018-10-25T00:00:00Z')
  const event = fc.record({
    // three weeks around changes of clocks in these zones
    at: fc
      .integer({ min: 0, max: 21 * 24 * 60 })
      .map((minute) => new Date(start + minute * 60_000).toISOString()),
    who: fc.constantFrom('ann', 'bob', 'cat'),
    browser: fc.constantFrom('Chrome', 'Firefox', ''),
  })
  const asked = fc.record({
    events: fc.array(event, { minLength: 1, maxLength: 40 }),
    math: fc.constantFrom('total', 'dau', 'weekly_active'),
    interval: fc.constantFrom('day' as const, 'hour' as const, 'week' as const),
    zone: fc.constantFrom(...zones),
    broken: fc.boolean(),
  })

  /** Counts in the slowest and plainest way. */
  function model({
    events,
    math,
    interval,
    zone,
    broken,
  }: typeof asked extends fc.Arbitrary<infer T> ? T : never) {
    const from = DateTime.fromISO('2018-10-30', { zone })
    const until = DateTime.fromISO('2018-11-08', { zone })
    const starts: DateTime[] = []
    const first = interval === 'week' ? from.minus({ days: from.weekday % 7 }) : from
    for (let at = first; at < until; ) {
      starts.push(at)
      at = interval === 'hour' ? at.plus({ hours: 1 }) : at.plus({ [`${interval}s`]: 1 }).startOf('day')
    }
    const ends = [...starts.slice(1), until]
    const count = (matching: typeof events, i: number) => {
      const within = (low: DateTime, high: DateTime) =>
        matching.filter(
          ({ at }) =>
            DateTime.fromISO(at) >= low && DateTime.fromISO(at) < high && DateTime.fromISO(at) < until,
        )
      if (math === 'total') return within(starts[i]!, ends[i]!).length
      const end = ends[i]!
      const low =
        math === 'dau' || interval === 'week'
          ? starts[i]!
          : interval === 'hour'
            ? end.minus({ hours: 1 }).minus({ days: 7 })
            : end.minus({ milliseconds: 1 }).startOf('day').minus({ days: 6 }).startOf('day')
      return new Set(within(low, end).map(({ who }) => who)).size
    }
    const values = broken ? ['Chrome', 'Firefox', ''] : [undefined]
    return Object.fromEntries(
      values.flatMap((value) => {
        const matching = events.filter(({ browser }) => value === undefined || browser === value)
        const line = starts.map((_, i) => count(matching, i))
        if (broken && line.every((n) => n === 0)) return []
        return [[value === undefined ? 'view' : value || '$$_posthog_breakdown_null_$$', line]]
      }),
    )
  }

  it('every count is the same', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async (question) => {
        const id = ++project
        await insertEvents(
          warehouse,
          id,
          question.events.map(({ at, who, browser }) => view(who, at, { $browser: browser })),
        )
        const results = await ask(
          id,
          {
            series: series(question.math),
            interval: question.interval,
            dateRange: { date_from: '2018-10-30', date_to: '2018-11-07' },
            ...(question.broken && { breakdownFilter: { breakdown: '$browser' } }),
          },
          { timezone: question.zone },
        )
        expect(Object.fromEntries(results.map((one) => [one.label, one.data]))).toEqual(model(question))
      }),
      {
        numRuns: 25,
        examples: [
          [
            {
              events: [{ at: '2018-10-29T04:00:00.000Z', who: 'ann', browser: 'Chrome' }],
              math: 'weekly_active',
              interval: 'day',
              zone: 'America/Sao_Paulo',
              broken: false,
            },
          ],
        ],
      },
    )
  }, 120_000)
})
