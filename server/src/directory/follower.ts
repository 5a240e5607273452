import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../database/database.ts'

/** Between notifications a follower asks now and then, so that it knows when it is out of touch. */
const heartbeatMs = 30_000

export type Logger = {
  warn(facts: object, message: string): void
  info(facts: object, message: string): void
}

/** What is to be read again: parts by name, or everything. */
export type Parts = ReadonlySet<string> | 'all'

export type FollowerDeps = {
  database: Database
  /** On which changes are told; a payload is a part's name, or empty for everything. */
  channel: string
  /** What is followed, as log lines call it: "the directory". */
  what: string
  /** Reads from the database what is now; runs once at a time. */
  read(parts: Parts): Promise<void>
  /** What tells, between notifications, that the database is there; reads everything unless given. */
  probe?(): Promise<unknown>
  logger?: Logger
}

/**
 * Keeps something that is in memory as the database has it: reads it at first, again at every notification, and when
 * the database was away, as soon as it is back.
 */
export function createFollower({ database, channel, what, read, probe, logger }: FollowerDeps) {
  const self = randomUUID()
  const stopped = new AbortController()
  let inTouchAt = 0
  let version = 0
  let stopListening: (() => Promise<void>) | undefined
  /** The read that is running, and the one that will follow it: callers during a read need a later one. */
  let running: Promise<void> | undefined
  let next: { parts: Set<string> | 'all'; done: Promise<void> } | undefined

  async function readOnce(parts: Parts): Promise<void> {
    const started = Date.now()
    await read(parts)
    inTouchAt = started
  }

  /** Reads once more, beginning after this call. */
  function refresh(part: string | null): Promise<void> {
    if (next) {
      if (part === null) next.parts = 'all'
      else if (next.parts !== 'all') next.parts.add(part)
      return next.done
    }
    const parts: Set<string> | 'all' = part === null ? 'all' : new Set([part])
    const start = (): Promise<void> => {
      const wanted = next?.parts ?? parts
      next = undefined
      running = readOnce(wanted).finally(() => {
        running = undefined
      })
      return running
    }
    if (!running) return start()
    next = { parts, done: running.then(start, start) }
    return next.done
  }

  /** @throws HedgerowError `unavailable` while the database is away. */
  async function connect(): Promise<void> {
    stopListening ??= await database.listen(channel, (payload) => {
      const [sender, part = ''] = payload?.includes('/') ? payload.split('/') : [null, payload ?? '']
      if (sender === self) return
      version++
      refresh(part === '' ? null : part).catch(keepTrying)
    })
    await refresh(null)
  }

  let trying = false
  /** For a failure that nobody waits for: tries again, ever more slowly, until it has worked. */
  async function keepTrying(error: unknown): Promise<void> {
    if (trying || stopped.signal.aborted) return
    trying = true
    logger?.warn({ err: error, ageMs: Date.now() - inTouchAt }, `${what} could not be read; trying on`)
    for (let pause = 500; ; pause = Math.min(pause * 2, 10_000)) {
      await sleep(pause, undefined, { ref: false, signal: stopped.signal }).catch(() => undefined)
      if (stopped.signal.aborted) return
      try {
        await connect()
        break
      } catch {
        // Said once above; `ageMs` tells how long it lasts.
      }
    }
    trying = false
    logger?.info({}, `${what} is up to date again`)
  }

  async function touch(): Promise<void> {
    const started = Date.now()
    await probe!()
    inTouchAt = started
  }

  const heartbeat = setInterval(() => {
    if (!trying) (probe ? touch() : refresh(null)).catch(keepTrying)
  }, heartbeatMs)
  heartbeat.unref()

  return {
    connect,
    /** @param readAt when what is in memory was read, where that is not now: from a copy */
    keepTrying(error: unknown, readAt: Date): void {
      inTouchAt = readAt.getTime()
      void keepTrying(error)
    },
    /** Reads a part again, or everything, and tells the other processes. */
    async changed(part: string | null = null): Promise<void> {
      version++
      await refresh(part)
      await database.notify(channel, `${self}/${part ?? ''}`)
    },
    /** Grows with every change that was told, at once. */
    version: () => version,
    /** How long it has been out of touch with the database, milliseconds; 0 while in touch. */
    ageMs: () => (trying ? Date.now() - inTouchAt : 0),
    async close(): Promise<void> {
      stopped.abort()
      clearInterval(heartbeat)
      await Promise.allSettled([running, next?.done])
      await stopListening?.()
    },
  }
}
