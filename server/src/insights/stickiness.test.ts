import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertEvents } from '../../test/events.ts'
import { testInsights } from '../../test/insights.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'

let warehouse: Warehouse
let cleanup: () => Promise<void>

beforeAll(async () => {
  const made = await testWarehouse()
  warehouse = made.warehouse
  cleanup = made.cleanup
  const view = (distinct_id: string, day: string, key = '') => ({
    event: 'view',
    distinct_id,
    timestamp: `2023-02-${day}T10:00:00Z`,
    groups: { 0: key },
  })
  await insertEvents(warehouse, 1, [
    ...['01', '02', '02', '04'].map((day) => view('ann', day, 'acme')),
    ...['02', '03'].map((day) => view('bob', day, 'acme')),
    view('cat', '05'),
    view('dan', '08'),
  ])
})
afterAll(() => cleanup())

const series = (more: object = {}) => [{ kind: 'EventsNode', event: 'view', ...more }]
const days = { date_from: '2023-02-01', date_to: '2023-02-05' }

const forms: [name: string, query: object, expected: object[]][] = [
  [
    'days',
    { series: series(), dateRange: days },
    [
      {
        label: 'view',
        count: 3,
        data: [1, 1, 1, 0, 0],
        days: [1, 2, 3, 4, 5],
        labels: ['1 day', '2 days', '3 days', '4 days', '5 days'],
      },
    ],
  ],
  [
    'cumulative',
    { series: series(), dateRange: days, stickinessFilter: { computedAs: 'cumulative' } },
    [{ data: [3, 2, 1, 0, 0], labels: expect.arrayContaining(['1 day or more', '5 days or more']) }],
  ],
  ['spans', { series: series(), dateRange: days, intervalCount: 2 }, [{ data: [1, 2, 0], days: [1, 2, 3] }]],
  [
    'criteria',
    {
      series: series(),
      dateRange: days,
      stickinessFilter: { stickinessCriteria: { operator: 'gte', value: 2 } },
    },
    [{ data: [1, 0, 0, 0, 0] }],
  ],
  [
    'groups',
    { series: series({ math: 'unique_group', math_group_type_index: 0 }), dateRange: days },
    [{ data: [0, 0, 0, 1, 0] }],
  ],
  [
    'compare',
    {
      series: series(),
      dateRange: { date_from: '2023-02-06', date_to: '2023-02-10' },
      compareFilter: { compare: true },
    },
    [
      { compare_label: 'current', data: [1, 0, 0, 0, 0] },
      { compare_label: 'previous', data: [1, 1, 1, 0, 0] },
    ],
  ],
  [
    'weeks',
    { series: series(), interval: 'week', dateRange: days },
    [{ data: [3, 0], labels: ['1 week', '2 weeks'] }],
  ],
]

describe('stickiness', () => {
  it.each(forms)('%s', async (name, query, expected) => {
    const { ask, sql } = testInsights(warehouse)
    expect(await ask(1, { kind: 'StickinessQuery', ...query })).toMatchObject(expected)
    await expect(sql()).toMatchFileSnapshot(`./sql/stickiness-${name}.sql`)
  })
  it('nothing to count is an empty answer', async () => {
    expect(await testInsights(warehouse).ask(1, { kind: 'StickinessQuery', series: [] })).toEqual([])
  })
})
