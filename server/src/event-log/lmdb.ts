import { setImmediate as nextTurn } from 'node:timers/promises'
import { HedgerowError, unavailable } from '../model/errors.ts'
import type { EventLog, LogRange, LogRecord, Receipt, Whereabouts } from './event-log.ts'
import { createRoom } from './lmdb-room.ts'
import { asRecord, type Claim, type Committed, contentOf, latest, openTables, sealed } from './lmdb-sums.ts'
import { inOneTransaction, openSynced } from './lmdb-transaction.ts'
import { createSeenKeys } from './seen-keys.ts'

export type LmdbEventLogOptions = {
  /** Its own folder; made when it is not there. One process at a time (the data folder's lock sees to that). */
  folder: string
  /** Most bytes of records that may wait; beyond it `append` refuses. */
  maxBytes: number
  /** How long it is known what became of an event. Default 7. */
  receiptDays?: number
  /** Server clock, milliseconds. */
  now?: () => number
}

type Waiting = { records: Uint8Array[]; resolve: () => void; reject: (error: unknown) => void }

/** Bounds one transaction: a longer one would make everybody behind it wait. */
const flushBytes = 16 * 1024 ** 2
const flushRecords = 4096
const secondsWhenFull = 5
/** How much of what waits is looked through for one event, and for how long. */
const searchedBytes = 512 * 1024 ** 2
const searchedMs = 1000
/** After so many bytes others have their turn. */
const searchBreath = 2 * 1024 ** 2

/**
 * The event log on LMDB, for one process. Appends that arrive while a transaction is being synced share the next
 * one, so the rate does not hang on the number of syncs that the disk can do. See docs/adr/0004-event-log.md.
 */
