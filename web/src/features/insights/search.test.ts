import { expect, test } from 'vitest'
import { readInsightsSearch, readTrendsSearch, sameQuery } from './search.ts'

const q = {
  kind: 'TrendsQuery',
  series: [{ kind: 'EventsNode', event: 'signed_up', math: 'dau' }],
  interval: 'week',
  dateRange: { date_from: '-30d' },
  properties: [{ key: 'plan', type: 'event', operator: 'exact', value: ['pro'] }],
  breakdownFilter: { breakdown: '$browser', breakdown_type: 'event' },
  trendsFilter: { display: 'ActionsBar' },
}

test('an address gives back the whole question', () => {
  expect(readTrendsSearch({ q, hidden: ['0:Chrome'], panel: 'api' })).toEqual({
    q,
    hidden: ['0:Chrome'],
    panel: 'api',
  })
})

test('a part that makes no sense falls back, the rest stays', () => {
  const read = readTrendsSearch({
    q: {
      ...q,
      interval: 'fortnight',
      dateRange: 'always',
      series: [{ kind: 'EventsNode', event: null, math: 'magic' }],
      trendsFilter: { display: 'Hologram' },
    },
    hidden: 'all',
    panel: 'cockpit',
  })
  expect(read.q?.interval).toBe('day')
  expect(read.q?.dateRange).toEqual({ date_from: '-7d' })
  expect(read.q?.series).toEqual([{ kind: 'EventsNode', event: null, math: 'total' }])
  expect(read.q?.trendsFilter).toBeUndefined()
  expect(read.q?.breakdownFilter).toEqual(q.breakdownFilter)
  expect(read).not.toHaveProperty('hidden')
  expect(read).not.toHaveProperty('panel')
})

test.each([undefined, 'nonsense', 7, { kind: 'FunnelsQuery' }])('%o is no question', (other) => {
  expect(readTrendsSearch({ q: other })).toEqual({})
})

test('the address of the list', () => {
  expect(readInsightsSearch({ search: 7, tab: 'yours', page: '3' })).toEqual({
    search: '7',
    tab: 'yours',
    page: 3,
  })
  expect(readInsightsSearch({ search: '', tab: 'theirs', page: 'x' })).toEqual({})
})

test('a question is the same whatever the order of its fields, and what is null is not there', () => {
  expect(sameQuery({ ...q, compareFilter: null }, Object.fromEntries(Object.entries(q).reverse()))).toBe(true)
  expect(sameQuery({ ...q, interval: 'day' }, q)).toBe(false)
  expect(sameQuery({ ...q, formula: 'A / B' }, q)).toBe(false)
  expect(sameQuery({ ...q, series: [] }, q)).toBe(false)
})
