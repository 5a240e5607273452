import { and, desc, eq, inArray, isNull, ne, or, sql } from 'drizzle-orm'
import { publicUser } from '../accounts/users.ts'
import type { Database, Queries } from '../database/database.ts'
import { activityBookmarks, activityLog, users } from '../database/schema.ts'
import { createUuid7 } from '../kit/uuid7.ts'
import { type Change, kept } from './changes.ts'

/** Kinds of things whose changes are told, by PostHog's names for them. */
export type ActivityScope =
  | 'Action'
  | 'Annotation'
  | 'BatchExport'
  | 'Cohort'
  | 'Dashboard'
  | 'DeadLetter'
  | 'EarlyAccessFeature'
  | 'EventDefinition'
  | 'Experiment'
  | 'ExperimentHoldout'
  | 'FeatureFlag'
  | 'Group'
  | 'GroupType'
  | 'Insight'
  | 'Notebook'
  | 'Organization'
  | 'OrganizationDomain'
  | 'OrganizationInvite'
  | 'OrganizationMembership'
  | 'OrganizationResourceAccess'
  | 'Person'
  | 'PersonalAPIKey'
  | 'Plugin'
  | 'PluginConfig'
  | 'PropertyDefinition'
  | 'Role'
  | 'SessionRecording'
  | 'SessionRecordingPlaylist'
  | 'SharingConfiguration'
  | 'Subscription'
  | 'Survey'
  | 'Team'
  | 'User'

/** Something that somebody did. */
export type Activity = {
  organizationId: string
  /** Null for what belongs to the organization. */
  projectId: number | null
  /** Null where nobody did it: the system did. */
  userId: number | null
  scope: ActivityScope
  /** As the API has it: `12`, or a uuid. */
  itemId: number | string | null
  /** `created`, `updated`, `deleted`, or a word of the resource's own (`split_person`). */
  activity: string
  /** By what the thing is known, so that the entry can be read when it is gone. */
  name: string | null
  shortId?: string | null
  changes?: Change[] | null
  /** Who made the thing: they are told of changes by others. */
  createdBy?: number | null
}

export type ActivityRow = Awaited<ReturnType<ReturnType<typeof createActivityLog>['list']>>['results'][number]

export type WhichActivity = {
  /** One kind, or any of several. */
  scope?: string | readonly string[]
  itemId?: number | string
  userUuid?: string
  activity?: string
} & (
  | { projectId: number }
  /** What belongs to none of its projects, and to these. */
  | { organizationId: string; projectIds?: readonly number[] }
)

const mostOfName = 400
/** Grow with time: they order what was written within one tick of the database's clock (PGlite's: a millisecond). */
const newId = createUuid7()

/** Who changed what and when, in the database. Entries outlive the things that they tell of, but not the organization. */
export function createActivityLog(database: Database) {
  const { db } = database

  const withUser = () =>
    db
      .select({
        entry: activityLog,
        user: publicUser(users),
      })
      .from(activityLog)
      .leftJoin(users, eq(users.id, activityLog.userId))
      .$dynamic()
  const newestFirst = [desc(activityLog.createdAt), desc(activityLog.id)]

  return {
    /**
     * Keeps an entry; an `updated` that changed nothing is not kept. Secrets never get in: values of fields with such
     * names, and personal API keys anywhere, are masked.
     * @param within the transaction that makes the change, where there is one
     */
    async record(done: Activity, within: Queries = db): Promise<void> {
      if (done.activity === 'updated' && !done.changes?.length) return
      await within.insert(activityLog).values({
        id: newId(),
        organizationId: done.organizationId,
        projectId: done.projectId,
        userId: done.userId,
        isSystem: done.userId === null,
        scope: done.scope,
        itemId: done.itemId === null ? null : String(done.itemId),
        itemCreatedBy: done.createdBy ?? null,
        activity: done.activity,
        detail: {
          changes: done.changes?.map(kept) ?? null,
          merge: null,
          trigger: null,
          name: done.name?.slice(0, mostOfName) ?? null,
          short_id: done.shortId ?? null,
        },
      })
    },

    /**
     * Newest first: of a project, or what belongs to no project of an organization, or to some of them; of one kind
     * and of one thing where these are said.
     */
    async list(of: WhichActivity, page: { limit: number; offset: number }) {
      const where = and(
        'projectId' in of
          ? eq(activityLog.projectId, of.projectId)
          : and(
              eq(activityLog.organizationId, of.organizationId),
              or(isNull(activityLog.projectId), inArray(activityLog.projectId, [...(of.projectIds ?? [])])),
            ),
        of.scope === undefined ? undefined : inArray(activityLog.scope, [of.scope].flat()),
        of.itemId === undefined ? undefined : eq(activityLog.itemId, String(of.itemId)),
        of.activity === undefined ? undefined : eq(activityLog.activity, of.activity),
        of.userUuid === undefined
          ? undefined
          : sql`${activityLog.userId} = (select id from ${users} where ${users.uuid}::text = ${of.userUuid.toLowerCase()})`,
      )
      const results = await withUser()
        .where(where)
        .orderBy(...newestFirst)
        .limit(page.limit)
        .offset(page.offset)
      return { count: await db.$count(activityLog, where), results }
    },

    /** The newest things that others did in the project to what the user made. */
    importantChanges: (projectId: number, userId: number, limit: number) =>
      withUser()
        .where(
          and(
            eq(activityLog.projectId, projectId),
            eq(activityLog.itemCreatedBy, userId),
            or(isNull(activityLog.userId), ne(activityLog.userId, userId)),
          ),
        )
        .orderBy(...newestFirst)
        .limit(limit),

    /** Until when the user has read what others did; null for never. ISO 8601 in UTC. */
    async readUntil(userId: number): Promise<string | null> {
      const [mark] = await db
        .select({ readUntil: activityBookmarks.readUntil })
        .from(activityBookmarks)
        .where(eq(activityBookmarks.userId, userId))
      return mark?.readUntil ?? null
    },

    /** What others did until then (ISO 8601, UTC) is read. */
    async bookmark(userId: number, readUntil: string): Promise<void> {
      await db
        .insert(activityBookmarks)
        .values({ userId, readUntil })
        .onConflictDoUpdate({ target: activityBookmarks.userId, set: { readUntil } })
    },
  }
}

export type ActivityLog = ReturnType<typeof createActivityLog>
