import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testCohorts } from '../../test/cohorts.ts'
import { insertEvents, personIdOf, type TestEvent } from '../../test/events.ts'
import { testInsights } from '../../test/insights.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'

let warehouse: Warehouse
let cleanup: () => Promise<void>

const at = (distinct_id: string, event: string, time: string, more: Partial<TestEvent> = {}): TestEvent => ({
  event,
  distinct_id,
  timestamp: `2023-02-${time}Z`,
  ...more,
})
const browser = ($browser: string) => ({ properties: { $browser } })

beforeAll(async () => {
  const made = await testWarehouse()
  warehouse = made.warehouse
  cleanup = made.cleanup
  await insertEvents(warehouse, 1, [
    at('ann', 'view', '01T10:00:00', { ...browser('Chrome'), groups: { 0: 'acme' } }),
    at('ann', 'cart', '01T10:10:00', { ...browser('Chrome'), groups: { 0: 'acme' } }),
    at('ann', 'buy', '01T10:40:00', { ...browser('Safari'), groups: { 0: 'acme' } }),
    at('bob', 'view', '01T12:00:00', browser('Firefox')),
    at('bob', 'help', '01T12:05:00'),
    at('bob', 'cart', '01T12:20:00', browser('Firefox')),
    at('cat', 'view', '02T09:00:00', browser('Chrome')),
    at('cat', 'buy', '02T09:30:00', browser('Chrome')),
    at('dan', 'cart', '02T09:00:00'),
    at('dan', 'view', '02T10:00:00'),
    at('dan', 'cart', '09T10:00:00'),
  ])
})
afterAll(() => cleanup())

const step = (event: string, more: object = {}) => ({ kind: 'EventsNode', event, ...more })
const series = ['view', 'cart', 'buy'].map((event) => step(event))
const dateRange = { date_from: '2023-02-01', date_to: '2023-02-10' }
const counts = (...numbers: number[]) => numbers.map((count) => ({ count }))
const help = step('help', { funnelFromStep: 0, funnelToStep: 1 })

const forms: [name: string, query: object, expected: unknown][] = [
  [
    'steps',
    {},
    [
      { name: 'view', count: 4, order: 0, average_conversion_time: null, median_conversion_time: null },
      { name: 'cart', count: 3, average_conversion_time: 202_200, median_conversion_time: 1200 },
      { name: 'buy', count: 1, average_conversion_time: 1800, median_conversion_time: 1800 },
    ],
  ],
  [
    'window',
    { funnelsFilter: { funnelWindowInterval: 1, funnelWindowIntervalUnit: 'hour' } },
    counts(4, 2, 1),
  ],
  ['strict', { funnelsFilter: { funnelOrderType: 'strict' } }, counts(4, 2, 1)],
  [
    'unordered',
    { funnelsFilter: { funnelOrderType: 'unordered' } },
    [{ name: 'Completed 1 step', count: 4 }, { name: 'Completed 2 steps', count: 4 }, { count: 1 }],
  ],
  ['exclusions', { funnelsFilter: { exclusions: [help] } }, counts(3, 2, 1)],
  [
    'exclusions-strict',
    { funnelsFilter: { funnelOrderType: 'strict', exclusions: [help] } },
    counts(3, 2, 1),
  ],
  [
    'exclusions-unordered',
    {
      funnelsFilter: {
        funnelOrderType: 'unordered',
        exclusions: [{ ...help, funnelToStep: 2 }],
      },
    },
    counts(4, 3, 1),
  ],
  ['optional', { series: [series[0], step('cart', { optionalInFunnel: true }), series[2]] }, counts(4, 3, 2)],
  ['repeated', { series: [step('view'), { kind: 'EventsNode', event: null }, step('buy')] }, counts(4, 4, 1)],
  [
    'unordered-repeated',
    { series: [step('cart'), step('cart')], funnelsFilter: { funnelOrderType: 'unordered' } },
    counts(3, 1),
  ],
  ['groups', { aggregation_group_type_index: 0 }, counts(1, 1, 1)],
  ['first-time', { series: [step('cart', { math: 'first_time_for_user' }), step('cart')] }, counts(3, 1)],
  ['hogql', { funnelsFilter: { funnelAggregateByHogQL: 'properties.$browser' } }, counts(2, 2, 1)],
  [
    'trends',
    {
      funnelsFilter: { funnelVizType: 'trends', funnelToStep: 1 },
      dateRange: { date_from: '2023-02-01', date_to: '2023-02-03' },
    },
    [{ count: 3, data: [100, 0, 0], days: ['2023-02-01', '2023-02-02', '2023-02-03'] }],
  ],
  [
    'times',
    { funnelsFilter: { funnelVizType: 'time_to_convert', funnelToStep: 1, binCount: 2 } },
    {
      average_conversion_time: 202_200,
      bins: [
        [600, 2],
        [302_700, 0],
        [604_800, 1],
      ],
    },
  ],
]

describe('funnels', () => {
  it.each(forms)('%s', async (name, query, expected) => {
    const { ask, sql } = testInsights(warehouse)
    const answer = await ask(1, { kind: 'FunnelsQuery', series, dateRange, ...query })
    expect(answer).toMatchObject(expected as object)
    await expect(sql()).toMatchFileSnapshot(`./sql/funnels-${name}.sql`)
  })
})

