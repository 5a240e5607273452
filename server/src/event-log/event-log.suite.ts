import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventLog, LogRange, Receipt } from './event-log.ts'

/** Storage that outlives the logs opened on it; see `server/test/event-log.ts`. */
type Home = {
  open(options?: { maxBytes?: number; receiptDays?: number; now?: () => number }): Promise<EventLog>
  crash(): Promise<void>
  cleanUp(): Promise<void>
  /** How sizes are told: where storage has a share in them, a record is so many bytes large, and none is exact. */
  unit: number
}

const text = (range: LogRange | null) => range?.records.map(({ bytes }) => Buffer.from(bytes).toString())
const bytes = (...texts: string[]) => texts.map((one) => Buffer.from(one))
const all = { maxBytes: 1e9, waitMs: 0 }
const hour = 3600 * 1000

/** What every home of the event log must do. */
export function eventLogSuite(makeHome: () => Promise<Home>, { runs = 40 }: { runs?: number } = {}): void {
  let home: Home
  let log: EventLog
  /** Records of so many units. */
  const sized = (...units: number[]) => units.map((one) => Buffer.alloc(one * home.unit, 'x'))
  const bound = (units: number) => (home.unit === 1 ? units : units * home.unit + home.unit / 2)
  const bytesOf = (units: number) => (home.unit === 1 ? units : expect.any(Number))
  beforeEach(async () => {
    home = await makeHome()
    log = await home.open()
  })
  afterEach(() => home.cleanUp())

  describe('reading', () => {
    it('gives records in their order, with positions from 1', async () => {
      await log.append(bytes('a', 'b'))
      await log.append(bytes('c'))
      const range = await log.read(all)
      expect(range).toMatchObject({ first: 1, last: 3, replayed: false })
      expect(range?.records.map(({ position }) => position)).toEqual([1, 2, 3])
      expect(text(range)).toEqual(['a', 'b', 'c'])
    })

    it('takes at most what it is asked for, but one record at least', async () => {
      await log.append(bytes('aaaa', 'bbbb', 'cccc'))
      expect(text(await log.read({ maxBytes: 9, waitMs: 0 }))).toEqual(['aaaa', 'bbbb'])
      await log.commit(2)
      expect(text(await log.read({ maxBytes: 1, waitMs: 0 }))).toEqual(['cccc'])
    })

    it('waits for a first record, no longer than asked', async () => {
      expect(await log.read({ maxBytes: 10, waitMs: 20 })).toBeNull()
      const waiting = log.read({ maxBytes: 10, waitMs: 10_000 })
      await log.append(bytes('at last'))
      expect(text(await waiting)).toEqual(['at last'])
    })

    it('stops waiting when it is told to, and when the log closes', async () => {
      const stop = new AbortController()
      const stopped = log.read({ maxBytes: 10, waitMs: 60_000, signal: stop.signal })
      stop.abort()
      expect(await stopped).toBeNull()
      const closed = log.read({ maxBytes: 10, waitMs: 60_000 })
      await log.close()
      expect(await closed).toBeNull()
    })

    it('keeps empty and large records whole', async () => {
      const large = Buffer.alloc(3_000_000, 'x')
      await log.append([Buffer.alloc(0), large, Buffer.from([0, 255])])
      const range = await log.read(all)
      const same = [Buffer.alloc(0), large, Buffer.from([0, 255])].map((sent, n) =>
        sent.equals(range!.records[n]!.bytes),
      )
      expect(same).toEqual([true, true, true])
    })
  })

  describe('two open ranges', () => {
    const firstTwo = { maxBytes: 2, waitMs: 0 }

    it('hands out what follows the open range, and commits in order', async () => {
      await log.append(bytes('a', 'b', 'c', 'd', 'e'))
      expect(await log.read(firstTwo)).toMatchObject({ first: 1, last: 2 })
      expect(await log.read({ ...firstTwo, after: 2 })).toMatchObject({ first: 3, last: 4, replayed: false })
      await expect(log.commit(4)).rejects.toThrow('commit(4)')
      await log.commit(2)
      await log.commit(4)
      expect(await log.read(all)).toMatchObject({ first: 5, last: 5, replayed: false })
      expect(log.backlog()).toMatchObject({ records: 1, bytes: bytesOf(1) })
    })

    it('has nothing after the last record, and nothing after what is not open', async () => {
      await log.append(bytes('a'))
      await expect(log.read({ ...all, after: 0 })).rejects.toThrow('read after 0')
      await log.read(all)
      expect(await log.read({ ...all, after: 1 })).toBeNull()
      await expect(log.read({ ...all, after: 7 })).rejects.toThrow('read after 7')
    })

    it('gives both again after a crash, as they were, though the log has grown', async () => {
      await log.append(bytes('a', 'b', 'c'))
      await log.read(firstTwo)
      await log.read({ ...firstTwo, after: 2 })
      await log.append(bytes('d'))
      await home.crash()
      log = await home.open()
      expect(await log.read(all)).toMatchObject({ first: 1, last: 2, replayed: true })
      expect(await log.read({ ...all, after: 2 })).toMatchObject({ first: 3, last: 3, replayed: true })
      await log.commit(2)
      await home.crash()
      log = await home.open()
      expect(await log.read(all)).toMatchObject({ first: 3, last: 3, replayed: true })
      await log.commit(3)
      expect(text(await log.read(all))).toEqual(['d'])
    })

    it('commits one while the next is being opened, and forgets neither', async () => {
      await log.append(bytes('a', 'b', 'c'))
      await log.read(firstTwo)
      await Promise.all([log.read({ ...firstTwo, after: 2 }), log.commit(2)])
      await log.append(bytes('d'))
      await home.crash()
      log = await home.open()
      expect(await log.read(all)).toMatchObject({ first: 3, last: 3, replayed: true })
    })

    it('says of keys the same again, when both had asked', async () => {
      const k = (n: number) => `1:00000000-0000-4000-8000-00000000000${n}`
      const ask = async () => {
        await log.read(firstTwo)
        const inFirst = await log.seenBefore(1, [k(1), k(2)])
        await log.read({ ...firstTwo, after: 2 })
        return [inFirst, await log.seenBefore(3, [k(2), k(3)])]
      }
      await log.append(bytes('a', 'b', 'c'))
      const once = await ask()
      expect(once).toEqual([
        [false, false],
        [true, false],
      ])
      await home.crash()
      log = await home.open()
      expect(await ask()).toEqual(once)
      await expect(log.seenBefore(2, [k(1)])).rejects.toThrow('seenBefore(2)')
    })
  })

  describe('the exact range', () => {
    const again = { first: 1, last: 2, replayed: true }

    it.each([
      ['asked again', async () => log],
      [
        'reopened',
        async () => {
          await log.close()
          return home.open()
        },
      ],
      [
        'crashed',
        async () => {
          await home.crash()
          return home.open()
        },
      ],
    ])('is the same when %s before the commit, however much has come since', async (_how, next) => {
      await log.append(bytes('a', 'b'))
      await log.read(all)
      await log.append(bytes('c'))
      log = await next()
      const range = await log.read(all)
      expect(range).toMatchObject(again)
      expect(text(range)).toEqual(['a', 'b'])
      await log.commit(2)
      expect(await log.read(all)).toMatchObject({ first: 3, last: 3, replayed: false })
    })

    it('can only be committed whole', async () => {
      await log.append(bytes('a', 'b'))
      await expect(log.commit(1)).rejects.toThrow('range')
      await log.read(all)
      await expect(log.commit(1)).rejects.toThrow('range')
      await log.commit(2)
      await expect(log.commit(2)).rejects.toThrow('range')
    })

    it('is forgotten once committed, and its positions are not given again', async () => {
      await log.append(bytes('a', 'b'))
      await log.read(all)
      await log.commit(2)
      await home.crash()
      log = await home.open()
      expect(await log.read(all)).toBeNull()
      await log.append(bytes('c'))
      expect(await log.read(all)).toMatchObject({ first: 3, last: 3, replayed: false })
    })
  })

  describe('the bound', () => {
    it('refuses what would go beyond it, and accepts again after a commit', async () => {
      log = await home.open({ maxBytes: bound(10) })
      await log.append(sized(6))
      const refused = expect.objectContaining({ kind: 'unavailable', retryAfter: expect.any(Number) })
      await expect(log.append(sized(5))).rejects.toEqual(refused)
      await log.append(sized(4))
      log = await home.open({ maxBytes: bound(10) })
      await expect(log.append(sized(1))).rejects.toEqual(refused)
      const range = await log.read(all)
      await log.commit(range!.last)
      await log.append(sized(10))
    })

    it('counts what is on its way', async () => {
      log = await home.open({ maxBytes: bound(10) })
      const tries = await Promise.allSettled(Array.from({ length: 10 }, () => log.append(sized(4))))
      expect(tries.map(({ status }) => status).filter((status) => status === 'fulfilled')).toHaveLength(2)
      expect(log.backlog()).toMatchObject({ records: 2, bytes: bytesOf(8) })
    })

    it('tells what waits and for how long', async () => {
      let now = 1000
      const msOf = (ms: number) => (home.unit === 1 ? ms : expect.any(Number))
      log = await home.open({ now: () => now })
      expect(log.backlog()).toEqual({ records: 0, bytes: 0, oldestMs: 0 })
      await log.append(sized(3, 5))
      now = 4000
      await log.append(sized(5))
      expect(log.backlog()).toEqual({ records: 3, bytes: bytesOf(13), oldestMs: msOf(3000) })
      await log.read({ maxBytes: 8 * home.unit, waitMs: 0 })
      await log.commit(2)
      expect(log.backlog()).toEqual({ records: 1, bytes: bytesOf(5), oldestMs: msOf(0) })
      log = await home.open({ now: () => now })
      expect(log.backlog()).toEqual({ records: 1, bytes: bytesOf(5), oldestMs: msOf(0) })
    })
  })

  describe('closing', () => {
    it('finishes what was accepted and refuses the rest', async () => {
      const accepted = Array.from({ length: 50 }, (_, n) => log.append(bytes(`${n}`)))
      await log.close()
      await Promise.all(accepted)
      await expect(log.append(bytes('late'))).rejects.toMatchObject({ kind: 'unavailable' })
      log = await home.open()
      expect(log.backlog().records).toBe(50)
    })
  })

  it('keeps the order of each caller', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, caller) => {
        for (let n = 0; n < 20; n++) await log.append(bytes(`${caller} ${n} a`, `${caller} ${n} b`))
      }),
    )
    const seen = text(await log.read(all))!
    expect(seen).toHaveLength(800)
    for (let caller = 0; caller < 20; caller++) {
      const own = seen.filter((one) => one.startsWith(`${caller} `))
      expect(own).toEqual(
        Array.from({ length: 20 }, (_, n) => [`${caller} ${n} a`, `${caller} ${n} b`]).flat(),
      )
    }
  })

  describe('what was seen before', () => {
    const key = (n: number) => `7:01a204ee-a8a2-7000-8000-${String(n).padStart(12, '0')}`
    const nextRange = async () => {
      await log.append(bytes('x'))
      return (await log.read(all))!
    }
    const ask = async (keys: string[]) => {
      const range = await nextRange()
      const answer = await log.seenBefore(range.first, keys)
      await log.commit(range.last)
      return answer
    }

    it('is a key of an earlier range, or an earlier one of the same', async () => {
      expect(await ask([key(1), key(2), key(1)])).toEqual([false, false, true])
      expect(await ask([key(2), key(3)])).toEqual([true, false])
    })

    it('belongs to a project', async () => {
      await ask([key(1)])
      expect(await ask([key(1).replace('7:', '8:'), key(1).replace('7:', '1234567890:')])).toEqual([
        false,
        false,
      ])
    })

    it('may be any text', async () => {
      expect(await ask(['', 'a', 'ü'.repeat(5000), key(1).toUpperCase()])).toEqual([
        false,
        false,
        false,
        false,
      ])
      expect(await ask(['a', '', key(1), 'ü'.repeat(5000)])).toEqual([true, true, false, true])
    })

    it('is answered alike when the same range is asked about again', async () => {
      await ask([key(1)])
      const range = await nextRange()
      const keys = [key(1), key(2), key(3), key(2)]
      const first = await log.seenBefore(range.first, keys)
      expect(await log.seenBefore(range.first, keys)).toEqual(first)
      await home.crash()
      log = await home.open()
      await log.read(all)
      expect(await log.seenBefore(range.first, keys)).toEqual(first)
    })

    it('lasts for a day and no longer than two, also across starts', async () => {
      let now = Date.UTC(2026, 0, 1, 11, 59)
      log = await home.open({ now: () => now })
      await ask([key(1)])
      now += 24 * hour
      log = await home.open({ now: () => now })
      expect(await ask([key(1)])).toEqual([true])
      now += 48 * hour
      expect(await ask([key(1)])).toEqual([false])
    })

    it('is decided by when the range was read, not by when the answer is asked for', async () => {
      let now = Date.UTC(2026, 0, 1)
      log = await home.open({ now: () => now })
      await ask([key(1)])
      now += 24 * hour
      const range = await nextRange()
      expect(await log.seenBefore(range.first, [key(1), key(2)])).toEqual([true, false])
      now += 200 * hour
      await home.crash()
      log = await home.open({ now: () => now })
      await log.read(all)
      expect(await log.seenBefore(range.first, [key(1), key(2)])).toEqual([true, false])
    })

    it('survives a clock that is set back', async () => {
      let now = Date.UTC(2026, 0, 1, 13)
      log = await home.open({ now: () => now })
      await ask([key(1)])
      now -= 2 * hour
      expect(await ask([key(1)])).toEqual([true])
    })

    it('can only be asked about the range in hand', async () => {
      await expect(log.seenBefore(1, [key(1)])).rejects.toThrow('range')
    })
  })

  describe('receipts', () => {
    const key = (n: number) => `7:01a204ee-a8a2-7000-8000-${String(n).padStart(12, '0')}`
    const nothing = new Uint8Array()
    const receipt = (n: number, more: Partial<Receipt> = {}): Receipt => ({
      key: key(n),
      acceptedAt: Date.now() - 50,
      outcome: 'counted',
      note: nothing,
      ...more,
    })
    const holds = (name: string) => (record: Uint8Array) => Buffer.from(record).toString() === name
    /** One range in which these keys are asked about and come to that. */
    const process = async (keys: number[], receipts: Receipt[]) => {
      await log.append(bytes('x'))
      const range = (await log.read(all))!
      const seen = await log.seenBefore(range.first, keys.map(key))
      await log.commit(range.last, receipts)
      return seen
    }

    it('say where an event is on its way', async () => {
      expect(await log.find(key(1), holds('one'))).toEqual({ state: 'unknown', searched: true })
      const before = Date.now()
      await log.append(bytes('zero', 'one'))
      await log.append(bytes('two'))
      const waiting = await log.find(key(1), holds('one'))
      expect(waiting).toMatchObject({ state: 'waiting', mark: expect.any(String) })
      expect(waiting).toMatchObject({ acceptedAt: expect.any(Number) })
      expect((waiting as { acceptedAt: number }).acceptedAt).toBeGreaterThanOrEqual(before)
      const range = (await log.read({ maxBytes: 7, waitMs: 0 }))!
      expect(await log.find(key(1), holds('one'))).toMatchObject({ state: 'reading' })
      expect(await log.find(key(2), holds('two'))).toMatchObject({ state: 'waiting' })
      await log.commit(range.last, [receipt(1)])
      expect(await log.find(key(1), holds('one'))).toMatchObject({ state: 'done' })
      expect(await log.find(key(3), holds('three'))).toEqual({ state: 'unknown', searched: true })
    })

    it('say what became of an event, and when, also after a crash', async () => {
      let now = Date.UTC(2026, 0, 1, 12)
      const acceptedAt = now - 1234
      log = await home.open({ now: () => now })
      await log.append(bytes('x'))
      const range = (await log.read(all))!
      const readAt = now
      await log.seenBefore(range.first, [key(1), key(2)])
      now += 700
      const note = Uint8Array.from([1, 2, 250])
      await log.commit(range.last, [
        receipt(1, { acceptedAt }),
        receipt(2, { acceptedAt, note }),
        receipt(3, { acceptedAt, outcome: 'uncounted', note }),
      ])
      await home.crash()
      log = await home.open({ now: () => now })
      const times = { state: 'done', acceptedAt, readAt, committedAt: now, repeats: 0 }
      const found = (n: number) => log.find(key(n), () => false)
      expect(await found(1)).toEqual({ ...times, outcome: 'counted', note: nothing })
      expect(await found(2)).toEqual({ ...times, outcome: 'counted', note })
      expect(await found(3)).toEqual({ ...times, outcome: 'uncounted', note })
    })

    it('count repeats, in the same range and in later ones', async () => {
      await process([1, 1, 1], [receipt(1), ...[1, 2].map(() => receipt(1, { outcome: 'repeated' }))])
      expect(await log.find(key(1), () => false)).toMatchObject({ outcome: 'counted', repeats: 2 })
      expect(await process([1], [receipt(1, { outcome: 'repeated' })])).toEqual([true])
      expect(await log.find(key(1), () => false)).toMatchObject({ outcome: 'counted', repeats: 3 })
    })

    it('let what was dropped come again, and what was stored not', async () => {
      await process([1, 2], [receipt(1, { outcome: 'uncounted' }), receipt(2)])
      expect(await process([1, 2], [receipt(1), receipt(2, { outcome: 'repeated' })])).toEqual([false, true])
      expect(await log.find(key(1), () => false)).toMatchObject({ outcome: 'counted' })
      // Something else that calls itself like what is stored does not make it come again.
      await process([], [receipt(1, { outcome: 'uncounted' })])
      expect(await process([1], [receipt(1, { outcome: 'repeated' })])).toEqual([true])
    })

    it('are not asked by the range that was open beside, whenever it asks', async () => {
      await log.append(bytes('a', 'b', 'c'))
      await log.read({ maxBytes: 1, waitMs: 0 })
      await log.seenBefore(1, [key(1)])
      await log.read({ maxBytes: 1, waitMs: 0, after: 1 })
      const beside = [key(1), key(2)]
      const once = await log.seenBefore(2, beside)
      expect(once).toEqual([true, false])
      // The second never came as far as the question.
      await log.commit(1, [receipt(1, { outcome: 'uncounted' }), receipt(2, { outcome: 'uncounted' })])
      await home.crash()
      log = await home.open()
      await log.read({ maxBytes: 1, waitMs: 0 })
      expect(await log.seenBefore(2, beside)).toEqual(once)
      await log.commit(2, [receipt(1, { outcome: 'repeated' }), receipt(2)])
      await log.read({ maxBytes: 1, waitMs: 0 })
      expect(await log.seenBefore(3, beside)).toEqual([false, true])
    })

    it('are kept for their days', async () => {
      let now = Date.UTC(2026, 0, 1, 12)
      log = await home.open({ now: () => now, receiptDays: 3 })
      await process([1], [receipt(1, { acceptedAt: now })])
      for (let day = 1; day <= 3; day++) {
        now += 24 * hour
        log = await home.open({ now: () => now, receiptDays: 3 })
        await process([10 + day], [])
        expect(await log.find(key(1), () => false)).toMatchObject({ state: 'done' })
      }
      for (let day = 4; day <= 8; day++) {
        now += 24 * hour
        await process([10 + day], [])
      }
      expect(await log.find(key(1), () => false)).toEqual({ state: 'unknown', searched: true })
      expect(await log.find(key(18), () => false)).toMatchObject({ state: 'done' })
    })

    it('can be waited for', async () => {
      const empty = await log.mark()
      expect(await log.reached(empty, { waitMs: 0 })).toBe(true)
      await log.append(bytes('one'))
      const mark = await log.mark()
      await log.append(bytes('two'))
      expect(await log.reached(mark, { waitMs: 20 })).toBe(false)
      const reached = log.reached(mark, { waitMs: 60_000 })
      const range = (await log.read({ maxBytes: 1, waitMs: 0 }))!
      await log.commit(range.last)
      expect(await reached).toBe(true)
      expect(await log.reached(await log.mark(), { waitMs: 0 })).toBe(false)
      const stop = new AbortController()
      const stopped = log.reached(await log.mark(), { waitMs: 60_000, signal: stop.signal })
      stop.abort()
      expect(await stopped).toBe(false)
    })
  })

  it('never loses, repeats or reorders anything, whatever happens between', {
    timeout: 120_000,
  }, async () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constant('append' as const),
          sizes: fc.array(fc.nat(3000), { maxLength: 8 }),
        }),
      },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), maxBytes: fc.nat(8000) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'reopen' as const) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const own = await makeHome()
        try {
          await againstModel(own, steps)
        } finally {
          await own.cleanUp()
        }
      }),
      { numRuns: runs },
    )
  })
}

