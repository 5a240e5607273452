import type { FastifyInstance } from 'fastify'
import { inDashboard } from '../../insights/saved-question.ts'
import { mapAtMost } from '../../kit/at-most.ts'
import { notFound } from '../../model/errors.ts'
import type { DashboardStore } from '../../saved/dashboards.ts'
import type { InsightRow } from '../../saved/insight-rows.ts'
import type { InsightStore } from '../../saved/insights.ts'
import type { SharingLinkStore } from '../../saved/sharing-links.ts'
import type { AnswerPublic } from './public-answers.ts'
import { publicFilters, publicQuery } from './public-shapes.ts'

type Deps = {
  links: Pick<SharingLinkStore, 'find'>
  insights: Pick<InsightStore, 'get'>
  dashboards: Pick<DashboardStore, 'get' | 'tiles'>
  answerPublic: AnswerPublic
}

/** Somebody who is nobody in the project. */
const visitor = { userId: 0, level: 0 }
/** How many questions of one page are asked at once. */
const atOnce = 2

/**
 * What a link shows, as JSON: `/shared/<token>.json` and `/embedded/<token>.json`. The pages at these addresses are the
 * web app's, which asks for this.
 */
export const publicSharingRoutes =
  ({ links, insights, dashboards, answerPublic }: Deps) =>
  async (app: FastifyInstance) => {
    async function shownInsight(projectId: number, row: InsightRow, dashboard: Record<string, unknown> = {}) {
      const { insight } = row
      const question = inDashboard(insight, dashboard)
      const { id, shortId: short_id, name, derivedName: derived_name, description } = insight
      return {
        ...{ id, short_id, name, derived_name, description },
        filters: question.query ? {} : publicFilters(question.filters),
        query: question.query && publicQuery(question.query),
        ...(await answerPublic(projectId, question)),
      }
    }

    async function shownDashboard(projectId: number, id: number) {
      const { dashboard } = await dashboards.get(projectId, id, visitor)
      const { name, description, filters } = dashboard
      const tiles = await mapAtMost(atOnce, await dashboards.tiles(id, visitor), async (row) => {
        const { tile, insight, text } = row
        return {
          id: tile.id,
          layouts: tile.layouts,
          color: tile.color,
          insight: insight && (await shownInsight(projectId, insight, filters)),
          text: text && { body: text.text.body },
        }
      })
      const { date_from, date_to } = filters
      return { id, name, description, filters: { date_from, date_to }, tiles }
    }

    for (const [path, type] of [
      ['/shared', 'scene'],
      ['/embedded', 'embed'],
    ] as const) {
      app.get<{ Params: { token: string } }>(`${path}/:token([\\w-]+).json`, async (request, reply) => {
        reply.header('cache-control', 'no-store')
        const shared = await links.find(request.params.token)
        if (!shared) throw notFound()
        const { projectId } = shared
        if ('dashboardId' in shared) {
          return { type, dashboard: await shownDashboard(projectId, shared.dashboardId) }
        }
        const row = await insights.get(projectId, shared.insightId, visitor)
        return { type, insight: await shownInsight(projectId, row) }
      })
    }
  }
