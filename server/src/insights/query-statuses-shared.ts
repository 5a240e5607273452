import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { queryStatuses } from '../database/schema.ts'
import type { Task } from '../jobs/jobs.ts'
import { HedgerowError } from '../model/errors.ts'
import type { QueryStatus } from './answers.ts'
import {
  begun,
  endedWith,
  type QueryProgress,
  type QueryStatuses,
  tooLarge,
  withProgress,
} from './query-statuses.ts'

/** A status that its process has not spoken for so long is of a process that has ended. */
const silentMs = 30_000
/** Text of an answer that is kept at most. */
const maxChars = 16 * 1024 ** 2

const orphaned = {
  error: new HedgerowError('unavailable', 'The server that calculated this has ended. Ask again.'),
}

/**
 * In the database, for several processes: each finds what another was asked. The clock is the database's. Nothing of
 * it need outlive a crash of the database.
 */
export function createSharedQueryStatuses(database: Pick<Database, 'db'>): QueryStatuses {
  const { db } = database
  const where = (projectId: number, id: string) =>
    sql`${queryStatuses.projectId} = ${projectId} and ${queryStatuses.id} = ${id}`

  async function read(projectId: number, id: string) {
    const [row] = await db.execute<{
      status: QueryStatus
      progress: QueryProgress | null
      results: string | null
      is_silent: boolean
      at: string
    }>(sql`
      select status, progress, results, now() as at,
        spoken_at < now() - ${silentMs / 1000} * interval '1 second' as is_silent
      from query_statuses where ${where(projectId, id)} and expires_at > now()`)
    return row && { ...row, at: new Date(row.at) }
  }

  async function find(projectId: number, id: string): Promise<QueryStatus | undefined> {
    const row = await read(projectId, id)
    if (!row) return undefined
    const { status, progress, results, at } = row
    if (status.complete) return results === null ? status : { ...status, results: JSON.parse(results) }
    return row.is_silent ? endedWith(status, orphaned, at) : withProgress(status, progress, at)
  }

  return {
    async begin(projectId, id) {
      const [row] = await db.execute<{ at: string }>(sql`select now() as at`)
      const status = begun(projectId, id, new Date(row!.at))
      // one that runs is left alone; all else of this id makes room
      const begunNow = await db.execute(sql`
        insert into query_statuses (project_id, id, status, spoken_at, expires_at)
        values (${projectId}, ${id}, ${JSON.stringify(status)}::json, now(), now() + interval '1 day')
        on conflict (project_id, id) do update
          set status = excluded.status, progress = null, results = null, spoken_at = now(),
            expires_at = excluded.expires_at
          where (query_statuses.status->>'complete')::boolean
            or query_statuses.spoken_at < now() - ${silentMs / 1000} * interval '1 second'
        returning id`)
      if (begunNow.length) return { status, isNew: true }
      return { status: (await find(projectId, id)) ?? status, isNew: false }
    },

    async progress(projectId, id, progress) {
      await db.execute(sql`
        update query_statuses set progress = ${JSON.stringify(progress)}::json, spoken_at = now()
        where ${where(projectId, id)}`)
    },

    async end(projectId, id, outcome) {
      const known = await read(projectId, id)
      if (!known || known.status.complete) return
      const text = 'results' in outcome ? JSON.stringify(outcome.results) : null
      const fits = text === null || text.length <= maxChars
      const status = { ...endedWith(known.status, fits ? outcome : tooLarge, known.at), results: null }
      await db.execute(sql`
        update query_statuses set status = ${JSON.stringify(status)}::json,
          results = ${fits ? text : null}, expires_at = ${status.expiration_time}
        where ${where(projectId, id)}`)
    },

    find,
  }
}

/** Forgets what has expired. */
export const queryStatusesTask = (database: Database): Task => ({
  name: 'forget-query-statuses',
  data: z.object({}),
  everyMs: 600_000,
  run: async () => {
    await database.db.execute(sql`delete from query_statuses where expires_at < now()`)
  },
})
