import { isDeepStrictEqual } from 'node:util'
import { and, asc, desc, eq, sql } from 'drizzle-orm'
import { publicUser } from '../../accounts/users.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { telling } from '../../activity/tell.ts'
import type { Database, Queries } from '../../database/database.ts'
import {
  experimentHoldouts,
  experiments,
  featureFlags,
  type HoldoutGroup,
  users,
} from '../../database/schema.ts'
import { withHoldout } from '../../flags/flag-filters.ts'
import type { FlagWrite, FlagWrites } from '../../flags/flag-writes.ts'
import { conflict, invalid, notFound } from '../../model/errors.ts'
import type { GivenHoldout } from './holdout-contract.ts'
import { type HoldoutRow, presentHoldout } from './present.ts'

type Project = { id: number; organizationId: string }
type Holdout = HoldoutRow['holdout']

type Deps = {
  database: Database
  activity: Pick<ActivityLog, 'record'>
  flags: Pick<FlagWrites, 'updating' | 'changing'>
}

const mostHoldouts = 1000

/** Holdouts of projects, in the database. A change is written to the flags of their experiments in the same transaction. */
export function createHoldoutStore({ database, activity, flags }: Deps) {
  const { db } = database

  const withCreator = (queries: Queries = db) =>
    queries
      .select({ holdout: experimentHoldouts, creator: publicUser(users) })
      .from(experimentHoldouts)
      .leftJoin(users, eq(users.id, experimentHoldouts.createdBy))
      .$dynamic()

  /** @throws HedgerowError not found. */
  async function get(projectId: number, id: number, queries: Queries = db): Promise<HoldoutRow> {
    const [found] = await withCreator(queries).where(is(projectId, id))
    if (!found) throw notFound()
    return found
  }

  /** What flags became is told as theirs. */
  const tell = telling(activity, 'ExperimentHoldout', (row: HoldoutRow) => row.holdout, presentHoldout)

  const flagsOf = (projectId: number, id: number, queries: Queries = db) =>
    queries
      .select({ id: featureFlags.id, filters: featureFlags.filters, version: featureFlags.version })
      .from(experiments)
      .innerJoin(featureFlags, eq(featureFlags.id, experiments.featureFlagId))
      .where(
        and(
          eq(experiments.projectId, projectId),
          eq(experiments.holdoutId, id),
          eq(experiments.deleted, false),
        ),
      )
      .orderBy(asc(featureFlags.id))

  /**
   * Has the flags of its experiments keep out so many, or with null nobody. The holdout must be locked for the write.
   * @throws HedgerowError `conflict` when writing, where its experiments or their flags are not what they were.
   */
  async function following(
    project: Project,
    userId: number,
    id: number,
    exclusionPercentage: number | null,
  ): Promise<(tx: Queries) => Promise<void>> {
    const share = exclusionPercentage === null ? null : { id, exclusionPercentage }
    const found = await flagsOf(project.id, id)
    const writes: FlagWrite[] = []
    for (const { id: flagId, filters: before, version } of found) {
      const filters = withHoldout(before, share)
      if (isDeepStrictEqual(filters, before)) continue
      writes.push(await flags.updating(project, flagId, userId, { filters }, { version }))
    }
    return async (tx) => {
      const present = await flagsOf(project.id, id, tx)
      const ids = [found, present].map((rows) => rows.map((flag) => flag.id))
      if (!isDeepStrictEqual(ids[0], ids[1])) throw isOther()
      for (const write of writes) await write(tx)
    }
  }

  return {
    get,

    async list(projectId: number, page: { limit: number; offset: number }) {
      const where = eq(experimentHoldouts.projectId, projectId)
      const results = await withCreator()
        .where(where)
        .orderBy(desc(experimentHoldouts.createdAt), desc(experimentHoldouts.id))
        .limit(page.limit)
        .offset(page.offset)
      return { count: await db.$count(experimentHoldouts, where), results }
    },

    /** @throws HedgerowError `invalid`, `attr` filters, for groups without a percentage, and for too many holdouts. */
    async create(
      project: Project,
      userId: number,
      { name, description, filters }: GivenHoldout & { name: string },
    ): Promise<HoldoutRow> {
      if (!filters) throw invalid('Filters are required to create an holdout group')
      const groups = checkedGroups(filters)
      const count = await db.$count(experimentHoldouts, eq(experimentHoldouts.projectId, project.id))
      if (count >= mostHoldouts) throw invalid(`A project may have ${mostHoldouts} holdouts.`)
      return database.transaction(async (tx) => {
        const [row] = await tx
          .insert(experimentHoldouts)
          .values({ name, description, filters: groups, projectId: project.id, createdBy: userId })
          .returning({ id: experimentHoldouts.id })
        const after = await get(project.id, row!.id, tx)
        await tell(tx, project, userId, { after, activity: 'created' })
        return after
      })
    },

    /** @throws HedgerowError not found; `invalid` as `create`; `conflict` where somebody was faster. */
    async update(
      project: Project,
      id: number,
      userId: number,
      { name, description, filters }: GivenHoldout,
    ): Promise<HoldoutRow> {
      await get(project.id, id)
      const groups = filters && checkedGroups(filters)
      const write = groups && (await following(project, userId, id, percentageOf(groups)))
      return flags.changing(project.id, async (tx) => {
        await lock(tx, project.id, id, 'update')
        await write?.(tx)
        const before = await get(project.id, id, tx)
        await tx
          .update(experimentHoldouts)
          .set({ name, description, filters: groups, updatedAt: sql`now()` })
          .where(is(project.id, id))
        const after = await get(project.id, id, tx)
        await tell(tx, project, userId, { before, after, activity: 'updated' })
        return after
      })
    },

    /** @throws HedgerowError not found; `conflict` where somebody was faster. */
    async delete(project: Project, id: number, userId: number): Promise<void> {
      const after = await get(project.id, id)
      const write = await following(project, userId, id, null)
      await flags.changing(project.id, async (tx) => {
        await lock(tx, project.id, id, 'update')
        await write(tx)
        await tx.delete(experimentHoldouts).where(is(project.id, id))
        await tell(tx, project, userId, { after, activity: 'deleted' })
      })
    },

    /**
     * What an experiment's flag is to say of the holdout that the experiment gets.
     * @returns the share, and a check, for the transaction that writes it, that it still is this one
     * @throws HedgerowError `does_not_exist`; `conflict` by the check.
     */
    async share(projectId: number, id: number) {
      const [holdout] = await db.select().from(experimentHoldouts).where(is(projectId, id))
      if (!holdout) {
        throw invalid(`Invalid pk "${id}" - object does not exist.`, {
          code: 'does_not_exist',
          attr: 'holdout_id',
        })
      }
      const exclusionPercentage = percentageOf(holdout.filters)
      return {
        share: { id, exclusionPercentage },
        async check(tx: Queries): Promise<void> {
          const present = await lock(tx, projectId, id, 'share')
          if (!present || percentageOf(present.filters) !== exclusionPercentage) throw isOther()
        },
      }
    },
  }
}

