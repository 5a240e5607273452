import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertEvents, insertGroups } from '../../test/events.ts'
import { testInsights } from '../../test/insights.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import type { LifecycleResult } from './answers.ts'

let warehouse: Warehouse
let cleanup: () => Promise<void>

beforeAll(async () => {
  const made = await testWarehouse()
  warehouse = made.warehouse
  cleanup = made.cleanup
})
afterAll(() => cleanup())

const view = (distinct_id: string, day: number, made: number) => ({
  event: 'view',
  distinct_id,
  timestamp: `2023-02-${String(day).padStart(2, '0')}T10:00:00Z`,
  person_created_at: `2023-02-${String(made).padStart(2, '0')}T10:00:00Z`,
})
const query = (interval: string) => ({
  kind: 'LifecycleQuery',
  series: [{ kind: 'EventsNode', event: 'view' }],
  interval,
  dateRange: { date_from: '2023-02-05', date_to: '2023-02-09' },
})
const byStatus = (results: unknown[]) =>
  Object.fromEntries((results as LifecycleResult[]).map(({ status, data }) => [status, data]))

describe('lifecycle', () => {
  it('by day', async () => {
    await insertEvents(warehouse, 1, [
      // made on the 5th, came on the 5th, 6th and 9th
      ...[5, 6, 9].map((day) => view('ann', day, 5)),
      // came the day before the range, and then no more
      view('bob', 4, 1),
      // an old hand, seen again on the 8th
      view('cat', 8, 1),
    ])
    const { ask, sql } = testInsights(warehouse)
    const results = await ask(1, query('day'))
    expect(byStatus(results)).toEqual({
      new: [1, 0, 0, 0, 0],
      returning: [0, 1, 0, 0, 0],
      resurrecting: [0, 0, 0, 1, 1],
      dormant: [-1, 0, -1, 0, -1],
    })
    expect(results[0]).toMatchObject({
      label: 'view - new',
      count: 1,
      days: ['2023-02-05', '2023-02-06', '2023-02-07', '2023-02-08', '2023-02-09'],
      labels: expect.arrayContaining(['5-Feb-2023']),
    })
    await expect(sql()).toMatchFileSnapshot('./sql/lifecycle-day.sql')
  })
  it('by week', async () => {
    const { ask, sql } = testInsights(warehouse)
    expect(byStatus(await ask(1, query('week')))).toEqual({
      new: [1],
      returning: [0],
      resurrecting: [1],
      dormant: [-1],
    })
    await expect(sql()).toMatchFileSnapshot('./sql/lifecycle-week.sql')
  })
  it('of groups, by when they were made', async () => {
    await insertGroups(warehouse, 2, [{ index: 0, key: 'acme', properties: {} }])
    const of = (company: string, day: number) => ({ ...view('ann', day, 5), groups: { 0: company } })
    await insertEvents(warehouse, 2, [
      ...[of('acme', 5), of('acme', 6), of('acme', 9)],
      // sent without having been made: never new
      of('bolt', 7),
      of('', 8),
    ])
    const { ask, sql } = testInsights(warehouse)
    const asked = { ...query('day'), aggregation_group_type_index: 0 }
    expect(byStatus(await ask(2, asked))).toEqual({
      new: [0, 0, 0, 0, 0],
      returning: [0, 1, 0, 0, 0],
      resurrecting: [1, 0, 1, 0, 1],
      dormant: [0, 0, -1, -1, 0],
    })
    await expect(sql()).toMatchFileSnapshot('./sql/lifecycle-groups.sql')
    // groups that a test makes were made in 2020
    const range = { date_from: '2019-12-31', date_to: '2020-01-01' }
    await insertEvents(warehouse, 2, [{ ...of('acme', 1), timestamp: '2020-01-01T15:00:00Z' }])
    expect(byStatus(await ask(2, { ...asked, dateRange: range })).new).toEqual([0, 1])
  })
  it('nothing to count is an empty answer', async () => {
    expect(await testInsights(warehouse).ask(1, { ...query('day'), series: [] })).toEqual([])
  })
})
