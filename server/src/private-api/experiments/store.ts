import { aliasedTable, and, asc, eq, gt, isNotNull, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import { publicUser } from '../../accounts/users.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { telling } from '../../activity/tell.ts'
import type { Database, Queries } from '../../database/database.ts'
import { violatedUnique } from '../../database/errors.ts'
import { experimentHoldouts, experiments, featureFlags, users } from '../../database/schema.ts'
import { withHoldout } from '../../flags/flag-filters.ts'
import type { FlagWrite, FlagWrites } from '../../flags/flag-writes.ts'
import { containing } from '../../kit/containing.ts'
import { invalid, notFound } from '../../model/errors.ts'
import type { HoldoutStore } from './holdout-store.ts'
import { type ExperimentRow, presentExperiment } from './present.ts'
import { changedFlagFilters, flagFiltersFor, hasVariantsOf, isComparable, variantsIn } from './rules.ts'

export type ExperimentChanges = Partial<
  Pick<
    ExperimentRow['experiment'],
    | 'name'
    | 'description'
    | 'startDate'
    | 'endDate'
    | 'parameters'
    | 'filters'
    | 'secondaryMetrics'
    | 'holdoutId'
    | 'archived'
  >
> & { flagKey?: string }

type Project = { id: number; organizationId: string }

type Deps = {
  database: Database
  activity: Pick<ActivityLog, 'record'>
  holdouts: Pick<HoldoutStore, 'share'>
  flags: Pick<FlagWrites, 'byKey' | 'creating' | 'updating' | 'changing'>
}

const mostExperiments = 10_000

type ExperimentStatus = 'draft' | 'running' | 'complete'
const isOver = lte(experiments.endDate, sql`now()`)
const inStatus: Record<ExperimentStatus, SQL | undefined> = {
  draft: isNull(experiments.startDate),
  running: and(
    isNotNull(experiments.startDate),
    or(isNull(experiments.endDate), gt(experiments.endDate, sql`now()`)),
  ),
  complete: and(isNotNull(experiments.startDate), isOver),
}

/** Experiments of projects, in the database. Each has a feature flag, and changes it in the same transaction. */
export function createExperimentStore({ database, activity, holdouts, flags }: Deps) {
  const { db } = database
  const holdoutCreators = aliasedTable(users, 'holdout_creators')

  const withFlag = (queries: Queries = db) =>
    queries
      .select({
        experiment: experiments,
        flag: featureFlags,
        creator: publicUser(users),
        holdout: experimentHoldouts,
        holdoutCreator: publicUser(holdoutCreators),
      })
      .from(experiments)
      .innerJoin(featureFlags, eq(featureFlags.id, experiments.featureFlagId))
      .leftJoin(users, eq(users.id, experiments.createdBy))
      .leftJoin(experimentHoldouts, eq(experimentHoldouts.id, experiments.holdoutId))
      .leftJoin(holdoutCreators, eq(holdoutCreators.id, experimentHoldouts.createdBy))
      .$dynamic()

  /** @throws HedgerowError not found. */
  async function get(projectId: number, id: number, queries: Queries = db): Promise<ExperimentRow> {
    const [found] = await withFlag(queries).where(is(projectId, id))
    if (!found) throw notFound()
    return found
  }

  const tell = telling(activity, 'Experiment', (row: ExperimentRow) => row.experiment, presentExperiment, [
    'holdout',
  ])

  /**
   * Undefined where nothing changes.
   * @throws HedgerowError when writing: `conflict` for filters that are not made of the present ones.
   */
  const changingFlag = async (
    project: Project,
    { id, version }: ExperimentRow['flag'],
    userId: number,
    changes: Parameters<FlagWrites['updating']>[3],
  ): Promise<FlagWrite | undefined> =>
    Object.keys(changes).length
      ? flags.updating(project, id, userId, changes, changes.filters && { version })
      : undefined

  /** @throws HedgerowError `unique` for a flag that is another live experiment's. */
  async function changing<T>(project: Project, work: (tx: Queries) => Promise<T>): Promise<T> {
    try {
      return await flags.changing(project.id, work)
    } catch (error) {
      if (violatedUnique(error) !== 'experiments_live_flag') throw error
      throw keyIsTaken()
    }
  }

  return {
    get,

    async list(
      projectId: number,
      page: {
        search?: string
        archived?: 'true' | 'false'
        status?: ExperimentStatus
        limit: number
        offset: number
      },
    ) {
      const pattern = containing((page.search ?? '').trim())
      const where = and(
        eq(experiments.projectId, projectId),
        eq(experiments.deleted, false),
        page.search?.trim()
          ? sql`(${experiments.name} ilike ${pattern} or ${experiments.description} ilike ${pattern})`
          : undefined,
        page.archived && eq(experiments.archived, page.archived === 'true'),
        page.status && inStatus[page.status],
      )
      const results = await withFlag()
        .where(where)
        .orderBy(asc(experiments.id))
        .limit(page.limit)
        .offset(page.offset)
      return { count: await db.$count(experiments, where), results }
    },

    /**
     * Makes an experiment with its flag; a flag of the key that can be compared, and is no other experiment's, is taken.
     * @throws HedgerowError `invalid` for what can't be, `unique` (`key`) for a key that is taken; `conflict` where the
     *   holdout or the flag was changed at the same time.
     */
    async create(
      project: Project,
      userId: number,
      given: ExperimentChanges & { name: string; flagKey: string },
    ): Promise<ExperimentRow> {
      const { flagKey, filters = {}, ...rest } = given
      if (!Object.keys(filters).length) throw invalid('Filters are required to create an Experiment')
      variantsIn(given.parameters)
      checkDates(given)
      const count = await db.$count(
        experiments,
        and(eq(experiments.projectId, project.id), eq(experiments.deleted, false)),
      )
      if (count >= mostExperiments) throw invalid(`A project may have ${mostExperiments} experiments.`)
      const active = Boolean(given.startDate)
      const held = given.holdoutId ? await holdouts.share(project.id, given.holdoutId) : null
      const existing = await flags.byKey(project.id, flagKey)
      let flagWrite: FlagWrite
      if (existing) {
        if (existing.experiments.length || !isComparable(existing.flag.filters)) throw keyIsTaken()
        if (!hasVariantsOf(given.parameters, existing.flag.filters)) {
          throw invalid('The feature flag of this key has other variants.', { attr: 'parameters' })
        }
        const flagChanges = {
          ...(active && !existing.flag.active && { active }),
          ...(held && { filters: withHoldout(existing.flag.filters, held.share) }),
        }
        flagWrite =
          (await changingFlag(project, existing.flag, userId, flagChanges)) ?? (async () => existing)
      } else {
        flagWrite = await flags.creating(project, userId, {
          key: flagKey,
          name: `Feature Flag for Experiment ${given.name}`,
          filters: withHoldout(flagFiltersFor(given.parameters, filters), held?.share ?? null),
          active,
        })
      }
      return changing(project, async (tx) => {
        await held?.check(tx)
        const { flag } = await flagWrite(tx)
        const [row] = await tx
          .insert(experiments)
          .values({
            ...rest,
            filters,
            ownsFlag: !existing,
            projectId: project.id,
            featureFlagId: flag.id,
            createdBy: userId,
          })
          .returning({ id: experiments.id })
        const made = await get(project.id, row!.id, tx)
        await tell(tx, project, userId, { after: made, activity: 'created' })
        return made
      })
    },

    /** @throws HedgerowError not found; `invalid` for what can't change, or can't be; `conflict` as `create`. */
    async update(project: Project, id: number, userId: number, changes: ExperimentChanges) {
      const { flagKey, holdoutId, ...rest } = changes
      const { experiment, flag } = await get(project.id, id)
      if (flagKey !== undefined && flagKey !== flag.key) {
        throw invalid("Can't update keys: get_feature_flag_key on Experiment")
      }
      if (!hasVariantsOf(changes.parameters, flag.filters)) {
        throw invalid("Can't update feature_flag_variants on Experiment")
      }
      const isOtherHoldout = holdoutId !== undefined && holdoutId !== experiment.holdoutId
      if (isOtherHoldout && experiment.startDate !== null) {
        throw invalid("Can't update holdout on running Experiment")
      }
      const held = isOtherHoldout && holdoutId ? await holdouts.share(project.id, holdoutId) : null
      const described = changes.filters && changedFlagFilters(flag.filters, changes.filters)
      const filters = isOtherHoldout ? withHoldout(described ?? flag.filters, held?.share ?? null) : described
      const isLaunched = Boolean(changes.startDate) && experiment.startDate === null
      const flagChanges = { ...(filters && { filters }), ...(isLaunched && { active: true }) }
      const flagWrite = await changingFlag(project, flag, userId, flagChanges)
      return changing(project, async (tx) => {
        await held?.check(tx)
        await flagWrite?.(tx)
        await tx.select({ id: experiments.id }).from(experiments).where(is(project.id, id)).for('update')
        const before = await get(project.id, id, tx)
        checkDates({ ...before.experiment, ...defined(rest) })
        await tx
          .update(experiments)
          .set({ ...rest, ...(isOtherHoldout && { holdoutId }), updatedAt: sql`now()` })
          .where(is(project.id, id))
        const after = await get(project.id, id, tx)
        await tell(tx, project, userId, { before, after, activity: 'updated' })
        return after
      })
    },

    /**
     * With the flag that was made for it; another one no longer keeps anybody out.
     * @throws HedgerowError not found; `invalid` where other flags depend on it; `conflict` as `create`.
     */
    async delete(project: Project, id: number, userId: number): Promise<void> {
      const row = await get(project.id, id)
      const { experiment, flag } = row
      const flagWrite = await changingFlag(project, flag, userId, {
        ...(experiment.ownsFlag && !flag.deleted && { deleted: true }),
        ...(experiment.holdoutId !== null && { filters: withHoldout(flag.filters, null) }),
      })
      await changing(project, async (tx) => {
        await flagWrite?.(tx)
        await tx.update(experiments).set({ deleted: true, updatedAt: sql`now()` }).where(is(project.id, id))
        await tell(tx, project, userId, { after: row, activity: 'deleted' })
      })
    },
  }
}

export type ExperimentStore = ReturnType<typeof createExperimentStore>

const is = (projectId: number, id: number) =>
  and(eq(experiments.projectId, projectId), eq(experiments.id, id), eq(experiments.deleted, false))

const keyIsTaken = () =>
  invalid('There is already a feature flag with this key.', { code: 'unique', attr: 'key' })

const defined = <T extends object>(given: T): Partial<T> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>

/** Both are ISO 8601 in UTC with microseconds: their order is that of their text. */
function checkDates({ startDate, endDate }: { startDate?: string | null; endDate?: string | null }): void {
  if (!startDate || !endDate || startDate <= endDate) return
  throw invalid('An experiment can not end before it starts.', { attr: 'end_date' })
}
