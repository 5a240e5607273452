import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRateLimits } from './in-memory.ts'
import { rateLimitsSuite } from './rate-limits.suite.ts'
import type { Limit } from './rate-limits.ts'

rateLimitsSuite('one process', async () => [createRateLimits()])

const named = (name: string, [most, windowMs]: [number, number]): Limit => ({ name, most, windowMs })
const size = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1000 }))
const asked = fc.record({
  // Many come in the very same millisecond, some just when a window ends.
  afterMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 300 })),
  whose: fc.constantFrom('a', 'b'),
  isBoth: fc.boolean(),
})

test('it is a list of times: whoever counts those of the window by hand says the same', () => {
  fc.assert(
    fc.property(size, size, fc.array(asked, { maxLength: 400 }), (small, large, requests) => {
      let now = 0
      const limits = createRateLimits({ now: () => now, sweepEvery: 7 })
      const [a, b] = [named('a', small), named('b', large)]
      const times: Record<string, number[]> = { aa: [], ab: [], ba: [], bb: [] }
      const inWindow = (whose: string, { name, windowMs }: Limit) =>
        times[`${name}${whose}`]!.filter((at) => at > now - windowMs)
      for (const { afterMs, whose, isBoth } of requests) {
        now += afterMs
        const wanted = isBoth ? [a, b] : [a]
        const isFree = wanted.every((limit) => inWindow(whose, limit).length < limit.most)
        const refusing = wanted.filter((limit) => inWindow(whose, limit).length >= limit.most)
        const waits = refusing.map((limit) => inWindow(whose, limit)[0]! + limit.windowMs - now)
        const taken = limits.take(wanted.map((limit) => ({ limit, whose })))
        if (isFree) for (const { name } of wanted) times[`${name}${whose}`]!.push(now)
        expect(taken).toMatchObject({
          waitMs: isFree ? null : Math.max(...waits),
          uses: wanted.map((limit) => ({ used: inWindow(whose, limit).length })),
        })
      }
    }),
  )
})
