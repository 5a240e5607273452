import { z } from 'zod'
import type { Database } from '../../database/database.ts'
import { type Deliveries, type Delivery, Hopeless, sendDue } from '../../deliveries/deliveries.ts'
import type { Jobs, Task } from '../../jobs/jobs.ts'
import { HedgerowError } from '../../model/errors.ts'
import type { Outgoing } from '../../outgoing/outgoing.ts'
import { signedHeaders } from '../../outgoing/signature.ts'
import type { After, createFindMatches } from './matches.ts'
import { type Hook, type HookStore, hooksChanged } from './store.ts'

type Deps = {
  hooks: HookStore
  deliveries: Deliveries
  findMatches: ReturnType<typeof createFindMatches>
  outgoing: Pick<Outgoing, 'post'>
  logger: { warn(fields: object, message: string): void }
}

/** Hooks are told of what has arrived: those of one project, or all. */
export const tellHooks = { name: 'tell-hooks', data: z.object({ projectId: z.int().optional() }) }

/** A hook that has so many messages to send looks for more later: events wait in the warehouse. */
const mostWaiting = 1000

/** What is done with hooks in the background. */
export function hookTasks({ hooks, deliveries, findMatches, outgoing, logger }: Deps): Task[] {
  async function search(hook: Hook): Promise<void> {
    let current = hook
    for (let after: After | null = null, more = true; more; ) {
      if ((await deliveries.countWaiting({ kind: 'hook', id: hook.id })) >= mostWaiting) return
      const found = await findMatches(current, after)
      if (!found) return
      if (!(await hooks.found(current, found.until, found.events))) return
      current = { ...current, searchedUntil: found.until }
      after = found.next
      more = after !== null
    }
  }

  async function send(delivery: Delivery): Promise<void> {
    const hook = await hooks.find(delivery.ownerId)
    if (!hook || hook.disabledAt) throw new Hopeless('The hook is off.')
    const { id, event, target } = hook
    const body = JSON.stringify({ hook: { id, event, target }, data: delivery.payload })
    let status: number
    try {
      const headers = signedHeaders(hook.secret, body, delivery.id)
      status = (await outgoing.post(target, { body, headers })).status
    } catch (error) {
      const told = error instanceof HedgerowError
      const why = told ? error.message : `It could not be reached: ${(error as Error).message}`
      await hooks.failed(id, why, false)
      throw new Error(why, { cause: error })
    }
    if (status >= 200 && status < 300) {
      if (hook.goneTimes || hook.lastFailure) await hooks.delivered(id)
      return
    }
    const isGone = status === 404 || status === 410
    const why = `It answered ${status}.`
    await hooks.failed(id, why, isGone)
    throw new Error(why)
  }

  const tell: Task<z.output<typeof tellHooks.data>> = {
    ...tellHooks,
    everyMs: 60_000,
    async run({ projectId }, signal) {
      for (const hook of await hooks.active(projectId)) {
        if (signal.aborted) return
        try {
          await search(hook)
        } catch (error) {
          // Its events are there the next time; other hooks are not its hostages.
          logger.warn({ err: error, hook: hook.id }, 'a hook could not be looked through')
        }
      }
      await sendDue({ deliveries, kind: 'hook', send, signal })
      if (projectId === undefined) await deliveries.sweep()
    },
  }
  return [tell as Task]
}

type WakerDeps = {
  database: Pick<Database, 'listen'>
  hooks: Pick<HookStore, 'activeProjects'>
  jobs: Pick<Jobs, 'send'>
  logger: { warn(fields: object, message: string): void }
}

/** Of a project that has hooks, at most so often. */
const wakeEveryMs = 1000
/** Whoever was not told of a new hook looks so often, while events arrive. */
const refreshEveryMs = 30_000

/**
 * Has hooks told soon when events of their projects have arrived. Costs the pipeline a look into a set; what is missed
 * here is found within a minute.
 */
export function createHookWaker({ database, hooks, jobs, logger }: WakerDeps) {
  let projects = new Set<number>()
  let refreshedAt = Number.NEGATIVE_INFINITY
  let unlisten: (() => Promise<void>) | undefined
  const waiting = new Map<number, NodeJS.Timeout>()
  const quietly = (work: Promise<unknown>) =>
    void work.catch((error: unknown) => logger.warn({ err: error }, 'hooks are told later'))

  function refresh() {
    refreshedAt = performance.now()
    quietly(
      hooks.activeProjects().then((ids) => {
        projects = new Set(ids)
      }),
    )
  }

  return {
    /** Does not wait for the database. */
    start() {
      refresh()
      quietly(
        database.listen(hooksChanged, refresh).then((stop) => {
          unlisten = stop
        }),
      )
    },
    /** Events of these projects can be queried from now on. */
    arrived(projectIds: Iterable<number>) {
      if (performance.now() - refreshedAt > refreshEveryMs) refresh()
      if (!projects.size) return
      for (const projectId of projectIds) {
        if (!projects.has(projectId) || waiting.has(projectId)) continue
        const wake = () => {
          waiting.delete(projectId)
          quietly(jobs.send(tellHooks, { projectId }))
        }
        waiting.set(projectId, setTimeout(wake, wakeEveryMs))
      }
    },
    async stop() {
      for (const timer of waiting.values()) clearTimeout(timer)
      waiting.clear()
      await unlisten?.()
    },
  }
}
