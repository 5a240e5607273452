import { eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Database, Queries } from '../database/database.ts'
import { pipelineProgress } from '../database/schema.ts'
import type { Batch, Refused, Replaced } from './batch.ts'
import { deadLetterReasons } from './pipeline-event.ts'

/** The range whose changes the database holds, and what a replay of it needs. */
export type Written = { replaced: Replaced; refused: Refused }

const stored = z.object({
  first: z.number(),
  last: z.number(),
  /** Tells the range from one of the same positions in a log that was begun anew. */
  fingerprint: z.string(),
  replaced: z.custom<Replaced>((value) => typeof value === 'object' && value !== null),
  refusedEvents: z.array(
    z.tuple([
      z.string(),
      z.object({ reason: z.enum(deadLetterReasons), step: z.string().default(''), detail: z.string() }),
    ]),
  ),
  refusedProjects: z.array(z.number()),
})

type Range = Pick<Batch, 'first' | 'last'> & { fingerprint: string }

/** What the database holds of this very range; null when nothing. */
export async function findWritten(
  database: Database,
  consumer: string,
  range: Range,
): Promise<Written | null> {
  const [row] = await database.db
    .select({ lastRange: pipelineProgress.lastRange })
    .from(pipelineProgress)
    .where(eq(pipelineProgress.consumer, consumer))
  if (!row?.lastRange) return null
  const { first, last, fingerprint, replaced, refusedEvents, refusedProjects } = stored.parse(row.lastRange)
  if (first !== range.first || last !== range.last || fingerprint !== range.fingerprint) return null
  return { replaced, refused: { events: new Map(refusedEvents), projects: new Set(refusedProjects) } }
}

/** Belongs into the transaction that writes the range's changes. */
export async function noteWritten(
  tx: Queries,
  consumer: string,
  range: Range,
  { replaced, refused }: Written,
): Promise<void> {
  const lastRange: z.infer<typeof stored> = {
    first: range.first,
    last: range.last,
    fingerprint: range.fingerprint,
    replaced,
    refusedEvents: [...refused.events],
    refusedProjects: [...refused.projects],
  }
  const text = JSON.stringify(lastRange)
  await tx.execute(sql`
    insert into pipeline_progress (consumer, last_position, last_range)
    values (${consumer}, ${range.last}, ${text}::json)
    on conflict (consumer) do update
      set last_position = excluded.last_position, last_range = excluded.last_range`)
}
