import { and, asc, eq, isNull, lte, sql } from 'drizzle-orm'
import { permitEdit } from '../../accounts/flag-rights.ts'
import { type PublicUser, publicUser } from '../../accounts/users.ts'
import type { Database } from '../../database/database.ts'
import { projects, scheduledChanges, users } from '../../database/schema.ts'
import type { FlagWrites } from '../../flags/flag-writes.ts'
import { HedgerowError, invalid, notFound } from '../../model/errors.ts'
import type { ScheduledFlagPayload } from '../../model/flags.ts'

type Stored = typeof scheduledChanges.$inferSelect
export type ScheduledChangeRow = { change: Stored; creator: PublicUser | null }
type Changes = { payload?: ScheduledFlagPayload; scheduledAt?: string }

type Project = { id: number; organizationId: string }
type Deps = { database: Database; flags: Pick<FlagWrites, 'byId' | 'rightsOf' | 'updating' | 'changing'> }

const mostWaiting = 1000
/** So many are done in one go; the rest a minute later. */
const atOnce = 100

/** Changes of feature flags that wait for their time, in the database. */
export function createScheduledChangeStore({ database, flags }: Deps) {
  const { db } = database
  const withCreator = () =>
    db
      .select({ change: scheduledChanges, creator: publicUser(users) })
      .from(scheduledChanges)
      .leftJoin(users, eq(users.id, scheduledChanges.createdBy))
      .$dynamic()

  /** @throws HedgerowError not found. */
  async function get(projectId: number, id: number): Promise<ScheduledChangeRow> {
    const [found] = await withCreator().where(is(projectId, id))
    if (!found) throw notFound()
    return found
  }

  /** @throws HedgerowError 403 for who may not edit the flag that a change is of. */
  async function permit(project: Project, userId: number, flagId: number): Promise<void> {
    const found = await flags.byId(project.id, flagId)
    // the change of a flag that is gone does nothing
    if (found) permitEdit(await flags.rightsOf(project, userId), found.flag)
  }

  /**
   * Does one, with the note that it is done in the same transaction.
   * @throws HedgerowError `unavailable` when it has to wait
   */
  async function execute(change: Stored, project: Project): Promise<void> {
    const done = (failureReason: string | null) => ({
      executedAt: sql`now()`,
      failureReason,
      updatedAt: sql`now()`,
    })
    try {
      const found = await flags.byId(project.id, change.featureFlagId)
      if (!found) throw notFound('The feature flag was deleted.')
      const { id, version } = found.flag
      const changes = changesOf(change.payload, found.flag)
      const write = await flags.updating(project, id, change.createdBy, changes, { version })
      await flags.changing(project.id, async (tx) => {
        await write(tx)
        await tx.update(scheduledChanges).set(done(null)).where(is(project.id, change.id))
      })
    } catch (error) {
      if (!(error instanceof HedgerowError) || error.kind === 'unavailable') throw error
      // Somebody else was faster: to what the flag is then it is done the next time.
      if (error.kind === 'conflict') return
      await db.update(scheduledChanges).set(done(error.message)).where(is(project.id, change.id))
    }
  }

  return {
    get,

    async list(projectId: number, search: { flagId?: number; limit: number; offset: number }) {
      const where = and(
        eq(scheduledChanges.projectId, projectId),
        search.flagId === undefined ? undefined : eq(scheduledChanges.featureFlagId, search.flagId),
      )
      const results = await withCreator()
        .where(where)
        .orderBy(asc(scheduledChanges.scheduledAt), asc(scheduledChanges.id))
        .limit(search.limit)
        .offset(search.offset)
      return { count: await db.$count(scheduledChanges, where), results }
    },

    /** @throws HedgerowError `invalid` without such a flag, and when too many wait; 403 for who may not edit it. */
    async create(project: Project, userId: number, flagId: number, given: Required<Changes>) {
      const projectId = project.id
      if (!(await flags.byId(projectId, flagId))) {
        throw invalid('There is no such feature flag.', { attr: 'record_id' })
      }
      await permit(project, userId, flagId)
      const waiting = and(eq(scheduledChanges.projectId, projectId), isNull(scheduledChanges.executedAt))
      if ((await db.$count(scheduledChanges, waiting)) >= mostWaiting) {
        throw invalid(`A project may have ${mostWaiting} changes that wait.`)
      }
      const [made] = await db
        .insert(scheduledChanges)
        .values({ projectId, featureFlagId: flagId, createdBy: userId, ...given })
        .returning()
      return get(projectId, made!.id)
    },

    /** @throws HedgerowError not found; `invalid` when it was done; 403 for who may not edit the flag. */
    async update(
      project: Project,
      id: number,
      userId: number,
      changes: Changes,
    ): Promise<ScheduledChangeRow> {
      const projectId = project.id
      const { change } = await get(projectId, id)
      await permit(project, userId, change.featureFlagId)
      const updated = await db
        .update(scheduledChanges)
        .set({ ...changes, updatedAt: sql`now()` })
        .where(and(is(projectId, id), isNull(scheduledChanges.executedAt)))
        .returning()
      const row = await get(projectId, id)
      if (!updated.length) throw invalid('This change was made already.')
      return row
    },

    /** @throws HedgerowError not found; 403 for who may not edit the flag. */
    async remove(project: Project, id: number, userId: number): Promise<void> {
      const { change } = await get(project.id, id)
      await permit(project, userId, change.featureFlagId)
      const gone = await db.delete(scheduledChanges).where(is(project.id, id)).returning()
      if (!gone.length) throw notFound()
    },

    /** Does what is due, the oldest first. */
    async executeDue(now: Date, signal?: AbortSignal): Promise<void> {
      const due = await db
        .select({ change: scheduledChanges, organizationId: projects.organizationId })
        .from(scheduledChanges)
        .innerJoin(projects, eq(projects.id, scheduledChanges.projectId))
        .where(and(isNull(scheduledChanges.executedAt), lte(scheduledChanges.scheduledAt, now.toISOString())))
        .orderBy(asc(scheduledChanges.scheduledAt), asc(scheduledChanges.id))
        .limit(atOnce)
      for (const { change, organizationId } of due) {
        if (signal?.aborted) return
        await execute(change, { id: change.projectId, organizationId })
      }
    },
  }
}

export type ScheduledChangeStore = ReturnType<typeof createScheduledChangeStore>

const is = (projectId: number, id: number) =>
  and(eq(scheduledChanges.projectId, projectId), eq(scheduledChanges.id, id))

/** What of a flag a payload changes. Reference: PostHog's dispatcher of scheduled changes. */
function changesOf(payload: ScheduledFlagPayload, { filters }: { filters: Record<string, unknown> }) {
  switch (payload.operation) {
    case 'update_status':
      return { active: payload.value }
    case 'add_release_condition': {
      const groups = Array.isArray(filters.groups) ? filters.groups : []
      return { filters: { ...filters, groups: [...groups, ...payload.value.groups] } }
    }
    case 'update_variants': {
      const { variants, payloads = {} } = payload.value
      return { filters: { ...filters, multivariate: { variants }, payloads } }
    }
  }
}
