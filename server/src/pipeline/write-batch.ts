import { sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { sqlState } from '../database/errors.ts'
import type { EventLog } from '../event-log/event-log.ts'
import { LeaseLost } from '../event-log/lease.ts'
import { HedgerowError } from '../model/errors.ts'
import { writeGroups } from '../persons/group-store.ts'
import { PeopleChanged, writePeople } from '../persons/person-store.ts'
import type { Batch, Refused } from './batch.ts'
import { writeDefinitions } from './definition-store.ts'
import { holdLease } from './log-state.ts'
import { stepOf } from './pipeline.ts'
import { noteWritten } from './progress-store.ts'

/** Writes all that a batch changes in the database, and that it did, in one transaction. */
export async function writeBatch(
  database: Database,
  { name, lease }: Pick<EventLog, 'name' | 'lease'>,
  batch: Batch,
  fingerprint: string,
): Promise<void> {
  const { people, groups, definitions } = batch
  const replaced = { people: people?.replaced ?? nobodyReplaced, groups: groups?.replaced ?? null }
  await database.transaction(async (tx) => {
    if (lease) await holdLease(tx, lease)
    if (people) await writePeople(tx, people)
    if (groups) await writeGroups(tx, groups)
    if (definitions) await writeDefinitions(tx, definitions)
    const range = { first: batch.first, last: batch.last, fingerprint }
    await noteWritten(tx, name, range, { replaced, refused: batch.refused })
  })
}

const nobodyReplaced = {
  persons: [],
  distinctIds: [],
  overrides: [],
  newPersons: [],
  newDistinctIds: [],
  newOverrides: [],
}

class Undo extends Error {}

/** Why the database says no to a batch's changes; null when it takes them. Leaves no trace. */
async function refusalOf(database: Database, batch: Batch): Promise<string | null> {
  const { people, groups, definitions } = batch
  try {
    await database.transaction(async (tx) => {
      if (people) await writePeople(tx, people)
      if (groups) await writeGroups(tx, groups)
      if (definitions) await writeDefinitions(tx, definitions)
      throw new Undo()
    })
  } catch (error) {
    if (error instanceof Undo) return null
    if (isContentRefusal(error)) return String(error)
    throw error
  }
  throw new Error('a trial was committed')
}

/** The database says no to what a batch holds (not to when, or how much at once). */
export const isContentRefusal = (error: unknown): boolean => /^(?:22|23|54)/.test(sqlState(error) ?? '')

/** A fault of the steps themselves: no store or socket (their errors have codes) is away, and time won't help. */
export const isStepFault = (error: unknown): boolean =>
  error instanceof Error &&
  !('code' in error) &&
  !(error instanceof HedgerowError) &&
  !(error instanceof LeaseLost) &&
  !(error instanceof PeopleChanged)

/**
 * What of a range can't be processed: projects that are gone, and single events, found by halving.
 * @param events those of the range that are not refused yet
 * @param run the steps over the range, without what is refused
 */
export async function findRefused(
  database: Database,
  events: { uuid: string; projectId: number }[],
  already: Refused,
  run: (refused: Refused) => Promise<Batch>,
): Promise<Refused> {
  const projects = new Set(events.map((event) => event.projectId))
  const rows = await database.db.execute<{ id: number }>(
    sql`select id from projects where id = any(${sql.param([...projects])}::int[])`,
  )
  for (const { id } of rows) projects.delete(id)
  for (const id of already.projects) projects.add(id)
  const uuids = events.filter((event) => !projects.has(event.projectId)).map((event) => event.uuid)
  const found = new Map(already.events)

  async function refusalWithOnly(suspects: Set<string>) {
    const left = { reason: 'step_failed', step: '', detail: 'left out of a trial' } as const
    const others = uuids.filter((uuid) => !suspects.has(uuid)).map((uuid) => [uuid, left] as const)
    const refused = { projects, events: new Map([...already.events, ...others]) }
    try {
      const detail = await refusalOf(database, await run(refused))
      return detail === null
        ? null
        : { reason: 'refused_by_database' as const, step: 'write database', detail }
    } catch (error) {
      if (isStepFault(error))
        return { reason: 'step_failed' as const, step: stepOf(error), detail: String(error) }
      throw error
    }
  }
  async function search(suspects: string[]): Promise<void> {
    const refusal = await refusalWithOnly(new Set(suspects))
    if (!refusal) return
    if (suspects.length === 1) found.set(suspects[0]!, refusal)
    else {
      const half = Math.ceil(suspects.length / 2)
      await search(suspects.slice(0, half))
      await search(suspects.slice(half))
    }
  }
  if (uuids.length) await search([...new Set(uuids)])
  return { projects, events: found }
}
