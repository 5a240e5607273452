import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import type { Task } from '../jobs/jobs.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import type { Pipeline } from './consumer.ts'

export type FoldDeps = {
  database: Database
  warehouse: Pick<Warehouse, 'query' | 'command'>
  pipeline: Pick<Pipeline, 'between'>
  logger: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
  /** Milliseconds since 1970. Default: the clock. */
  now?: () => number
  options?: Partial<FoldOptions>
}

export type FoldOptions = {
  /** Younger overrides stay: a merge can be undone by a split until it is folded. */
  minAgeMs: number
  /** Overrides in one go; they are held in memory here and in the engine. */
  atOnce: number
  /** How often the engine is asked whether it is done. */
  pollMs: number
}

const defaults: FoldOptions = {
  minAgeMs: 24 * 3600_000,
  atOnce: 20_000,
  pollMs: 250,
}

export type Folding = {
  /**
   * Folds all that is old enough; answers how many overrides are gone. `signal` ends it soon: what is under way is done
   * again the next time, which changes nothing.
   */
  foldNow(signal?: AbortSignal): Promise<number>
}

const folded = z.array(z.tuple([z.coerce.number(), z.string(), z.string(), z.coerce.number()]))
type Override = { projectId: number; oldPersonId: string; personId: string; version: number }

/** What is to be folded: whoever was merged into somebody else, and not lately. */
const oldest = `
  select team_id, old_person_id, argMax(person_id, version) as target, max(version) as latest
  from person_overrides group by team_id, old_person_id
  having latest < {before:UInt64} and target != old_person_id
  order by latest, old_person_id limit {most:UInt32}`

/** The tables that say who somebody was when their rows were written; questions look up who that is now. */
const namingPeople = ['events', 'cohort_people']

const lookUp = (table: string, column: string, key: string) => `joinGet('${table}', '${column}', ${key})`
const isChosen = (table: string, key: string) => `${lookUp(table, 'team_id', key)} = team_id`

/**
 * Folds overrides into events: a merge writes "events of this person belong to that one", which every question about
 * people then looks up; here the events themselves are rewritten, and the people of cohorts, and the overrides go. Answers are the same before,
 * while and after (docs/adr/0011-folding-overrides.md).
 */
