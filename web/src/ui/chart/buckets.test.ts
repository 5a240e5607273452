import { expect, test } from 'vitest'
import { bucketName, isUnfinished, tick } from './buckets.ts'

test('the axis names buckets shortly, and says where a day or a year begins', () => {
  expect(tick('2026-11-18', 'day')).toBe('18 Nov')
  expect(tick('2026-11-18 14:00:00', 'hour')).toBe('14:00')
  expect(tick('2026-11-18 00:00:00', 'hour')).toBe('Wed 18')
  expect(tick('2026-11-01', 'month')).toBe('Nov')
  expect(tick('2027-01-01', 'month')).toBe('2027')
})

test('a bucket in full: a week tells both its ends', () => {
  expect(bucketName('2026-11-16', 'week')).toBe('16 Nov – 22 Nov 2026')
  expect(bucketName('2026-11-01', 'month')).toBe('November 2026')
})

test.each([
  // 23:30 UTC on the 22nd is the 23rd in Berlin
  ['2026-11-23', 'day', 'Europe/Berlin', '2026-11-22T23:30:00Z', true],
  ['2026-11-22', 'day', 'Europe/Berlin', '2026-11-22T23:30:00Z', false],
  ['2026-11-22', 'day', 'UTC', '2026-11-22T23:30:00Z', true],
  ['2026-11-22 23:00:00', 'hour', 'UTC', '2026-11-22T23:30:00Z', true],
  ['2026-11-22 22:00:00', 'hour', 'UTC', '2026-11-22T23:30:00Z', false],
  ['2026-11-22', 'week', 'UTC', '2026-11-28T23:59:59Z', true],
  ['2026-11-22', 'week', 'UTC', '2026-11-29T00:00:00Z', false],
  ['2026-11-01', 'month', 'UTC', '2026-11-30T12:00:00Z', true],
  ['2026-11-01', 'month', 'UTC', '2026-12-01T00:00:00Z', false],
] as const)('%s by %s in %s at %s: unfinished %s', (day, interval, zone, now, unfinished) => {
  expect(isUnfinished(day, interval, zone, Date.parse(now))).toBe(unfinished)
})
