import { and, asc, eq, isNull, or } from 'drizzle-orm'
import type { Queries } from '../database/database.ts'
import { dashboards, dashboardTexts, dashboardTiles, insights, projects } from '../database/schema.ts'
import { setTags, tagsOf } from '../tags/tags.ts'
import { isLive } from './insight-rows.ts'
import { newShortId } from './short-id.ts'
import { type DashboardTemplate, productAnalytics } from './templates.ts'

type Of = { projectId: number; dashboardId: number; userId: number | null }

/** Makes what a template has on its dashboard. */
export async function makeTilesOf(tx: Queries, of: Of, { tiles }: DashboardTemplate): Promise<void> {
  const { projectId, dashboardId } = of
  const values = []
  for (const tile of tiles) {
    const { color, layouts } = tile
    if ('body' in tile) {
      const [text] = await tx
        .insert(dashboardTexts)
        .values({ projectId, body: tile.body })
        .returning({ id: dashboardTexts.id })
      values.push({ dashboardId, textId: text!.id, color, layouts })
    } else {
      const { name, description, filters, query, kind } = tile
      const [insight] = await tx
        .insert(insights)
        .values({ projectId, shortId: newShortId(), name, description, filters, query, kind, isSample: true })
        .returning({ id: insights.id })
      values.push({ dashboardId, insightId: insight!.id, color, layouts })
    }
  }
  if (values.length) await tx.insert(dashboardTiles).values(values)
}

/** Puts what is on another dashboard on this one: the very same things, or copies of them. */
export async function copyTiles(tx: Queries, of: Of, from: number, mode: 'share' | 'copy'): Promise<void> {
  const { projectId, dashboardId, userId } = of
  const rows = await tx
    .select({
      tile: dashboardTiles,
      insight: insights,
      tags: tagsOf('Insight', insights.projectId, insights.id),
      text: dashboardTexts,
    })
    .from(dashboardTiles)
    .leftJoin(insights, eq(insights.id, dashboardTiles.insightId))
    .leftJoin(dashboardTexts, eq(dashboardTexts.id, dashboardTiles.textId))
    .where(
      and(
        eq(dashboardTiles.dashboardId, from),
        isLive,
        or(isNull(dashboardTiles.insightId), eq(insights.deleted, false)),
      ),
    )
    .orderBy(asc(dashboardTiles.id))
  for (const { tile, insight, tags, text } of rows) {
    const { color, layouts } = tile
    let { insightId, textId } = tile
    if (mode === 'copy' && insight) insightId = await copyInsight(tx, insight, tags, userId)
    if (mode === 'copy' && text) {
      const [copy] = await tx
        .insert(dashboardTexts)
        .values({ projectId, body: text.body, createdBy: userId })
        .returning({ id: dashboardTexts.id })
      textId = copy!.id
    }
    await tx.insert(dashboardTiles).values({ dashboardId, insightId, textId, color, layouts })
  }
}

const longestName = 400
const copied = ' (Copy)'

async function copyInsight(
  tx: Queries,
  insight: typeof insights.$inferSelect,
  tags: string[],
  userId: number | null,
): Promise<number> {
  const { projectId, name, derivedName, description, filters, query, kind, saved, order } = insight
  const [copy] = await tx
    .insert(insights)
    .values({
      ...{ projectId, derivedName, description, filters, query, kind, saved, order },
      name: name && name.slice(0, longestName - copied.length) + copied,
      shortId: newShortId(),
      createdBy: userId,
      lastModifiedBy: userId,
    })
    .returning({ id: insights.id })
  await setTags(tx, { projectId, kind: 'Insight', id: copy!.id }, tags)
  return copy!.id
}

export const starterName = 'My App Dashboard'

/** The dashboard that a new project begins with; its home page shows it. The settings of the project as they are then. */
export async function makeStarterDashboard(
  tx: Queries,
  project: { id: number; settings: Record<string, unknown> },
  userId: number,
): Promise<Record<string, unknown>> {
  const [dashboard] = await tx
    .insert(dashboards)
    .values({ projectId: project.id, name: starterName, pinned: true, createdBy: userId })
    .returning({ id: dashboards.id })
  const { id } = dashboard!
  await makeTilesOf(tx, { projectId: project.id, dashboardId: id, userId }, productAnalytics)
  const settings = { ...project.settings, primary_dashboard: id }
  await tx.update(projects).set({ settings }).where(eq(projects.id, project.id))
  return settings
}
