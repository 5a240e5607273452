import { expect, test } from 'vitest'
import { breakdownName, dimensionsOf, withDimensions } from './breakdowns.ts'

test('one dimension is said in the older form, several as a list; both read as they were meant', () => {
  const plan = { type: 'person', property: 'plan' } as const
  const price = { type: 'event', property: 'price', bins: 5 } as const
  const one = withDimensions({ breakdown_limit: 10 }, [price])
  expect(one).toEqual({
    breakdown_limit: 10,
    breakdown: 'price',
    breakdown_type: 'event',
    breakdown_histogram_bin_count: 5,
  })
  expect(dimensionsOf(one)).toEqual([price])
  const two = withDimensions(one, [price, plan])
  expect(two).toEqual({
    breakdown_limit: 10,
    breakdowns: [
      { type: 'event', property: 'price', histogram_bin_count: 5 },
      { type: 'person', property: 'plan' },
    ],
  })
  expect(dimensionsOf(two)).toEqual([price, plan])
  expect(breakdownName(two)).toBe('price and plan')
  expect(withDimensions(two, [])).toBeUndefined()
})

test('cohorts stay a list of ids', () => {
  const cohorts = withDimensions(undefined, [
    { type: 'cohort', property: 3 },
    { type: 'cohort', property: 'all' },
  ])
  expect(cohorts).toEqual({ breakdown: [3, 'all'], breakdown_type: 'cohort' })
  expect(breakdownName(cohorts)).toBe('cohort')
})

test('nothing that counts is no breakdown', () => {
  expect(breakdownName({})).toBeNull()
  expect(breakdownName({ breakdown: null })).toBeNull()
  expect(breakdownName({ breakdown: [] })).toBeNull()
})
