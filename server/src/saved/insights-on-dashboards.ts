import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Queries } from '../database/database.ts'
import { dashboards, dashboardTiles } from '../database/schema.ts'
import { forbidden, invalid } from '../model/errors.ts'
import { mayEdit, type Viewer } from './edit-rights.ts'
import { collaborates, isLive } from './insight-rows.ts'

/** The most tiles of a dashboard: each is a question, asked whenever it is looked at. */
export const mostTiles = 200

/**
 * The insight is on these dashboards and on no other from now on. Tiles that were there stay as they are; one that
 * was there before comes back.
 * @throws HedgerowError `invalid` for a dashboard that the project does not have or that is full; 403 for one that the
 * viewer may not edit.
 */
export async function setDashboards(
  tx: Queries,
  of: { projectId: number; insightId: number },
  wanted: number[],
  viewer: Viewer,
): Promise<void> {
  const onThese = await tx
    .select({ dashboardId: dashboardTiles.dashboardId })
    .from(dashboardTiles)
    .innerJoin(dashboards, and(eq(dashboards.id, dashboardTiles.dashboardId), eq(dashboards.deleted, false)))
    .where(and(eq(dashboardTiles.insightId, of.insightId), isLive))
  const present = new Set(onThese.map(({ dashboardId }) => dashboardId))
  const asked = new Set(wanted)
  const added = [...asked].filter((id) => !present.has(id))
  const removed = [...present].filter((id) => !asked.has(id))
  if (added.length + removed.length === 0) return
  await permit(tx, of.projectId, [...added, ...removed], viewer)
  if (removed.length) {
    await tx
      .update(dashboardTiles)
      .set({ deleted: true, deletedWith: null })
      .where(
        and(eq(dashboardTiles.insightId, of.insightId), inArray(dashboardTiles.dashboardId, removed), isLive),
      )
  }
  if (added.length) {
    await tx
      .insert(dashboardTiles)
      .values(added.map((dashboardId) => ({ dashboardId, insightId: of.insightId })))
      .onConflictDoUpdate({
        target: [dashboardTiles.dashboardId, dashboardTiles.insightId],
        set: { deleted: false, deletedWith: null },
      })
    for (const id of added) await refuseTooMany(tx, id)
  }
}

async function permit(tx: Queries, projectId: number, ids: number[], viewer: Viewer): Promise<void> {
  const found = await tx
    .select({ dashboard: dashboards, isCollaborator: collaborates(viewer.userId) })
    .from(dashboards)
    .where(
      and(
        eq(dashboards.projectId, projectId),
        eq(dashboards.deleted, false),
        sql`${dashboards.id} = any(${sql.param(ids)}::int[])`,
      ),
    )
  if (found.length < ids.length) throw invalid('Dashboard not found')
  for (const { dashboard, isCollaborator } of found) {
    if (!mayEdit({ ...dashboard, isCollaborator }, viewer)) {
      throw forbidden(`You don't have permission to add insights to dashboard: ${dashboard.id}`)
    }
  }
}

/** @throws HedgerowError `invalid` when a dashboard has more tiles than it may have. */
export async function refuseTooMany(tx: Queries, dashboardId: number): Promise<void> {
  const count = await tx.$count(dashboardTiles, and(eq(dashboardTiles.dashboardId, dashboardId), isLive))
  if (count > mostTiles) throw invalid(`A dashboard takes ${mostTiles} tiles.`, { code: 'max_length' })
}
