import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { syncFile, syncFolder } from '../kit/sync-files.ts'
import { unavailable } from '../model/errors.ts'
import { type Driver, type Session, type Statement, statementTimeoutMs } from './driver.ts'
import { PostgresError, statementStopped } from './errors.ts'
import type { Ask, FromThread, ThreadOptions } from './pglite-protocol.ts'
import { vacuumRegularly } from './vacuum.ts'

type Waiting = {
  resolve: (rows: unknown[]) => void
  reject: (error: unknown) => void
  timer: NodeJS.Timeout | undefined
}
const vacuumEveryMs = 300_000

/** One life of the thread: what was begun in it ends with it. */
type Life = { worker: Worker; waiting: Map<number, Waiting>; over: boolean }
type Listener = (payload: string | null) => void

/**
 * The embedded home: PostgreSQL as WebAssembly, in a thread. It knows no statement timeout, so a statement that
 * overruns is stopped by ending the thread; the next one opens the folder again, as after a crash. A database in
 * memory does not outlive that.
 */
export async function openPglite(
  options: ThreadOptions & { statementTimeoutMs?: number; vacuumEveryMs?: number },
): Promise<Driver> {
  const limitMs = options.statementTimeoutMs ?? statementTimeoutMs
  const listeners = new Map<string, Set<Listener>>()
  if (options.dataDir !== null && !existsSync(join(options.dataDir, 'PG_VERSION'))) {
    await makeFolder(options.dataDir, options.snapshot)
  }
  let life: Promise<Life> = start(options.dataDir === null ? options : { dataDir: options.dataDir }, notify)
  let closed = false
  await life

  function notify(channel: string, payload: string) {
    for (const listener of listeners.get(channel) ?? []) listener(payload)
  }

  /** The thread that lives, or a new one. */
  async function current(): Promise<Life> {
    if (closed) throw new Error('the database was closed')
    const known = await life.catch(() => null)
    if (known && !known.over) return known
    if (options.dataDir === null) throw unavailable('The database in memory was lost.')
    life = start({ dataDir: options.dataDir }, notify)
    const next = await life
    for (const channel of listeners.keys()) await ask(next, { op: 'listen', channel })
    for (const all of listeners.values()) for (const listener of all) listener(null)
    return next
  }

  const sessionOn = (on: Life): Session => ({
    query: (statement: Statement) => ask(on, { op: 'query', statement }, limitMs),
    // Only migrations: they take the time they take.
    exec: async (text) => {
      await ask(on, { op: 'exec', text })
    },
  })

  const alone = createQueue()
  const outside: Session = {
    query: (statement) => alone(async () => sessionOn(await current()).query(statement)),
    exec: (text) => alone(async () => sessionOn(await current()).exec(text)),
  }
  const stopVacuum = vacuumRegularly(outside, options.vacuumEveryMs ?? vacuumEveryMs)
  return {
    ...outside,
    transaction: (work) =>
      alone(async () => {
        const session = sessionOn(await current())
        await session.exec('BEGIN')
        try {
          const result = await work(session)
          await session.exec('COMMIT')
          return result
        } catch (error) {
          // Where the thread has ended, so has the transaction.
          await session.exec('ROLLBACK').catch(() => undefined)
          throw error
        }
      }),
    listen: (channel, listener) =>
      alone(async () => {
        const known = listeners.get(channel)
        if (known) known.add(listener)
        else {
          await ask(await current(), { op: 'listen', channel })
          listeners.set(channel, new Set([listener]))
        }
        return () =>
          alone(async () => {
            const left = listeners.get(channel)
            left?.delete(listener)
            if (left?.size !== 0 || closed) return
            listeners.delete(channel)
            await ask(await current(), { op: 'unlisten', channel })
          })
      }),
    close: async () => {
      await stopVacuum()
      await alone(async () => {
        if (closed) return
        const last = await life.catch(() => null)
        closed = true
        if (!last || last.over) return
        await ask(last, { op: 'close' })
        await stop(last)
      })
    },
  }
}

/** The folder of a new database: whole and on the disk under its name, or not there, whenever this is interrupted. */
async function makeFolder(dataDir: string, snapshot: string | undefined): Promise<void> {
  const draft = `${dataDir}.new`
  await rm(draft, { recursive: true, force: true })
  // This takes memory that only the thread's end gives back (some 400 MB).
  const maker = await start({ dataDir: draft, snapshot }, () => {})
  await ask(maker, { op: 'close' })
  await stop(maker)
  await syncFolder(draft)
  await rename(draft, dataDir)
  await syncFile(dirname(dataDir))
}

let lastId = 0

function ask(on: Life, asked: Ask, withinMs?: number): Promise<unknown[]> {
  if (on.over) return Promise.reject(unavailable('The database was started again.'))
  const id = ++lastId
  return new Promise((resolve, reject) => {
    const overrun = () => {
      reject(statementStopped())
      on.waiting.delete(id)
      void stop(on)
    }
    on.waiting.set(id, { resolve, reject, timer: withinMs ? setTimeout(overrun, withinMs) : undefined })
    on.worker.postMessage({ id, ...asked })
  })
}

/** Runs one task after the other. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(task: () => Promise<T>): Promise<T> => {
    const run = last.then(task, task)
    last = run.catch(() => undefined)
    return run
  }
}

function start(
  { dataDir, snapshot }: ThreadOptions,
  notify: (channel: string, payload: string) => void,
): Promise<Life> {
  const worker = createThread({ dataDir, snapshot })
  const life: Life = { worker, waiting: new Map(), over: false }
  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'open') return resolve(life)
      if (message.kind === 'notification') return notify(message.channel, message.payload)
      const waiting = life.waiting.get(message.id)
      life.waiting.delete(message.id)
      clearTimeout(waiting?.timer)
      if (message.kind === 'answer') waiting?.resolve(message.rows)
      else waiting?.reject(new PostgresError(message.error))
    })
    worker.on('error', (error) => {
      reject(error)
      end(life)
    })
    worker.on('exit', () => {
      reject(new Error('the database ended while it was opened'))
      end(life)
    })
  })
}

async function stop(life: Life): Promise<void> {
  end(life)
  await life.worker.terminate()
}

function end(life: Life): void {
  life.over = true
  for (const { reject, timer } of life.waiting.values()) {
    clearTimeout(timer)
    reject(unavailable('The database was started again.'))
  }
  life.waiting.clear()
}

/** The thread's entry as it is in this form of the program: built JavaScript, or TypeScript by way of tsx. */
function createThread(workerData: ThreadOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./pglite-thread.js', import.meta.url), { workerData })
  }
  const require = createRequire(import.meta.url)
  const tsx = pathToFileURL(require.resolve('tsx/esm/api').replace(/cjs$/, 'mjs')).href
  const entry = pathToFileURL(fileURLToPath(new URL('./pglite-thread.ts', import.meta.url))).href
  const load = `import(${JSON.stringify(tsx)}).then((tsx) => { tsx.register(); return import(${JSON.stringify(entry)}) })`
  return new Worker(load, { eval: true, workerData, execArgv: [] })
}
