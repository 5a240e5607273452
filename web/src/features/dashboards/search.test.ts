import { expect, test } from 'vitest'
import { lookAt, overrideOf, readDashboardSearch } from './search.ts'

const chrome = [{ type: 'event', key: '$browser', operator: 'exact', value: ['Chrome'] }] as never

test('an address says how often and whether on the whole screen, and nonsense nothing', () => {
  expect(readDashboardSearch({ refresh: '300', fullscreen: true })).toEqual({
    refresh: 300,
    fullscreen: true,
  })
  expect(readDashboardSearch({ fullscreen: '' })).toEqual({ fullscreen: true })
  expect(readDashboardSearch({ refresh: 1, fullscreen: 'false', other: 1 })).toEqual({})
})

test('an address holds dates and filters of one’s own; an end without a beginning is none', () => {
  const look = { date_from: '-30d', date_to: '-1dEnd', properties: chrome }
  expect(readDashboardSearch(look)).toEqual(look)
  expect(readDashboardSearch({ date_from: 2026 })).toEqual({ date_from: '2026' })
  expect(readDashboardSearch({ date_to: '-1d', date_from: '', properties: 'x' })).toEqual({})
})

test('what stands in for a dashboard’s filters is only what somebody looks at differently', () => {
  expect(overrideOf({})).toBeNull()
  expect(overrideOf({ date_from: '-7d' })).toEqual({ date_from: '-7d', date_to: null })
  expect(overrideOf({ date_from: 'each' })).toEqual({ date_from: null, date_to: null })
  expect(overrideOf({ properties: [] as never })).toEqual({ properties: [] })
  const none = { date_from: undefined, date_to: undefined, properties: undefined }
  expect(lookAt({ date_from: '-7d' }, { date_from: '-7d', date_to: null })).toEqual(none)
  expect(lookAt({ date_from: 'each' }, {})).toEqual(none)
  expect(lookAt({ date_from: 'each' }, { date_from: '-7d' })).toEqual({ ...none, date_from: 'each' })
  expect(lookAt({ properties: [] as never }, {})).toEqual(none)
  expect(lookAt({ properties: [] as never }, { properties: chrome })).toEqual({ ...none, properties: [] })
})

test('it says whose people are shown beside it, or nothing', () => {
  const at = { series: 0, day: '2026-11-18' }
  expect(readDashboardSearch({ panel: 'people', tile: '7', at })).toEqual({ panel: 'people', tile: 7, at })
  expect(readDashboardSearch({ panel: 'people', tile: 7, at: { series: 'A' } })).toEqual({})
  expect(readDashboardSearch({ panel: 'people', at })).toEqual({})
  expect(readDashboardSearch({ tile: 7, at })).toEqual({})
})
