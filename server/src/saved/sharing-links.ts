import { and, eq } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { dashboards, insights, sharingLinks } from '../database/schema.ts'
import { randomToken } from '../kit/api-keys.ts'

/** What a link leads to. */
export type Shared = { projectId: number } & ({ insightId: number } | { dashboardId: number })
export type SharingLink = typeof sharingLinks.$inferSelect

/** Links by which anybody sees one insight or dashboard, in the database. */
export function createSharingLinkStore(database: Database) {
  const { db } = database
  const of = (shared: Shared) =>
    'insightId' in shared
      ? eq(sharingLinks.insightId, shared.insightId)
      : eq(sharingLinks.dashboardId, shared.dashboardId)

  /** The thing's link, made when it is first asked for; off until somebody turns it on. */
  async function get(shared: Shared): Promise<SharingLink> {
    const [known] = await db.select().from(sharingLinks).where(of(shared))
    if (known) return known
    const [made] = await db
      .insert(sharingLinks)
      .values({ ...shared, accessToken: randomToken() })
      .onConflictDoNothing()
      .returning()
    return made ?? get(shared)
  }

  async function change(
    shared: Shared,
    set: Partial<Pick<SharingLink, 'enabled' | 'accessToken'>>,
  ): Promise<SharingLink> {
    await get(shared)
    const [changed] = await db.update(sharingLinks).set(set).where(of(shared)).returning()
    return changed!
  }

  return {
    get,
    setEnabled: (shared: Shared, enabled: boolean) => change(shared, { enabled }),
    /** Gives it another address; the old one leads nowhere at once. */
    renew: (shared: Shared) => change(shared, { accessToken: randomToken() }),

    /** What the token's link leads to; undefined where there is none, it is off, or the thing is deleted. */
    async find(accessToken: string): Promise<Shared | undefined> {
      if (!/^\w{1,100}$/.test(accessToken)) return undefined
      const [found] = await db
        .select({ link: sharingLinks, insight: insights.id, dashboard: dashboards.id })
        .from(sharingLinks)
        .leftJoin(insights, and(eq(insights.id, sharingLinks.insightId), eq(insights.deleted, false)))
        .leftJoin(dashboards, and(eq(dashboards.id, sharingLinks.dashboardId), eq(dashboards.deleted, false)))
        .where(and(eq(sharingLinks.accessToken, accessToken), eq(sharingLinks.enabled, true)))
      if (!found) return undefined
      const { projectId } = found.link
      if (found.insight !== null) return { projectId, insightId: found.insight }
      return found.dashboard === null ? undefined : { projectId, dashboardId: found.dashboard }
    },
  }
}

export type SharingLinkStore = ReturnType<typeof createSharingLinkStore>
