import fc from 'fast-check'
import { expect, it } from 'vitest'
import { drawSeed } from '../../test/draws.ts'

it('property-based tests draw the same in every run', () => {
  expect(fc.readConfigureGlobal().seed).toBe(drawSeed)
  expect(fc.sample(fc.integer(), 5)).toEqual(fc.sample(fc.integer(), { numRuns: 5, seed: drawSeed }))
})
