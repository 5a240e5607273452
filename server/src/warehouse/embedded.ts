import { type ChildProcess, fork } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { physicalTables } from '../hogql/tables.ts'
import { guardDisk } from './disk-guard.ts'
import { engineConfiguration, engineSettings, engineUsers } from './engine/configuration.ts'
import type { EngineOptions, FromEngine, ToEngine } from './engine/protocol.ts'
import { watchPulse } from './pulse.ts'
import { createRefusals } from './refusals.ts'

/** The part of pino that is used here. */
export type Log = {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export type EngineDeps = {
  /** Holds `warehouse/` (the tables) and, where its path is short enough, the socket. */
  dataDir: string
  /** Reads at once. */
  queryConcurrency: number
  /** Default limit of a read's wall clock, milliseconds. */
  queryMaxExecutionMs: number
  /** Memory for all queries together, bytes. */
  queryMemoryBytes: number
  /** Tables that questions may read, as GRANT names them. Default: those of HogQL in the database `hedgerow`. */
  readable?: string[]
  /** Queries, and inserts, that may wait for a turn. Default 100. */
  maxWaiting?: number
  /** How long a first start may take, milliseconds. Default 30 000. */
  startupMs?: number
  /** How often it is asked for a sign of life, milliseconds. Default 5000; after three without, it is killed. */
  pulseMs?: number
  log: Log
}

/** The running engine, whichever process it is at the moment. */
export type Engine = {
  socketPath: string
  /** Resolves when it answers; rejects when it does not come up in time or is closed. */
  ready(timeoutMs?: number): Promise<void>
  health(): { up: boolean; since: Date }
  /** Of the child process; null between two of them. */
  pid(): number | null
  close(): Promise<void>
}

/** What HogQL reads in a database, as GRANT names it. */
export const tablesOfHogQL = (database: string): string[] =>
  physicalTables.map((table) => `${database}.${table}`)

const patienceMs = 30_000
const backoffMs = { first: 50, most: 5000 }
/** What a close waits for statements that still run. */
const drainMs = 5000
// sun_path holds 104 bytes on macOS and 108 on Linux, its final NUL included
const longestSocketPath = 103

/**
 * Starts the engine and keeps it: when it dies it is started again, after longer and longer waits while it keeps
 * dying. Resolves when it answers for the first time.
 * @throws Error with the engine's own words when it can't be started within 30 s.
 */
export async function startEngine(deps: EngineDeps): Promise<Engine> {
  const { dataDir, queryConcurrency, log } = deps
  const inserts = 2
  const warehouseDir = join(dataDir, 'warehouse')
  await mkdir(warehouseDir, { recursive: true })
  const configPath = join(dataDir, 'engine.xml')
  const usersPath = resolve(dataDir, 'engine-users.xml')
  await writeFile(usersPath, engineUsers(deps.readable ?? tablesOfHogQL('hedgerow')))
  await writeFile(configPath, engineConfiguration({ ...deps, usersPath }))
  const socket = await placeSocket(dataDir)
  const refusals = createRefusals()

  let child: ChildProcess | null = null
  let state: { up: boolean; since: Date } = { up: false, since: new Date() }
  let closing = false
  let failures = 0
  let lastFailure = 'it does not answer'
  let ownsSocket = false
  let waiters: { resolve: () => void; reject: (error: Error) => void }[] = []

  const disk = await guardDisk(dataDir, {
    low(freeBytes) {
      lastFailure = 'the disk is nearly full'
      log.warn({ freeBytes }, 'the disk is nearly full: the engine is stopped until there is room')
      child?.kill('SIGKILL')
    },
    enough() {
      log.warn({}, 'there is room on the disk again')
      if (!child) launch()
    },
  })

  function setUp(up: boolean): void {
    if (state.up !== up) state = { up, since: new Date() }
    if (!up) return
    failures = 0
    for (const waiter of waiters) waiter.resolve()
    waiters = []
  }

  function launch(): void {
    if (closing || child || disk.isLow()) return
    const options: EngineOptions = {
      dataDir: warehouseDir,
      socketPath: socket.path,
      configPath,
      queries: queryConcurrency,
      inserts,
      maxWaiting: deps.maxWaiting ?? 100,
      maxWaitMs: deps.queryMaxExecutionMs,
      settings: engineSettings(deps),
      refused: refusals.list(Date.now()),
    }
    const started = forkEngine(options, queryConcurrency + inserts + 2)
    child = started
    // what chDB says of a folder that it can't open goes nowhere else
    let lastWords = ''
    let stopPulse = () => {}
    started.stderr!.setEncoding('utf8').on('data', (text: string) => {
      lastWords = text.trim() || lastWords
      log.warn({ pid: started.pid, text: text.trim() }, 'engine wrote to stderr')
    })
    started.on('message', (message: FromEngine) => {
      if (message.type === 'ready') {
        ownsSocket = true
        setUp(true)
        stopPulse = watchPulse(socket.path, deps.pulseMs ?? 5000, () => {
          log.warn({ pid: started.pid }, 'engine does not answer; stopped by force')
          started.kill('SIGKILL')
        })
      }
      if (message.type === 'failed') lastFailure = lastWords || message.message
      if (message.type === 'kill') {
        log.warn({ query: message.fingerprint, reason: message.reason }, 'engine stopped to end a query')
        refusals.noteKill(message.fingerprint, Date.now())
        started.kill('SIGKILL')
      }
    })
    started.on('error', (error) => {
      lastFailure = error.message
    })
    // `exit` also follows a failed fork's `error` where there was a process
    started.on('exit', (code, signal) => {
      stopPulse()
      if (child === started) child = null
      setUp(false)
      if (closing) return
      const delayMs = Math.min(backoffMs.first * 2 ** failures++, backoffMs.most)
      log.warn({ code, signal, delayMs, lastFailure }, 'engine ended; starting it again')
      setTimeout(launch, delayMs)
    })
  }

  function ready(timeoutMs = patienceMs): Promise<void> {
    if (state.up) return Promise.resolve()
    if (closing) return Promise.reject(new Error('The engine is closed.'))
    if (disk.isLow()) return Promise.reject(new Error(`The engine does not run: ${lastFailure}`))
    return new Promise((resolve, reject) => {
      const waiter = {
        resolve: () => {
          clearTimeout(timer)
          resolve()
        },
        reject: (error: Error) => {
          clearTimeout(timer)
          reject(error)
        },
      }
      const timer = setTimeout(() => {
        waiters = waiters.filter((other) => other !== waiter)
        reject(new Error(`The engine does not start: ${lastFailure}`))
      }, timeoutMs)
      waiters.push(waiter)
    })
  }

  async function close(): Promise<void> {
    closing = true
    disk.close()
    for (const waiter of waiters) waiter.reject(new Error('The engine is closed.'))
    waiters = []
    const last = child
    if (last) {
      const ended = new Promise((resolve) => last.once('exit', resolve))
      if (last.connected) last.send({ type: 'close' } satisfies ToEngine)
      const timer = setTimeout(() => last.kill('SIGKILL'), drainMs)
      await ended
      clearTimeout(timer)
    }
    setUp(false)
    // beside the data of another process that runs, it is that one's
    if (ownsSocket || !socket.path.startsWith(dataDir)) await socket.remove()
  }

  launch()
  try {
    await ready(deps.startupMs)
  } catch (error) {
    await close()
    throw error
  }
  log.info({ pid: (child as ChildProcess | null)?.pid }, 'engine is up')
  return { socketPath: socket.path, ready, health: () => state, pid: () => child?.pid ?? null, close }
}

/** The entry as it is in this form of the program: TypeScript through tsx, or built JavaScript. */
function forkEngine(options: EngineOptions, threads: number): ChildProcess {
  const inSource = import.meta.url.endsWith('.ts')
  const entry = fileURLToPath(
    new URL(inSource ? './engine/engine.ts' : './engine/engine.js', import.meta.url),
  )
  const loader = inSource
    ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
    : []
  return fork(entry, [JSON.stringify(options)], {
    execArgv: [...loader, '--max-semi-space-size=2'],
    // Nothing of ours: no keys, and the same clock everywhere. Each statement holds a thread while it runs. Memory
    // that inserts and merges leave goes back after a second, not five: under load it is hundreds of megabytes. So do
    // the texts of inserts, which are glibc's: without a fixed threshold it keeps blocks of up to 32 MB for the next.
    env: {
      UV_THREADPOOL_SIZE: String(threads),
      TZ: 'UTC',
      TMPDIR: tmpdir(),
      JE_MALLOC_CONF: 'dirty_decay_ms:1000,muzzy_decay_ms:0,narenas:2',
      MALLOC_ARENA_MAX: '2',
      MALLOC_MMAP_THRESHOLD_: String(256 * 1024),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}

async function placeSocket(dataDir: string): Promise<{ path: string; remove(): Promise<void> }> {
  const beside = join(dataDir, 'engine.sock')
  if (Buffer.byteLength(beside) <= longestSocketPath) {
    return { path: beside, remove: () => rm(beside, { force: true }) }
  }
  // mkdtemp's folder is readable by its owner alone
  const path = join(await mkdtemp(join(tmpdir(), 'hedgerow-')), 'engine.sock')
  return { path, remove: () => rm(dirname(path), { recursive: true, force: true }) }
}
