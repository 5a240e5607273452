import { validate, version } from 'uuid'
import { expect, test } from 'vitest'
import { createUuid7 } from './uuid7.ts'

test('uuids are of version 7, hold their time, and grow, whatever the clock does', () => {
  let now = Date.parse('2026-11-29T10:00:00.123Z')
  const make = createUuid7(() => now)
  const made: string[] = []
  for (let n = 0; n < 20_000; n++) {
    if (n % 9000 === 0) now += n % 2 ? -5 : 7
    made.push(make())
  }
  for (const uuid of made) {
    expect(validate(uuid)).toBe(true)
    expect(version(uuid)).toBe(7)
  }
  expect([...made].sort()).toEqual(made)
  expect(new Set(made).size).toBe(made.length)
  const time = (uuid: string) => Number.parseInt(uuid.replace('-', '').slice(0, 12), 16)
  expect(time(made[0]!)).toBe(Date.parse('2026-11-29T10:00:00.130Z'))
  expect(Math.abs(time(made.at(-1)!) - now)).toBeLessThan(20)
})
