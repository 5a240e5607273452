import { expect, test } from 'vitest'
import { retentionCurve, stateOfCell } from './retention.ts'

const now = '2026-11-18 14:00:00'

test.each([
  ['2026-11-16T00:00:00+01:00', 0, 'day', 'over'],
  ['2026-11-16T00:00:00+01:00', 2, 'day', 'running'],
  ['2026-11-16T00:00:00+01:00', 3, 'day', 'ahead'],
  ['2026-11-15', 0, 'week', 'running'],
  ['2026-10-01', 0, 'month', 'over'],
  ['2026-10-01', 1, 'month', 'running'],
  ['2026-11-18T11:00:00', 3, 'hour', 'running'],
  [undefined, 3, 'day', 'over'],
] as const)('a cohort of %s, %i %ss later: %s', (began, later, period, state) =>
  expect(stateOfCell(began, later, period, now)).toBe(state),
)

test('the curve weighs cohorts by their size, and leaves out what is not over', () => {
  const rows = [
    { date: '2026-11-16', values: [{ count: 10 }, { count: 5 }, { count: 1 }] },
    { date: '2026-11-17', values: [{ count: 30 }, { count: 9 }] },
    { date: '2026-11-18', values: [{ count: 2 }] },
  ]
  expect(retentionCurve(rows, 'day', now)).toEqual([1, 0.5, undefined])
  expect(retentionCurve(rows, 'day', '2026-11-25 00:00:00')).toEqual([1, 14 / 42, 1 / 42])
})
