import { and, asc, desc, eq, gte, inArray, lte, or, type SQL, sql } from 'drizzle-orm'
import type { ActivityLog } from '../activity/activity-log.ts'
import { changesBetween } from '../activity/changes.ts'
import type { Database, Queries } from '../database/database.ts'
import { dashboards, dashboardTiles, insights, insightViews, tags } from '../database/schema.ts'
import { containing } from '../kit/containing.ts'
import { forbidden, notFound } from '../model/errors.ts'
import { hasAnyTag, setTags } from '../tags/tags.ts'
import { mayChange, privilegeOf, type Viewer } from './edit-rights.ts'
import { type InsightRow, insightRows, isLive } from './insight-rows.ts'
import { setDashboards } from './insights-on-dashboards.ts'
import { newShortId } from './short-id.ts'

/** What of an insight a user sets; what is not given stays. */
export type InsightChanges = Partial<
  Pick<
    typeof insights.$inferInsert,
    'name' | 'derivedName' | 'description' | 'order' | 'saved' | 'favorited' | 'deleted'
  >
> & {
  filters?: Record<string, unknown>
  query?: Record<string, unknown> | null
  tags?: string[]
  /** All dashboards that it is on from now on. */
  dashboards?: number[]
}

/** Columns by which a list can be ordered. */
const columns = {
  id: insights.id,
  short_id: insights.shortId,
  name: insights.name,
  derived_name: insights.derivedName,
  description: insights.description,
  order: insights.order,
  saved: insights.saved,
  favorited: insights.favorited,
  is_sample: insights.isSample,
  created_at: insights.createdAt,
  created_by: insights.createdBy,
  updated_at: insights.updatedAt,
  last_modified_at: insights.lastModifiedAt,
  last_modified_by: insights.lastModifiedBy,
}
export const insightOrders = Object.keys(columns) as (keyof typeof columns)[]

export type InsightFilters = {
  shortId?: string
  /** True: saved, or on a dashboard. */
  saved?: boolean
  favorited?: boolean
  kind?: string
  /** A part of the name, description or a tag. */
  search?: string
  /** Any of these. */
  tags?: string[]
  /** Bounds of when it was last modified, ISO 8601. */
  from?: string
  to?: string
  createdBy?: number[]
  /** On all of these. */
  dashboards?: number[]
  /** About this flag. */
  featureFlag?: string
  order?: { by: (typeof insightOrders)[number]; descending: boolean }
}

type Where = { id: number; organizationId: string }
/** By its number or its short id. */
export type WhichInsight = number | string

type Deps = {
  activity: Pick<ActivityLog, 'record'>
  /** What kind of question it is, as `insights.kind` has it. */
  kindOf(asked: { filters: Record<string, unknown>; query: Record<string, unknown> | null }): string
}

