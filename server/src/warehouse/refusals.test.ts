import { expect, test } from 'vitest'
import { createRefusals } from './refusals.ts'

test('more than three kills within a minute refuse a query for ten', () => {
  const refusals = createRefusals()
  for (const at of [0, 10_000, 20_000]) refusals.noteKill('q', at)
  expect(refusals.list(20_000)).toEqual([])
  refusals.noteKill('other', 25_000)
  refusals.noteKill('q', 30_000)
  expect(refusals.list(30_000)).toEqual([['q', 630_000]])
  expect(refusals.list(629_999)).toHaveLength(1)
  expect(refusals.list(630_000)).toEqual([])
})

test('kills further apart do not add up', () => {
  const refusals = createRefusals()
  for (let kill = 0; kill < 20; kill++) refusals.noteKill('q', kill * 20_001)
  expect(refusals.list(500_000)).toEqual([])
})
