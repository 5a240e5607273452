import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventLog } from '../src/event-log/event-log.ts'
import { createLmdbEventLog } from '../src/event-log/lmdb.ts'

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
}

export async function lmdbHome(): Promise<LogHome> {
  const folders = [await temporaryLogFolder()]
  let open: EventLog | undefined
  return {
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
