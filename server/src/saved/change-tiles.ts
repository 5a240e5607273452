import { and, eq } from 'drizzle-orm'
import type { Queries } from '../database/database.ts'
import { dashboardTexts, dashboardTiles } from '../database/schema.ts'
import { invalid } from '../model/errors.ts'
import { isLive } from './insight-rows.ts'
import { refuseTooMany } from './insights-on-dashboards.ts'

/** What a client says of a tile; which insight is on one is said by the insight. */
export type TileChanges = {
  /** A tile of the dashboard; a text without one, or with one that is none, is a new tile. */
  id?: number
  text?: { body?: string }
  color?: string | null
  layouts?: Record<string, unknown>
  deleted?: boolean
}

/**
 * Changes tiles of a dashboard, and makes new ones of texts.
 * @throws HedgerowError `invalid` for a tile that the dashboard does not have, a new text without words, too many tiles.
 */
export async function changeTiles(
  tx: Queries,
  of: { projectId: number; dashboardId: number; userId: number },
  changes: TileChanges[],
  now: Date,
): Promise<void> {
  const { projectId, dashboardId, userId } = of
  const tiles = await tx
    .select({ tile: dashboardTiles, text: dashboardTexts })
    .from(dashboardTiles)
    .leftJoin(dashboardTexts, eq(dashboardTexts.id, dashboardTiles.textId))
    .where(eq(dashboardTiles.dashboardId, dashboardId))
  const byId = new Map(tiles.map((one) => [one.tile.id, one]))
  for (const [at, { id, text, color, layouts, deleted }] of changes.entries()) {
    const known = id === undefined ? undefined : byId.get(id)
    const look = { color, layouts }
    if (!known && text) {
      if (text.body === undefined) {
        const attr = `tiles__${at}__text__body`
        throw invalid('This field is required.', { code: 'required', attr })
      }
      const [made] = await tx
        .insert(dashboardTexts)
        .values({ projectId, body: text.body, createdBy: userId, lastModifiedAt: now.toISOString() })
        .returning({ id: dashboardTexts.id })
      await tx.insert(dashboardTiles).values({ dashboardId, textId: made!.id, ...look, deleted })
      await refuseTooMany(tx, dashboardId)
      continue
    }
    if (!known) {
      const attr = `tiles__${at}__id`
      if (id === undefined) throw invalid('This field is required.', { code: 'required', attr })
      throw invalid(`Invalid pk "${id}" - object does not exist.`, { code: 'does_not_exist', attr })
    }
    const { body } = text ?? {}
    if (known.text && body !== undefined && body !== known.text.body) {
      await tx
        .update(dashboardTexts)
        .set({ body, lastModifiedAt: now.toISOString(), lastModifiedBy: userId })
        .where(eq(dashboardTexts.id, known.text.id))
    }
    const set = { ...look, ...(deleted !== undefined && { deleted, deletedWith: null }) }
    if (Object.values(set).every((one) => one === undefined)) continue
    await tx.update(dashboardTiles).set(set).where(eq(dashboardTiles.id, known.tile.id))
    if (deleted === false) await refuseTooMany(tx, dashboardId)
  }
}

/**
 * Moves a tile to another dashboard; what was deleted there of the same insight or text makes room.
 * @throws HedgerowError `invalid` when the other dashboard has it already, or is full.
 */
export async function moveTile(
  tx: Queries,
  tile: Pick<typeof dashboardTiles.$inferSelect, 'id' | 'insightId' | 'textId'>,
  toDashboard: number,
): Promise<void> {
  const same = and(
    eq(dashboardTiles.dashboardId, toDashboard),
    tile.insightId !== null
      ? eq(dashboardTiles.insightId, tile.insightId)
      : eq(dashboardTiles.textId, tile.textId!),
  )
  const there = await tx.select({ id: dashboardTiles.id }).from(dashboardTiles).where(and(same, isLive))
  if (there.length) {
    throw invalid('The other dashboard has it already.', { attr: 'tile', code: 'unique' })
  }
  await tx.delete(dashboardTiles).where(same)
  await tx.update(dashboardTiles).set({ dashboardId: toDashboard }).where(eq(dashboardTiles.id, tile.id))
  await refuseTooMany(tx, toDashboard)
}
