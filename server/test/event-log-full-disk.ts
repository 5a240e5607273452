import { createLmdbEventLog } from '../src/event-log/lmdb.ts'

/**
 * Appends until the log can't, then some more, and says on standard output what came of it. For `lmdb.test.ts`,
 * which runs it where no file may grow beyond a size.
 */
const log = createLmdbEventLog({ folder: process.argv[2]!, maxBytes: 1024 ** 3 })
let accepted = 0
const refusals: unknown[] = []
while (refusals.length < 3 && accepted < 5000) {
  try {
    await log.append([Buffer.alloc(20_000)])
    accepted++
  } catch (error) {
    const { kind, retryAfter, cause } = error as Error & { kind?: string; retryAfter?: number }
    refusals.push({ kind, retryAfter, cause: String(cause) })
  }
}
const { records } = log.backlog()
await log.close()
process.stdout.write(JSON.stringify({ accepted, refusals, records }))
