import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { rateLimitLogs, rateLimitTimes } from '../database/schema.ts'
import type { Task } from '../jobs/jobs.ts'
import { type Held, type RateLimits, type Use, waitOf } from './rate-limits.ts'

/**
 * Limits that several processes keep together, in the database: one statement a request. Whoever takes from a limit
 * holds its row until that is written down, and the clock is the database's, so that it is exact across processes.
 */
export function createSharedRateLimits(database: Pick<Database, 'db'>): RateLimits {
  const count = async (held: readonly Held[], isWanted: boolean) => {
    // A limit that is set to another number begins anew: its ring has another length.
    const names = held.map(({ limit, whose }) => `${limit.name} ${limit.most} ${whose}`)
    const rows = await database.db.execute<{ used: number; frees_in: number; is_taken: boolean }>(sql`
      select used, frees_in, is_taken from count_rate_limits(
        ${sql.param(names)}::text[], ${sql.param(held.map(({ limit }) => limit.most))}::integer[],
        ${sql.param(held.map(({ limit }) => limit.windowMs))}::double precision[], ${isWanted})`)
    const uses = rows.map(
      (row, n): Use => ({ limit: held[n]!.limit, used: row.used, freesInMs: row.frees_in }),
    )
    return { uses, wasTaken: rows[0]?.is_taken ?? true }
  }

  return {
    async take(held) {
      const { uses, wasTaken } = await count(held, true)
      return { uses, waitMs: wasTaken ? null : waitOf(uses) }
    },

    async uses(held) {
      const { uses } = await count(held, false)
      return uses
    },
  }
}

/** Forgets now and then what nobody needs. */
export const rateLimitsTask = (database: Database): Task => ({
  name: 'forget-rate-limits',
  data: z.object({}),
  everyMs: 3_600_000,
  run: () => forgetIdle(database),
})

/** What nobody has asked under for a day is nothing that a limit would need to know. */
export async function forgetIdle(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    const gone = await tx
      .delete(rateLimitLogs)
      .where(sql`${rateLimitLogs.usedAt} < now() - interval '1 day'`)
      .returning({ name: rateLimitLogs.name })
    if (!gone.length) return
    const names = gone.map(({ name }) => name)
    await tx.delete(rateLimitTimes).where(sql`${rateLimitTimes.name} = any(${sql.param(names)}::text[])`)
  })
}
