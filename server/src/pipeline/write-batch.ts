import { sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { sqlState } from '../database/errors.ts'
import { writeGroups } from '../persons/group-store.ts'
import { writePeople } from '../persons/person-store.ts'
import type { Batch, Refused } from './batch.ts'
import { writeDefinitions } from './definition-store.ts'
import { noteWritten } from './progress-store.ts'

/** Writes all that a batch changes in the database, and that it did, in one transaction. */
export async function writeBatch(
  database: Database,
  consumer: string,
  batch: Batch,
  fingerprint: string,
): Promise<void> {
  const { people, groups, definitions } = batch
  const replaced = { people: people?.replaced ?? nobodyReplaced, groups: groups?.replaced ?? null }
  await database.transaction(async (tx) => {
    if (people) await writePeople(tx, people)
    if (groups) await writeGroups(tx, groups)
    if (definitions) await writeDefinitions(tx, definitions)
    const range = { first: batch.first, last: batch.last, fingerprint }
    await noteWritten(tx, consumer, range, { replaced, refused: batch.refused })
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

/** Whether the database takes a batch's changes. Leaves no trace. */
async function accepts(database: Database, batch: Batch): Promise<boolean> {
  const { people, groups, definitions } = batch
  try {
    await database.transaction(async (tx) => {
      if (people) await writePeople(tx, people)
      if (groups) await writeGroups(tx, groups)
      if (definitions) await writeDefinitions(tx, definitions)
      throw new Undo()
    })
  } catch (error) {
    if (error instanceof Undo) return true
    if (isContentRefusal(error)) return false
    throw error
  }
  throw new Error('a trial was committed')
}

/** The database says no to what a batch holds (not to when, or how much at once). */
export const isContentRefusal = (error: unknown): boolean => /^(?:22|23|54)/.test(sqlState(error) ?? '')

/**
 * What of a range the database refuses: projects that are gone, and single events, found by halving.
 * @param run the steps over the range, with only these events of it
 */
export async function findRefused(
  database: Database,
  batch: Batch,
  run: (refused: Refused) => Promise<Batch>,
): Promise<Refused> {
  const projects = new Set(batch.events.map((event) => event.projectId))
  const rows = await database.db.execute<{ id: number }>(
    sql`select id from projects where id = any(${sql.param([...projects])}::int[])`,
  )
  for (const { id } of rows) projects.delete(id)
  const uuids = batch.events.filter((event) => !projects.has(event.projectId)).map((event) => event.uuid)

  async function search(suspects: string[]): Promise<string[]> {
    const others = new Set(uuids)
    for (const uuid of suspects) others.delete(uuid)
    const trial = await run({ projects, events: others })
    if (await accepts(database, trial)) return []
    if (suspects.length === 1) return suspects
    const half = Math.ceil(suspects.length / 2)
    return [...(await search(suspects.slice(0, half))), ...(await search(suspects.slice(half)))]
  }
  const events = uuids.length ? await search(uuids) : []
  return { projects, events: new Set([...batch.refused.events, ...events]) }
}
