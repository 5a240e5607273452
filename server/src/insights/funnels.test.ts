import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertEvents, type TestEvent } from '../../test/events.ts'
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
