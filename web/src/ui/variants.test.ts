import { expect, test } from 'vitest'
import { evenShares, type Variant, variantsProblem } from './variants.ts'

test('shares are even and sum to 100', () => {
  expect(evenShares(2)).toEqual([50, 50])
  expect(evenShares(3)).toEqual([34, 33, 33])
  for (let count = 2; count <= 10; count++) expect(evenShares(count).reduce((a, b) => a + b)).toBe(100)
})

test.each<[string, Record<string, number>, string | null]>([
  ['shares that sum', { a: 50, b: 50 }, null],
  ['parts of percents that sum', { a: 33.3, b: 33.3, c: 33.4 }, null],
  ['too little', { a: 50, b: 40 }, 'Variants add up to 90 %. Give 10 % more.'],
  ['too much', { a: 50, b: 60.5 }, 'Variants add up to 110.5 %. Take 10.5 % away.'],
  ['a key with a blank', { 'a b': 100 }, 'Every variant needs a key of letters, digits, - and _.'],
])('variants: %s', (_, shares, problem) => {
  const variants: Variant[] = Object.entries(shares).map(([key, share]) => ({
    key,
    rollout_percentage: share,
  }))
  expect(variantsProblem(variants)).toBe(problem)
})

test('a key is used once', () => {
  const twice = { key: 'a', rollout_percentage: 50 }
  expect(variantsProblem([twice, twice])).toBe('There are two variants “a”.')
})