/** Saved insights of projects, in the database. */
export function createInsightStore(database: Database, { activity, kindOf }: Deps) {
  const { db } = database

  const is = (projectId: number, which: WhichInsight) =>
    and(
      eq(insights.projectId, projectId),
      typeof which === 'number' ? eq(insights.id, which) : eq(insights.shortId, which),
    )

  async function get(
    tx: Queries,
    projectId: number,
    which: WhichInsight,
    viewer: Viewer,
    deletedToo = false,
  ) {
    const where = and(is(projectId, which), deletedToo ? undefined : eq(insights.deleted, false))
    const [found] = await insightRows(tx, viewer.userId, where)
    if (!found) throw notFound()
    return found
  }

  const isSaved = () =>
    or(
      eq(insights.saved, true),
      sql`exists (select 1 from ${dashboardTiles} join ${dashboards} on ${dashboards.id} = ${dashboardTiles.dashboardId}
        where ${dashboardTiles.insightId} = ${insights.id} and ${isLive} and not ${dashboards.deleted})`,
    )
  const isOn = (dashboardId: number) =>
    sql`exists (select 1 from ${dashboardTiles} join ${dashboards} on ${dashboards.id} = ${dashboardTiles.dashboardId}
      where ${dashboardTiles.insightId} = ${insights.id} and ${isLive} and not ${dashboards.deleted}
        and ${dashboards.id} = ${dashboardId})`
  const says = (text: string) =>
    or(
      sql`${insights.name} ilike ${text}`,
      sql`${insights.derivedName} ilike ${text}`,
      sql`${insights.description} ilike ${text}`,
      sql`exists (select 1 from ${tags} where ${tags.projectId} = ${insights.projectId} and ${tags.kind} = 'Insight'
        and ${tags.itemId} = ${insights.id}::text and ${tags.tag} ilike ${text})`,
    )
  /** By the property that every event has for the flag, or by the name in a filter of active flags. */
  const isAbout = (flag: string) => {
    const question = sql`concat(${insights.filters}::text, ${insights.query}::text)`
    const name = JSON.stringify(flag)
    return or(
      sql`${question} like ${containing(JSON.stringify(`$feature/${flag}`))}`,
      and(sql`${question} like '%"$active\\_feature\\_flag%'`, sql`${question} like ${containing(name)}`),
    )
  }

  function condition(projectId: number, filters: InsightFilters): SQL | undefined {
    return and(
      eq(insights.projectId, projectId),
      eq(insights.deleted, false),
      filters.shortId === undefined ? undefined : eq(insights.shortId, filters.shortId),
      filters.saved === undefined ? undefined : filters.saved ? isSaved() : eq(insights.saved, false),
      filters.favorited ? eq(insights.favorited, true) : undefined,
      filters.kind === undefined ? undefined : eq(insights.kind, filters.kind),
      filters.search ? says(containing(filters.search)) : undefined,
      hasAnyTag('Insight', insights.projectId, insights.id, filters.tags),
      filters.from === undefined ? undefined : gte(insights.lastModifiedAt, filters.from),
      filters.to === undefined ? undefined : lte(insights.lastModifiedAt, filters.to),
      filters.createdBy === undefined ? undefined : inArray(insights.createdBy, filters.createdBy),
      ...(filters.dashboards ?? []).map(isOn),
      filters.featureFlag ? isAbout(filters.featureFlag) : undefined,
    )
  }

  function ordered({ order }: InsightFilters): SQL[] {
    if (!order) return [sql`${insights.order} asc nulls last`, asc(insights.id)]
    return order.descending
      ? [sql`${columns[order.by]} desc nulls last`, desc(insights.id)]
      : [sql`${columns[order.by]} asc nulls first`, asc(insights.id)]
  }

  /** Told only of insights that have a name: those without are questions on their way to one. */
  const record = (
    tx: Queries,
    project: Where,
    viewer: Viewer,
    { insight }: InsightRow,
    told: Pick<Parameters<ActivityLog['record']>[0], 'activity' | 'changes'>,
  ) => {
    const name = insight.name || insight.derivedName
    if (!name) return Promise.resolve()
    return activity.record(
      {
        ...told,
        organizationId: project.organizationId,
        projectId: project.id,
        userId: viewer.userId,
        scope: 'Insight',
        itemId: insight.id,
        name,
        shortId: insight.shortId,
        createdBy: insight.createdBy,
      },
      tx,
    )
  }

  return {
    /** @throws HedgerowError not found, also for a deleted one. */
    get: (projectId: number, which: WhichInsight, viewer: Viewer) => get(db, projectId, which, viewer),

    /** A page of those that are not deleted. */
    async list(
      projectId: number,
      viewer: Viewer,
      filters: InsightFilters,
      page: { limit: number; offset: number },
    ) {
      const where = condition(projectId, filters)
      const results = await insightRows(db, viewer.userId, where, { ...page, orderBy: ordered(filters) })
      return { count: await db.$count(insights, where), results }
    },

    /** @throws HedgerowError as `setDashboards`. */
    create: (project: Where, viewer: Viewer, given: InsightChanges): Promise<InsightRow> =>
      database.transaction(async (tx) => {
        const { tags: names, dashboards: onThese, ...values } = given
        const [row] = await tx
          .insert(insights)
          .values({
            ...values,
            kind: kindOf({ filters: given.filters ?? {}, query: given.query ?? null }),
            projectId: project.id,
            shortId: newShortId(),
            createdBy: viewer.userId,
            lastModifiedBy: viewer.userId,
          })
          .returning({ id: insights.id })
        const { id } = row!
        await setTags(tx, { projectId: project.id, kind: 'Insight', id }, names)
        if (onThese) await setDashboards(tx, { projectId: project.id, insightId: id }, onThese, viewer)
        const made = await get(tx, project.id, id, viewer, true)
        await record(tx, project, viewer, made, { activity: 'created' })
        return made
      }),

    /**
     * With `deleted: false` also a deleted one, which so comes back; its tiles do not.
     * @param restores whether that is so: PostHog's PUT does not
     * @throws HedgerowError not found; 403 where the viewer may not edit it; as `setDashboards`.
     */
    update: (
      project: Where,
      which: WhichInsight,
      viewer: Viewer,
      given: InsightChanges,
      { restores, now }: { restores: boolean; now: Date },
    ): Promise<InsightRow> =>
      database.transaction(async (tx) => {
        await tx.select({ id: insights.id }).from(insights).where(is(project.id, which)).for('update')
        const before = await get(tx, project.id, which, viewer, restores && given.deleted === false)
        permitChange(before, viewer)
        const { id } = before.insight
        const { tags: names, dashboards: onThese, ...values } = given
        const { name, description, filters, query } = given
        const isMaterial = [name, description, filters, query].some((one) => one !== undefined)
        const { insight } = before
        const asked = {
          filters: filters ?? insight.filters,
          query: query === undefined ? insight.query : query,
        }
        await tx
          .update(insights)
          .set({
            ...values,
            kind: kindOf(asked),
            isSample: false,
            updatedAt: now.toISOString(),
            ...(isMaterial && { lastModifiedAt: now.toISOString(), lastModifiedBy: viewer.userId }),
          })
          .where(eq(insights.id, id))
        await setTags(tx, { projectId: project.id, kind: 'Insight', id }, names)
        if (given.deleted) {
          await tx
            .update(dashboardTiles)
            .set({ deleted: true, deletedWith: null })
            .where(and(eq(dashboardTiles.insightId, id), isLive))
        } else if (onThese) {
          await setDashboards(tx, { projectId: project.id, insightId: id }, onThese, viewer)
        }
        const after = await get(tx, project.id, id, viewer, true)
        const moved = onThese !== undefined && !given.deleted
        const changes = changesBetween('Insight', told(before, moved), told(after, moved))
        await record(tx, project, viewer, after, { activity: 'updated', changes })
        return after
      }),

    /** The number of an insight, also of a deleted one; undefined where there is none. */
    async idOf(projectId: number, which: WhichInsight): Promise<number | undefined> {
      const [found] = await db.select({ id: insights.id }).from(insights).where(is(projectId, which))
      return found?.id
    },

    /** Notes that the user has looked at it. @throws HedgerowError not found. */
    async viewed(projectId: number, which: WhichInsight, userId: number, now: Date): Promise<void> {
      const where = and(is(projectId, which), eq(insights.deleted, false))
      const [found] = await db.select({ id: insights.id }).from(insights).where(where)
      if (!found) throw notFound()
      const seen = { lastViewedAt: now.toISOString() }
      await db
        .insert(insightViews)
        .values({ insightId: found.id, userId, ...seen })
        .onConflictDoUpdate({ target: [insightViews.insightId, insightViews.userId], set: seen })
    },

    /** Those that the user looked at last, the latest first. */
    async lastViewed(projectId: number, viewer: Viewer, limit: number): Promise<InsightRow[]> {
      const views = await db
        .select({ id: insightViews.insightId })
        .from(insightViews)
        .innerJoin(insights, eq(insights.id, insightViews.insightId))
        .where(
          and(
            eq(insightViews.userId, viewer.userId),
            eq(insights.projectId, projectId),
            eq(insights.deleted, false),
          ),
        )
        .orderBy(desc(insightViews.lastViewedAt), desc(insights.id))
        .limit(limit)
      const ids = views.map(({ id }) => id)
      const rows = await insightRows(db, viewer.userId, inArray(insights.id, ids))
      return rows.sort((a, b) => ids.indexOf(a.insight.id) - ids.indexOf(b.insight.id))
    },
  }
}

export type InsightStore = ReturnType<typeof createInsightStore>

/** @throws HedgerowError 403 where somebody may only see the insight. */
export function permitChange({ tiles }: InsightRow, viewer: Viewer): void {
  const on = tiles.map(({ dashboard }) => dashboard)
  if (privilegeOf(on, viewer) < mayChange) {
    throw forbidden(
      'This insight is on a dashboard that can only be edited by its owner, team members invited to editing the ' +
        'dashboard, and project admins.',
    )
  }
}

/** What the activity log tells of an insight; of its dashboards where they were set. */
const told = ({ insight, tags, tiles }: InsightRow, withDashboards: boolean) => ({
  name: insight.name,
  derived_name: insight.derivedName,
  description: insight.description,
  filters: insight.filters,
  query: insight.query,
  saved: insight.saved,
  favorited: insight.favorited,
  deleted: insight.deleted,
  tags,
  ...(withDashboards && {
    dashboards: tiles.map(({ dashboardId: id, dashboard }) => ({ id, name: dashboard.name })),
  }),
})
