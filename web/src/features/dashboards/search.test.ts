import { expect, test } from 'vitest'
import { readDashboardSearch } from './search.ts'

test('an address says how often and whether on the whole screen, and nonsense nothing', () => {
  expect(readDashboardSearch({ refresh: '300', fullscreen: true })).toEqual({
    refresh: 300,
    fullscreen: true,
  })
  expect(readDashboardSearch({ fullscreen: '' })).toEqual({ fullscreen: true })
  expect(readDashboardSearch({ refresh: 1, fullscreen: 'false', other: 1 })).toEqual({})
})