export type HoldoutStore = ReturnType<typeof createHoldoutStore>

const is = (projectId: number, id: number) =>
  and(eq(experimentHoldouts.projectId, projectId), eq(experimentHoldouts.id, id))

/** Whoever changes it waits for whoever gives it to an experiment, and the other way around. */
async function lock(
  tx: Queries,
  projectId: number,
  id: number,
  strength: 'update' | 'share',
): Promise<Holdout | undefined> {
  const [row] = await tx.select().from(experimentHoldouts).where(is(projectId, id)).for(strength)
  return row
}

const isOther = () =>
  conflict('The holdout, or an experiment that has it, was changed at the same time. Please try again.')

const percentageOf = ([group]: HoldoutGroup[]): number => group!.rollout_percentage

function checkedGroups(groups: NonNullable<GivenHoldout['filters']>): HoldoutGroup[] {
  const wrong = (detail: string) => invalid(detail, { attr: 'filters' })
  if (!groups.length) throw wrong('Filters must not be empty.')
  return groups.map((group) => {
    const percentage = group.rollout_percentage
    if (percentage === null || percentage === undefined) throw wrong('Rollout percentage must be present.')
    if (percentage < 0 || percentage > 100) throw wrong('Rollout percentage must be between 0 and 100.')
    return { ...group, rollout_percentage: percentage }
  })
}
