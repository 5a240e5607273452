import { and, asc, eq, isNotNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { type PublicUser, publicUser } from '../accounts/users.ts'
import type { Queries } from '../database/database.ts'
import { dashboards, dashboardTiles, insights, users } from '../database/schema.ts'
import { tagsOf } from '../tags/tags.ts'
import type { DashboardRights } from './edit-rights.ts'

/** Where an insight is: a tile that is not deleted, of a dashboard that is not. */
export type InsightTile = Pick<
  typeof dashboardTiles.$inferSelect,
  'id' | 'dashboardId' | 'deleted' | 'color' | 'layouts'
> & { dashboard: DashboardRights & Pick<typeof dashboards.$inferSelect, 'name' | 'filters'> }

/** An insight with all that is shown of it; the rights to its dashboards are those of one user. */
export type InsightRow = {
  insight: typeof insights.$inferSelect
  creator: PublicUser | null
  modifier: PublicUser | null
  tags: string[]
  tiles: InsightTile[]
}

const modifiers = alias(users, 'modifiers')

type Rest = { orderBy?: SQL[]; limit?: number; offset?: number }

/** Insights of the condition, by id unless said otherwise. */
export async function insightRows(
  db: Queries,
  userId: number,
  where: SQL | undefined,
  { orderBy = [asc(insights.id)], limit, offset }: Rest = {},
): Promise<InsightRow[]> {
  const query = db
    .select({
      insight: insights,
      creator: publicUser(users),
      modifier: publicUser(modifiers),
      tags: tagsOf('Insight', insights.projectId, insights.id),
    })
    .from(insights)
    .leftJoin(users, eq(users.id, insights.createdBy))
    .leftJoin(modifiers, eq(modifiers.id, insights.lastModifiedBy))
    .where(where)
    .orderBy(...orderBy)
    .$dynamic()
  if (limit !== undefined) query.limit(limit)
  if (offset !== undefined) query.offset(offset)
  const rows = await query
  const tiles = await tilesOf(
    db,
    userId,
    rows.map(({ insight }) => insight.id),
  )
  return rows.map((row) => ({ ...row, tiles: tiles.get(row.insight.id) ?? [] }))
}

async function tilesOf(
  db: Queries,
  userId: number,
  insightIds: number[],
): Promise<Map<number, InsightTile[]>> {
  const found = new Map<number, InsightTile[]>()
  if (insightIds.length === 0) return found
  const rows = await db
    .select({ tile: dashboardTiles, dashboard: dashboards, isCollaborator: collaborates(userId) })
    .from(dashboardTiles)
    .innerJoin(dashboards, and(eq(dashboards.id, dashboardTiles.dashboardId), eq(dashboards.deleted, false)))
    .where(
      and(
        isNotNull(dashboardTiles.insightId),
        sql`${dashboardTiles.insightId} = any(${sql.param(insightIds)}::int[])`,
        isLive,
      ),
    )
    .orderBy(asc(dashboardTiles.id))
  for (const { tile, dashboard, isCollaborator } of rows) {
    const { id, dashboardId, deleted, color, layouts } = tile
    const { name, filters, restrictionLevel, createdBy } = dashboard
    const shown = { name, filters, restrictionLevel, createdBy, isCollaborator }
    const its = found.get(tile.insightId!) ?? []
    found.set(tile.insightId!, [...its, { id, dashboardId, deleted, color, layouts, dashboard: shown }])
  }
  return found
}

/** Of a tile that is not deleted; null is how it begins. */
export const isLive = sql`${dashboardTiles.deleted} is not true`

/**
 * Whether the user is a collaborator of the dashboard, as a column of a select. Names are written out: in a select from
 * one table, drizzle leaves that table's name away, and then `id` is the collaborator's.
 */
export const collaborates = (userId: number): SQL<boolean> =>
  sql<boolean>`exists (select 1 from dashboard_collaborators c where c.dashboard_id = dashboards.id and c.user_id = ${userId})`
