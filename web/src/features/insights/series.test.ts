import { expect, test } from 'vitest'
import type { TrendsQuery } from '../../api/questions.ts'
import type { TrendsSeries } from '../../api/types.ts'
import { rowsOf } from './series.ts'

const query: TrendsQuery = {
  kind: 'TrendsQuery',
  series: [{ kind: 'EventsNode', event: 'order', math: 'total' }],
  interval: 'day',
  dateRange: { date_from: '-7d' },
}
const line = (changes: Partial<TrendsSeries>): TrendsSeries => ({
  label: 'order',
  count: 3,
  data: [1, 2],
  days: ['2026-11-21', '2026-11-22'],
  action: { order: 0 },
  ...changes,
})

test('a value keeps its colour when others come before it or go', () => {
  const broken = { ...query, breakdownFilter: { breakdown: '$browser', breakdown_type: 'event' as const } }
  const slots = new Map<string, number>()
  const first = rowsOf(
    broken,
    [line({ breakdown_value: 'Chrome' }), line({ breakdown_value: 'Safari' })],
    slots,
  )
  const then = rowsOf(broken, [line({ breakdown_value: 'Edge' }), line({ breakdown_value: 'Safari' })], slots)
  expect(first.map((row) => [row.label, row.slot])).toEqual([
    ['Chrome', 0],
    ['Safari', 1],
  ])
  expect(then.map((row) => [row.label, row.slot])).toEqual([
    ['Edge', 2],
    ['Safari', 1],
  ])
})

test('the period before has the colour of its series and a name of its own', () => {
  const rows = rowsOf(
    { ...query, compareFilter: { compare: true } },
    [line({ compare_label: 'current' }), line({ compare_label: 'previous' })],
    new Map(),
  )
  expect(rows.map(({ label, slot, previous }) => ({ label, slot, previous }))).toEqual([
    { label: 'order', slot: 0, previous: false },
    { label: 'order (previous)', slot: 0, previous: true },
  ])
  expect(new Set(rows.map((row) => row.key)).size).toBe(2)
})

test('a formula is named by itself, and has nobody behind it', () => {
  const two: TrendsQuery = { ...query, series: [...query.series, ...query.series] }
  const [row] = rowsOf(two, [line({ label: 'Formula (A / B)', action: null })], new Map())
  expect(row).toMatchObject({ label: 'Formula (A / B)', additive: false })
  expect(row).not.toHaveProperty('pin')
})

test('people can not be added up over days, events can', () => {
  const two: TrendsQuery = {
    ...query,
    series: [...query.series, { kind: 'EventsNode', event: null, math: 'dau' }],
  }
  const rows = rowsOf(two, [line({}), line({ action: { order: 1 } })], new Map())
  expect(rows.map(({ label, additive }) => [label, additive])).toEqual([
    ['A · order', true],
    ['B · All events (unique people)', false],
  ])
})
