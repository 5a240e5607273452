import { alias, call, field, fromQuery, type Query, select } from '../../hogql/ast.ts'
import { compile } from '../../hogql/compile.ts'
import { parseExpr } from '../../hogql/parse.ts'
import type { PrintedQuery } from '../../hogql/print.ts'
import type { Action } from '../../insights/actions.ts'
import { type CohortContext, cohortMembers, membership } from '../../insights/cohort-conditions.ts'
import {
  actionsIn,
  type CohortDefinition,
  cohortsNamedBy,
  parseDefinition,
} from '../../insights/cohort-definition.ts'
import { cohortsIn, membersOf } from '../../insights/cohorts.ts'
import { inCohort } from '../../insights/property-filters.ts'
import { namesIn, type PropertyTypes } from '../../insights/property-types.ts'
import { explained } from '../../insights/warehouse-errors.ts'
import { HedgerowError, invalid, notFound } from '../../model/errors.ts'
import type { Warehouse } from '../../warehouse/warehouse.ts'
import { type CohortStore, type StoredCohort, staticVersion } from './store.ts'

export type CalculationDeps = {
  cohorts: CohortStore
  warehouse: Pick<Warehouse, 'query' | 'command'>
  findProject(projectId: number): { timezone: string } | undefined | Promise<{ timezone: string } | undefined>
  findAction(projectId: number, id: number): Promise<Action | undefined>
  propertyTypes(projectId: number, names: Iterable<string>): Promise<PropertyTypes>
  /** A cohort has other people than before. */
  peopleChanged?(projectId: number, cohortId: number): Promise<void>
  logger: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
  now?: () => Date
}

type Named = { definition: CohortDefinition; isStatic: boolean }

/** Longer than any question may take: whoever read a cohort's version before it was replaced has had its people. */
const graceMs = 120_000
const longestSeconds = 600
const idsAtOnce = 10_000

