import { and, asc, desc, eq, inArray, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { type PublicUser, publicUser } from '../accounts/users.ts'
import type { Activity, ActivityLog } from '../activity/activity-log.ts'
import { changesBetween } from '../activity/changes.ts'
import type { Database, Queries } from '../database/database.ts'
import {
  dashboards,
  dashboardTexts,
  dashboardTiles,
  insights,
  sharingLinks,
  users,
} from '../database/schema.ts'
import { containing } from '../kit/containing.ts'
import { forbidden, invalid, notFound } from '../model/errors.ts'
import { hasAnyTag, setTags, tagsOf } from '../tags/tags.ts'
import { changeTiles, moveTile, type TileChanges } from './change-tiles.ts'
import { mayEdit, mayRestrict, type Viewer } from './edit-rights.ts'
import { collaborates, type InsightRow, insightRows, isLive } from './insight-rows.ts'
import { copyTiles, makeTilesOf } from './make-tiles.ts'
import type { DashboardTemplate } from './templates.ts'

/** What of a dashboard a user sets; what is not given stays. */
export type DashboardChanges = Partial<
  Pick<
    typeof dashboards.$inferInsert,
    'name' | 'description' | 'pinned' | 'filters' | 'restrictionLevel' | 'deleted'
  >
> & { tags?: string[] }

export type DashboardRow = {
  dashboard: typeof dashboards.$inferSelect
  creator: PublicUser | null
  tags: string[]
  isShared: boolean
  /** Whether the viewer is one of its collaborators. */
  isCollaborator: boolean
}

/** A tile with its insight or its text: one of both. */
export type TileRow = {
  tile: typeof dashboardTiles.$inferSelect
  insight: InsightRow | null
  text: {
    text: typeof dashboardTexts.$inferSelect
    creator: PublicUser | null
    modifier: PublicUser | null
  } | null
}

const modifiers = alias(users, 'modifiers')

/** The project that a dashboard belongs to, and whose log tells of it. */
type Where = { id: number; organizationId: string }

/** Dashboards of projects, in the database. Every change is told in the activity log, in the transaction that makes it. */
export function createDashboardStore(
  database: Database,
  { activity }: { activity: Pick<ActivityLog, 'record'> },
) {
  const { db } = database

  const record = (
    tx: Queries,
    project: Where,
    viewer: Viewer,
    { dashboard }: DashboardRow,
    what: Pick<Activity, 'activity' | 'changes'>,
  ) => activity.record({ ...what, ...doneTo(project, viewer), ...known(dashboard) }, tx)

  /** Insights that go and come with a dashboard are told of as if they had been changed by themselves. */
  async function recordInsights(
    tx: Queries,
    project: Where,
    viewer: Viewer,
    which: (typeof insights.$inferSelect)[],
    deleted: boolean,
  ) {
    for (const insight of which) {
      const name = insight.name || insight.derivedName
      if (!name) continue
      await activity.record(
        {
          ...doneTo(project, viewer),
          scope: 'Insight',
          itemId: insight.id,
          shortId: insight.shortId,
          createdBy: insight.createdBy,
          name,
          activity: 'updated',
          changes: changesBetween('Insight', { deleted: !deleted }, { deleted }),
        },
        tx,
      )
    }
  }

  const rows = (tx: Queries, userId: number, where: SQL | undefined) =>
    tx
      .select({
        dashboard: dashboards,
        creator: publicUser(users),
        tags: tagsOf('Dashboard', dashboards.projectId, dashboards.id),
        isShared: sql<boolean>`exists (select 1 from ${sharingLinks} where ${sharingLinks.dashboardId} = ${dashboards.id} and ${sharingLinks.enabled})`,
        isCollaborator: collaborates(userId),
      })
      .from(dashboards)
      .leftJoin(users, eq(users.id, dashboards.createdBy))
      .where(where)
      .$dynamic()

  const is = (projectId: number, id: number) =>
    and(eq(dashboards.projectId, projectId), eq(dashboards.id, id))

  async function get(
    tx: Queries,
    projectId: number,
    id: number,
    viewer: Viewer,
    deletedToo = false,
  ): Promise<DashboardRow> {
    const where = and(is(projectId, id), deletedToo ? undefined : eq(dashboards.deleted, false))
    const [found] = await rows(tx, viewer.userId, where)
    if (!found) throw notFound()
    return found
  }

  async function locked(tx: Queries, projectId: number, id: number) {
    await tx.select({ id: dashboards.id }).from(dashboards).where(is(projectId, id)).for('update')
  }

  /** Deletes all tiles, and with `insightsToo` the insights that are then on no dashboard: these are answered. */
  async function deleteTiles(tx: Queries, dashboardId: number, insightsToo: boolean, now: Date) {
    const live = await tx
      .update(dashboardTiles)
      .set({ deleted: true, deletedWith: 'dashboard' })
      .where(and(eq(dashboardTiles.dashboardId, dashboardId), isLive))
      .returning({ id: dashboardTiles.id, insightId: dashboardTiles.insightId })
    const ids = live.flatMap(({ insightId }) => insightId ?? [])
    if (!insightsToo || ids.length === 0) return []
    const gone = await tx
      .update(insights)
      .set({ deleted: true, updatedAt: now.toISOString() })
      .where(
        and(
          inArray(insights.id, ids),
          eq(insights.deleted, false),
          sql`not exists (select 1 from ${dashboardTiles} join ${dashboards} on ${dashboards.id} = ${dashboardTiles.dashboardId}
            where ${dashboardTiles.insightId} = ${insights.id} and ${isLive} and not ${dashboards.deleted})`,
        ),
      )
      .returning()
    if (gone.length === 0) return []
    await tx
      .update(dashboardTiles)
      .set({ deletedWith: 'insight' })
      .where(
        and(
          eq(dashboardTiles.dashboardId, dashboardId),
          isNotNull(dashboardTiles.deletedWith),
          inArray(
            dashboardTiles.insightId,
            gone.map(({ id }) => id),
          ),
        ),
      )
    return gone
  }

  /** Brings back what was deleted with the dashboard, and nothing that had been deleted before; answers the insights. */
  async function restoreTiles(tx: Queries, dashboardId: number, now: Date) {
    const restored = await tx
      .select({ id: dashboardTiles.insightId })
      .from(dashboardTiles)
      .where(and(eq(dashboardTiles.dashboardId, dashboardId), eq(dashboardTiles.deletedWith, 'insight')))
    const ids = restored.flatMap(({ id }) => id ?? [])
    const back = ids.length
      ? await tx
          .update(insights)
          .set({ deleted: false, updatedAt: now.toISOString() })
          .where(inArray(insights.id, ids))
          .returning()
      : []
    await tx
      .update(dashboardTiles)
      .set({ deleted: false, deletedWith: null })
      .where(and(eq(dashboardTiles.dashboardId, dashboardId), isNotNull(dashboardTiles.deletedWith)))
    return back
  }

  /** What the log tells of a dashboard. Where tiles are is nothing that it does. */
  async function told(tx: Queries, { dashboard, tags }: DashboardRow) {
    const { name, description, pinned, filters, restrictionLevel, deleted } = dashboard
    const tiles = await tx
      .select({
        id: dashboardTiles.id,
        color: dashboardTiles.color,
        insight: sql<string | null>`coalesce(nullif(${insights.name}, ''), ${insights.derivedName})`,
        insight_id: dashboardTiles.insightId,
        text: dashboardTexts.body,
      })
      .from(dashboardTiles)
      .leftJoin(insights, eq(insights.id, dashboardTiles.insightId))
      .leftJoin(dashboardTexts, eq(dashboardTexts.id, dashboardTiles.textId))
      .where(
        and(
          eq(dashboardTiles.dashboardId, dashboard.id),
          isLive,
          or(isNull(dashboardTiles.insightId), eq(insights.deleted, false)),
        ),
      )
      .orderBy(asc(dashboardTiles.id))
    return { name, description, pinned, filters, restriction_level: restrictionLevel, deleted, tags, tiles }
  }

  return {
    /** @throws HedgerowError not found, also for a deleted one. */
    get: (projectId: number, id: number, viewer: Viewer) => get(db, projectId, id, viewer),

    /** Pinned ones first, each by name; without deleted ones. */
    async list(
      projectId: number,
      viewer: Viewer,
      query: { search?: string; tags?: string[]; limit: number; offset: number },
    ) {
      const where = and(
        eq(dashboards.projectId, projectId),
        eq(dashboards.deleted, false),
        query.search ? sql`${dashboards.name} ilike ${containing(query.search)}` : undefined,
        hasAnyTag('Dashboard', dashboards.projectId, dashboards.id, query.tags),
      )
      const results = await rows(db, viewer.userId, where)
        .orderBy(desc(dashboards.pinned), asc(dashboards.name), asc(dashboards.id))
        .limit(query.limit)
        .offset(query.offset)
      return { count: await db.$count(dashboards, where), results }
    },

    /** Whether the project has such a dashboard. */
    async has(projectId: number, id: number): Promise<boolean> {
      return (await db.$count(dashboards, and(is(projectId, id), eq(dashboards.deleted, false)))) > 0
    },

    /** Notes that somebody has looked at it. */
    async accessed(id: number, now: Date): Promise<void> {
      await db.update(dashboards).set({ lastAccessedAt: now.toISOString() }).where(eq(dashboards.id, id))
    },

    /** What is on it, the oldest first. */
    async tiles(dashboardId: number, viewer: Pick<Viewer, 'userId'>): Promise<TileRow[]> {
      const found = await db
        .select({
          tile: dashboardTiles,
          text: dashboardTexts,
          creator: publicUser(users),
          modifier: publicUser(modifiers),
        })
        .from(dashboardTiles)
        .leftJoin(insights, eq(insights.id, dashboardTiles.insightId))
        .leftJoin(dashboardTexts, eq(dashboardTexts.id, dashboardTiles.textId))
        .leftJoin(users, eq(users.id, dashboardTexts.createdBy))
        .leftJoin(modifiers, eq(modifiers.id, dashboardTexts.lastModifiedBy))
        .where(
          and(
            eq(dashboardTiles.dashboardId, dashboardId),
            isLive,
            or(isNull(dashboardTiles.insightId), eq(insights.deleted, false)),
          ),
        )
        .orderBy(asc(dashboardTiles.id))
      const ids = found.flatMap(({ tile }) => tile.insightId ?? [])
      const its = ids.length ? await insightRows(db, viewer.userId, inArray(insights.id, ids)) : []
      const byId = new Map(its.map((row) => [row.insight.id, row]))
      return found.map(({ tile, text, creator, modifier }) => ({
        tile,
        insight: tile.insightId === null ? null : (byId.get(tile.insightId) ?? null),
        text: text && { text, creator, modifier },
      }))
    },

    /**
     * @param from a template, or a dashboard of the project whose tiles it shares or copies; what is not given is as
     * it is there
     * @throws HedgerowError `invalid` for a dashboard that is not there.
     */
    create: (
      project: Where,
      viewer: Viewer,
      given: DashboardChanges,
      from?: { template: DashboardTemplate } | { dashboard: number; mode: 'share' | 'copy' },
    ): Promise<DashboardRow> =>
      database.transaction(async (tx) => {
        const projectId = project.id
        const original =
          from && 'dashboard' in from ? await originalOf(tx, projectId, from.dashboard, viewer) : undefined
        const template = from && 'template' in from ? from.template : undefined
        const { tags: names, ...values } = given
        const [row] = await tx
          .insert(dashboards)
          .values({
            ...values,
            name: given.name ?? template?.name,
            description: given.description ?? template?.description ?? original?.dashboard.description,
            filters: given.filters ?? template?.filters ?? original?.dashboard.filters,
            projectId,
            creationMode: template ? 'template' : original ? 'duplicate' : 'default',
            createdBy: viewer.userId,
          })
          .returning({ id: dashboards.id })
        const { id } = row!
        const tags = names ?? template?.tags ?? original?.tags
        await setTags(tx, { projectId, kind: 'Dashboard', id }, tags)
        const of = { projectId, dashboardId: id, userId: viewer.userId }
        if (template) await makeTilesOf(tx, of, template)
        if (from && 'dashboard' in from) await copyTiles(tx, of, from.dashboard, from.mode)
        const made = await get(tx, projectId, id, viewer, true)
        await record(tx, project, viewer, made, { activity: 'created' })
        return made
      }),

    /**
     * With `deleted: true` its tiles are deleted too, with `deleted: false` it comes back with them.
     * @param insightsToo whether insights that are on no other dashboard are deleted with it
     * @param restores whether a deleted one is reached: PostHog's PUT does not
     * @throws HedgerowError not found; 403 where the viewer may not edit or restrict it; as `changeTiles`.
     */
    update: (
      project: Where,
      id: number,
      viewer: Viewer,
      given: DashboardChanges & { tiles?: TileChanges[] },
      { insightsToo, restores, now }: { insightsToo: boolean; restores: boolean; now: Date },
    ): Promise<DashboardRow> =>
      database.transaction(async (tx) => {
        const projectId = project.id
        await locked(tx, projectId, id)
        const before = await get(tx, projectId, id, viewer, restores && given.deleted === false)
        permitEdit(before, viewer)
        const was = await told(tx, before)
        const { tags, tiles, ...values } = given
        const level = values.restrictionLevel
        if (level !== undefined && level !== before.dashboard.restrictionLevel) {
          permitRestrict(before, viewer)
        }
        if (Object.values(values).some((one) => one !== undefined)) {
          await tx.update(dashboards).set(values).where(eq(dashboards.id, id))
        }
        await setTags(tx, { projectId, kind: 'Dashboard', id }, tags)
        if (tiles) {
          await changeTiles(tx, { projectId, dashboardId: id, userId: viewer.userId }, tiles, now)
        }
        if (given.deleted === true) {
          await recordInsights(tx, project, viewer, await deleteTiles(tx, id, insightsToo, now), true)
        }
        if (given.deleted === false && before.dashboard.deleted) {
          await recordInsights(tx, project, viewer, await restoreTiles(tx, id, now), false)
        }
        const after = await get(tx, projectId, id, viewer, true)
        // Its tiles go and come with it: that is no change of them.
        const omit = after.dashboard.deleted !== before.dashboard.deleted ? ['tiles'] : []
        await record(tx, project, viewer, after, {
          activity: 'updated',
          changes: changesBetween('Dashboard', was, await told(tx, after), { omit }),
        })
        return after
      }),

    /** @throws HedgerowError not found; 403 where the viewer may not edit both dashboards; as `moveTile`. */
    moveTile: (
      project: Where,
      viewer: Viewer,
      { tile: tileId, from, to }: { tile: number; from: number; to: number },
    ): Promise<DashboardRow> =>
      database.transaction(async (tx) => {
        const projectId = project.id
        const source = await get(tx, projectId, from, viewer)
        const target = await get(tx, projectId, to, viewer).catch(() => {
          throw invalid(`Invalid pk "${to}" - object does not exist.`, {
            code: 'does_not_exist',
            attr: 'toDashboard',
          })
        })
        permitEdit(source, viewer)
        permitEdit(target, viewer)
        const [tile] = await tx
          .select()
          .from(dashboardTiles)
          .where(and(eq(dashboardTiles.id, tileId), eq(dashboardTiles.dashboardId, from), isLive))
        if (!tile) throw notFound()
        if (from !== to) {
          const were = [await told(tx, source), await told(tx, target)] as const
          await moveTile(tx, tile, to)
          for (const [at, row] of [source, target].entries()) {
            const changes = changesBetween('Dashboard', were[at]!, await told(tx, row))
            await record(tx, project, viewer, row, { activity: 'updated', changes })
          }
        }
        return get(tx, projectId, from, viewer)
      }),
  }

  async function originalOf(tx: Queries, projectId: number, id: number, viewer: Viewer) {
    const [found] = await rows(tx, viewer.userId, and(is(projectId, id), eq(dashboards.deleted, false)))
    if (!found) throw invalid('Invalid value provided', { attr: 'use_dashboard' })
    return found
  }
}

export type DashboardStore = ReturnType<typeof createDashboardStore>

const doneTo = (project: Where, viewer: Viewer) => ({
  organizationId: project.organizationId,
  projectId: project.id,
  userId: viewer.userId,
})

/** How the activity log knows a dashboard. */
export const known = ({ id, name, createdBy }: typeof dashboards.$inferSelect) => ({
  scope: 'Dashboard' as const,
  itemId: id,
  name,
  createdBy,
})

/** The rights to a dashboard, of the viewer whom its row was read for. */
export const rightsOf = ({ dashboard, isCollaborator }: DashboardRow) => ({ ...dashboard, isCollaborator })

/** @throws HedgerowError 403 where somebody may only see the dashboard. */
export function permitEdit(row: DashboardRow, viewer: Viewer): void {
  if (mayEdit(rightsOf(row), viewer)) return
  throw forbidden("You don't have edit permissions for this dashboard.")
}

function permitRestrict(row: DashboardRow, viewer: Viewer): void {
  if (mayRestrict(row.dashboard, viewer)) return
  throw forbidden(
    "Only the dashboard owner and project admins have the restriction rights required to change the dashboard's restriction level.",
  )
}
