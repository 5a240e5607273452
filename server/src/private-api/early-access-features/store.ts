import { isDeepStrictEqual } from 'node:util'
import { and, desc, eq } from 'drizzle-orm'
import type { z } from 'zod'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { telling } from '../../activity/tell.ts'
import type { Database, Queries } from '../../database/database.ts'
import { violatedUnique } from '../../database/errors.ts'
import { earlyAccessFeatures, featureFlags } from '../../database/schema.ts'
import { enrollmentGroups, readFilters } from '../../flags/flag-filters.ts'
import type { FlagWrite, FlagWrites, StoredFlag } from '../../flags/flag-writes.ts'
import { minimalFlag } from '../../http/flag-shapes.ts'
import { anyDefined } from '../../kit/any-defined.ts'
import { slugOf } from '../../kit/slug.ts'
import { invalid, notFound } from '../../model/errors.ts'
import type { retrieveFeature } from './contract.ts'

type StoredFeature = typeof earlyAccessFeatures.$inferSelect
/** A feature with its flag. */
export type FeatureRow = { feature: StoredFeature; flag: StoredFlag }
export type FeatureChanges = Partial<
  Pick<StoredFeature, 'name' | 'description' | 'stage' | 'documentationUrl' | 'payload'>
>

type Project = { id: number; organizationId: string }

type Deps = {
  database: Database
  activity: Pick<ActivityLog, 'record'>
  flags: Pick<FlagWrites, 'byId' | 'creating' | 'updating' | 'changing'>
}

const mostFeatures = 1000

/** Stages in which people have the flag by joining. */
const released = new Set(['alpha', 'beta', 'general-availability'])

