import { expect, test } from 'vitest'
import { microsToIso } from '../../kit/micros.ts'
import type { PipelineEvent } from '../pipeline-event.ts'
import { fixClock } from './fix-clock.ts'

const now = '2026-03-01T12:00:00.000Z'

function clock(raw: Record<string, unknown>, sentAt: string | null = null, properties = {}) {
  const warnings: string[] = []
  const event = {
    raw,
    properties: { ...properties } as Record<string, unknown>,
    receivedAt: Date.parse(now),
    changes: [],
    sentAt: sentAt === null ? null : Date.parse(sentAt),
  } as unknown as PipelineEvent
  fixClock(event, (warning) => warnings.push(warning))
  return { time: microsToIso(event.timestamp), warnings, properties: event.properties }
}

test.each([
  ['no timestamp is now', {}, null, '2026-03-01T12:00:00.000000Z'],
  [
    'without sent_at the timestamp is trusted',
    { timestamp: '2026-03-01T11:59:00.123456Z' },
    null,
    '2026-03-01T11:59:00.123456Z',
  ],
  [
    'a clock ten seconds ahead is put back by ten seconds',
    { timestamp: '2026-03-01T12:00:05.000001Z' },
    '2026-03-01T12:00:10Z',
    '2026-03-01T11:59:55.000001Z',
  ],
  [
    'a clock behind is put forward',
    { timestamp: '2026-03-01T10:59:00Z' },
    '2026-03-01T11:00:00Z',
    '2026-03-01T11:59:00.000000Z',
  ],
  [
    'an offset beats the timestamp',
    { timestamp: '2020-01-01', offset: 3_600_000 },
    null,
    '2026-03-01T11:00:00.000000Z',
  ],
  ['an offset needs no sent_at', { offset: 1000 }, '2030-01-01T00:00:00Z', '2026-03-01T11:59:59.000000Z'],
  ['23 hours ahead stay', { timestamp: '2026-03-02T11:00:00Z' }, null, '2026-03-02T11:00:00.000000Z'],
  [
    'more than 23 hours ahead is now',
    { timestamp: '2026-03-02T11:00:00.000001Z' },
    null,
    now.replace('Z', '000Z'),
  ],
  ['an offset ahead of time is now too', { offset: -24 * 3_600_000 }, null, now.replace('Z', '000Z')],
  ['a year beyond 9999 is now', { timestamp: '+275760-09-13T00:00:00.000Z' }, null, now.replace('Z', '000Z')],
  [
    'a year before 0 is 1970',
    { timestamp: '-000001-01-01T00:00:00.000Z' },
    null,
    '1970-01-01T00:00:00.000000Z',
  ],
  ['what lies before 1970 is 1970', { timestamp: '1969-12-31' }, null, '1970-01-01T00:00:00.000000Z'],
  ['unix time may come as a number', { timestamp: 1_635_469_323.5 }, null, '2021-10-29T01:02:03.500000Z'],
])('%s', (_, raw, sentAt, time) => {
  expect(clock(raw, sentAt).time).toBe(time)
})

test('$ignore_sent_at trusts the clock', () => {
  const { time } = clock({ timestamp: '2026-03-01T12:00:05Z' }, '2026-03-01T12:00:10Z', {
    $ignore_sent_at: true,
  })
  expect(time).toBe('2026-03-01T12:00:05.000000Z')
})

test('sent_at is kept with the event', () => {
  expect(clock({}, '2026-03-01T13:00:00+01:00').properties).toEqual({ $sent_at: '2026-03-01T12:00:00.000Z' })
  expect(clock({}).properties).toEqual({})
})

test('what is ignored or clamped is said', () => {
  expect(clock({ timestamp: 'notISO' })).toMatchObject({
    time: now.replace('Z', '000Z'),
    warnings: ['ignored_invalid_timestamp'],
  })
  expect(clock({ timestamp: '1900-01-01' }).warnings).toEqual(['timestamp_clamped'])
  expect(clock({ timestamp: null }).warnings).toEqual([])
})
