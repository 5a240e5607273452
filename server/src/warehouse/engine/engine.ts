/**
 * The engine: a process that holds chDB and answers ClickHouse's HTTP protocol on a private socket. It is started
 * and watched by `../embedded.ts` and lives no longer than it.
 */
import { rmSync } from 'node:fs'
import { createAdmission } from './admission.ts'
import { forgetUnstoredBlocks } from './deduplication.ts'
import { EngineError } from './engine-error.ts'
import { createHttpSurface } from './http-surface.ts'
import type { EngineOptions, FromEngine, ToEngine } from './protocol.ts'
import { openSession } from './sessions.ts'
import { decideKill, type Job } from './watch.ts'

const options = JSON.parse(process.argv[2]!) as EngineOptions

// A query in chDB blocks a clean exit to its end, so leaving is by force. What was answered is on disk by then.
const leave = () => process.kill(process.pid, 'SIGKILL')
process.on('disconnect', leave)
// A terminal's Ctrl-C reaches the whole process group. The server drains first, and then says when to close.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

const tell = (message: FromEngine, sent?: () => void) => process.send?.(message, undefined, undefined, sent)

function open(count: number) {
  return Array.from({ length: count }, () =>
    openSession(options.dataDir, [`--config-file=${options.configPath}`]),
  )
}

function start() {
  const forgotten = forgetUnstoredBlocks(options.dataDir)
  // what it writes there is in the server's log
  if (forgotten > 0) process.stderr.write(`forgot ${forgotten} blocks that were noted and not stored\n`)
  const waiting = { maxWaiting: options.maxWaiting, maxWaitMs: options.maxWaitMs }
  const readers = open(options.queries)
  const writers = open(options.inserts)
  const reads = createAdmission(readers, { ...waiting, name: 'queries' })
  const writes = createAdmission(writers, { ...waiting, name: 'inserts' })
  const jobs = new Set<Job>()
  const refused = new Map(options.refused)
  let lastEndedAt = 0

  const server = createHttpSurface({
    reads,
    writes,
    jobs,
    settings: options.settings,
    isRefused: (fingerprint) => (refused.get(fingerprint) ?? 0) > Date.now(),
    onEnd: () => {
      lastEndedAt = Date.now()
    },
    onFatal: (message) => tell({ type: 'failed', message }, leave),
    now: Date.now,
  })

  const watch = setInterval(() => {
    const busy = writes.running() > 0 || reads.waiting() > 0
    const order = decideKill(jobs, { busy, lastEndedAt }, Date.now())
    if (!order) return
    clearInterval(watch)
    for (const job of jobs) {
      if (job.fingerprint === order.fingerprint) {
        job.giveUp(
          new EngineError(159, 'TIMEOUT_EXCEEDED', 'Timeout exceeded: the query was stopped by force'),
        )
      }
    }
    tell({ type: 'kill', ...order })
  }, 250)

  rmSync(options.socketPath, { force: true })
  server.on('error', (error) => tell({ type: 'failed', message: error.message }, leave))
  server.listen(options.socketPath, () => tell({ type: 'ready' }))

  process.on('message', (message: ToEngine) => {
    if (message.type !== 'close') return
    server.close()
    server.closeIdleConnections()
    clearInterval(watch)
    const exit = () => {
      for (const session of [...readers, ...writers]) session.close()
      process.exit(0)
    }
    const wait = () => (reads.running() + writes.running() === 0 ? exit() : setTimeout(wait, 20))
    wait()
  })
}

try {
  start()
} catch (error) {
  tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) }, leave)
}
