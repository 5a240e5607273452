import type { EventLog, LogRange, LogRecord, Receipt } from './event-log.ts'
import type { Lease } from './lease.ts'
import type { Claim, LogState } from './log-state.ts'
import { isPointer, MissingPart, type Streams } from './nats-streams.ts'

type ReaderDeps = {
  streams: Streams
  state: LogState
  lease: Lease
  now: () => number
  /** Told of what was committed. */
  done: (records: number, bytes: number) => void
  logger: { warn(fields: object, message: string): void }
}

/** Messages that are fetched at once. */
const abreast = 128
/** How long a message may be on its way to the server that is asked, when the stream's leader has it. */
const arrivalMs = 10_000
/** How often the stream is looked at when nothing is heard of it. */
const lookEveryMs = 500

/** A message that was fetched and is not committed. `isLost`: the stream goes on behind it, and nobody has it any more. */
type Fetched = { position: number; data: Uint8Array; isLost?: true }

/** Reads one partition in exact ranges, as long as the lease lasts. */
export function createPartitionReader({ streams, state, lease, now, done, logger }: ReaderDeps) {
  const { partition } = lease
  let isEnded = false
  let opening: Promise<void> | null = null
  let committed = 0
  let claim: Claim | null = null
  let next: Claim | null = null
  /** Of the open ranges: they were handed out before. */
  const replayed = new Set<number>()
  /** What writes the state does so one after the other. */
  let turn: Promise<unknown> = Promise.resolve()
  /** Without gaps; from the beginning of the first open range. */
  let fetched: Fetched[] = []
  let stopListening = () => {}
  const waiters = new Set<() => void>()
  const wake = () => {
    for (const one of waiters) one()
  }
  /** What the stream holds, as it was last seen. */
  let backlog = { records: 0, bytes: 0, oldestMs: 0 }
  /** Ends of the stream and since when it has had them without interruption; the first for `arrivalMs`, or none is. */
  let ends: { last: number; since: number }[] = []

  function open(): Promise<void> {
    opening ??= (async () => {
      const reach = await state.reachOf(partition)
      ;({ committed, claim, next } = reach)
      for (const range of [claim, next]) if (range) replayed.add(range.first)
      // What a purge left that failed. (With position 1 JetStream would forget everything.)
      if (committed > 0) await streams.purge(partition, committed + 1, [])
      stopListening = streams.listen(partition, wake)
    })().catch((error) => {
      opening = null
      throw error
    })
    return opening
  }

  async function lastPosition(): Promise<number> {
    const { last, bytes, oldestAt } = await streams.stateOf(partition).catch((error) => {
      ends = []
      throw error
    })
    noteEnd(last)
    const records = Math.max(0, last - committed)
    backlog = {
      records,
      bytes: records ? bytes : 0,
      oldestMs: oldestAt && records ? Date.now() - oldestAt : 0,
    }
    return last
  }

  function noteEnd(last: number): void {
    const now = performance.now()
    while (ends[1] && now - ends[1].since > arrivalMs) ends.shift()
    const known = ends.at(-1)
    if (!known || (last > known.last && now - known.since > 1000)) ends.push({ last, since: now })
  }

  /** Whether the stream has reached so far for as long as a message can be on its way between its servers. */
  function isLongKnown(position: number): boolean {
    const now = performance.now()
    return ends.some(({ last, since }) => last >= position && now - since > arrivalMs)
  }

  /** Until something is heard, or the time is over. */
  function pause(waitMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (isEnded || signal?.aborted || waitMs <= 0) return resolve()
      const done = () => {
        clearTimeout(timer)
        waiters.delete(done)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, waitMs)
      waiters.add(done)
      signal?.addEventListener('abort', done)
    })
  }

  /**
   * A message that is known to be in the stream. Servers that were all killed at once may come back with holes in it; what
   * is in none of them is handed on as damaged, so that it becomes a dead letter and those behind it are read.
   */
  async function arrive(position: number): Promise<Fetched> {
    const giveUpAt = performance.now() + arrivalMs
    let until = giveUpAt
    for (;;) {
      const isOverdue = performance.now() > until || isLongKnown(position)
      const message = await streams.messageAt(partition, position).catch((error) => {
        if (performance.now() > giveUpAt || isEnded) throw error
        // What its servers have is to be found out anew.
        ends = []
        until = performance.now() + arrivalMs
        return undefined
      })
      if (message) return { position, data: message.data }
      if (isEnded) throw new Error(`position ${position} of partition ${partition} is missing`)
      if (isOverdue && message === null) return ofLeader(position)
      await pause(50)
    }
  }

  /** What no server that was asked has had for long. */
  async function ofLeader(position: number): Promise<Fetched> {
    const message = await streams.messageOfLeader(partition, position)
    if (message) return { position, data: message.data }
    const { last } = await streams.stateOf(partition)
    if (last < position) throw new Error(`position ${position} of partition ${partition} is not there yet`)
    return { position, data: new Uint8Array(), isLost: true }
  }

  /** Sees that the messages from `first` to `last` are fetched, or as many as have `maxBytes`. */
  async function fetch(first: number, last: number, maxBytes: number): Promise<Fetched[]> {
    for (;;) {
      // A commit may have taken some from the front meanwhile.
      const begin = fetched[0]?.position ?? first
      const there = fetched.slice(Math.max(0, first - begin), last - begin + 1)
      const bytes = there.reduce((sum, { data }) => sum + data.byteLength, 0)
      const from = first + there.length
      if (from > last || bytes > maxBytes) return there
      const count = Math.min(abreast, last - from + 1)
      const arrived = await Promise.all(Array.from({ length: count }, (_, n) => arrive(from + n)))
      const lost = arrived.filter(({ isLost }) => isLost)
      if (lost.length) {
        logger.warn(
          { partition, events: lost.length, first: lost[0]!.position, last: lost.at(-1)!.position },
          'NATS has no longer what it had acknowledged at these positions',
        )
      }
      fetched.push(...arrived)
    }
  }

  async function recordOf(position: number, data: Uint8Array): Promise<LogRecord> {
    try {
      return { position, bytes: await streams.recordOf(data) }
    } catch (error) {
      if (!(error instanceof MissingPart) || !isLongKnown(position)) throw error
      logger.warn({ partition, position }, 'NATS has lost a part of an event that it had acknowledged')
      return { position, bytes: data, isDamaged: true }
    }
  }

  async function recordsOf(messages: Fetched[]): Promise<LogRecord[]> {
    const records: LogRecord[] = []
    for (const { position, data, isLost } of messages) {
      records.push(isLost ? { position, bytes: data, isDamaged: true } : await recordOf(position, data))
    }
    return records
  }

  async function read({
    maxBytes,
    waitMs,
    signal,
    after,
  }: Parameters<EventLog['read']>[0]): Promise<LogRange | null> {
    await open()
    const following = after !== undefined
    if (following && claim?.last !== after) {
      throw new Error(`read after ${after}: the range that was read ends at ${claim?.last ?? 'none'}`)
    }
    const known = following ? next : claim
    if (known) {
      const { first, last } = known
      replayed.add(first)
      return { first, last, replayed: true, records: await recordsOf(await fetch(first, last, Infinity)) }
    }
    const from = after ?? committed
    const until = performance.now() + waitMs
    // Once it is ended nobody wants to know, and the connection may be gone.
    const look = () =>
      lastPosition().catch((error) => {
        if (isEnded) return from
        throw error
      })
    let last = await look()
    while (last <= from && performance.now() < until && !isEnded && !signal?.aborted) {
      await pause(Math.min(lookEveryMs, until - performance.now()), signal)
      if (isEnded || signal?.aborted) return null
      last = await look()
    }
    if (isEnded || signal?.aborted || last <= from) return null
    const taken: LogRecord[] = []
    let bytes = 0
    for (const record of await recordsOf(await fetch(from + 1, last, maxBytes))) {
      if (taken.length > 0 && bytes + record.bytes.byteLength > maxBytes) break
      bytes += record.bytes.byteLength
      taken.push(record)
    }
    streams.note(partition, fetched.at(-1)!.position)
    const ends = { first: taken[0]!.position, last: taken.at(-1)!.position }
    await inTurn(async () => {
      // The range before it may have been committed meanwhile.
      const beside = following && claim?.last === after ? claim.first : null
      const own: Claim = { ...ends, at: now(), beside }
      const both = beside === null ? { claim: own, next: null } : { claim, next: own }
      await state.claim(lease, both)
      ;({ claim, next } = both)
    })
    return { ...ends, replayed: false, records: taken }
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  const commit = (last: number, receipts: Receipt[] = []): Promise<void> =>
    inTurn(async () => {
      await open()
      if (!claim || claim.last !== last) {
        throw new Error(
          `commit(${last}) is not the end of the range that was read (${claim?.last ?? 'none'})`,
        )
      }
      await state.commit(lease, claim, receipts, next, now())
      replayed.delete(claim.first)
      committed = last
      claim = next
      next = null
      const gone = fetched.filter(({ position }) => position <= last)
      fetched = fetched.filter(({ position }) => position > last)
      const bytes = gone.reduce((sum, { data }) => sum + Math.max(0, data.byteLength - 1), 0)
      backlog = {
        records: Math.max(0, backlog.records - gone.length),
        bytes: Math.max(0, backlog.bytes - bytes),
        oldestMs: 0,
      }
      done(gone.length, bytes)
      const large = gone.map(({ data }) => data).filter(isPointer)
      // What it leaves goes with the next one.
      await streams.purge(partition, last + 1, large).catch((error) => {
        logger.warn({ partition, reason: String(error) }, 'what is done with is still in the stream')
      })
    })

  async function seenBefore(first: number, keys: string[]): Promise<boolean[]> {
    await open()
    const own = [claim, next].find((one) => one?.first === first)
    if (!own) throw new Error(`seenBefore(${first}) is not the beginning of a range that was read`)
    return state.seenBefore(lease, own, keys)
  }

  return {
    read,
    commit,
    seenBefore,
    backlog: () => backlog,
    async end(): Promise<void> {
      isEnded = true
      stopListening()
      wake()
    },
  }
}
