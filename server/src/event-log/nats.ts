import { randomUUID } from 'node:crypto'
import { unavailable } from '../model/errors.ts'
import type { EventLog, EventLogs, LogReader, Whereabouts } from './event-log.ts'
import type { Lease } from './lease.ts'
import type { LogState } from './log-state.ts'
import { createPartitionReader } from './nats-reader.ts'
import { createStreams, type NatsOptions } from './nats-streams.ts'

export type NatsEventLogOptions = NatsOptions & {
  state: LogState
  receiptDays: number
  /** How long a reader that is not heard of keeps its partitions, milliseconds. Default 15 000. */
  leaseMs?: number
  /** Server clock, milliseconds. */
  now?: () => number
}

const forgetEveryMs = 3600 * 1000
const lookEveryMs = 50
const backlogEveryMs = 1000
/** What is looked through for one event: so many records at once, for so long. */
const searchedAtOnce = 32
const searchedMs = 1000
/** Most bytes that are on their way; beyond it `append` refuses. */
const maxInFlight = 256 * 1024 ** 2

/**
 * The event log on NATS JetStream, for many processes: streams hold what waits, `state` who reads which partition and
 * what was seen. See docs/adr/0009-nats-home.md.
 */
export async function createNatsEventLogs({
  state,
  receiptDays,
  leaseMs = 15_000,
  now = Date.now,
  ...options
}: NatsEventLogOptions): Promise<EventLogs> {
  const { partitions, logger } = options
  const streams = await createStreams(options, () => state.committed())
  await state.prepare(partitions).catch(async (error) => {
    await streams.close()
    throw error
  })
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  let isClosed = false
  let inFlight = 0
  let backlog = { records: 0, bytes: 0, oldestMs: 0 }
  const readers = new Set<LogReader>()
  const underWay = new Set<Promise<unknown>>()

  async function append(records: Uint8Array[], partition = 0): Promise<void> {
    if (isClosed) throw unavailable('The event log is closed.')
    const size = records.reduce((sum, { byteLength }) => sum + byteLength, 0)
    if (inFlight + size > maxInFlight) {
      throw unavailable('The event log is busy; please retry.', { retryAfter: 5 })
    }
    inFlight += size
    try {
      const sent = streams.publishRecords(partition, records)
      underWay.add(sent)
      await sent.finally(() => underWay.delete(sent))
      backlog = { ...backlog, records: backlog.records + records.length, bytes: backlog.bytes + size }
      streams.ring(partition)
    } finally {
      inFlight -= size
    }
  }

  async function lookAtBacklog(): Promise<void> {
    // Also while the servers are away: once they are back it must be known what was read.
    const committed = await state.committed()
    for (const partition of all) streams.note(partition, committed[partition] ?? 0)
    streams.forget(committed)
    if (!streams.isConnected()) return
    const states = await Promise.all(all.map(streams.stateOf))
    const waiting = states.filter(({ last }, partition) => last > (committed[partition] ?? 0))
    const oldest = Math.min(...waiting.map(({ oldestAt }) => oldestAt ?? Number.POSITIVE_INFINITY))
    backlog = {
      records: states.reduce(
        (sum, { last }, partition) => sum + Math.max(0, last - (committed[partition] ?? 0)),
        0,
      ),
      bytes: waiting.reduce((sum, { bytes }) => sum + bytes, 0),
      oldestMs: Number.isFinite(oldest) ? Math.max(0, Date.now() - oldest) : 0,
    }
  }
  const backlogTimer = setInterval(() => {
    if (!isClosed) lookAtBacklog().catch(() => {})
  }, backlogEveryMs)
  backlogTimer.unref()
  await lookAtBacklog()

  async function find(key: string, isOf: (record: Uint8Array) => boolean): Promise<Whereabouts> {
    const kept = async () => {
      const found = await state.find(key, receiptDays, now())
      return found && ({ state: 'done', ...found } satisfies Whereabouts)
    }
    const done = await kept()
    if (done) return done
    const until = performance.now() + searchedMs
    let searched = true
    for (const partition of all) {
      const { committed, claim, next } = await state.reachOf(partition)
      const inHand = (next ?? claim)?.last ?? committed
      const { last } = await streams.stateOf(partition)
      for (let at = last; at > committed; at -= searchedAtOnce) {
        if (performance.now() > until) {
          searched = false
          break
        }
        const positions = Array.from({ length: Math.min(searchedAtOnce, at - committed) }, (_, n) => at - n)
        const messages = await Promise.all(
          positions.map((position) => streams.messageAt(partition, position).catch(() => null)),
        )
        for (const message of messages) {
          if (!message || !isOf(await streams.recordOf(message.data))) continue
          return (
            (await kept()) ?? {
              state: message.seq <= inHand ? 'reading' : 'waiting',
              acceptedAt: message.time.getTime(),
              mark: JSON.stringify(all.map((one) => (one === partition ? message.seq : 0))),
            }
          )
        }
      }
    }
    // It may have been committed meanwhile.
    return (await kept()) ?? { state: 'unknown', searched }
  }

  const mark = async () =>
    JSON.stringify((await Promise.all(all.map(streams.stateOf))).map(({ last }) => last))

  async function reached(
    text: string,
    { waitMs, signal }: { waitMs: number; signal?: AbortSignal },
  ): Promise<boolean> {
    const wanted = JSON.parse(text) as number[]
    const until = performance.now() + waitMs
    for (;;) {
      const committed = await state.committed()
      if (wanted.every((position, partition) => (committed[partition] ?? 0) >= position)) return true
      if (isClosed || signal?.aborted || performance.now() >= until) return false
      await new Promise((resolve) => setTimeout(resolve, Math.min(lookEveryMs, until - performance.now())))
    }
  }

  function logOf(lease: Lease): EventLog & { end(): Promise<void> } {
    const done = (records: number, bytes: number) => {
      backlog = {
        records: Math.max(0, backlog.records - records),
        bytes: Math.max(0, backlog.bytes - bytes),
        oldestMs: 0,
      }
    }
    const reader = createPartitionReader({ streams, state, lease, now, done, logger })
    return {
      ...reader,
      name: `nats-${lease.partition}`,
      lease,
      append: (records) => append(records, lease.partition),
      backlog: reader.backlog,
      find,
      mark,
      reached,
      close: reader.end,
    }
  }

  function consume(begin: (log: EventLog) => LogReader): LogReader {
    const owner = randomUUID()
    const held = new Map<number, { lease: Lease; stop(): Promise<void> }>()
    let isStopped = false
    let renewedAt = performance.now()
    let wake = () => {}

    async function end(partition: number): Promise<void> {
      const one = held.get(partition)
      held.delete(partition)
      await one?.stop()
    }

    async function look(): Promise<void> {
      const { leases, readers: alive } = await state.renew(owner, leaseMs)
      renewedAt = performance.now()
      const kept = new Set(leases.map(({ partition, epoch }) => `${partition} ${epoch}`))
      for (const [partition, { lease }] of held) {
        if (!kept.has(`${partition} ${lease.epoch}`)) await end(partition)
      }
      const fair = Math.ceil(partitions / Math.max(1, alive))
      for (const { lease } of [...held.values()].slice(fair)) {
        await end(lease.partition)
        await state.release(lease)
      }
      for (const lease of await state.acquire(owner, fair - held.size, leaseMs)) {
        const log = logOf(lease)
        const reader = begin(log)
        held.set(lease.partition, {
          lease,
          async stop() {
            await reader.stop()
            await log.end()
          },
        })
      }
    }

    let forgottenAt = Number.NEGATIVE_INFINITY
    async function keep(): Promise<void> {
      while (!isStopped) {
        try {
          await look()
          if (performance.now() - forgottenAt > forgetEveryMs) {
            forgottenAt = performance.now()
            await state.forget(receiptDays, now())
          }
        } catch (error) {
          logger.warn(
            { reason: String(error) },
            "the event log's partitions can't be shared out; trying again",
          )
          // Whoever may have taken them by now must not be disturbed.
          if (performance.now() - renewedAt > leaseMs)
            for (const partition of [...held.keys()]) await end(partition)
        }
        await new Promise<void>((resolve) => {
          if (isStopped) return resolve()
          const timer = setTimeout(resolve, leaseMs / 3)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    }
    const keeping = keep()
    const reader: LogReader = {
      async stop() {
        if (isStopped) return keeping
        isStopped = true
        readers.delete(reader)
        wake()
        await keeping
        const leases = [...held.values()].map(({ lease }) => lease)
        await Promise.all([...held.keys()].map(end))
        await Promise.all(leases.map((lease) => state.release(lease))).catch(() => {
          // They are free when the lease ends.
        })
        await state.leave(owner).catch(() => {})
      },
    }
    readers.add(reader)
    return reader
  }

  return {
    partitions,
    append,
    consume,
    find,
    mark,
    reached,
    backlog: () => backlog,
    async close() {
      if (isClosed) return
      for (const reader of [...readers]) await reader.stop()
      isClosed = true
      clearInterval(backlogTimer)
      await Promise.allSettled(underWay)
      await streams.close()
    },
  }
}