/** Finds out who is in a cohort and writes it into the warehouse. */
export function createCalculation(deps: CalculationDeps) {
  const { cohorts, warehouse, logger, peopleChanged = async () => {}, now = () => new Date() } = deps

  /** The definitions of all cohorts that this one names, directly or not. */
  async function nestedOf(projectId: number, definition: CohortDefinition): Promise<Map<number, Named>> {
    const known = new Map<number, Named>()
    for (let ids = cohortsNamedBy(definition); ids.length; ) {
      const loaded = await cohorts.load(projectId, ids)
      for (const cohort of loaded) {
        if (cohort.deleted) {
          throw invalid(`It refers to cohort ${cohort.id} ("${cohort.name}"), which was deleted.`)
        }
        known.set(cohort.id, { definition: parseDefinition(cohort), isStatic: cohort.isStatic })
      }
      for (const id of ids)
        if (!known.has(id)) throw invalid(`It refers to cohort ${id}, which is not there.`)
      const next = loaded.flatMap(({ id }) => cohortsNamedBy(known.get(id)!.definition))
      ids = [...new Set(next)].filter((id) => !known.has(id))
    }
    return known
  }

  /** The question for a cohort's people as of now; cohorts that it names are part of it. */
  async function questionFor(projectId: number, definition: CohortDefinition): Promise<PrintedQuery> {
    const project = await deps.findProject(projectId)
    if (!project) throw notFound('Project not found.')
    const nested = await nestedOf(projectId, definition)
    const all = [definition, ...[...nested.values()].map((one) => one.definition)]
    const actions = new Map<number, Action>()
    for (const id of new Set(all.flatMap(actionsIn))) {
      const action = await deps.findAction(projectId, id)
      if (action) actions.set(id, action)
    }
    const propertyType = await deps.propertyTypes(projectId, namesIn(all, [...actions.values()]))
    const under = new Set<number>()
    const ctx: CohortContext = {
      clock: { now: now(), timezone: project.timezone },
      propertyType,
      parseExpr,
      action: (id) => actions.get(id),
      member(id) {
        const cohort = nested.get(id)!
        if (cohort.isStatic) return inCohort('persons', id)
        if (under.has(id)) throw invalid('Cohorts cannot reference other cohorts in a loop.')
        under.add(id)
        const expr = membership(cohort.definition, ctx)
        under.delete(id)
        return expr
      },
    }
    return compiled(projectId, cohortMembers(definition, ctx), propertyType)
  }

  async function compiled(projectId: number, tree: Query, propertyType?: PropertyTypes) {
    const known = await cohortsIn(tree, projectId, cohorts.finder)
    return compile(tree, { projectId, timezone: 'UTC', limits: null, propertyType, ...known })
  }

  async function insert(
    { projectId, id }: { projectId: number; id: number },
    version: number,
    people: PrintedQuery,
    only = '',
  ): Promise<void> {
    const row = { of_project: projectId, of_cohort: id, of_version: version }
    try {
      await warehouse.command(
        `insert into cohort_people (team_id, cohort_id, version, person_id)
        select {of_project:UInt32}, {of_cohort:UInt32}, {of_version:UInt32}, id as person_id
        from (${people.sql}) ${only}
        settings max_execution_time = ${longestSeconds}`,
        { ...people.params, ...row },
      )
    } catch (error) {
      throw explained(error)
    }
  }

  async function countOf(projectId: number, id: number, version: number): Promise<number> {
    const people = membersOf(id, version)
    const tree = select({
      select: [call('uniqExact', field('person_id'))],
      from: fromQuery(people, 'people'),
    })
    const { sql, params } = await compiled(projectId, tree)
    const { rows } = await warehouse.query({ sql, params })
    return Number(rows[0]?.[0] ?? 0)
  }

  /**
   * Drops what nobody reads any more: versions of failed attempts, and those that were replaced long enough ago. What
   * is not `below` may be a later attempt's, which is writing it now.
   */
  async function dropOld(projectId: number, id: number, below: number, kept?: number | null): Promise<void> {
    const { rows } = await warehouse.query({
      sql: `select distinct partition from system.parts
        where database = currentDatabase() and table = 'cohort_people' and active
          and startsWith(partition, {prefix:String})`,
      params: { prefix: `(${projectId},${id},` },
    })
    for (const [partition] of rows) {
      const version = Number(/,(\d+)\)$/.exec(String(partition))?.[1])
      if (!(version < below) || version === kept) continue
      await warehouse.command(
        `alter table cohort_people drop partition tuple(${projectId}, ${id}, ${version})`,
      )
    }
  }

  async function attempt(begun: StoredCohort): Promise<void> {
    const { projectId, id, lastVersion, version: replaced } = begun
    const start = performance.now()
    await insert(begun, lastVersion, await questionFor(projectId, parseDefinition(begun)))
    const count = await countOf(projectId, id, lastVersion)
    await cohorts.finish(begun, count)
    await peopleChanged(projectId, id)
    const milliseconds = Math.round(performance.now() - start)
    logger.info({ project: projectId, cohort: id, count, milliseconds }, 'calculated a cohort')
    const readable = begun.lastCalculation === null ? 0 : Date.parse(begun.lastCalculation) + graceMs
    if (readable < now().getTime()) await dropOld(projectId, id, lastVersion, replaced)
  }

  async function filled(projectId: number, id: number): Promise<void> {
    await cohorts.filled(projectId, id, await countOf(projectId, id, staticVersion))
    await peopleChanged(projectId, id)
  }

  return {
    /**
     * Calculates a cohort if that is wanted, again if it was changed meanwhile. What is wrong with it is kept beside
     * it. @throws HedgerowError `unavailable`: worth trying again soon.
     */
    async calculate(projectId: number, id: number): Promise<void> {
      for (
        let begun = await cohorts.begin(projectId, id);
        begun;
        begun = await cohorts.begin(projectId, id)
      ) {
        try {
          await attempt(begun)
        } catch (error) {
          if (error instanceof HedgerowError && error.kind === 'unavailable') throw error
          logger.warn({ err: error, project: projectId, cohort: id }, 'a cohort could not be calculated')
          const told = error instanceof HedgerowError
          await cohorts.fail(begun, told ? (error as Error).message : 'The calculation failed.')
        }
      }
    },

    /** A deleted cohort's people; a static one keeps its own, as nothing could bring them back. */
    async forget({ projectId, id, isStatic }: StoredCohort): Promise<void> {
      if (isStatic) return
      const forgotten = await cohorts.forget(projectId, id)
      if (forgotten) await dropOld(projectId, id, forgotten.lastVersion + 1)
    },

    /** Adds people to a static cohort, by their ids. */
    async addPeople(projectId: number, id: number, personIds: string[]): Promise<void> {
      for (let at = 0; at < personIds.length; at += idsAtOnce) {
        const people = {
          sql: 'select arrayJoin({ids:Array(UUID)}) as id',
          params: { ids: personIds.slice(at, at + idsAtOnce) as unknown as string },
          columns: [],
        }
        await insert({ projectId, id }, staticVersion, people, unlessThere)
      }
      await filled(projectId, id)
    },

    /** Adds the people that a question answers, which gives one column `id`. */
    async addAnswered(projectId: number, id: number, people: PrintedQuery): Promise<void> {
      await insert({ projectId, id }, staticVersion, people, unlessThere)
      await filled(projectId, id)
    },

    /** Takes somebody out of a static cohort, whoever they were before they were merged. */
    async removePerson(projectId: number, id: number, personId: string): Promise<void> {
      await warehouse.command(
        `delete from cohort_people where team_id = {project:UInt32} and cohort_id = {cohort:UInt32}
          and (person_id = {person:UUID} or person_id in (
            select old_person_id from person_overrides where team_id = {project:UInt32}
            group by old_person_id having argMax(person_id, version) = {person:UUID}))`,
        { project: projectId, cohort: id, person: personId },
      )
      await filled(projectId, id)
    },

    /** The people of a cohort as they count now, as a question. */
    async membersOf(projectId: number, cohort: Pick<StoredCohort, 'id' | 'version'>): Promise<PrintedQuery> {
      const people = membersOf(cohort.id, cohort.version ?? 0)
      const id = alias('id', field('person_id'))
      return compiled(projectId, select({ select: [id], from: fromQuery(people, 'people') }))
    },
  }
}

export type Calculation = ReturnType<typeof createCalculation>

const unlessThere = `where id not in (
  select person_id from cohort_people
  where team_id = {of_project:UInt32} and cohort_id = {of_cohort:UInt32} and version = {of_version:UInt32})`
