import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventLog, EventLogs } from '../src/event-log/event-log.ts'
import { createLmdbEventLog } from '../src/event-log/lmdb.ts'
import { createNatsEventLogs } from '../src/event-log/nats.ts'
import { createLogState } from '../src/pipeline/log-state.ts'
import type { TestNats } from './nats.ts'
import type { TestPostgres } from './postgres.ts'

type Options = { maxBytes?: number; receiptDays?: number; now?: () => number }

export const temporaryLogFolder = () => mkdtemp(join(tmpdir(), 'hedgerow-log-'))

/** An empty event log in a folder of its own; `whenDone` closes and removes it. */
export async function testEventLog(
  whenDone: (close: () => Promise<void>) => void,
  options: Options = {},
): Promise<EventLog> {
  const folder = await temporaryLogFolder()
  const log = createLmdbEventLog({ folder, maxBytes: 1024 ** 3, ...options })
  whenDone(async () => {
    await log.close()
    await rm(folder, { recursive: true, force: true })
  })
  return log
}

/** One log's storage, opened and lost again as often as a test likes. */
export type LogHome = {
  /** Opens what the last opening left. */
  open(options?: Options): Promise<EventLog>
  /** Ends the open log as a power cut would: what was on disk at this moment is all that the next one finds. */
  crash(): Promise<void>
  cleanUp(): Promise<void>
  unit: number
}

export async function lmdbHome(): Promise<LogHome> {
  const folders = [await temporaryLogFolder()]
  let open: EventLog | undefined
  return {
    unit: 1,
    async open(options) {
      await open?.close()
      open = createLmdbEventLog({ folder: folders.at(-1)!, maxBytes: 1024 ** 3, ...options })
      return open
    },
    async crash() {
      const copy = await temporaryLogFolder()
      await cp(join(folders.at(-1)!, 'data.mdb'), join(copy, 'data.mdb'))
      folders.push(copy)
    },
    async cleanUp() {
      await open?.close()
      for (const folder of folders) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A log of one partition on servers that run. */
export async function natsHome(nats: TestNats, postgres: TestPostgres): Promise<LogHome> {
  const prefix = `test_${randomBytes(6).toString('hex')}`
  const database = await postgres.freshDatabase()
  const opened: EventLogs[] = []
  let current: EventLogs | undefined
  return {
    // The streams' own bytes beside a record's must not matter.
    unit: 20_000,
    async open({ maxBytes = 16 * 1024 ** 2, receiptDays = 7, now } = {}) {
      await current?.close()
      current = await createNatsEventLogs({
        servers: nats.urls,
        monitorUrl: null,
        acceptLoss: nats.urls.length === 1,
        partitions: 1,
        prefix,
        maxBytes,
        receiptDays,
        ...(now && { now }),
        state: createLogState(database),
        logger: { warn: () => {} },
      })
      opened.push(current)
      const { append, backlog, close } = current
      const log = await new Promise<EventLog>((resolve) => {
        current!.consume((one) => {
          resolve(one)
          return { stop: async () => {} }
        })
      })
      return { ...log, append, backlog, close }
    },
    async crash() {
      // It lives on, as a process does that was cut off; another one takes over when its lease is over.
      current = undefined
      await database.db.execute("update event_log_partitions set lease_until = now() - interval '1 second'")
    },
    async cleanUp() {
      for (const logs of opened) await logs.close()
      await nats.forget(prefix)
      await database.close()
    },
  }
}