export function createLmdbEventLog({
  folder,
  maxBytes,
  receiptDays = 7,
  now = Date.now,
}: LmdbEventLogOptions): EventLog {
  const root = openSynced(folder)
  const { records, flushes, state } = openTables(root)
  const seen = createSeenKeys(root, receiptDays)
  const room = createRoom(root, folder)

  let committed = (state.get('committed') as Committed | undefined) ?? { last: 0, bytes: 0 }
  let claim = state.get('claim') as Claim | undefined
  /** The range after the claim, where that is open too. There is none without a claim. */
  let next = state.get('next') as Claim | undefined
  /** The writing of a claim that is under way. */
  let claiming: Promise<unknown> = Promise.resolve()
  /** What is on disk: the last position, and the bytes written since the log's beginning. */
  let { last: durableLast, bytes: durableBytes } = latest(flushes) ?? committed

  const waiting: Waiting[] = []
  let waitingBytes = 0
  let flushing: Promise<void> | null = null
  let closed = false
  const readers = new Set<() => void>()
  const watchers = new Set<() => void>()

  function append(batch: Uint8Array[]): Promise<void> {
    if (batch.length === 0) return Promise.resolve()
    if (closed) return Promise.reject(unavailable('The event log is closed.'))
    const size = sizeOf(batch)
    if (durableBytes - committed.bytes + waitingBytes + size > maxBytes) {
      return Promise.reject(
        unavailable('The event log is full; please retry.', { retryAfter: secondsWhenFull }),
      )
    }
    waitingBytes += size
    return new Promise((resolve, reject) => {
      waiting.push({ records: batch, resolve, reject })
      flushing ??= flushAll()
    })
  }

  async function flushAll(): Promise<void> {
    // What else arrives in this turn of the event loop goes with the first transaction.
    await new Promise(setImmediate)
    while (waiting.length > 0) await flush(takeWaiting())
    flushing = null
  }

  function takeWaiting(): Waiting[] {
    let bytes = 0
    let count = 0
    let requests = 0
    for (const { records } of waiting) {
      if (requests > 0 && (bytes >= flushBytes || count >= flushRecords)) break
      bytes += sizeOf(records)
      count += records.length
      requests++
    }
    return waiting.splice(0, requests)
  }

  /** One transaction. After a failure its positions are given again, since nothing of it was kept. */
  async function flush(group: Waiting[]): Promise<void> {
    const first = durableLast + 1
    let last = durableLast
    let size = 0
    try {
      await room.forAppend(group.reduce((sum, { records }) => sum + sizeOf(records), 0))
      await inOneTransaction(root, () => {
        for (const { records: batch } of group) {
          for (const record of batch) {
            size += record.byteLength
            records.put(++last, sealed(record, last))
          }
        }
        flushes.put(first, { last, bytes: durableBytes + size, at: now() })
      })
      durableLast = last
      durableBytes += size
      for (const { resolve } of group) resolve()
      for (const wake of readers) wake()
    } catch (cause) {
      const error = new HedgerowError('unavailable', 'The event log cannot write; please retry.', {
        retryAfter: secondsWhenFull,
        cause,
      })
      for (const { reject } of group) reject(error)
    } finally {
      waitingBytes -= group.reduce((sum, { records }) => sum + sizeOf(records), 0)
    }
  }

  async function read({
    maxBytes: most,
    waitMs,
    signal,
    after,
  }: Parameters<EventLog['read']>[0]): Promise<LogRange | null> {
    const following = after !== undefined
    if (following && claim?.last !== after) {
      throw new Error(`read after ${after}: the range that was read ends at ${claim?.last ?? 'none'}`)
    }
    const known = following ? next : claim
    if (known) {
      const found = [...records.getRange({ start: known.first, end: known.last + 1 })]
      return { first: known.first, last: known.last, replayed: true, records: found.map(asRecord) }
    }
    const from = after ?? committed.last
    if (durableLast <= from) await somethingToRead(waitMs, signal)
    if (closed || signal?.aborted || durableLast <= from) return null

    const taken: LogRecord[] = []
    let bytes = 0
    for (const entry of records.getRange({ start: from + 1, end: durableLast + 1 })) {
      const size = contentOf(entry.value).byteLength
      if (taken.length > 0 && bytes + size > most) break
      bytes += size
      taken.push(asRecord(entry))
    }
    const range = { first: taken[0]!.position, last: taken.at(-1)!.position }
    const beside = following && claim ? claim.first : null
    const own: Claim = { ...range, bytes, at: now(), beside }
    const written = inOneTransaction(root, () => state.put(following ? 'next' : 'claim', own))
    claiming = written.catch(() => undefined)
    await written
    if (following) next = own
    else claim = own
    return { ...range, replayed: false, records: taken }
  }

  function somethingToRead(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      if (closed || signal?.aborted || waitMs <= 0) return resolve()
      const done = () => {
        clearTimeout(timer)
        readers.delete(done)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, waitMs)
      readers.add(done)
      signal?.addEventListener('abort', done)
    })
  }

  async function commit(last: number, receipts: Receipt[] = []): Promise<void> {
    await room.forCommit(receipts.length)
    // Else the claim on the following range would stay behind without one before it.
    await claiming
    if (!claim || claim.last !== last) {
      throw new Error(`commit(${last}) is not the end of the range that was read (${claim?.last ?? 'none'})`)
    }
    const done: Committed = { last, bytes: committed.bytes + claim.bytes }
    const { first, at } = claim
    const following = next
    const written = inOneTransaction(root, () => {
      seen.note({ first, at }, receipts, now())
      state.put('committed', done)
      if (following) state.put('claim', following)
      else state.remove('claim')
      state.remove('next')
      for (const key of records.getKeys({ start: first, end: last + 1 })) records.remove(key)
      for (const { key, value } of flushes.getRange({ start: 0, end: last + 1 })) {
        if (value.last <= last) flushes.remove(key)
      }
    })
    const isKept = await written.then(
      () => true,
      () => false,
    )
    seen.noted(first, isKept)
    await written
    committed = done
    claim = following
    next = undefined
    for (const wake of watchers) wake()
  }

  async function seenBefore(first: number, keys: string[]): Promise<boolean[]> {
    const own = [claim, next].find((one) => one?.first === first)
    if (!own) throw new Error(`seenBefore(${first}) is not the beginning of a range that was read`)
    return seen.ask({ first, at: own.at, beside: own.beside ?? null }, keys)
  }

  function backlog(): ReturnType<EventLog['backlog']> {
    const [oldest] = flushes.getRange({ limit: 1 })
    return {
      records: durableLast - committed.last,
      bytes: durableBytes - committed.bytes,
      oldestMs: oldest ? Math.max(0, now() - oldest.value.at) : 0,
    }
  }

  async function find(key: string, isOf: (record: Uint8Array) => boolean): Promise<Whereabouts> {
    const kept = seen.find(key)
    if (kept) return { state: 'done', ...kept }
    const { position, searched } = await search(isOf)
    // It may have been committed meanwhile.
    const late = seen.find(key)
    if (late) return { state: 'done', ...late }
    if (position === null) return { state: 'unknown', searched }
    const [flushed] = flushes.getRange({ start: position, reverse: true, limit: 1 })
    return {
      state: position <= (next ?? claim ?? committed).last ? 'reading' : 'waiting',
      acceptedAt: flushed?.value.at ?? now(),
      mark: String(position),
    }
  }

  /** Looks at the ranges in hand, then from the newest record back. */
  async function search(isOf: (record: Uint8Array) => boolean) {
    const inHand = (next ?? claim ?? committed).last
    const orders = [
      { start: committed.last + 1, end: inHand + 1 },
      { start: durableLast, end: inHand, reverse: true },
    ]
    const until = performance.now() + searchedMs
    let bytes = 0
    let breath = 0
    for (const order of orders) {
      for (const position of records.getKeys({ ...order, snapshot: false })) {
        const record = records.get(position)
        if (!record) continue
        if (isOf(contentOf(record))) return { position, searched: true }
        bytes += record.byteLength
        if (bytes - breath < searchBreath) continue
        if (bytes > searchedBytes || performance.now() > until) return { position: null, searched: false }
        breath = bytes
        await nextTurn()
        if (closed) return { position: null, searched: false }
      }
    }
    return { position: null, searched: true }
  }

  function reached(mark: string, { waitMs, signal }: Parameters<EventLog['reached']>[1]): Promise<boolean> {
    const isReached = () => committed.last >= Number(mark)
    return new Promise((resolve) => {
      if (isReached() || closed || signal?.aborted || waitMs <= 0) return resolve(isReached())
      const done = () => {
        clearTimeout(timer)
        watchers.delete(look)
        signal?.removeEventListener('abort', done)
        resolve(isReached())
      }
      const look = () => {
        if (isReached() || closed) done()
      }
      const timer = setTimeout(done, waitMs)
      watchers.add(look)
      signal?.addEventListener('abort', done)
    })
  }

  async function close(): Promise<void> {
    if (closed) return
    closed = true
    for (const wake of readers) wake()
    for (const wake of watchers) wake()
    await flushing
    await root.close()
  }

  const mark = async () => String(durableLast)

  return { name: 'embedded', append, read, commit, seenBefore, backlog, find, mark, reached, close }
}

const sizeOf = (records: Uint8Array[]) => records.reduce((sum, record) => sum + record.byteLength, 0)
