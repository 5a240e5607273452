import { expect, test } from 'vitest'
import { nextTime, type Schedule, summaryOf } from './schedule.ts'

const schedule = (given: Partial<Schedule>): Schedule => ({
  frequency: 'daily',
  interval: 1,
  byweekday: null,
  bysetpos: null,
  count: null,
  startDate: '2026-01-05T09:30:00Z',
  untilDate: null,
  timezone: 'UTC',
  ...given,
})

/** The first few times after a moment. */
function times(given: Partial<Schedule>, after: string, most = 4): string[] {
  const all: string[] = []
  for (let at: Date | null = new Date(after); all.length < most; ) {
    at = nextTime(schedule(given), at)
    if (!at) break
    all.push(at.toISOString().replace(':00.000Z', ''))
  }
  return all
}

test.each<[string, Partial<Schedule>, string, string[]]>([
  [
    'the start itself is the first time',
    {},
    '2026-01-01T00:00:00Z',
    ['2026-01-05T09:30', '2026-01-06T09:30', '2026-01-07T09:30', '2026-01-08T09:30'],
  ],
  [
    'every third day',
    { interval: 3 },
    '2026-01-05T09:30:00Z',
    ['2026-01-08T09:30', '2026-01-11T09:30', '2026-01-14T09:30', '2026-01-17T09:30'],
  ],
  [
    'years later',
    { interval: 3 },
    '2036-01-01T00:00:00Z',
    ['2036-01-01T09:30', '2036-01-04T09:30', '2036-01-07T09:30', '2036-01-10T09:30'],
  ],
  [
    'weekly, on the day of the start',
    { frequency: 'weekly' },
    '2026-01-05T09:30:00Z',
    ['2026-01-12T09:30', '2026-01-19T09:30', '2026-01-26T09:30', '2026-02-02T09:30'],
  ],
  [
    'weekly, on days that are named',
    { frequency: 'weekly', byweekday: ['friday', 'monday'] },
    '2026-01-05T10:00:00Z',
    ['2026-01-09T09:30', '2026-01-12T09:30', '2026-01-16T09:30', '2026-01-19T09:30'],
  ],
  [
    'every second week',
    { frequency: 'weekly', interval: 2, byweekday: ['tuesday'] },
    '2026-01-01T00:00:00Z',
    ['2026-01-06T09:30', '2026-01-20T09:30', '2026-02-03T09:30', '2026-02-17T09:30'],
  ],
  [
    'monthly, without the months that lack the day',
    { frequency: 'monthly', startDate: '2026-01-31T00:00:00Z' },
    '2026-01-31T00:00:00Z',
    ['2026-03-31T00:00', '2026-05-31T00:00', '2026-07-31T00:00', '2026-08-31T00:00'],
  ],
  [
    'the first Monday of a month',
    { frequency: 'monthly', byweekday: ['monday'], bysetpos: 1 },
    '2026-01-06T00:00:00Z',
    ['2026-02-02T09:30', '2026-03-02T09:30', '2026-04-06T09:30', '2026-05-04T09:30'],
  ],
  [
    'the last weekday of a month',
    {
      frequency: 'monthly',
      byweekday: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
      bysetpos: -1,
    },
    '2026-01-06T00:00:00Z',
    ['2026-01-30T09:30', '2026-02-27T09:30', '2026-03-31T09:30', '2026-04-30T09:30'],
  ],
  [
    'yearly, on a 29th of February',
    { frequency: 'yearly', startDate: '2024-02-29T12:00:00Z' },
    '2026-01-01T00:00:00Z',
    ['2028-02-29T12:00', '2032-02-29T12:00', '2036-02-29T12:00', '2040-02-29T12:00'],
  ],
  ['so many times', { count: 2 }, '2026-01-01T00:00:00Z', ['2026-01-05T09:30', '2026-01-06T09:30']],
  ['so many times, which are over', { count: 2 }, '2026-01-06T09:30:00Z', []],
  [
    'until then, and then too',
    { untilDate: '2026-01-06T09:30:00Z' },
    '2026-01-01T00:00:00Z',
    ['2026-01-05T09:30', '2026-01-06T09:30'],
  ],
  [
    'never',
    {
      frequency: 'monthly',
      interval: 12,
      startDate: '2026-02-28T00:00:00Z',
      untilDate: '2026-02-01T00:00:00Z',
    },
    '2026-01-01T00:00:00Z',
    [],
  ],
  [
    'at nine in Berlin, in winter and in summer',
    { timezone: 'Europe/Berlin', startDate: '2026-03-27T08:00:00Z' },
    '2026-03-27T08:00:00Z',
    ['2026-03-28T08:00', '2026-03-29T07:00', '2026-03-30T07:00', '2026-03-31T07:00'],
  ],
  [
    'on Mondays of Sydney, which are Sundays in UTC',
    {
      timezone: 'Australia/Sydney',
      frequency: 'weekly',
      byweekday: ['monday'],
      startDate: '2026-03-22T22:00:00Z',
    },
    '2026-03-22T22:00:00Z',
    ['2026-03-29T22:00', '2026-04-05T23:00', '2026-04-12T23:00', '2026-04-19T23:00'],
  ],
  [
    'on the first of the month of Los Angeles',
    { timezone: 'America/Los_Angeles', frequency: 'monthly', startDate: '2026-01-02T04:00:00Z' },
    '2026-01-02T04:00:00Z',
    ['2026-02-02T04:00', '2026-03-02T04:00', '2026-04-02T03:00', '2026-05-02T03:00'],
  ],
  [
    'at an hour that a day does not have',
    { timezone: 'Europe/Berlin', startDate: '2026-03-28T01:30:00Z' },
    '2026-03-28T01:30:00Z',
    ['2026-03-29T01:30', '2026-03-30T00:30', '2026-03-31T00:30', '2026-04-01T00:30'],
  ],
  [
    'from long ago',
    { startDate: '1970-01-01T08:00:00Z', frequency: 'weekly' },
    '2026-01-01T09:00:00Z',
    ['2026-01-08T08:00', '2026-01-15T08:00', '2026-01-22T08:00', '2026-01-29T08:00'],
  ],
])('%s', (_, given, after, expected) => {
  expect(times(given, after)).toEqual(expected)
})

test.each<[Partial<Schedule>, string]>([
  [{}, 'sent every day'],
  [{ frequency: 'weekly', interval: 2 }, 'sent every 2 weeks'],
  [{ frequency: 'monthly', byweekday: ['monday'], bysetpos: 1 }, 'sent every month on the first Monday'],
  [
    { frequency: 'monthly', byweekday: ['monday', 'friday'], bysetpos: -1 },
    'sent every month on the last day',
  ],
])('%j: %s', (given, words) => {
  expect(summaryOf(schedule(given))).toBe(words)
})
