import { z } from 'zod'
import type { EventLogs } from '../event-log/event-log.ts'
import type { Task } from '../jobs/jobs.ts'
import { unavailable } from '../model/errors.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'

type Deps = {
  log: Pick<EventLogs, 'mark' | 'reached'>
  warehouse: Pick<Warehouse, 'query' | 'command'>
  /** How long the log is waited for before the job is put off. */
  waitMs?: number
}

/** The events of somebody who was deleted with them: all that was received until then, whoever comes back later. */
export const deleteEvents = {
  name: 'delete-events',
  data: z.object({
    projectId: z.int(),
    /** What their events may say who they are of. */
    personIds: z.array(z.uuid()),
    distinctIds: z.array(z.string()),
    /** Milliseconds since 1970. */
    receivedUntil: z.int(),
  }),
}
export type EventDeletion = z.output<typeof deleteEvents.data>

/**
 * Deletes events. No question sees them as soon as the job is done; they leave the disk when their parts are merged, or
 * within a day. What was received before the deletion and is still on its way is waited for.
 */
export function eventDeletionTasks({ log, warehouse, waitMs = 30_000 }: Deps) {
  const remove: Task<EventDeletion> = {
    ...deleteEvents,
    retries: 20,
    async run({ projectId, personIds, distinctIds, receivedUntil }, signal) {
      if (!(await log.reached(await log.mark(), { waitMs, signal }))) {
        throw unavailable('Events that were received before are still on their way.')
      }
      await warehouse.command(
        `delete from events where team_id = {projectId:UInt32} and person_id in {personIds:Array(UUID)}
        and created_at <= fromUnixTimestamp64Milli({receivedUntil:Int64}, 'UTC')`,
        { projectId, personIds, receivedUntil },
      )
      await warehouse.command(
        'delete from heatmaps where team_id = {projectId:UInt32} and distinct_id in {distinctIds:Array(String)}',
        { projectId, distinctIds },
      )
    },
  }

  const wipe: Task = {
    name: 'wipe-deleted-events',
    data: z.object({}),
    everyMs: 3600_000,
    async run() {
      const { rows } = await warehouse.query({
        sql: `select distinct table from system.parts where database = currentDatabase() and active
        and has_lightweight_delete and table in ('events', 'heatmaps')
        and modification_time < now() - interval 20 hour`,
      })
      for (const [table] of rows) {
        await warehouse.command(`alter table ${table} apply deleted mask settings mutations_sync = 0`)
      }
    },
  }

  return [remove, wipe] as const
}
