import { and, asc, desc, eq, ilike, inArray, isNotNull, lt, or, sql } from 'drizzle-orm'
import { publicUser } from '../../accounts/users.ts'
import type { Database } from '../../database/database.ts'
import { cohorts, users } from '../../database/schema.ts'
import { cohortsNamedBy, parseDefinition } from '../../insights/cohort-definition.ts'
import type { CohortFinder, FoundCohort } from '../../insights/cohorts.ts'
import { anyDefined } from '../../kit/any-defined.ts'
import { containing } from '../../kit/containing.ts'
import { invalid, notFound } from '../../model/errors.ts'

export type StoredCohort = typeof cohorts.$inferSelect
export type CohortChanges = Partial<
  Pick<StoredCohort, 'name' | 'description' | 'groups' | 'filters' | 'isStatic' | 'deleted'>
>

/** A cohort is calculated again when it is this old; after so many failures in a row, only when it is changed. */
const staleAfter = sql`interval '15 minutes'`
const mostFailures = 20
/** A wanted calculation that nobody has done by now is nobody's. */
const lostAfter = sql`interval '5 minutes'`
/** What a static cohort's people are kept under: one version, that only grows. */
export const staticVersion = 1

/**
 * Cohorts of projects, in the database.
 * @param definitionChanged called when what a cohort means has changed, for those who keep it in memory
 */
