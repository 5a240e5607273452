import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Limit, RateLimits, Taken } from './rate-limits.ts'

type Accepted = { from: number; to: number }

/** What both homes promise. `open` gives the same limits as several processes would have them. */
export function rateLimitsSuite(home: string, open: () => Promise<RateLimits[]>) {
  describe(`rate limits: ${home}`, () => {
    let processes: RateLimits[]
    beforeAll(async () => {
      processes = await open()
    })

    let others = 0
    const somebody = () => `somebody ${++others}`
    const limit = (most: number, windowMs = 60_000, name = `l${++others}`): Limit => ({
      name,
      most,
      windowMs,
    })
    const held = (whose: string, limits: Limit[]) => limits.map((limit) => ({ limit, whose }))
    const take = (whose: string, limits: Limit[], n = 0): Promise<Taken> =>
      Promise.resolve(processes[n % processes.length]!.take(held(whose, limits)))
    const uses = async (whose: string, limits: Limit[]) =>
      (await processes[0]!.uses(held(whose, limits))).map(({ used }) => used)

    test('of many at once exactly as many are allowed as the limit says', async () => {
      const whose = somebody()
      const limits = [limit(20), limit(480)]
      const all = await Promise.all(Array.from({ length: 50 }, (_, n) => take(whose, limits, n)))
      expect(all.filter(({ waitMs }) => waitMs === null)).toHaveLength(20)
      for (const { waitMs } of all) if (waitMs !== null) expect(waitMs).toBeGreaterThan(50_000)
      // What one limit refused has not counted for the other.
      expect(await uses(whose, limits)).toEqual([20, 20])
    })

    test('each counts alone: limits by name, and whose they are', async () => {
      const [one, other] = [somebody(), somebody()]
      const [a, b] = [limit(1), limit(1)]
      expect((await take(one, [a])).waitMs).toBeNull()
      expect((await take(one, [a])).waitMs).not.toBeNull()
      expect((await take(one, [b])).waitMs).toBeNull()
      expect((await take(other, [a])).waitMs).toBeNull()
      expect(await uses(one, [a, b])).toEqual([1, 1])
      expect(await uses(somebody(), [a, b])).toEqual([0, 0])
    })

    test('one who waits as long as is said is allowed, and not before', async () => {
      const whose = somebody()
      const limits = [limit(2, 400)]
      await take(whose, limits)
      // a timer may fire a fraction of a millisecond early
      await sleep(151)
      await take(whose, limits)
      const refused = await take(whose, limits)
      expect(refused.uses[0]!.used).toBe(2)
      expect(refused.waitMs).toBeGreaterThan(0)
      expect(refused.waitMs).toBeLessThanOrEqual(250)
      // Looking does not count, nor does what was refused.
      await uses(whose, limits)
      await sleep(refused.waitMs! + 20)
      const { waitMs, uses: after } = await take(whose, limits)
      expect(waitMs).toBeNull()
      expect(after[0]!.used).toBe(2)
    })

    test('no window holds more than the limit, however fifty at a time come', {
      timeout: 60_000,
    }, async () => {
      const whose = somebody()
      const limits = [limit(15, 300), limit(60, 2000)]
      const accepted: Accepted[] = []
      let refused = 0
      const until = performance.now() + 5000
      const asker = async (n: number) => {
        while (performance.now() < until) {
          const from = performance.now()
          const { waitMs } = await take(whose, limits, n)
          if (waitMs === null) accepted.push({ from, to: performance.now() })
          else refused++
          await sleep(5 + ((n * 7) % 40))
        }
      }
      await Promise.all(Array.from({ length: 50 }, (_, n) => asker(n)))
      expect(refused).toBeGreaterThan(50)
      for (const { most, windowMs } of limits) {
        for (const { from } of accepted) {
          // Between asking and answer lies when it was counted: those that surely lie within one window.
          const within = accepted.filter((one) => one.from >= from && one.to < from + windowMs)
          expect(within.length).toBeLessThanOrEqual(most)
        }
      }
      // And it is used up: two full windows of 2 s, and a part of the third, were there to be had.
      expect(accepted.length).toBeGreaterThanOrEqual(120)
    })
  })
}