/** Early access features of projects, in the database. Each has a flag, and changes it in the same transaction. */
export function createEarlyAccessStore({ database, activity, flags }: Deps) {
  const { db } = database

  const withFlag = (queries: Queries = db) =>
    queries
      .select({ feature: earlyAccessFeatures, flag: featureFlags })
      .from(earlyAccessFeatures)
      .innerJoin(featureFlags, eq(featureFlags.id, earlyAccessFeatures.featureFlagId))
      .$dynamic()

  /** @throws HedgerowError not found. */
  async function get(projectId: number, id: string, queries: Queries = db): Promise<FeatureRow> {
    const [found] = await withFlag(queries).where(is(projectId, id))
    if (!found) throw notFound()
    return found
  }

  /** What its flag became is told as the flag's. */
  const tell = telling(activity, 'EarlyAccessFeature', (row: FeatureRow) => row.feature, presentFeature, [
    'feature_flag',
  ])

  /** @throws HedgerowError `invalid` for a flag that no feature can have. */
  async function usableFlag(projectId: number, id: number): Promise<StoredFlag> {
    const found = await flags.byId(projectId, id)
    if (!found) throw invalid('Feature Flag with this ID does not exist')
    const { flag, features } = found
    if (features.length) throw isTaken(flag.key)
    const { groupTypeIndex, variants } = readFilters(flag.filters)
    if (groupTypeIndex !== null) {
      throw invalid('Group-based feature flags are not supported for Early Access Features.')
    }
    if (variants.length) {
      throw invalid('Multivariate feature flags are not supported for Early Access Features.')
    }
    return flag
  }

  /** Has the flag ask whether people have joined, or no longer; null where it does so already. */
  async function following(
    project: Project,
    userId: number,
    flag: StoredFlag,
    isReleased: boolean,
  ): Promise<FlagWrite | null> {
    const superGroups = isReleased ? enrollmentGroups(flag.key) : null
    if (isDeepStrictEqual(flag.filters.super_groups ?? null, superGroups)) return null
    const filters = { ...flag.filters, super_groups: superGroups }
    return flags.updating(project, flag.id, userId, { filters }, { version: flag.version })
  }

  return {
    get,

    async list(projectId: number, page: { limit: number; offset: number }) {
      const where = eq(earlyAccessFeatures.projectId, projectId)
      const results = await withFlag()
        .where(where)
        .orderBy(desc(earlyAccessFeatures.createdAt), desc(earlyAccessFeatures.id))
        .limit(page.limit)
        .offset(page.offset)
      return { count: await db.$count(earlyAccessFeatures, where), results }
    },

    /** @throws HedgerowError `invalid` for a flag that it can't have, `unique` (`key`) where its own would be another's. */
    async create(
      project: Project,
      userId: number,
      given: FeatureChanges & { name: string; stage: string; featureFlagId?: number | null },
    ): Promise<FeatureRow> {
      const { featureFlagId, ...rest } = given
      const count = await db.$count(earlyAccessFeatures, eq(earlyAccessFeatures.projectId, project.id))
      if (count >= mostFeatures) throw invalid(`A project may have ${mostFeatures} early access features.`)
      const isReleased = released.has(given.stage)
      const existing = featureFlagId ? await usableFlag(project.id, featureFlagId) : null
      const key = slugOf(given.name)
      const flagWrite = existing
        ? await following(project, userId, existing, isReleased)
        : await flags.creating(project, userId, {
            key,
            name: `Feature Flag for Feature ${given.name}`,
            filters: {
              groups: [{ properties: [], rollout_percentage: 0, variant: null }],
              ...(isReleased && { super_groups: enrollmentGroups(key) }),
            },
          })
      try {
        return await flags.changing(project.id, async (tx) => {
          const flag = (await flagWrite?.(tx))?.flag ?? existing!
          const [row] = await tx
            .insert(earlyAccessFeatures)
            .values({ ...rest, projectId: project.id, featureFlagId: flag.id, createdBy: userId })
            .returning({ id: earlyAccessFeatures.id })
          const after = await get(project.id, row!.id, tx)
          await tell(tx, project, userId, { after, activity: 'created' })
          return after
        })
      } catch (error) {
        if (violatedUnique(error) !== 'early_access_features_flag') throw error
        throw isTaken(existing!.key)
      }
    },

    /** @throws HedgerowError not found; `conflict` where somebody changed its flag at the same time. */
    async update(project: Project, id: string, userId: number, changes: FeatureChanges): Promise<FeatureRow> {
      const { flag } = await get(project.id, id)
      const { stage } = changes
      const flagWrite =
        stage === undefined ? null : await following(project, userId, flag, released.has(stage))
      return flags.changing(project.id, async (tx) => {
        await flagWrite?.(tx)
        const before = await get(project.id, id, tx)
        if (anyDefined(changes)) await tx.update(earlyAccessFeatures).set(changes).where(is(project.id, id))
        const after = await get(project.id, id, tx)
        await tell(tx, project, userId, { before, after, activity: 'updated' })
        return after
      })
    },

    /** Its flag stays, for its conditions. @throws HedgerowError as `update`. */
    async delete(project: Project, id: string, userId: number): Promise<void> {
      const row = await get(project.id, id)
      const flagWrite = await following(project, userId, row.flag, false)
      await flags.changing(project.id, async (tx) => {
        await flagWrite?.(tx)
        await tx.delete(earlyAccessFeatures).where(is(project.id, id))
        await tell(tx, project, userId, { after: row, activity: 'deleted' })
      })
    },
  }
}

export type EarlyAccessStore = ReturnType<typeof createEarlyAccessStore>

/** A feature as the API shows it. */
export const presentFeature = ({ feature, flag }: FeatureRow): z.input<typeof retrieveFeature.answer> => ({
  id: feature.id,
  feature_flag: minimalFlag(flag),
  name: feature.name,
  description: feature.description,
  stage: feature.stage as z.input<typeof retrieveFeature.answer>['stage'],
  documentation_url: feature.documentationUrl,
  payload: feature.payload,
  created_at: feature.createdAt,
})

const is = (projectId: number, id: string) =>
  and(eq(earlyAccessFeatures.projectId, projectId), eq(earlyAccessFeatures.id, id))

const isTaken = (key: string) => invalid(`Linked feature flag ${key} already has a feature attached to it.`)
