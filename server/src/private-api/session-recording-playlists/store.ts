import { and, asc, count, desc, eq, gte, lte, or, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { type PublicUser, publicUser } from '../../accounts/users.ts'
import type { Activity, ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import type { Database, Queries } from '../../database/database.ts'
import { recordingPins, recordingPlaylists, users } from '../../database/schema.ts'
import { anyDefined } from '../../kit/any-defined.ts'
import { containing } from '../../kit/containing.ts'
import { invalid, notFound } from '../../model/errors.ts'
import { newShortId } from '../../saved/short-id.ts'

/** What of a playlist a user sets; what is not given stays. */
export type PlaylistChanges = Partial<
  Pick<
    typeof recordingPlaylists.$inferInsert,
    'name' | 'derivedName' | 'description' | 'pinned' | 'filters' | 'deleted'
  >
>

/** Columns by which a list can be ordered. */
const columns = {
  id: recordingPlaylists.id,
  short_id: recordingPlaylists.shortId,
  name: recordingPlaylists.name,
  derived_name: recordingPlaylists.derivedName,
  description: recordingPlaylists.description,
  pinned: recordingPlaylists.pinned,
  created_at: recordingPlaylists.createdAt,
  created_by: recordingPlaylists.createdBy,
  last_modified_at: recordingPlaylists.lastModifiedAt,
  last_modified_by: recordingPlaylists.lastModifiedBy,
}
export const playlistOrders = Object.keys(columns) as (keyof typeof columns)[]

export type PlaylistFilters = {
  shortId?: string
  createdBy?: number
  pinned?: boolean
  /** A part of the name. */
  search?: string
  /** Bounds of when it was last modified, ISO 8601. */
  from?: string
  to?: string
  /** That this session is on. */
  sessionId?: string
  order?: { by: (typeof playlistOrders)[number]; descending: boolean }
}

/** The project that a playlist belongs to, and whose log tells of it. */
type Project = { id: number; organizationId: string }
type Page = { limit: number; offset: number }

const mostPins = 1000
const modifiers = alias(users, 'modifiers')

/** Playlists of session recordings, in the database. Changes are told in the activity log, by the transactions that make them. */
export function createPlaylistStore(
  database: Database,
  { activity }: { activity: Pick<ActivityLog, 'record'> },
) {
  const { db } = database

  const rows = (tx: Queries, where: SQL | undefined) =>
    tx
      .select({ playlist: recordingPlaylists, creator: publicUser(users), modifier: publicUser(modifiers) })
      .from(recordingPlaylists)
      .leftJoin(users, eq(users.id, recordingPlaylists.createdBy))
      .leftJoin(modifiers, eq(modifiers.id, recordingPlaylists.lastModifiedBy))
      .where(where)
      .$dynamic()

  const is = (projectId: number, shortId: string) =>
    and(eq(recordingPlaylists.projectId, projectId), eq(recordingPlaylists.shortId, shortId))

  async function get(tx: Queries, projectId: number, shortId: string, deleted: 'too' | 'not') {
    const where = and(
      is(projectId, shortId),
      deleted === 'not' ? eq(recordingPlaylists.deleted, false) : undefined,
    )
    const [found] = await rows(tx, where)
    if (!found) throw notFound()
    return found
  }

  /** One that is not deleted, which stays so until the transaction is over. @throws HedgerowError not found. */
  async function locked(tx: Queries, projectId: number, shortId: string) {
    const where = and(is(projectId, shortId), eq(recordingPlaylists.deleted, false))
    const [found] = await tx.select().from(recordingPlaylists).where(where).for('update')
    if (!found) throw notFound()
    return found
  }

  /** Told only of those that have a name, as PostHog does: the web app makes them before it asks for one. */
  async function tell(
    tx: Queries,
    project: Project,
    userId: number,
    playlist: typeof recordingPlaylists.$inferSelect,
    told: Pick<Activity, 'activity' | 'changes'>,
  ) {
    const name = playlist.name || playlist.derivedName
    if (!name) return
    await activity.record(
      {
        ...told,
        organizationId: project.organizationId,
        projectId: project.id,
        userId,
        scope: 'SessionRecordingPlaylist',
        itemId: playlist.id,
        shortId: playlist.shortId,
        name,
        createdBy: playlist.createdBy,
      },
      tx,
    )
  }

  const pin = (session: string, action: 'created' | 'deleted') => ({
    type: 'SessionRecordingPlaylist',
    action,
    field: 'recordings',
    before: action === 'deleted' ? session : null,
    after: action === 'created' ? session : null,
  })

  const isOn = (sessionId: string) =>
    sql`exists (select 1 from ${recordingPins} where ${recordingPins.playlistId} = ${recordingPlaylists.id}
      and ${recordingPins.sessionId} = ${sessionId})`

  return {
    /** @throws HedgerowError not found, also for a deleted one. */
    get: (projectId: number, shortId: string) => get(db, projectId, shortId, 'not'),

    /** A page of those that are not deleted. */
    async list(projectId: number, filters: PlaylistFilters, page: Page) {
      const { order = { by: 'last_modified_at', descending: true } } = filters
      const text = filters.search ? containing(filters.search) : undefined
      const where = and(
        eq(recordingPlaylists.projectId, projectId),
        eq(recordingPlaylists.deleted, false),
        filters.shortId === undefined ? undefined : eq(recordingPlaylists.shortId, filters.shortId),
        filters.createdBy === undefined ? undefined : eq(recordingPlaylists.createdBy, filters.createdBy),
        filters.pinned ? eq(recordingPlaylists.pinned, true) : undefined,
        text === undefined
          ? undefined
          : or(
              sql`${recordingPlaylists.name} ilike ${text}`,
              sql`${recordingPlaylists.derivedName} ilike ${text}`,
            ),
        filters.from === undefined ? undefined : gte(recordingPlaylists.lastModifiedAt, filters.from),
        filters.to === undefined ? undefined : lte(recordingPlaylists.lastModifiedAt, filters.to),
        filters.sessionId === undefined ? undefined : isOn(filters.sessionId),
      )
      const results = await rows(db, where)
        .orderBy(
          order.descending
            ? sql`${columns[order.by]} desc nulls last`
            : sql`${columns[order.by]} asc nulls first`,
          order.descending ? desc(recordingPlaylists.id) : asc(recordingPlaylists.id),
        )
        .limit(page.limit)
        .offset(page.offset)
      return { count: await db.$count(recordingPlaylists, where), results }
    },

    create: (project: Project, userId: number, given: PlaylistChanges): Promise<PlaylistRow> =>
      database.transaction(async (tx) => {
        const shortId = newShortId()
        await tx.insert(recordingPlaylists).values({
          ...given,
          projectId: project.id,
          shortId,
          createdBy: userId,
          lastModifiedBy: userId,
        })
        const made = await get(tx, project.id, shortId, 'too')
        await tell(tx, project, userId, made.playlist, { activity: 'created' })
        return made
      }),

    /** Deleted ones too, which so can come back. @throws HedgerowError not found. */
    update: (
      project: Project,
      shortId: string,
      userId: number,
      given: PlaylistChanges,
      now: Date,
    ): Promise<PlaylistRow> =>
      database.transaction(async (tx) => {
        const where = is(project.id, shortId)
        const [before] = await tx.select().from(recordingPlaylists).where(where).for('update')
        if (!before) throw notFound()
        const { name, description, filters } = given
        const isMaterial = [name, description, filters].some((one) => one !== undefined)
        const set = {
          ...given,
          ...(isMaterial && { lastModifiedAt: now.toISOString(), lastModifiedBy: userId }),
        }
        if (anyDefined(set)) await tx.update(recordingPlaylists).set(set).where(where)
        const after = await get(tx, project.id, shortId, 'too')
        const changes = changesBetween('SessionRecordingPlaylist', told(before), told(after.playlist))
        await tell(tx, project, userId, after.playlist, { activity: 'updated', changes })
        return after
      }),

    /** What was put on it, the last one first; one more than a page shows, where there are more. @throws HedgerowError not found. */
    async pins(projectId: number, shortId: string, { limit, offset }: Page) {
      const { playlist } = await get(db, projectId, shortId, 'not')
      const others = alias(recordingPins, 'others')
      const holders = alias(recordingPlaylists, 'holders')
      const pinnedCount = db
        .select({ n: count() })
        .from(others)
        .innerJoin(holders, eq(holders.id, others.playlistId))
        .where(
          and(
            eq(others.sessionId, recordingPins.sessionId),
            eq(holders.projectId, projectId),
            eq(holders.deleted, false),
          ),
        )
      return db
        .select({ sessionId: recordingPins.sessionId, pinnedCount: sql<number>`(${pinnedCount})::int` })
        .from(recordingPins)
        .where(eq(recordingPins.playlistId, playlist.id))
        .orderBy(desc(recordingPins.createdAt), asc(recordingPins.sessionId))
        .limit(limit + 1)
        .offset(offset)
    },

    /** @throws HedgerowError not found; `invalid` when there are too many on it. */
    pin: (project: Project, shortId: string, userId: number, sessionId: string): Promise<void> =>
      database.transaction(async (tx) => {
        const playlist = await locked(tx, project.id, shortId)
        const made = await tx
          .insert(recordingPins)
          .values({ playlistId: playlist.id, sessionId })
          .onConflictDoNothing()
          .returning({ sessionId: recordingPins.sessionId })
        if (!made.length) return
        if ((await tx.$count(recordingPins, eq(recordingPins.playlistId, playlist.id))) > mostPins) {
          throw invalid(`A playlist holds at most ${mostPins} recordings.`)
        }
        await tell(tx, project, userId, playlist, {
          activity: 'updated',
          changes: [pin(sessionId, 'created')],
        })
      }),

    /** @throws HedgerowError not found, also when it is not on the playlist. */
    unpin: (project: Project, shortId: string, userId: number, sessionId: string): Promise<void> =>
      database.transaction(async (tx) => {
        const playlist = await locked(tx, project.id, shortId)
        const gone = await tx
          .delete(recordingPins)
          .where(and(eq(recordingPins.playlistId, playlist.id), eq(recordingPins.sessionId, sessionId)))
          .returning({ sessionId: recordingPins.sessionId })
        if (!gone.length) throw notFound('Recording not found')
        await tell(tx, project, userId, playlist, {
          activity: 'updated',
          changes: [pin(sessionId, 'deleted')],
        })
      }),
  }
}

export type PlaylistStore = ReturnType<typeof createPlaylistStore>
export type PlaylistRow = {
  playlist: typeof recordingPlaylists.$inferSelect
  creator: PublicUser | null
  modifier: PublicUser | null
}

/** What the activity log tells of a playlist. */
const told = (playlist: typeof recordingPlaylists.$inferSelect) => ({
  name: playlist.name,
  derived_name: playlist.derivedName,
  description: playlist.description,
  pinned: playlist.pinned,
  filters: playlist.filters,
  deleted: playlist.deleted,
})
