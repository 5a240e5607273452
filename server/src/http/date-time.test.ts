import { expect, test } from 'vitest'
import { DateTime, toUtc } from './date-time.ts'

test.each([
  ['2020-01-02T03:04:05Z', '2020-01-02T03:04:05.000000Z'],
  ['2020-01-02T03:04:05.1234567Z', '2020-01-02T03:04:05.123456Z'],
  ['2020-01-02T03:04:05.6+02:30', '2020-01-02T00:34:05.600000Z'],
  ['2020-01-02T03:04:05-23:00', '2020-01-03T02:04:05.000000Z'],
  ['2020-01-02T03:04', '2020-01-02T03:04:00.000000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
])('%s is %s', (text, utc) => {
  expect(DateTime.safeParse(text).success).toBe(true)
  expect(toUtc(text)).toBe(utc)
})

test.each([
  '',
  'now',
  '2020-01-02',
  '2020-02-30T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+05:00',
])('%o is none', (text) => {
  expect(DateTime.safeParse(text).success).toBe(false)
})
