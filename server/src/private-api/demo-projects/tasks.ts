import { z } from 'zod'
import type { ProjectStore } from '../../accounts/projects.ts'
import type { Database } from '../../database/database.ts'
import { eraseProject, fillProject, settleDefinitions } from '../../demo/fill.ts'
import { type Ask, saveThings } from '../../demo/things.ts'
import type { Directory } from '../../directory/directory.ts'
import type { ActingFor } from '../../http/acting-for.ts'
import type { AskAs } from '../../http/ask-as.ts'
import type { Jobs, Task } from '../../jobs/jobs.ts'
import { HedgerowError } from '../../model/errors.ts'
import type { Warehouse } from '../../warehouse/warehouse.ts'
import { type DemoRow, type DemoStore, DoneElsewhere, Unwanted } from './store.ts'

type Deps = {
  demos: DemoStore
  database: Database
  warehouse: Pick<Warehouse, 'insert' | 'query' | 'command'>
  projects: Pick<ProjectStore, 'remove' | 'setting'>
  directory: Pick<Directory, 'changed'>
  /** Says that a project has events. */
  noteIngested(projectId: number): Promise<void>
  actingFor: ActingFor
  askAs: AskAs
  jobs: Pick<Jobs, 'send'>
  now: () => number
}

/** A demo project is filled, or cleared away. */
export const makeDemo = { name: 'make-demo-project', data: z.object({ demoId: z.int() }) }

/** What is done with demo projects in the background. */
export function demoTasks({
  demos,
  database,
  warehouse,
  projects,
  directory,
  noteIngested,
  actingFor,
  askAs,
  jobs,
  now,
}: Deps) {
  const make: Task<z.output<typeof makeDemo.data>> = {
    ...makeDemo,
    retries: 5,
    async run({ demoId }, signal) {
      const row = await demos.take(demoId)
      if (!row) return
      try {
        if (row.state === 'stopping') throw new Unwanted()
        await fill(row, signal)
        await demos.finish(demoId)
      } catch (error) {
        // a process that ends leaves it to the next, and one that is away too
        if (signal.aborted) throw error
        if (error instanceof DoneElsewhere) return
        if (error instanceof HedgerowError && error.kind === 'unavailable') throw error
        await clearAway(row)
        if (error instanceof Unwanted) {
          await demos.noteStopped(demoId)
          return
        }
        await demos.fail(demoId, error instanceof HedgerowError ? error.message : 'It could not be made.')
        throw error
      }
    },
  }

  async function fill(row: DemoRow, signal: AbortSignal): Promise<void> {
    const { id, projectId, people, seed, parts } = row
    if (projectId === null) throw new Unwanted()
    const end = Date.parse(row.createdAt)
    const demo = { projectId, name: String(id), seed, people, end }
    await fillProject({ database, warehouse, now }, demo, parts, async (tx, written) => {
      signal.throwIfAborted()
      await demos.noteWritten(tx, id, written)
    })
    await demos.keepAlive(id)
    await settleDefinitions({ database, warehouse }, projectId)
    await noteIngested(projectId)
    const caller = await actingFor(row.createdBy, null)
    const ask: Ask = async (method, path, body) => {
      signal.throwIfAborted()
      const answer = await askAs(
        { caller, projectId, mayWrite: true },
        { method, path: `/api/projects/${projectId}/${path}`, ...(body && { body }) },
      )
      if (answer.status < 400) return answer.body
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    }
    await projects.setting(projectId, { primary_dashboard: await saveThings(ask, end) })
    await demos.keepAlive(id)
    await directory.changed()
  }

  async function clearAway({ projectId }: DemoRow): Promise<void> {
    if (projectId === null) return
    await projects.remove(projectId)
    await directory.changed()
    await eraseProject(warehouse, projectId)
  }

  /** What was left by jobs that died is done. */
  const tend: Task = {
    name: 'tend-demo-projects',
    data: z.object({}),
    everyMs: 60_000,
    async run() {
      for (const demoId of await demos.abandoned()) await jobs.send(makeDemo, { demoId })
    },
  }

  return [make, tend]
}