export function createCohortStore(
  database: Database,
  definitionChanged: (projectId: number) => Promise<void> = async () => {},
) {
  const { db } = database

  const withCreator = () =>
    db
      .select({ cohort: cohorts, creator: publicUser(users) })
      .from(cohorts)
      .leftJoin(users, eq(users.id, cohorts.createdBy))
      .$dynamic()

  /** Deleted ones too. @throws HedgerowError not found. */
  async function get(projectId: number, id: number) {
    const [found] = await withCreator().where(is(projectId, id))
    if (!found) throw notFound()
    return found
  }

  const load = (projectId: number, ids: number[]) =>
    ids.length
      ? db
          .select()
          .from(cohorts)
          .where(and(eq(cohorts.projectId, projectId), inArray(cohorts.id, ids)))
      : Promise.resolve([])

  /** Marks a calculation as wanted: whoever is at it begins again. */
  const request = (where: ReturnType<typeof is>) =>
    db
      .update(cohorts)
      .set({
        isCalculating: true,
        requests: sql`${cohorts.requests} + 1`,
        requestedAt: sql`now()`,
      })
      .where(where)

  /**
   * @param id of the cohort that is defined so, where it is there already
   * @throws HedgerowError `invalid` when it refers to a cohort that is not there, or to itself.
   */
  async function checkReferences(projectId: number, id: number | null, named: number[]): Promise<void> {
    const seen = new Set<number>()
    for (let ids = named; ids.length; ) {
      if (id !== null && ids.includes(id)) {
        throw invalid('Cohorts cannot reference other cohorts in a loop.', { attr: 'filters' })
      }
      const found = new Map((await load(projectId, ids)).map((cohort) => [cohort.id, cohort]))
      for (const wanted of ids) {
        // what others refer to is theirs to put right
        if (!named.includes(wanted)) continue
        const cohort = found.get(wanted)
        if (!cohort) throw invalid('Invalid Cohort ID in filter', { attr: 'filters' })
        if (cohort.deleted) throw invalid(`Cohort ${wanted} was deleted.`, { attr: 'filters' })
      }
      for (const one of ids) seen.add(one)
      ids = [...new Set([...found.values()].flatMap(referencesOf))].filter((one) => !seen.has(one))
    }
  }

  const finder: CohortFinder = {
    async find(projectId, idOrName): Promise<FoundCohort | undefined> {
      if (typeof idOrName === 'number' && !isId(idOrName)) return undefined
      const which =
        typeof idOrName === 'number'
          ? eq(cohorts.id, idOrName)
          : and(eq(cohorts.name, idOrName), eq(cohorts.deleted, false))
      const found = await db
        .select({
          id: cohorts.id,
          name: cohorts.name,
          deleted: cohorts.deleted,
          version: cohorts.version,
        })
        .from(cohorts)
        .where(and(eq(cohorts.projectId, projectId), which))
        .limit(2)
      if (found.length > 1) throw invalid(`Found multiple cohorts with name '${idOrName}'.`)
      return found[0] && { ...found[0], name: found[0].name ?? '' }
    },

    async versions(projectId) {
      const rows = await db
        .select({ id: cohorts.id, version: cohorts.version, isStatic: cohorts.isStatic })
        .from(cohorts)
        .where(and(eq(cohorts.projectId, projectId), eq(cohorts.deleted, false), isNotNull(cohorts.version)))
      return rows.map((row) => ({ ...row, version: row.version! }))
    },
  }

  return {
    finder,
    get,
    load,

    async list(
      projectId: number,
      page: { limit: number; offset: number; search?: string; type?: 'static' | 'dynamic' },
    ) {
      const pattern = containing((page.search ?? '').trim())
      const where = and(
        eq(cohorts.projectId, projectId),
        eq(cohorts.deleted, false),
        page.type && eq(cohorts.isStatic, page.type === 'static'),
        pattern === '%%' ? undefined : or(ilike(cohorts.name, pattern), ilike(cohorts.description, pattern)),
      )
      const results = await withCreator()
        .where(where)
        .orderBy(desc(cohorts.createdAt), desc(cohorts.id))
        .limit(page.limit)
        .offset(page.offset)
      return { count: await db.$count(cohorts, where), results }
    },

    /** The one of a name that is not deleted, the newest where there are several. */
    async byName(projectId: number, name: string): Promise<{ id: number } | undefined> {
      const [found] = await db
        .select({ id: cohorts.id })
        .from(cohorts)
        .where(and(eq(cohorts.projectId, projectId), eq(cohorts.name, name), eq(cohorts.deleted, false)))
        .orderBy(desc(cohorts.createdAt), desc(cohorts.id))
        .limit(1)
      return found
    },

    /** Those whose people are copied for flags. */
    async copied(projectId: number): Promise<number[]> {
      const rows = await db
        .select({ id: cohorts.id })
        .from(cohorts)
        .where(and(eq(cohorts.projectId, projectId), eq(cohorts.isCopied, true)))
      return rows.map(({ id }) => id)
    },

    async setCopied(projectId: number, id: number, isCopied: boolean): Promise<void> {
      await db.update(cohorts).set({ isCopied }).where(is(projectId, id))
    },

    /** All that are not deleted. */
    all: (projectId: number) =>
      withCreator()
        .where(and(eq(cohorts.projectId, projectId), eq(cohorts.deleted, false)))
        .orderBy(desc(cohorts.createdAt), desc(cohorts.id)),

    /** A dynamic one waits to be calculated. @throws HedgerowError `invalid` for its definition. */
    async create(projectId: number, userId: number, given: CohortChanges) {
      await checkReferences(projectId, null, cohortsNamedBy(parseDefinition(given)))
      const state = given.isStatic
        ? { version: staticVersion, lastVersion: staticVersion, count: 0 }
        : { isCalculating: true, requests: 1, requestedAt: sql`now()` }
      const [row] = await db
        .insert(cohorts)
        .values({ ...given, ...state, projectId, createdBy: userId })
        .returning({ id: cohorts.id })
      return get(projectId, row!.id)
    },

    /**
     * A dynamic one waits to be calculated anew.
     * @throws HedgerowError not found; `invalid` for its definition, and for turning it static or dynamic.
     */
    async update(projectId: number, id: number, changes: CohortChanges) {
      const { cohort } = await get(projectId, id)
      if (changes.isStatic !== undefined && changes.isStatic !== cohort.isStatic) {
        throw invalid('A cohort stays static or dynamic: duplicate it as a static one instead.', {
          attr: 'is_static',
        })
      }
      if (changes.filters !== undefined || changes.groups !== undefined) {
        await checkReferences(
          projectId,
          id,
          cohortsNamedBy(parseDefinition({ ...cohort, ...redefined(changes) })),
        )
      }
      const set = { ...changes, ...redefined(changes) }
      if (anyDefined(set)) await db.update(cohorts).set(set).where(is(projectId, id))
      if (!cohort.isStatic && !(changes.deleted ?? cohort.deleted)) await request(is(projectId, id))
      const { filters, groups, deleted } = changes
      if (filters !== undefined || groups !== undefined || deleted !== undefined) {
        await definitionChanged(projectId)
      }
      return get(projectId, id)
    },

    request: (projectId: number, id: number) => request(is(projectId, id)),

    /** Those whose definitions name this one, directly or not: their people may have changed with its. */
    async dependents(projectId: number, id: number): Promise<number[]> {
      const all = await db
        .select()
        .from(cohorts)
        .where(and(eq(cohorts.projectId, projectId), eq(cohorts.deleted, false), eq(cohorts.isStatic, false)))
      const found = new Set<number>([id])
      for (let before = 0; before < found.size; ) {
        before = found.size
        for (const one of all) if (referencesOf(one).some((named) => found.has(named))) found.add(one.id)
      }
      found.delete(id)
      return [...found]
    },

    /** Begins an attempt, which gets a version of its own; undefined where no calculation is wanted (any more). */
    async begin(projectId: number, id: number): Promise<StoredCohort | undefined> {
      const [row] = await db
        .update(cohorts)
        .set({ lastVersion: sql`${cohorts.lastVersion} + 1` })
        .where(
          and(
            is(projectId, id),
            eq(cohorts.isCalculating, true),
            eq(cohorts.deleted, false),
            eq(cohorts.isStatic, false),
          ),
        )
        .returning()
      return row
    },

    /** The attempt's people count from now on, unless a later attempt's do. Wanted anew meanwhile, it stays wanted. */
    async finish(attempt: StoredCohort, count: number): Promise<void> {
      await db
        .update(cohorts)
        .set({
          version: attempt.lastVersion,
          count,
          isCalculating: sql`${cohorts.requests} <> ${attempt.requests}`,
          lastCalculation: sql`now()`,
          errorsCalculating: 0,
          lastError: null,
        })
        .where(
          and(
            is(attempt.projectId, attempt.id),
            eq(cohorts.deleted, false),
            or(sql`${cohorts.version} is null`, lt(cohorts.version, attempt.lastVersion)),
          ),
        )
    },

    /** The people stay as they were. */
    async fail(attempt: Pick<StoredCohort, 'projectId' | 'id' | 'requests'>, message: string) {
      await db
        .update(cohorts)
        .set({
          isCalculating: sql`${cohorts.requests} <> ${attempt.requests}`,
          errorsCalculating: sql`${cohorts.errorsCalculating} + 1`,
          lastError: message.slice(0, 1000),
        })
        .where(is(attempt.projectId, attempt.id))
    },

    /** Of a deleted one: its people are not known any more. Undefined where it is not deleted (any more). */
    async forget(projectId: number, id: number): Promise<{ lastVersion: number } | undefined> {
      const [row] = await db
        .update(cohorts)
        .set({ version: null, count: null, isCalculating: false })
        .where(and(is(projectId, id), eq(cohorts.deleted, true)))
        .returning({ lastVersion: cohorts.lastVersion })
      return row
    },

    /** Of a static one, whose people were added to. */
    async filled(projectId: number, id: number, count: number): Promise<void> {
      await db
        .update(cohorts)
        .set({
          count,
          isCalculating: false,
          lastCalculation: sql`now()`,
          errorsCalculating: 0,
          lastError: null,
        })
        .where(is(projectId, id))
    },

    /** Asks for the calculation of those that are due, the stalest first; answers which. */
    async requestStale(limit: number): Promise<{ projectId: number; id: number }[]> {
      const due = db
        .select({ id: cohorts.id })
        .from(cohorts)
        .where(
          and(
            eq(cohorts.deleted, false),
            eq(cohorts.isStatic, false),
            lt(cohorts.errorsCalculating, mostFailures),
            or(
              and(
                eq(cohorts.isCalculating, false),
                lt(
                  sql`greatest(coalesce(${cohorts.lastCalculation}, 'epoch'), coalesce(${cohorts.requestedAt}, 'epoch'))`,
                  sql`now() - ${staleAfter}`,
                ),
              ),
              and(eq(cohorts.isCalculating, true), lt(cohorts.requestedAt, sql`now() - ${lostAfter}`)),
            ),
          ),
        )
        .orderBy(sql`${cohorts.lastCalculation} nulls first`, asc(cohorts.id))
        .limit(limit)
      return request(inArray(cohorts.id, due)).returning({ projectId: cohorts.projectId, id: cohorts.id })
    },
  }
}

export type CohortStore = ReturnType<typeof createCohortStore>
export type CohortRow = Awaited<ReturnType<CohortStore['get']>>

const isId = (id: number) => Number.isInteger(id) && id > 0 && id <= 2_147_483_647
const is = (projectId: number, id: number) =>
  and(eq(cohorts.projectId, projectId), isId(id) ? eq(cohorts.id, id) : sql`false`)

/** Filters that are sent win over older groups, and groups that are sent over older filters. */
const redefined = ({ filters, groups }: CohortChanges): CohortChanges =>
  filters ? { filters } : groups ? { groups, filters: null } : {}

function referencesOf(cohort: StoredCohort): number[] {
  try {
    return cohortsNamedBy(parseDefinition(cohort))
  } catch {
    // A definition from before it was checked: it names nothing that could be found.
    return []
  }
}