export function createFolding(deps: FoldDeps): Folding {
  const { database, warehouse, pipeline, logger, now = Date.now } = deps
  const options = { ...defaults, ...deps.options }

  const rowsOf = async (text: string, params?: Record<string, unknown>) =>
    (await warehouse.query({ sql: text, params })).rows

  /** Whether no mutation of `table` is left; throws what makes one fail, and gives it up. */
  async function mutationsAreDone(table: string): Promise<boolean> {
    const rows = await rowsOf(
      `select mutation_id, latest_fail_reason from system.mutations
      where database = currentDatabase() and table = {table:String} and not is_done`,
      { table },
    )
    const failed = rows.find(([, reason]) => reason !== '')
    if (!failed) return rows.length === 0
    // Left there it would hold up every later one.
    await warehouse.command(
      `kill mutation where database = currentDatabase() and table = {table:String} and mutation_id = {id:String}`,
      { table, id: failed[0] },
    )
    throw new Error(`${table} could not be rewritten: ${failed[1]}`)
  }

  async function settled(tables: string[], signal?: AbortSignal): Promise<void> {
    for (const table of tables) {
      while (!(await mutationsAreDone(table))) await sleep(options.pollMs, undefined, { signal })
    }
  }

  /**
   * Chooses what to fold and begins. Between two batches: no event of an old person is on its way, so whatever is
   * inserted later says who it is of by itself.
   */
  async function begin(table: string, before: number): Promise<Override[]> {
    const params = { before, most: options.atOnce }
    const chosen = folded.parse(await rowsOf(oldest, params))
    if (!chosen.length) return []
    await warehouse.command(
      `create table ${table} (old_person_id UUID, team_id UInt32, person_id UUID) engine = Join(any, left, old_person_id)`,
    )
    await warehouse.command(
      `insert into ${table} select old_person_id, team_id, target from (${oldest})`,
      params,
    )
    for (const named of namingPeople) {
      await warehouse.command(
        `alter table ${named} update person_id = ${lookUp(table, 'person_id', 'person_id')}
        where ${isChosen(table, 'person_id')} settings mutations_sync = 0`,
      )
    }
    return chosen.map(([projectId, oldPersonId, personId, version]) => ({
      projectId,
      oldPersonId,
      personId,
      version,
    }))
  }

  /** What an earlier time that died has left behind. */
  async function dropTables(): Promise<void> {
    const rows = await rowsOf(
      "select name from system.tables where database = currentDatabase() and startsWith(name, 'person_folds_')",
    )
    for (const [name] of rows) await warehouse.command(`drop table ${name} sync`)
  }

  /** Those who are named somewhere all the same; they stay for the next time. */
  async function stillNamed(table: string): Promise<string[]> {
    const found: string[] = []
    for (const named of namingPeople) {
      const rows = await rowsOf(
        `select distinct person_id from ${named} where ${isChosen(table, 'person_id')}
        settings use_query_condition_cache = 0`,
      )
      for (const [personId] of rows) found.push(String(personId))
    }
    return found
  }

  /** The warehouse first: an override that only the database has does no harm. */
  async function forget(
    table: string,
    overrides: Override[],
    before: number,
    kept: string[],
    signal?: AbortSignal,
  ): Promise<void> {
    await warehouse.command(
      `delete from person_overrides where version < {before:UInt64} and ${isChosen(table, 'old_person_id')}
      and old_person_id not in {kept:Array(UUID)}`,
      { before, kept },
    )
    await settled(['person_overrides'], signal)
    for (let at = 0; at < overrides.length; at += 1000) {
      const part = overrides.slice(at, at + 1000)
      await database.db.execute(sql`
        delete from person_overrides o
        using unnest(${sql.param(part.map((one) => one.projectId))}::int[],
          ${sql.param(part.map((one) => one.oldPersonId))}::uuid[],
          ${sql.param(part.map((one) => one.version))}::bigint[]) as gone(project_id, old_person_id, version)
        where o.project_id = gone.project_id and o.old_person_id = gone.old_person_id
          and o.version = gone.version`)
    }
  }

  async function foldSome(signal?: AbortSignal): Promise<{ chosen: number; gone: number }> {
    const before = now() - options.minAgeMs
    await settled(namingPeople, signal)
    await dropTables()
    const [[databaseName] = []] = await rowsOf('select currentDatabase()')
    // A name of its own each time: the engine remembers by their text which conditions a part does not meet.
    const table = `${databaseName}.person_folds_${randomUUID().replaceAll('-', '')}`
    const chosen = await pipeline.between(() => begin(table, before))
    if (!chosen.length) return { chosen: 0, gone: 0 }
    const start = performance.now()
    await settled(namingPeople, signal)
    const kept = new Set(await stillNamed(table))
    const gone = chosen.filter((one) => !kept.has(one.oldPersonId))
    await forget(table, gone, before, [...kept], signal)
    await dropTables()
    const seconds = Math.round(performance.now() - start) / 1000
    logger.info({ folded: gone.length, left: kept.size, seconds }, 'folded merged people into their events')
    return { chosen: chosen.length, gone: gone.length }
  }

  return {
    async foldNow(signal) {
      for (let total = 0; ; ) {
        const { chosen, gone } = await foldSome(signal)
        total += gone
        // Those that stay would be chosen again for ever.
        if (chosen < options.atOnce || gone === 0) return total
      }
    },
  }
}

/** Folding as it is done in the background: now and then, whatever there is. */
export const foldingTask = (folding: Folding): Task => ({
  name: 'fold-overrides',
  data: z.object({}),
  everyMs: 3600_000,
  run: async (_, signal) => {
    await folding.foldNow(signal)
  },
})
