import { describe, expect, it } from 'vitest'
import {
  bucketDay,
  bucketLabel,
  bucketsOf,
  type Clock,
  countedFrom,
  parseDate,
  previousRange,
  resolveDateRange,
} from './date-range.ts'
import type { Interval } from './query-parts.ts'

const clock = (now: string, timezone = 'UTC'): Clock => ({ now: new Date(now), timezone })
const iso = (time: { toISO(): string | null }) => time.toISO()
const noon = clock('2023-02-18T12:30:00Z') // a Saturday

describe('relative dates', () => {
  it.each([
    ['-7d', '2023-02-11T12:30:00.000Z'],
    ['-24h', '2023-02-17T12:30:00.000Z'],
    ['-30M', '2023-02-18T12:00:00.000Z'],
    ['-90s', '2023-02-18T12:28:30.000Z'],
    ['hStart', '2023-02-18T12:00:00.000Z'],
    ['-1hEnd', '2023-02-18T11:59:59.999Z'],
    ['-2w', '2023-02-04T12:30:00.000Z'],
    ['-1wStart', '2023-02-05T00:00:00.000Z'],
    ['-1wEnd', '2023-02-11T23:59:59.999Z'],
    ['qStart', '2023-01-01T00:00:00.000Z'],
    ['-1qEnd', '2022-12-31T23:59:59.999Z'],
    ['-1m', '2023-01-18T12:30:00.000Z'],
    ['-1q', '2022-11-19T12:30:00.000Z'],
    ['-1y', '2022-02-18T12:30:00.000Z'],
    ['dStart', '2023-02-18T00:00:00.000Z'],
    ['dEnd', '2023-02-18T23:59:59.999Z'],
    ['-1dStart', '2023-02-17T00:00:00.000Z'],
    ['-1dEnd', '2023-02-17T23:59:59.999Z'],
    ['wStart', '2023-02-12T00:00:00.000Z'],
    ['mStart', '2023-02-01T00:00:00.000Z'],
    ['mEnd', '2023-02-28T23:59:59.999Z'],
    ['-1mStart', '2023-01-01T00:00:00.000Z'],
    ['-1mEnd', '2023-01-31T23:59:59.999Z'],
    ['yStart', '2023-01-01T00:00:00.000Z'],
    ['yEnd', '2023-12-31T23:59:59.999Z'],
    ['-1yStart', '2022-01-01T00:00:00.000Z'],
    ['2023-02-01', '2023-02-01T00:00:00.000Z'],
    ['2023-02-01 10:00:00', '2023-02-01T10:00:00.000Z'],
    ['2023-02-01T10:00:00Z', '2023-02-01T10:00:00.000Z'],
    ['2023-02-01T10:00:00+02:00', '2023-02-01T08:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(iso(parseDate(text, noon).time)).toBe(expected)
  })
  it.each([
    // the day before the clocks went forward, at the same time of day
    ['-1d', '2023-03-26T12:00:00Z', 'Europe/Berlin', '2023-03-25T14:00:00.000+01:00'],
    ['-24h', '2023-03-26T12:00:00Z', 'Europe/Berlin', '2023-03-25T13:00:00.000+01:00'],
    ['dStart', '2023-03-26T12:00:00Z', 'Europe/Berlin', '2023-03-26T00:00:00.000+01:00'],
    ['dEnd', '2023-03-26T12:00:00Z', 'Europe/Berlin', '2023-03-26T23:59:59.999+02:00'],
    ['-1mStart', '2023-04-10T12:00:00Z', 'Europe/Berlin', '2023-03-01T00:00:00.000+01:00'],
    ['-1mEnd', '2023-04-10T12:00:00Z', 'Europe/Berlin', '2023-03-31T23:59:59.999+02:00'],
    // already tomorrow there, still yesterday here
    ['dStart', '2023-02-18T12:00:00Z', 'Pacific/Kiritimati', '2023-02-19T00:00:00.000+14:00'],
    ['mStart', '2023-03-01T03:00:00Z', 'America/New_York', '2023-02-01T00:00:00.000-05:00'],
    // a day without midnight
    ['dStart', '2018-11-04T12:00:00Z', 'America/Sao_Paulo', '2018-11-04T01:00:00.000-02:00'],
    // half an hour forward
    ['-1dStart', '2018-10-08T12:00:00Z', 'Australia/Lord_Howe', '2018-10-07T00:00:00.000+10:30'],
    // a local time that a zone has twice is the first of both
    ['2018-11-04 01:30:00', '2018-11-10T12:00:00Z', 'America/New_York', '2018-11-04T01:30:00.000-04:00'],
    [
      '2018-11-04 01:30:00-05:00',
      '2018-11-10T12:00:00Z',
      'America/New_York',
      '2018-11-04T01:30:00.000-05:00',
    ],
    // midnight twice
    ['2018-11-04', '2018-11-10T12:00:00Z', 'America/Havana', '2018-11-04T00:00:00.000-04:00'],
    ['dStart', '2018-11-04T18:00:00Z', 'America/Havana', '2018-11-04T00:00:00.000-04:00'],
  ])('%s at %s in %s', (text, now, zone, expected) => {
    expect(iso(parseDate(text, clock(now, zone)).time)).toBe(expected)
  })
  it('the last day of a shorter month stays within it', () => {
    expect(iso(parseDate('-1m', clock('2023-03-31T12:00:00Z')).time)).toBe('2023-02-28T12:00:00.000Z')
  })
  it.each(['', 'yesterday', '-7x', '2023-13-01', '99999-01-01', '-7d; drop'])('refuses %j', (text) => {
    expect(() => parseDate(text, noon)).toThrow('is not a date')
  })
})

describe('ranges', () => {
  const range = (from?: string, to?: string, interval: Interval = 'day', explicitDate = false, at = noon) => {
    const { from: lower, to: upper } = resolveDateRange(
      { date_from: from, date_to: to, explicitDate },
      interval,
      at,
    )
    return [iso(lower), iso(upper)]
  }
  it('is the last seven days and today by default', () => {
    expect(range()).toEqual(['2023-02-11T00:00:00.000Z', '2023-02-18T23:59:59.999Z'])
    expect(bucketsOf(resolveDateRange({}, 'day', noon), 'day', noon)).toHaveLength(8)
  })
  it('a bare date as upper bound means its end', () => {
    expect(range('2023-02-01', '2023-02-03')[1]).toBe('2023-02-03T23:59:59.999Z')
    expect(range('2023-02-01', '2023-02-03', 'hour')[1]).toBe('2023-02-03T23:59:59.999Z')
    expect(range('2023-02-01', '2023-02-03', 'day', true)[1]).toBe('2023-02-03T23:59:59.999Z')
  })
  it('rounds times to whole days, to hours for hourly buckets, and not at all when explicit', () => {
    const [from, to] = ['2023-02-01T10:20:30Z', '2023-02-03T10:20:30Z']
    expect(range(from, to)).toEqual(['2023-02-01T00:00:00.000Z', '2023-02-03T23:59:59.999Z'])
    expect(range(from, to, 'hour')).toEqual(['2023-02-01T10:00:00.000Z', '2023-02-03T10:59:59.999Z'])
    expect(range(from, to, 'day', true)).toEqual(['2023-02-01T10:20:30.000Z', '2023-02-03T10:20:30.000Z'])
  })
  it('hours count back from this hour, days from the start of the day', () => {
    expect(range('-24h', undefined, 'hour')[0]).toBe('2023-02-17T12:00:00.000Z')
    expect(range('-1d', undefined, 'hour')[0]).toBe('2023-02-17T00:00:00.000Z')
  })
  it('all means since the first event', () => {
    const { from } = resolveDateRange({ date_from: 'all' }, 'day', noon, new Date('2021-05-05T07:00:00Z'))
    expect(iso(from)).toBe('2021-05-05T00:00:00.000Z')
  })
  it('days are days of the project', () => {
    expect(
      range('2023-02-01', '2023-02-01', 'day', false, clock('2023-02-18T20:00:00Z', 'Asia/Tokyo')),
    ).toEqual(['2023-02-01T00:00:00.000+09:00', '2023-02-01T23:59:59.999+09:00'])
    expect(range('dStart', undefined, 'day', false, clock('2023-02-18T20:00:00Z', 'Asia/Tokyo'))[0]).toBe(
      '2023-02-19T00:00:00.000+09:00',
    )
  })
})

describe('buckets', () => {
  const days = (from: string, to: string, interval: Interval, zone = 'UTC', weekStartDay = 0) => {
    const at = { ...clock('2023-02-18T12:00:00Z', zone), weekStartDay }
    return bucketsOf(resolveDateRange({ date_from: from, date_to: to }, interval, at), interval, at).map(
      (b) => bucketDay(b.start, interval),
    )
  }
  it('weeks start on Sunday, or on Monday where the project says so', () => {
    expect(days('2020-10-29', '2020-11-24', 'week')).toEqual([
      '2020-10-25',
      '2020-11-01',
      '2020-11-08',
      '2020-11-15',
      '2020-11-22',
    ])
    expect(days('2020-10-29', '2020-11-08', 'week', 'UTC', 1)).toEqual(['2020-10-26', '2020-11-02'])
    expect(days('2020-11-01', '2020-11-07', 'week')).toEqual(['2020-11-01'])
  })
  it('months', () => {
    expect(days('2020-09-15', '2020-11-30', 'month')).toEqual(['2020-09-01', '2020-10-01', '2020-11-01'])
  })
  it('a day of 23 hours and one of 25', () => {
    expect(days('2023-03-12', '2023-03-12', 'hour', 'America/New_York')).toHaveLength(23)
    expect(days('2022-11-06', '2022-11-06', 'hour', 'America/New_York')).toHaveLength(25)
    expect(days('2022-11-05', '2022-11-07', 'day', 'America/New_York')).toEqual([
      '2022-11-05',
      '2022-11-06',
      '2022-11-07',
    ])
  })
  it('a day without midnight is one day', () => {
    const at = clock('2018-12-01T00:00:00Z', 'America/Sao_Paulo')
    const buckets = bucketsOf(
      resolveDateRange({ date_from: '2018-11-03', date_to: '2018-11-06' }, 'day', at),
      'day',
      at,
    )
    expect(buckets.map((b) => iso(b.start))).toEqual([
      '2018-11-03T00:00:00.000-03:00',
      '2018-11-04T01:00:00.000-02:00',
      '2018-11-05T00:00:00.000-02:00',
      '2018-11-06T00:00:00.000-02:00',
    ])
  })
  it('labels', () => {
    const [bucket] = bucketsOf(
      resolveDateRange({ date_from: '2023-09-08', date_to: '2023-09-08' }, 'day', noon),
      'day',
      noon,
    )
    expect(bucketLabel(bucket!.start, 'day')).toBe('8-Sep-2023')
    expect(bucketLabel(bucket!.start, 'hour')).toBe('8-Sep 00:00')
    expect(bucketDay(bucket!.start, 'hour')).toBe('2023-09-08 00:00:00')
  })
  it('refuses more buckets than anybody can look at', () => {
    expect(() => days('1970-01-01', '2023-01-01', 'hour')).toThrow('more than 10000 intervals')
  })
  it('a first week that the range cuts is counted whole, unless bounds are explicit', () => {
    const range = resolveDateRange({ date_from: '2020-10-29', date_to: '2020-11-24' }, 'week', noon)
    expect(iso(countedFrom(range, 'week', noon, false))).toBe('2020-10-25T00:00:00.000Z')
    expect(iso(countedFrom(range, 'week', noon, true))).toBe('2020-10-29T00:00:00.000Z')
    expect(iso(countedFrom(range, 'day', noon, false))).toBe('2020-10-29T00:00:00.000Z')
  })
})

describe('the period before', () => {
  it.each([
    ['2020-01-15', '2020-01-19', undefined, '2020-01-10T00:00:00.000Z', '2020-01-14T23:59:59.999Z'],
    ['2020-01-15', '2020-01-19', '-2d', '2020-01-13T00:00:00.000Z', '2020-01-17T23:59:59.999Z'],
    ['2020-01-15', '2020-01-19', '-1w', '2020-01-08T00:00:00.000Z', '2020-01-12T23:59:59.999Z'],
  ])('%s to %s against %s', (from, to, compareTo, expectedFrom, expectedTo) => {
    const range = previousRange(resolveDateRange({ date_from: from, date_to: to }, 'day', noon), compareTo)
    expect([iso(range.from), iso(range.to)]).toEqual([expectedFrom, expectedTo])
  })
  it('has as many days across a change of clocks', () => {
    const at = clock('2023-04-01T00:00:00Z', 'Europe/Berlin')
    const range = resolveDateRange({ date_from: '2023-03-25', date_to: '2023-03-28' }, 'day', at)
    expect(iso(previousRange(range).from)).toBe('2023-03-21T00:00:00.000+01:00')
  })
  it('refuses what is no distance', () => {
    const range = resolveDateRange({}, 'day', noon)
    expect(() => previousRange(range, 'mStart')).toThrow('is not a distance')
  })
})