type Step =
  | { do: 'append'; sizes: number[] }
  | { do: 'read'; maxBytes: number }
  | { do: 'commit' | 'crash' | 'reopen' }

/** The log beside an array that does the same. */
async function againstModel(home: Home, steps: Step[]): Promise<void> {
  let log = await home.open()
  const appended: string[] = []
  let committed = 0
  let held: { first: number; last: number } | null = null
  for (const step of steps) {
    if (step.do === 'append') {
      const records = step.sizes.map((size, n) => `${appended.length + n}:${'x'.repeat(size)}`)
      await log.append(bytes(...records))
      appended.push(...records)
    } else if (step.do === 'read') {
      const range: LogRange | null = await log.read({ maxBytes: step.maxBytes, waitMs: 0 })
      if (committed === appended.length) {
        expect(range).toBeNull()
        continue
      }
      expect(range!.first).toBe(committed + 1)
      expect(range!.replayed).toBe(held !== null)
      if (held) expect({ first: range!.first, last: range!.last }).toEqual(held)
      expect(text(range)).toEqual(appended.slice(range!.first - 1, range!.last))
      held = { first: range!.first, last: range!.last }
    } else if (step.do === 'commit') {
      if (!held) continue
      await log.commit(held.last)
      committed = held.last
      held = null
    } else {
      if (step.do === 'crash') await home.crash()
      log = await home.open()
    }
    const waiting = appended.slice(committed)
    expect(log.backlog()).toMatchObject({
      records: waiting.length,
      bytes: home.unit === 1 ? waiting.reduce((sum, one) => sum + one.length, 0) : expect.any(Number),
    })
  }
}
