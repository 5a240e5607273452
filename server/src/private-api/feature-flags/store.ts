import { isDeepStrictEqual } from 'node:util'
import { aliasedTable, and, asc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { flagRightsOf, mayNotEdit, permitEdit } from '../../accounts/flag-rights.ts'
import { publicUser } from '../../accounts/users.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import type { Database, Queries } from '../../database/database.ts'
import { violatedUnique } from '../../database/errors.ts'
import { experiments, featureFlags, users } from '../../database/schema.ts'
import { checkFilters } from '../../flags/check-filters.ts'
import { enrollmentKey, flagsOf, readFilters } from '../../flags/flag-filters.ts'
import type { StoredFlag } from '../../flags/flag-writes.ts'
import { conflict, invalid, notFound } from '../../model/errors.ts'
import { setTags, tagsOf } from '../../tags/tags.ts'
import type { FlagSearch } from './contract.ts'
import { presentFlag } from './present.ts'
import { createReferenceCheck, type ReferenceDeps } from './references.ts'
import { type FlagRow, featuresOf, foundBy, isId, live, ofLiveExperiment, orderOf } from './search.ts'

export type FlagChanges = Partial<
  Pick<
    StoredFlag,
    | 'key'
    | 'name'
    | 'filters'
    | 'active'
    | 'deleted'
    | 'ensureExperienceContinuity'
    | 'bucketingIdentifier'
    | 'evaluationRuntime'
    | 'evaluationContexts'
    | 'isRemoteConfiguration'
    | 'rollbackConditions'
    | 'performedRollback'
  >
> & { tags?: string[] }

export type FlagStoreDeps = Pick<ReferenceDeps, 'findCohorts'> & {
  database: Database
  activity: Pick<ActivityLog, 'record'>
  /** The project's flags are other than before. */
  changed(projectId: number): Promise<void>
}

export type FlagProject = { id: number; organizationId: string }

/** Writes what was checked before; for `changing` only. */
type Write = (tx: Queries) => Promise<FlagRow>

const mostFlags = 10_000

/** Feature flags of projects, in the database. */
export function createFlagStore({ database, activity, findCohorts, changed }: FlagStoreDeps) {
  const { db } = database
  const editors = aliasedTable(users, 'editors')

  const withUsers = (queries: Queries = db) =>
    queries
      .select({
        flag: featureFlags,
        tags: tagsOf('FeatureFlag', featureFlags.projectId, featureFlags.id),
        experiments: sql<number[]>`array(select ${experiments.id} from ${experiments}
          where ${ofLiveExperiment} order by ${experiments.id})`,
        features: featuresOf,
        creator: publicUser(users),
        editor: publicUser(editors),
      })
      .from(featureFlags)
      .leftJoin(users, eq(users.id, featureFlags.createdBy))
      .leftJoin(editors, eq(editors.id, featureFlags.lastModifiedBy))
      .$dynamic()

  /** Deleted ones too. @throws HedgerowError not found. */
  async function get(projectId: number, id: number, queries: Queries = db): Promise<FlagRow> {
    const [found] = await withUsers(queries).where(is(projectId, id))
    if (!found) throw notFound()
    return found
  }

  const liveFlags = (projectId: number, ids: number[], queries: Queries = db) =>
    queries
      .select({
        id: featureFlags.id,
        key: featureFlags.key,
        name: featureFlags.name,
        active: featureFlags.active,
        filters: featureFlags.filters,
      })
      .from(featureFlags)
      .where(and(eq(featureFlags.projectId, projectId), live, inArray(featureFlags.id, ids)))

  /** Those that are live and turned on, and ask for the value of one of these; they themselves not among them. */
  async function dependents(projectId: number, ids: number[], queries: Queries = db) {
    const rows = await queries
      .select({
        id: featureFlags.id,
        key: featureFlags.key,
        name: featureFlags.name,
        filters: featureFlags.filters,
      })
      .from(featureFlags)
      .where(
        and(
          eq(featureFlags.projectId, projectId),
          live,
          eq(featureFlags.active, true),
          sql`${featureFlags.filters}::text like '%flag_evaluates_to%'`,
        ),
      )
      .orderBy(asc(featureFlags.key))
    const wanted = new Set(ids)
    return rows
      .map((row) => ({ ...row, dependsOn: flagsOf(readFilters(row.filters)).filter((id) => wanted.has(id)) }))
      .filter((row) => row.dependsOn.length && !wanted.has(row.id))
  }

  /**
   * Makes changes in one transaction, and tells those who evaluate flags.
   * @throws HedgerowError `unique` when a key is another live flag's.
   */
  async function changing<T>(projectIds: number | number[], work: (tx: Queries) => Promise<T>): Promise<T> {
    let made: T
    try {
      made = await database.transaction(work)
    } catch (error) {
      if (violatedUnique(error) !== 'feature_flags_live_key') throw error
      throw invalid('There is already a feature flag with this key.', { code: 'unique', attr: 'key' })
    }
    for (const projectId of [projectIds].flat()) await changed(projectId)
    return made
  }

  /** @throws HedgerowError `invalid` when a change would leave others with a flag that is not there. */
  async function checkDependents(
    tx: Queries,
    { flag, features }: FlagRow,
    changes: FlagChanges,
  ): Promise<void> {
    const verb =
      changes.deleted && !flag.deleted ? 'delete' : changes.active === false && flag.active ? 'disable' : null
    if (!verb) return
    if (verb === 'delete' && features.length) throw invalid(inEarlyAccess)
    const others = await dependents(flag.projectId, [flag.id], tx)
    if (!others.length) return
    throw invalid(
      `Cannot ${verb} this feature flag because other flags depend on it: ${named(others)}. ` +
        `Please update or ${verb} the dependent flags first.`,
    )
  }

  /** @throws HedgerowError `invalid` when it is turned on while one that it asks for is off. */
  async function checkOff(tx: Queries, flag: StoredFlag, changes: FlagChanges): Promise<void> {
    if (!changes.active || flag.active) return
    const ids = flagsOf(readFilters(changes.filters ?? flag.filters))
    if (!ids.length) return
    const off = await tx
      .select({ id: featureFlags.id, key: featureFlags.key })
      .from(featureFlags)
      .where(
        and(
          eq(featureFlags.projectId, flag.projectId),
          live,
          eq(featureFlags.active, false),
          inArray(featureFlags.id, ids),
        ),
      )
      .orderBy(asc(featureFlags.key))
    if (!off.length) return
    throw invalid(
      `Cannot enable this feature flag because it depends on disabled flags: ${named(off)}. ` +
        'Please enable the dependency flags first.',
    )
  }

  const checkReferences = createReferenceCheck({ findCohorts, liveFlags })

  /** Tells of a change in the activity log. */
  async function tell(
    tx: Queries,
    project: FlagProject,
    userId: number | null,
    before: FlagRow | null,
    now: FlagRow,
  ) {
    const { flag } = now
    const changes = before && changesBetween('FeatureFlag', shown(before), shown(now), { omit: derived })
    const wasDeleted = before?.flag.deleted ?? flag.deleted
    await activity.record(
      {
        organizationId: project.organizationId,
        projectId: project.id,
        userId,
        scope: 'FeatureFlag',
        itemId: flag.id,
        activity: !before
          ? 'created'
          : flag.deleted === wasDeleted
            ? 'updated'
            : flag.deleted
              ? 'deleted'
              : 'restored',
        name: flag.key,
        changes,
        createdBy: flag.createdBy,
      },
      tx,
    )
  }

  /** Checks a flag that is to be made. @throws HedgerowError `invalid` for one that can't work. */
  async function creating(
    project: FlagProject,
    userId: number | null,
    given: FlagChanges & { key: string },
  ): Promise<Write> {
    const { tags = [], filters = {}, ...rest } = given
    checkKey(given.key)
    await checkReferences(project.id, { id: null, key: given.key }, checkFilters(filters), null)
    const count = await db.$count(featureFlags, and(eq(featureFlags.projectId, project.id), live))
    if (count >= mostFlags) throw invalid(`A project may have ${mostFlags} feature flags.`)
    return async (tx) => {
      const [row] = await tx
        .insert(featureFlags)
        .values({
          ...rest,
          filters,
          ...whenActive(given),
          projectId: project.id,
          createdBy: userId,
          lastModifiedBy: userId,
        })
        .returning({ id: featureFlags.id })
      const { id } = row!
      await setTags(tx, { projectId: project.id, kind: 'FeatureFlag', id }, tags)
      const made = await get(project.id, id, tx)
      await tell(tx, project, userId, null, made)
      return made
    }
  }

  /**
   * Checks changes of a flag.
   * @throws HedgerowError not found; `invalid` for what can't work; when writing, 403 for who may not edit it, and
   *   `conflict`.
   */
  async function updating(
    project: FlagProject,
    id: number,
    userId: number | null,
    { tags, ...changes }: FlagChanges,
    expected: Expected = {},
  ): Promise<Write> {
    const { flag } = await get(project.id, id)
    if (changes.key !== undefined && changes.key !== flag.key) checkKey(changes.key)
    if (changes.filters) {
      const filters = checkFilters(changes.filters, flag.filters)
      const self = { id, key: changes.key ?? flag.key }
      await checkReferences(project.id, self, filters, readFilters(flag.filters))
    }
    return async (tx) => {
      await tx.select({ id: featureFlags.id }).from(featureFlags).where(is(project.id, id)).for('update')
      const before = await get(project.id, id, tx)
      // the system may edit all
      if (userId !== null && !expected.isOwners) {
        permitEdit(await flagRightsOf(tx, project.organizationId, userId), before.flag)
      }
      checkVersion(before, expected)
      await checkDependents(tx, before, changes)
      await checkOff(tx, before.flag, changes)
      await tx
        .update(featureFlags)
        .set({
          ...changes,
          ...renamed(before.flag, changes),
          ...whenActive(changes),
          version: before.flag.version + 1,
          updatedAt: sql`now()`,
          lastModifiedBy: userId,
        })
        .where(is(project.id, id))
      await setTags(tx, { projectId: project.id, kind: 'FeatureFlag', id }, tags)
      const now = await get(project.id, id, tx)
      await tell(tx, project, userId, before, now)
      return now
    }
  }

  /** @throws HedgerowError `conflict` when somebody else was faster. */
  function checkVersion(row: FlagRow, { version, isConflict }: Expected): void {
    if (version === undefined || version === row.flag.version) return
    if (isConflict && !isConflict(row)) return
    throw conflict(
      `The feature flag was updated by ${row.editor?.email ?? 'another user'} since you started editing it. ` +
        'Please refresh and try again.',
    )
  }

  /** The live flag that a condition finds. */
  async function liveFlag(projectId: number, condition: SQL): Promise<FlagRow | undefined> {
    const [row] = await withUsers().where(and(eq(featureFlags.projectId, projectId), live, condition))
    return row
  }

  return {
    get,
    creating,
    updating,
    changing,

    create: async (...given: Parameters<typeof creating>) => changing(given[0].id, await creating(...given)),
    update: async (...given: Parameters<typeof updating>) => changing(given[0].id, await updating(...given)),

    async list(projectId: number, search: FlagSearch & { order?: string; limit: number; offset: number }) {
      const where = foundBy(projectId, search)
      const results = await withUsers()
        .where(where)
        .orderBy(...orderOf(search.order))
        .limit(search.limit)
        .offset(search.offset)
      return { count: await db.$count(featureFlags, where), results }
    },

    /** The ids of all that a search finds. */
    async ids(projectId: number, search: FlagSearch): Promise<number[]> {
      const rows = await db
        .select({ id: featureFlags.id })
        .from(featureFlags)
        .where(foundBy(projectId, search))
        .orderBy(...orderOf(undefined))
      return rows.map(({ id }) => id)
    },

    /** Which flags a user may edit. */
    rightsOf: ({ organizationId }: FlagProject, userId: number) => flagRightsOf(db, organizationId, userId),

    /** Whether there is, or was, such a flag. */
    has: async (projectId: number, id: number) => (await db.$count(featureFlags, is(projectId, id))) > 0,

    /** Live flags by their ids. */
    liveFlags,
    dependents: (projectId: number, id: number) => dependents(projectId, [id]),

    byKey: (projectId: number, key: string) => liveFlag(projectId, eq(featureFlags.key, key)),
    byId: async (projectId: number, id: number) =>
      isId(id) ? liveFlag(projectId, eq(featureFlags.id, id)) : undefined,

    /** Deletes those that nobody but each other depends on. */
    deleteAll: (project: FlagProject, userId: number, ids: number[]) =>
      changing(project.id, async (tx) => {
        const flags = await liveFlags(project.id, ids, tx)
        const there = new Set(flags.map(({ id }) => id))
        const errors: { id: number; key?: string; reason: string }[] = ids
          .filter((id) => !there.has(id))
          .map((id) => ({ id, reason: 'Flag not found' }))
        const others = await dependents(project.id, [...there], tx)
        const rights = await flagRightsOf(tx, project.organizationId, userId)
        const deleted = []
        for (const { id, key } of flags) {
          const mine = others.filter(({ dependsOn }) => dependsOn.includes(id))
          if (mine.length) {
            errors.push({ id, key, reason: `Cannot delete because other flags depend on it: ${named(mine)}` })
            continue
          }
          const before = await get(project.id, id, tx)
          if (!rights.mayEdit(before.flag)) {
            errors.push({ id, key, reason: mayNotEdit })
            continue
          }
          if (before.features.length) {
            errors.push({ id, key, reason: inEarlyAccess })
            continue
          }
          const change = {
            deleted: true,
            version: before.flag.version + 1,
            updatedAt: sql`now()`,
            lastModifiedBy: userId,
          }
          await tx.update(featureFlags).set(change).where(is(project.id, id))
          await tell(tx, project, userId, before, await get(project.id, id, tx))
          deleted.push({ id, key })
        }
        return { deleted, errors }
      }),
  }
}

export type FlagStore = ReturnType<typeof createFlagStore>

/**
 * What an editor had before them: a version, and whether what they change was changed meanwhile. `isOwners`: it is
 * changed by what has it for its own purposes, and who may change that was checked.
 */
export type Expected = {
  version?: number
  isConflict?: (present: FlagRow) => boolean
  isOwners?: boolean
}

/** Fields that an editor changes, that are other now than they were, and not what the editor wants. */
export const isConflicting = (
  wanted: Record<string, unknown>,
  original: Record<string, unknown>,
  present: Record<string, unknown>,
): boolean =>
  Object.keys(wanted).some(
    (field) =>
      field in original &&
      !isDeepStrictEqual(wanted[field], original[field]) &&
      !isDeepStrictEqual(original[field], present[field]) &&
      !isDeepStrictEqual(wanted[field], present[field]),
  )

/** What is told of a change: its own fields; not what follows from them. */
const shown = ({ flag, tags }: FlagRow) => presentFlag(flag, tags)
const derived = ['version', 'is_simple_flag', 'rollout_percentage']

const is = (projectId: number, id: number) =>
  and(eq(featureFlags.projectId, projectId), eq(featureFlags.id, id))

const inEarlyAccess =
  'Cannot delete a feature flag that is in use with early access features. ' +
  'Please delete the early access feature before deleting the flag.'

function checkKey(key: string): void {
  if (/^[a-zA-Z0-9_-]+$/.test(key)) return
  throw invalid('Only letters, numbers, hyphens (-) & underscores (_) are allowed.', {
    code: 'invalid_key',
    attr: 'key',
  })
}

/** A flag that is turned on has not been rolled back. */
const whenActive = ({ active }: FlagChanges) => (active ? { performedRollback: false } : {})

/** What people answered to an early access feature is kept under the flag's key. */
function renamed(row: StoredFlag, changes: FlagChanges): FlagChanges {
  const { key } = changes
  const filters = changes.filters ?? row.filters
  if (key === undefined || key === row.key || !Array.isArray(filters.super_groups)) return {}
  const text = JSON.stringify(filters.super_groups)
  const [from, to] = [row.key, key].map((one) => JSON.stringify(enrollmentKey(one)))
  return { filters: { ...filters, super_groups: JSON.parse(text.replaceAll(from!, to!)) } }
}

const named = (flags: { id: number; key: string }[]) => {
  const names = flags.slice(0, 5).map(({ id, key }) => `${key} (ID: ${id})`)
  return flags.length > 5 ? `${names.join(', ')}, and ${flags.length - 5} more` : names.join(', ')
}
