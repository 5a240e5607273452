import { expect, it } from 'vitest'
import { wallClock, whenClocksShow } from './time.ts'

it.each([
  ['2026-01-05 09:00:00', 'UTC', '2026-01-05T09:00:00.000Z'],
  ['2026-01-05 09:00:00', 'Australia/Sydney', '2026-01-04T22:00:00.000Z'],
  ['2026-07-05 00:00:00', 'America/Los_Angeles', '2026-07-05T07:00:00.000Z'],
  // the clocks have gone forward that night, and back
  ['2026-03-29 09:00:00', 'Europe/Berlin', '2026-03-29T07:00:00.000Z'],
  ['2026-03-29 01:00:00', 'Europe/Berlin', '2026-03-29T00:00:00.000Z'],
  ['2026-10-25 04:00:00', 'Europe/Berlin', '2026-10-25T03:00:00.000Z'],
  ['2026-11-17T13:00', 'Europe/Berlin', '2026-11-17T12:00:00.000Z'],
  ['2026-10-25T00:30', 'America/Los_Angeles', '2026-10-25T07:30:00.000Z'],
  ['2026-01-01T00:15', 'Asia/Kathmandu', '2025-12-31T18:30:00.000Z'],
])('clocks show %s in %s at %s', (wall, zone, at) => {
  expect(new Date(whenClocksShow(wall, zone)).toISOString()).toBe(at)
  expect(wallClock(Date.parse(at), zone).startsWith(wall.replace('T', ' '))).toBe(true)
})
