import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { User } from '../../accounts/users.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { activityPage } from '../../http/activity-shapes.ts'
import { filtersOverrideOf } from '../../http/filters-override.ts'
import { type AnswerSaved, insightBasic, noAnswer, presentInsight } from '../../http/insight-shapes.ts'
import { type Asker, route } from '../../http/operation.ts'
import { counted, orderOf } from '../../http/paging.ts'
import { type AddressedProject, viewerOf } from '../../http/project.ts'
import { refreshOf } from '../../http/refresh-parameter.ts'
import { listBound } from '../../insights/date-range.ts'
import { inDashboard, parseSavedQuery } from '../../insights/saved-question.ts'
import { truthy } from '../../insights/upgrade-filters.ts'
import { mapAtMost } from '../../kit/at-most.ts'
import { HedgerowError } from '../../model/errors.ts'
import type { InsightRow } from '../../saved/insight-rows.ts'
import {
  type InsightChanges,
  type InsightFilters,
  type InsightStore,
  insightOrders,
} from '../../saved/insights.ts'
import {
  createInsight,
  deleteInsight,
  type GivenInsight,
  insightActivity,
  insightsActivity,
  insightTiming,
  insightViewed,
  listInsights,
  myLastViewed,
  replaceInsight,
  retrieveInsight,
  updateInsight,
} from './saved-contract.ts'

type Deps = {
  insights: InsightStore
  answerSaved: AnswerSaved
  activity: Pick<ActivityLog, 'list'>
  now: () => Date
}

const lastViewed = 5
/** Of a list, the most whose answers are calculated. */
const mostAnswered = 100
/** How many are asked at once: the engine runs four questions, and others have some too. */
const atOnce = 3

/** Insights that are saved. */
export const savedInsightRoutes =
  ({ insights, answerSaved, activity, now }: Deps) =>
  async (app: FastifyInstance) => {
    type From = { project: AddressedProject; user: User; asker: Asker; url: URL }
    const kept = async (row: InsightRow, { project, user, asker, url }: From) =>
      presentInsight(row, project, viewerOf(project, user), {
        question: row.insight,
        answer: await answerSaved(project, row.insight, { asker, origin: url.origin }),
      })

    route(app, listInsights, async ({ project, user, query, asker, url }) => {
      const viewer = viewerOf(project, user)
      const filters = filtersOf(query, user.id, { now: now(), timezone: project.timezone })
      const { count, results } = await insights.list(project.id, viewer, filters, query)
      if (query.basic !== undefined && truthy(query.basic)) {
        return counted(url, query, { count, results: results.map((row) => insightBasic(row, viewer)) })
      }
      const refresh = refreshOf(query.refresh)
      const shown = await mapAtMost(atOnce, results, async (row, at) => {
        const asked = { refresh: at < mostAnswered ? refresh : undefined, asker, origin: url.origin }
        const answer = await answerSaved(project, row.insight, asked).catch(orNone)
        return presentInsight(row, project, viewer, { question: row.insight, answer })
      })
      return counted(url, query, { count, results: shown })
    })

    route(app, createInsight, async ({ body, ...from }) => {
      const { project, user } = from
      return kept(await insights.create(project, viewerOf(project, user), changesOf(body)), from)
    })

    route(app, retrieveInsight, async ({ project, user, params, query, asker, url }) => {
      const viewer = viewerOf(project, user)
      const row = await insights.get(project.id, params.id, viewer)
      const tile = row.tiles.find(({ dashboardId }) => String(dashboardId) === query.from_dashboard)
      const around = { ...tile?.dashboard.filters, ...filtersOverrideOf(query.filters_override) }
      const question = inDashboard(row.insight, around)
      if (query.basic !== undefined && truthy(query.basic)) return insightBasic(row, viewer, question)
      const refresh = refreshOf(query.refresh)
      const asked = { refresh, clientQueryId: query.client_query_id, asker, origin: url.origin }
      const answer = await answerSaved(project, question, asked)
      return presentInsight(row, project, viewer, { question, answer, tile })
    })

    for (const update of [updateInsight, replaceInsight]) {
      const restores = update === updateInsight
      route(app, update, async ({ params, body, ...from }) => {
        const viewer = viewerOf(from.project, from.user)
        const how = { restores, now: now() }
        return kept(await insights.update(from.project, params.id, viewer, changesOf(body), how), from)
      })
    }

    route(app, deleteInsight, async ({ reply }) => reply.header('allow', 'GET, PUT, PATCH').send())

    route(app, insightViewed, async ({ project, user, params }) => {
      await insights.viewed(project.id, params.id, user.id, now())
    })

    route(app, myLastViewed, async ({ project, user }) => {
      const viewer = viewerOf(project, user)
      const rows = await insights.lastViewed(project.id, viewer, lastViewed)
      return rows.map((row) => insightBasic(row, viewer))
    })

    route(app, insightTiming, async () => {})

    route(app, insightsActivity, (asked) => activityPage(activity, asked, { scope: 'Insight' }))

    route(app, insightActivity, async ({ reply, ...asked }) => {
      const id = await insights.idOf(asked.project.id, asked.params.id)
      // as PostHog has it: a body that is an empty text
      if (id === undefined) return reply.code(404).type('application/json').serializer(String).send('""')
      return activityPage(activity, asked, { scope: 'Insight', itemId: id })
    })
  }

function changesOf(body: GivenInsight): InsightChanges {
  if (body.query) parseSavedQuery(body.query)
  const { derived_name: derivedName, ...others } = body
  return { ...others, derivedName }
}

/** One that can't be answered leaves the others of its list alone. */
function orNone(error: unknown) {
  if (error instanceof HedgerowError) return noAnswer
  throw error
}

type Query = z.output<typeof listInsights.query>

function filtersOf(query: Query, userId: number, clock: { now: Date; timezone: string }): InsightFilters {
  const from = query.date_from && query.date_from !== 'all' ? query.date_from : undefined
  return {
    shortId: query.short_id,
    saved: query.saved === undefined ? undefined : truthy(query.saved),
    favorited: query.favorited !== undefined,
    kind: query.insight?.toUpperCase(),
    search: query.search,
    tags: query.tags,
    from: from === undefined ? undefined : listBound(from, clock, 'date_from'),
    to: query.date_to ? listBound(query.date_to, clock, 'date_to') : undefined,
    createdBy: query.user !== undefined ? [userId] : query.created_by,
    dashboards: query.dashboards,
    featureFlag: query.feature_flag,
    order: orderOf(query.order, insightOrders),
  }
}
