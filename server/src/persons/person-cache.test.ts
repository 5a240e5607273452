import { expect, test } from 'vitest'
import type { Person } from './person.ts'
import { createPersonCache } from './person-cache.ts'

const person = (version: number): Person => ({
  projectId: 1,
  uuid: '00000000-0000-4000-8000-000000000000',
  id: 7,
  properties: { version },
  createdAt: 0,
  isIdentified: false,
  version,
})

test('a person is given back in the version that is asked for, and in no other', () => {
  const cache = createPersonCache()
  const kept = person(3)
  cache.put(7, kept, 20)
  expect(cache.get(7, 3)).toBe(kept)
  expect(cache.get(7, 4)).toBeUndefined()
  expect(cache.get(7, 2)).toBeUndefined()
  const next = person(4)
  cache.put(7, next, 20)
  expect(cache.get(7, 3)).toBeUndefined()
  expect(cache.get(7, 4)).toBe(next)
})

test('who is asked for again and again stays, the others are forgotten', () => {
  const cache = createPersonCache(10_000)
  cache.put(0, person(1), 600)
  for (let id = 1; id < 100; id++) {
    cache.put(id, person(1), 600)
    expect(cache.get(0, 1)).toBeDefined()
  }
  const left = Array.from({ length: 100 }, (_, id) => id).filter((id) => cache.get(id, 1))
  expect(left.length).toBeLessThanOrEqual(20)
  expect(left).toContain(99)
})
