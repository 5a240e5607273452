import { expect, test } from 'vitest'
import { readSharedSearch } from './search.ts'

test('a bare name is a yes, 0 and false are a no, and the rest is not read', () => {
  expect(readSharedSearch({ noHeader: '', whitelabel: true, legend: 0, other: 1 })).toEqual({
    noHeader: true,
    whitelabel: true,
    legend: false,
  })
  expect(readSharedSearch({ legend: 'false' })).toEqual({ legend: false })
  expect(readSharedSearch({})).toEqual({})
})