it('steps of one instant took no time, and count in the means', async () => {
  const shop = (who: string, minutes: number) => [
    at(who, 'view', '01T10:00:00'),
    at(who, 'cart', `01T10:${String(minutes).padStart(2, '0')}:00`),
  ]
  const asked = { kind: 'FunnelsQuery', series: series.slice(0, 2), dateRange }
  const took = (seconds: number | null) => ({
    average_conversion_time: seconds,
    median_conversion_time: seconds,
  })
  const { ask } = testInsights(warehouse)
  await insertEvents(warehouse, 2, shop('eve', 0))
  expect(await ask(2, asked)).toMatchObject([took(null), { count: 1, ...took(0) }])
  await insertEvents(warehouse, 2, [...shop('fay', 4), at('gus', 'view', '01T10:00:00')])
  expect(await ask(2, asked)).toMatchObject([{ count: 3 }, { count: 2, ...took(120) }])
  const byName = { ...asked, breakdownFilter: { breakdown: '$browser', breakdown_type: 'event' } }
  expect(await ask(2, byName)).toMatchObject([[{ count: 3 }, { count: 2, ...took(120) }]])
})

describe('the people of a funnel', () => {
  const ids = async (source: object, more: object = {}) => {
    const { ask } = testInsights(warehouse)
    const actors = {
      kind: 'FunnelsActorsQuery',
      source: { kind: 'FunnelsQuery', series, dateRange, ...source },
      ...more,
    }
    const rows = (await ask(1, { kind: 'ActorsQuery', source: actors, select: ['id'] })) as string[][]
    return rows.flat().sort()
  }
  const named = (...people: string[]) => people.map(personIdOf).sort()

  it('of groups are groups, of something else persons behind it', async () => {
    expect(await ids({ aggregation_group_type_index: 0 }, { funnelStep: 3 })).toEqual(['acme'])
    const byBrowser = { funnelsFilter: { funnelAggregateByHogQL: 'properties.$browser' } }
    expect(await ids(byBrowser, { funnelStep: 1, funnelCustomSteps: [2] })).toEqual(named('bob'))
  })

  it('of trends converted, or did not, by the bucket of entry', async () => {
    const trends = { funnelsFilter: { funnelVizType: 'trends', funnelToStep: 1 } }
    const pins = { funnelTrendsEntrancePeriodStart: '2023-02-02', funnelTrendsDropOff: true }
    expect(await ids(trends, pins)).toEqual(named('cat'))
    expect(await ids(trends, { ...pins, funnelTrendsDropOff: false })).toEqual(named('dan'))
    expect(await ids(trends, { ...pins, funnelTrendsEntrancePeriodStart: '2023-03-02' })).toEqual([])
  })

  it('of a value of the breakdown', async () => {
    const byBrowser = {
      breakdownFilter: { breakdown: '$browser', breakdown_type: 'event', breakdown_limit: 1 },
    }
    expect(await ids(byBrowser, { funnelStep: 1, funnelStepBreakdown: ['Chrome'] })).toEqual(
      named('ann', 'cat'),
    )
    expect(await ids(byBrowser, { funnelStep: 1, funnelStepBreakdown: ['Other'] })).toEqual(
      named('bob', 'dan'),
    )
  })
})

describe('funnels by cohort', () => {
  let ask: (query: object) => Promise<unknown[]>
  beforeAll(async () => {
    const cohorts = await testCohorts(warehouse, {
      4: { name: 'early', whose: "timestamp < '2023-02-02'" },
      5: { name: 'nobody', whose: "event = 'never'" },
    })
    ask = (query) => testInsights(warehouse, {}, { cohorts }).ask(1, query)
  })
  const byCohort = (breakdown: unknown, more: object = {}) => ({
    kind: 'FunnelsQuery',
    series,
    dateRange,
    breakdownFilter: { breakdown, breakdown_type: 'cohort' },
    ...more,
  })

  it('each has steps of its own, those without anybody too', async () => {
    expect(await ask(byCohort(['all', 4, 5]))).toMatchObject([
      [{ breakdown: 'all users', breakdown_value: 'all', count: 4 }, { count: 3 }, { count: 1 }],
      [{ breakdown: 'early', breakdown_value: 4, count: 2 }, { count: 2 }, { count: 1 }],
      [{ breakdown: 'nobody', breakdown_value: 5, count: 0 }, { count: 0 }, { count: 0 }],
    ])
  })

  it('over time, and with the people of a step', async () => {
    const trends = byCohort([4], { funnelsFilter: { funnelVizType: 'trends', funnelToStep: 1 } })
    expect(await ask(trends)).toMatchObject([{ breakdown_value: 4, data: [100, ...new Array(9).fill(0)] }])
    const source = {
      kind: 'FunnelsActorsQuery',
      source: byCohort([4]),
      funnelStep: -3,
      funnelStepBreakdown: 4,
    }
    expect(await ask({ kind: 'ActorsQuery', source, select: ['id'] })).toEqual([[personIdOf('bob')]])
  })

  it('one that does not exist is refused', async () => {
    await expect(ask(byCohort([6]))).rejects.toMatchObject({ attr: 'breakdown' })
  })
})
