import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { User } from '../../accounts/users.ts'
import { userBasic } from '../../http/account-shapes.ts'
import { filtersOverrideOf } from '../../http/filters-override.ts'
import type { AnswerSaved } from '../../http/insight-shapes.ts'
import { type Asker, route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import { type AddressedProject, viewerOf } from '../../http/project.ts'
import { refreshOf } from '../../http/refresh-parameter.ts'
import type { RefreshMode } from '../../insights/answer-life.ts'
import { whatArrived } from '../../insights/arrived.ts'
import type { Questions } from '../../insights/questions.ts'
import { invalid } from '../../model/errors.ts'
import type { CollaboratorStore } from '../../saved/collaborators.ts'
import type { DashboardRow, DashboardStore } from '../../saved/dashboards.ts'
import { starterTemplate, stepsIn } from '../../saved/starter.ts'
import { type DashboardTemplate, findTemplate } from '../../saved/templates.ts'
import {
  addCollaborator,
  createDashboard,
  createFromEvents,
  createFromTemplateJson,
  deleteDashboard,
  type GivenDashboard,
  listCollaborators,
  listDashboards,
  moveTileOperation,
  removeCollaborator,
  replaceDashboard,
  retrieveDashboard,
  updateDashboard,
} from './contract.ts'
import { fieldsOf, listedDashboard, shownTiles } from './present.ts'
import { templateFrom } from './template-json.ts'

type Deps = {
  dashboards: DashboardStore
  collaborators: CollaboratorStore
  answerSaved: AnswerSaved
  questions: Pick<Questions, 'rows'>
  now: () => Date
}
type From = { project: AddressedProject; user: User; asker: Asker; url: URL }

export const dashboardRoutes =
  ({ dashboards, collaborators, answerSaved, questions, now }: Deps) =>
  async (app: FastifyInstance) => {
    async function shown(
      row: DashboardRow,
      { project, user, asker, url }: From,
      how: { refresh?: RefreshMode; override?: Record<string, unknown> } = {},
    ) {
      const viewer = viewerOf(project, user)
      const tiles = await dashboards.tiles(row.dashboard.id, viewer)
      const filters = { ...row.dashboard.filters, ...how.override }
      const asked = { project, viewer, answerSaved, refresh: how.refresh, asker, origin: url.origin }
      return { ...fieldsOf(row, viewer), tiles: await shownTiles(filters, tiles, asked) }
    }

    route(app, listDashboards, async ({ project, user, query, url }) => {
      const viewer = viewerOf(project, user)
      const { count, results } = await dashboards.list(project.id, viewer, query)
      return counted(url, query, { count, results: results.map((row) => listedDashboard(row, viewer)) })
    })

    route(app, createDashboard, async ({ body, ...from }) => {
      const { project, user } = from
      const given = { ...changesOf(body), deleted: false }
      const row = await dashboards.create(project, viewerOf(project, user), given, sourceOf(body))
      return shown(row, from)
    })

    route(app, createFromTemplateJson, async ({ body, ...from }) => {
      const { project, user } = from
      const template = templateFrom(body.template)
      return shown(await dashboards.create(project, viewerOf(project, user), {}, { template }), from)
    })

    route(app, createFromEvents, async ({ body, ...from }) => {
      const { project, user } = from
      const { events, has, order } = await whatArrived(questions, project, now())
      if (!events.length) {
        throw invalid('No event has arrived in the last 30 days.', { code: 'no_data' })
      }
      const starter = starterTemplate({ events, has, steps: await order(stepsIn(events)) })
      const template = { ...starter, name: body?.name ?? starter.name }
      return shown(await dashboards.create(project, viewerOf(project, user), {}, { template }), from)
    })

    route(app, retrieveDashboard, async ({ params, query, ...from }) => {
      const { project, user } = from
      const override = filtersOverrideOf(query.filters_override)
      const row = await dashboards.get(project.id, params.id, viewerOf(project, user))
      await dashboards.accessed(row.dashboard.id, now())
      return shown(row, from, { refresh: refreshOf(query.refresh), override })
    })

    for (const update of [updateDashboard, replaceDashboard]) {
      const restores = update === updateDashboard
      route(app, update, async ({ params, body, ...from }) => {
        const { project, user } = from
        const how = { insightsToo: body.delete_insights ?? false, restores, now: now() }
        const given = { ...changesOf(body), deleted: body.deleted, tiles: tilesOf(body) }
        const row = await dashboards.update(project, params.id, viewerOf(project, user), given, how)
        return shown(row, from)
      })
    }

    route(app, deleteDashboard, async ({ reply }) => reply.header('allow', 'GET, PUT, PATCH').send())

    route(app, moveTileOperation, async ({ params, body, ...from }) => {
      const { project, user } = from
      const move = { tile: body.tile.id, from: params.id, to: body.toDashboard }
      return shown(await dashboards.moveTile(project, viewerOf(project, user), move), from)
    })

    route(app, listCollaborators, async ({ project, user, params }) => {
      const { dashboard } = await dashboards.get(project.id, params.id, viewerOf(project, user))
      return (await collaborators.list(dashboard.id)).map(presentCollaborator)
    })

    route(app, addCollaborator, async ({ project, user, params, body }) => {
      const viewer = viewerOf(project, user)
      const row = await dashboards.get(project.id, params.id, viewer)
      return presentCollaborator(await collaborators.add(project, row, viewer, body.user_uuid))
    })

    route(app, removeCollaborator, async ({ project, user, params }) => {
      const viewer = viewerOf(project, user)
      const row = await dashboards.get(project.id, params.id, viewer)
      await collaborators.remove(project, row, viewer, params.user_uuid)
    })
  }

type Settable = Pick<
  GivenDashboard,
  'name' | 'description' | 'pinned' | 'filters' | 'tags' | 'restriction_level'
>
const changesOf = (body: Settable) => ({
  name: body.name,
  description: body.description === null ? '' : body.description,
  pinned: body.pinned,
  filters: body.filters,
  tags: body.tags,
  restrictionLevel: body.restriction_level,
})

/** A tile is deleted or not; null is how clients were shown one that never was. */
const tilesOf = ({ tiles }: GivenDashboard) =>
  tiles?.map(({ text, deleted, ...tile }) => ({
    ...tile,
    text: text ?? undefined,
    deleted: deleted ?? undefined,
  }))

/** What a new dashboard is made of. @throws HedgerowError `invalid` for an unknown template, or for two things. */
function sourceOf(
  body: z.output<typeof createDashboard.body>,
): { template: DashboardTemplate } | { dashboard: number; mode: 'share' | 'copy' } | undefined {
  const { use_template: named, use_dashboard: dashboard } = body
  if (named && dashboard != null) {
    throw invalid('`use_template` and `use_dashboard` cannot be specified together.')
  }
  if (dashboard != null) return { dashboard, mode: body.duplicate_tiles ? 'copy' : 'share' }
  if (!named) return undefined
  const template = findTemplate(named)
  if (!template) throw invalid(`Invalid template provided: ${named}`, { attr: 'use_template' })
  return { template }
}

type CollaboratorRow = Awaited<ReturnType<CollaboratorStore['list']>>[number]
const presentCollaborator = ({ collaborator, user }: CollaboratorRow) => ({
  id: collaborator.id,
  dashboard_id: collaborator.dashboardId,
  user: userBasic(user),
  level: 37 as const,
  added_at: collaborator.addedAt,
  updated_at: collaborator.updatedAt,
})
