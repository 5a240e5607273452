import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../database/database.ts'
import { hashKey } from '../kit/api-keys.ts'
import { HedgerowError } from '../model/errors.ts'
import type { ProjectFacts } from '../model/project.ts'
import type { Directory } from './directory.ts'
import { readCopy, writeCopy } from './directory-copy.ts'
import { type DirectoryContent, readDirectory } from './directory-source.ts'

const channel = 'directory'

/** Between notifications the directory asks now and then, so that it knows when it is out of touch. */
const heartbeatMs = 30_000

type Logger = { warn(facts: object, message: string): void; info(facts: object, message: string): void }

/**
 * Opens the directory from the database or, where that is away, from the copy in `file`; then keeps trying.
 * @throws HedgerowError `unavailable` when the database is away and there is no copy: a start that knew no project
 * would refuse every event.
 */
export async function createDirectory({
  database,
  file,
  logger,
}: {
  database: Database
  file: string
  logger?: Logger
}): Promise<Directory> {
  const self = randomUUID()
  const stopped = new AbortController()
  let index = indexOf({ projects: [], keys: [] })
  let readAt = new Date(0)
  let written = ''
  let version = 0
  let stopListening: (() => Promise<void>) | undefined
  /** The read that is running, and the one that will follow it: callers during a read need a later one. */
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  async function readOnce(): Promise<void> {
    const started = new Date()
    const content = await readDirectory(database)
    index = indexOf(content)
    readAt = started
    const text = JSON.stringify(content)
    if (text === written) return
    try {
      await writeCopy(file, content, started)
      written = text
    } catch (error) {
      logger?.warn({ err: error, file }, 'the copy of the directory could not be written')
    }
  }

  /** Reads everything once more, beginning after this call. */
  function refresh(): Promise<void> {
    if (next) return next
    const start = (): Promise<void> => {
      next = undefined
      running = readOnce().finally(() => {
        running = undefined
      })
      return running
    }
    if (!running) return start()
    next = running.then(start, start)
    return next
  }

  async function connect(): Promise<void> {
    stopListening ??= await database.listen(channel, (payload) => {
      if (payload === self) return
      version++
      refresh().catch(keepTrying)
    })
    await refresh()
  }

  let trying = false
  /** For a failure that nobody waits for: tries again, ever more slowly, until it has worked. */
  async function keepTrying(error: unknown): Promise<void> {
    if (trying || stopped.signal.aborted) return
    trying = true
    logger?.warn(
      { err: error, ageMs: Date.now() - readAt.getTime() },
      'the directory could not be read; trying on',
    )
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
    logger?.info({}, 'the directory is up to date again')
  }

  try {
    await connect()
  } catch (error) {
    if (!(error instanceof HedgerowError && error.kind === 'unavailable')) throw error
    const copy = await readCopy(file)
    if (!copy) throw error
    index = indexOf(copy.content)
    readAt = copy.readAt
    void keepTrying(error)
  }

  const heartbeat = setInterval(() => {
    if (!trying) refresh().catch(keepTrying)
  }, heartbeatMs)
  heartbeat.unref()

  return {
    projectByToken: (token) => index.byToken.get(token),
    projectById: (id) => index.byId.get(id),
    projectByPersonalKey: (key) => index.byKeyHash.get(hashKey(key)),
    version: () => version,
    changed: async () => {
      version++
      await refresh()
      await database.notify(channel, self)
    },
    ageMs: () => (trying ? Date.now() - readAt.getTime() : 0),
    close: async () => {
      stopped.abort()
      clearInterval(heartbeat)
      await Promise.allSettled([running, next])
      await stopListening?.()
    },
  }
}

type Index = {
  byId: Map<number, ProjectFacts>
  byToken: Map<string, ProjectFacts>
  byKeyHash: Map<string, ProjectFacts>
}

function indexOf({ projects, keys }: DirectoryContent): Index {
  const byId = new Map(projects.map((project) => [project.id, project]))
  return {
    byId,
    byToken: new Map(projects.map((project) => [project.apiToken, project])),
    byKeyHash: new Map(
      keys.flatMap(({ hash, projectId }) => {
        const project = byId.get(projectId)
        return project ? [[hash, project] as const] : []
      }),
    ),
  }
}
