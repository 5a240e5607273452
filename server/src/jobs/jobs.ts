import { setTimeout as sleep } from 'node:timers/promises'
import PgBoss from 'pg-boss'
import type { z } from 'zod'
import type { Database } from '../database/database.ts'

/** Work that is done in the background. */
export type Task<Data extends object = object> = {
  name: string
  /** What a job of it says. */
  data: z.ZodType<Data>
  /** How often it is tried again after a throw, with growing pauses. Default 0. */
  retries?: number
  /** Done regularly with `{}` as its data, by one of all processes. A divisor of an hour, at least a second. */
  everyMs?: number
  /** Throws when it should be tried again. `signal`: the process ends; what is not done then is done again. */
  run(data: Data, signal: AbortSignal): Promise<void>
}

export type Jobs = {
  /** Has the job done soon, by a process that does jobs. Resolves when it is stored. */
  send<Data extends object>(task: Pick<Task<Data>, 'name'>, data: Data): Promise<void>
  /** Does jobs from now on, and until `stop`. Does not wait for the database. */
  start(): void
  /** Ends what is under way soon. */
  stop(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: what a task's data are is its own affair; its schema checks them
export type AnyTask = Task<any>

type Deps = {
  database: Database
  tasks: AnyTask[]
  logger: { warn(fields: object, message: string): void }
}

/** Whoever is told of a new job looks at once; this is for those whose telling was lost, and for retries. */
const pollMs = 60_000
/** The longest wait while the database is away. */
const troubleMs = 5_000
const channel = 'jobs'
/** What is done regularly waits until the start is over. */
const settleMs = 30_000
/** A job whose process has died is another's after this. */
const expireSeconds = 3600

/**
 * Jobs on the database (pg-boss), in both homes: stored before they are answered, done once by any process that does
 * jobs, tried again when they fail. docs/adr/0012-jobs.md says what that costs. The loop that does them is ours:
 * pg-boss's does not wait for a job's end to be written, and a database that is away then would end the process.
 */
export function createJobs({ database, tasks, logger }: Deps): Jobs {
  const stopped = new AbortController()
  const { signal } = stopped
  const workers = new Map<string, Promise<void>>()
  const sleepers = new Map<string, () => void>()
  /** Tasks that there may be new jobs of since they last looked. */
  const called = new Set<string>()
  const timers: NodeJS.Timeout[] = []
  let unlisten: (() => Promise<void>) | undefined
  let queue: Promise<PgBoss> | undefined
  let working: Promise<void> | undefined

  /** The queue, its tables made if need be; tried again by whoever asks next when that fails. */
  const opened = (): Promise<PgBoss> => {
    queue ??= open().catch((error: unknown) => {
      queue = undefined
      throw error
    })
    return queue
  }

  async function open(): Promise<PgBoss> {
    const boss = new PgBoss({
      db: { executeSql: async (text, params) => ({ rows: await database.run(text, params) }) },
      // schedules are timers here, and jobs that are there once a period: no rows that are looked at all the time
      schedule: false,
      maintenanceIntervalSeconds: 600,
      archiveCompletedAfterSeconds: 3600,
      deleteAfterHours: 24,
    })
    boss.on('error', (error) => {
      if (!signal.aborted) logger.warn({ err: error }, 'the job queue is in trouble')
    })
    try {
      await boss.start()
      for (const { name, retries = 0 } of tasks) {
        await boss.createQueue(name, {
          name,
          retryLimit: retries,
          retryDelay: 5,
          retryBackoff: true,
          expireInSeconds: expireSeconds,
        })
      }
    } catch (error) {
      // It has a timer by now, for which the process would not end when it is told to.
      await boss.stop({ graceful: false })
      throw error
    }
    return boss
  }

  async function send(name: string, data: object, options: PgBoss.SendOptions = {}): Promise<void> {
    const id = await (await opened()).send(name, data, options)
    if (id) await database.notify(channel, name)
  }

  /** Does the jobs of a task one after the other, as they come. */
  async function workOn(boss: PgBoss, task: Task): Promise<void> {
    while (!signal.aborted) {
      let patience = pollMs
      try {
        called.delete(task.name)
        const [job] = (await boss.fetch<object>(task.name)) ?? []
        if (job) {
          await doJob(boss, task, job)
          continue
        }
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error, task: task.name }, 'no job could be fetched')
        patience = troubleMs
      }
      await newJob(task.name, patience)
    }
  }

  async function doJob(boss: PgBoss, task: Task, job: PgBoss.Job): Promise<void> {
    let end = () => boss.complete(task.name, job.id)
    try {
      await task.run(task.data.parse(job.data), signal)
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error, task: task.name }, 'a job failed')
      const why = { message: error instanceof Error ? error.message : String(error) }
      end = () => boss.fail(task.name, job.id, why)
    }
    // Else it would be done again when it expires.
    for (let pause = 100; ; pause = Math.min(pause * 2, troubleMs)) {
      try {
        return await end()
      } catch (error) {
        if (signal.aborted) return
        logger.warn({ err: error, task: task.name }, 'the end of a job is not written yet; trying again')
        await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined)
      }
    }
  }

  /** Resolves when there may be a job of that name, and after `patience` in any case. */
  function newJob(name: string, patience: number): Promise<void> {
    return new Promise((resolve) => {
      if (called.has(name) || signal.aborted) return resolve()
      const wake = () => {
        clearTimeout(timer)
        sleepers.delete(name)
        resolve()
      }
      const timer = setTimeout(wake, patience).unref()
      sleepers.set(name, wake)
    })
  }

  /** Has the named task look for jobs, or all of them. One that works looks when it is done anyway. */
  function look(name: string | null) {
    for (const task of name === null ? workers.keys() : [name]) {
      called.add(task)
      sleepers.get(task)?.()
    }
  }

  async function work(): Promise<void> {
    for (let pause = 1_000; !signal.aborted; pause = Math.min(pause * 2, 60_000)) {
      try {
        const boss = await opened()
        unlisten ??= await database.listen(channel, look)
        for (const task of tasks) {
          if (signal.aborted || workers.has(task.name)) continue
          workers.set(task.name, workOn(boss, task))
          if (task.everyMs) repeat(task.name, task.everyMs)
        }
        return
      } catch (error) {
        if (signal.aborted) return
        logger.warn({ err: error }, 'no jobs are done yet; trying again')
        await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined)
      }
    }
  }

  function repeat(name: string, everyMs: number) {
    const enqueue = () =>
      send(name, {}, { singletonKey: 'scheduled', singletonSeconds: everyMs / 1000 }).catch((error) => {
        if (!signal.aborted) logger.warn({ err: error, task: name }, 'a scheduled job was not sent')
      })
    timers.push(
      setTimeout(enqueue, Math.min(everyMs, settleMs)).unref(),
      setInterval(enqueue, everyMs).unref(),
    )
  }

  return {
    send: ({ name }, data) => send(name, data),
    start() {
      working ??= work()
    },
    async stop() {
      stopped.abort()
      for (const timer of timers) clearInterval(timer)
      await working
      look(null)
      await Promise.all(workers.values())
      await unlisten?.()
      const boss = await queue?.catch(() => undefined)
      await boss?.stop({ graceful: true, timeout: 5_000 })
    },
  }
}
