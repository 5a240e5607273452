import { sql } from 'drizzle-orm'
import type { Database } from '../../database/database.ts'
import type { Warehouse } from '../../warehouse/warehouse.ts'
import type { CohortStore, StoredCohort } from './store.ts'

type Deps = {
  database: Database
  warehouse: Pick<Warehouse, 'query'>
  cohorts: Pick<CohortStore, 'load' | 'copied' | 'setCopied'>
  /** The cohorts whose people flags of the project look up. */
  neededBy(projectId: number): ReadonlySet<number>
  /** A cohort's people can be looked up from now on, or can't any more. */
  changed(projectId: number): Promise<void>
  /** Has a cohort copied in the background. */
  copyLater(projectId: number, cohortId: number): Promise<void>
  logger: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
}

const readAtOnce = 10_000
const writtenAtOnce = 2_000
/** A copy of so many people takes about a second: a flag that needs it is saved when it is there. */
const mostAtOnce = 20_000

/**
 * Copies the people of cohorts that flags look up from the warehouse to the database: flags answer while the warehouse is
 * away, and look up one person among others by the same statement as all else. Only differences are written.
 */
export function createFlagCopies(deps: Deps) {
  const { database, warehouse, cohorts, logger } = deps
  const { db } = database
  /** By cohort, the copying that is under way: the next one waits for it. */
  const under = new Map<number, Promise<void>>()

  /** Makes the copy as the cohort is now; takes it away where no flag needs it. */
  function refresh(projectId: number, cohortId: number): Promise<void> {
    const after = (under.get(cohortId) ?? Promise.resolve()).then(() => refreshOnce(projectId, cohortId))
    const settled = after.catch(() => undefined)
    under.set(cohortId, settled)
    void settled.then(() => {
      if (under.get(cohortId) === settled) under.delete(cohortId)
    })
    return after
  }

  async function refreshOnce(projectId: number, cohortId: number): Promise<void> {
    const [cohort] = await cohorts.load(projectId, [cohortId])
    if (!cohort) return
    const isNeeded = !cohort.deleted && cohort.version !== null && deps.neededBy(projectId).has(cohortId)
    if (isNeeded) await copy(cohort)
    else if (cohort.isCopied) await remove(cohort)
  }

  async function copy(cohort: StoredCohort): Promise<void> {
    const start = performance.now()
    const { projectId, id } = cohort
    const stale = await copiedPeople(id)
    let count = 0
    let added: number[] = []
    const write = async () => {
      for (; added.length; added = added.slice(writtenAtOnce)) {
        await insert(id, added.slice(0, writtenAtOnce))
      }
    }
    for await (const uuids of peopleOf(cohort)) {
      for (const person of await personIdsOf(projectId, uuids)) {
        count++
        if (!stale.delete(person)) added.push(person)
      }
      await write()
    }
    for (let gone = [...stale]; gone.length; gone = gone.slice(writtenAtOnce)) {
      await db.execute(sql`
        delete from flag_cohort_people where cohort_id = ${id}
          and person_id = any(${sql.param(gone.slice(0, writtenAtOnce))}::bigint[])`)
    }
    if (!cohort.isCopied) {
      await cohorts.setCopied(projectId, id, true)
      await deps.changed(projectId)
    }
    const milliseconds = Math.round(performance.now() - start)
    logger.info({ project: projectId, cohort: id, count, milliseconds }, 'copied a cohort for flags')
  }

  async function remove({ projectId, id }: StoredCohort): Promise<void> {
    await cohorts.setCopied(projectId, id, false)
    await deps.changed(projectId)
    for (let gone = writtenAtOnce; gone === writtenAtOnce; ) {
      const rows = await db.execute(sql`
        delete from flag_cohort_people where (cohort_id, person_id) in (
          select cohort_id, person_id from flag_cohort_people where cohort_id = ${id} limit ${writtenAtOnce})
        returning 1`)
      gone = rows.length
    }
  }

  /** Whoever is deleted meanwhile is passed over. */
  const insert = (cohortId: number, personIds: number[]) =>
    db.execute(sql`
      insert into flag_cohort_people (cohort_id, person_id)
      select ${cohortId}::int, p.id from persons p where p.id = any(${sql.param(personIds)}::bigint[])
      on conflict do nothing`)

  async function copiedPeople(cohortId: number): Promise<Set<number>> {
    const found = new Set<number>()
    for (let last = 0, got = readAtOnce; got === readAtOnce; ) {
      const rows = await db.execute<{ id: number }>(sql`
        select person_id as id from flag_cohort_people
        where cohort_id = ${cohortId} and person_id > ${last} order by person_id limit ${readAtOnce}`)
      for (const { id } of rows) found.add(id)
      last = rows.at(-1)?.id ?? last
      got = rows.length
    }
    return found
  }

  /** The uuids of a cohort's people, as its version names them. */
  async function* peopleOf({ projectId, id, version }: StoredCohort): AsyncGenerator<string[]> {
    for (let last = '00000000-0000-0000-0000-000000000000', got = readAtOnce; got === readAtOnce; ) {
      const { rows } = await warehouse.query({
        sql: `select distinct person_id from cohort_people
          where team_id = {project:UInt32} and cohort_id = {cohort:UInt32} and version = {version:UInt32}
            and person_id > {last:UUID}
          order by person_id limit {most:UInt32}`,
        params: { project: projectId, cohort: id, version, last, most: readAtOnce },
      })
      const uuids = rows.map(([uuid]) => String(uuid))
      yield uuids
      last = uuids.at(-1) ?? last
      got = uuids.length
    }
  }

  /** Who they are after all merges so far. */
  async function personIdsOf(projectId: number, uuids: string[]): Promise<number[]> {
    if (!uuids.length) return []
    const rows = await db.execute<{ id: number }>(sql`
      select distinct p.id
      from unnest(${sql.param(uuids)}::uuid[]) as asked(uuid)
      left join person_overrides o on o.project_id = ${projectId} and o.old_person_id = asked.uuid
      join persons p on p.project_id = ${projectId} and p.uuid = coalesce(o.person_id, asked.uuid)`)
    return rows.map(({ id }) => id)
  }

  return {
    refresh,

    /** As `refresh`, for when the people have changed: what fails is told in the log, and done again next time. */
    async peopleChanged(projectId: number, cohortId: number): Promise<void> {
      try {
        await refresh(projectId, cohortId)
      } catch (error) {
        logger.warn({ err: error, project: projectId, cohort: cohortId }, 'a cohort was not copied for flags')
      }
    },

    /**
     * What flags look up is as they now need it: small cohorts are copied before this resolves, large ones soon after.
     * Copies that nobody needs any more go.
     */
    async flagsChanged(projectId: number): Promise<void> {
      const needed = deps.neededBy(projectId)
      const copied = new Set(await cohorts.copied(projectId))
      const missing = [...needed].filter((id) => !copied.has(id))
      for (const { id, count } of await cohorts.load(projectId, missing)) {
        if ((count ?? 0) <= mostAtOnce) await this.peopleChanged(projectId, id)
        else await deps.copyLater(projectId, id)
      }
      for (const id of copied) if (!needed.has(id)) await this.peopleChanged(projectId, id)
    },
  }
}

export type FlagCohortCopies = ReturnType<typeof createFlagCopies>
