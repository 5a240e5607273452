import { hash } from 'node:crypto'
import type { Database } from '../database/database.ts'
import { HedgerowError } from '../model/errors.ts'
import type { ProjectDefinitions } from '../model/flags.ts'
import { flagDefinitionsChannel } from '../model/notifications.ts'
import { createFlagCopies } from './flag-copy.ts'
import { readFlagDefinitions } from './flag-source.ts'
import { createFollower, type Logger } from './follower.ts'

/**
 * What the flags of every project are made of, held in memory: an evaluation never waits for it. Refreshed by database
 * notifications, a project at a time; copies in `DATA_DIR` serve a start without the database.
 */
export type FlagDefinitions = {
  /** The flags of a project; undefined where it has none. The same object until something of it changes. */
  of(projectId: number): ProjectDefinitions | undefined
  /** The projects that have flags. */
  projectIds(): number[]
  /** Reads a project's again and tells the other processes. Call after a change to flags, cohorts or group types. */
  changed(projectId: number): Promise<void>
  /** How long what is in memory has been out of touch with the database, milliseconds; 0 while in touch. */
  ageMs(): number
  close(): Promise<void>
}

/**
 * Opens the definitions from the database or, where that is away, from the copies in `folder`; then keeps trying.
 * Without either there are no flags until the database is back.
 */
export async function createFlagDefinitions({
  database,
  folder,
  logger,
}: {
  database: Database
  folder: string
  logger?: Logger
}): Promise<FlagDefinitions> {
  const copies = createFlagCopies(folder)
  let byProject = new Map<number, ProjectDefinitions>()
  /** Sums of what is in memory, by project: what did not change stays the same object. */
  const sums = new Map<number, string>()

  const follower = createFollower({
    database,
    channel: flagDefinitionsChannel,
    what: 'the flag definitions',
    logger,
    probe: () => database.db.execute('select 1'),
    async read(parts) {
      const readAt = new Date()
      const ids = parts === 'all' ? undefined : [...parts].map(Number).filter(Number.isSafeInteger)
      const found = await readFlagDefinitions(database, ids)
      const gone = new Set(ids ?? byProject.keys())
      const next = new Map(byProject)
      const changed: ProjectDefinitions[] = []
      for (const definitions of found) {
        const { projectId } = definitions
        gone.delete(projectId)
        const sum = hash('sha1', JSON.stringify(definitions))
        if (sums.get(projectId) === sum && next.has(projectId)) continue
        sums.set(projectId, sum)
        next.set(projectId, definitions)
        changed.push(definitions)
      }
      for (const id of gone) {
        next.delete(id)
        sums.delete(id)
      }
      byProject = next
      await keepCopies(changed, gone, readAt)
      if (!ids) await copies.keepOnly(next.keys()).catch(couldNot('removed'))
    },
  })

  async function keepCopies(changed: ProjectDefinitions[], gone: Set<number>, readAt: Date): Promise<void> {
    try {
      for (const definitions of changed) await copies.write(definitions, readAt)
      for (const id of gone) await copies.remove(id)
    } catch (error) {
      couldNot('written')(error)
      // Then they are written at the next read, whatever it is for.
      for (const { projectId } of changed) sums.delete(projectId)
    }
  }

  function couldNot(what: string) {
    return (error: unknown) =>
      logger?.warn({ err: error, folder }, `copies of the flag definitions could not be ${what}`)
  }

  try {
    await follower.connect()
  } catch (error) {
    if (!(error instanceof HedgerowError && error.kind === 'unavailable')) {
      await follower.close()
      throw error
    }
    const kept = await copies.read()
    byProject = new Map(kept?.all.map((definitions) => [definitions.projectId, definitions]))
    follower.keepTrying(error, kept?.readAt ?? new Date(0))
  }

  return {
    of: (projectId) => byProject.get(projectId),
    projectIds: () => [...byProject.keys()],
    changed: (projectId) => follower.changed(String(projectId)),
    ageMs: follower.ageMs,
    close: follower.close,
  }
}
