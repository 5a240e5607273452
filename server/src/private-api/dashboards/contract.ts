import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { EditLevel, Insight } from '../../http/insight-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { GivenTags, Tags } from '../../http/tag-shapes.ts'
import { isObject } from '../../kit/is-object.ts'
import { mostTiles } from '../../saved/insights-on-dashboards.ts'

const layouts = z
  .record(z.string(), z.unknown())
  .describe(
    'Where the tile is, by width of the screen: `{"sm": {"x": 0, "y": 0, "w": 6, "h": 5}, "xs": {…}}`.',
  )

const Text = z
  .object({
    id: z.int(),
    body: z.string(),
    created_by: UserBasic.nullable(),
    last_modified_at: Instant,
    last_modified_by: UserBasic.nullable(),
    team: z.int(),
  })
  .meta({ id: 'DashboardText' })

const DashboardTile = z
  .object({
    id: z.int(),
    layouts,
    color: z.string().nullable(),
    insight: Insight.nullable().describe('As it is asked on this dashboard.'),
    text: Text.nullable().describe('A tile has an insight or a text.'),
    last_refresh: Instant.nullable(),
    is_cached: z.boolean(),
    error: z
      .object({ type: z.string(), code: z.string(), detail: z.string() })
      .nullable()
      .describe('Why the insight has no answer, where one was asked for.'),
  })
  .meta({ id: 'DashboardTile' })

const filters = z
  .record(z.string(), z.unknown())
  .describe(
    'What its insights are asked with: `date_from` and `date_to` instead of their own, `properties` besides their own.',
  )

const DashboardFields = {
  id: z.int(),
  name: z.string().nullable(),
  description: z.string(),
  pinned: z.boolean(),
  created_at: Instant,
  created_by: UserBasic.nullable(),
  last_accessed_at: Instant.nullable(),
  is_shared: z.boolean().describe('Whether anybody with its link can see it.'),
  deleted: z.boolean(),
  creation_mode: z.enum(['default', 'template', 'duplicate']),
  filters,
  tags: Tags,
  restriction_level: EditLevel.describe(
    'Who may edit it: 21 everyone in the project, 37 only collaborators.',
  ),
  effective_restriction_level: EditLevel,
  effective_privilege_level: EditLevel.describe('What you may do: 21 see it, 37 edit it.'),
}
const Dashboard = z
  .object({ ...DashboardFields, tiles: z.array(DashboardTile) })
  .meta({ id: 'Dashboard', description: 'Insights and texts that are looked at together.' })
const ListedDashboard = z
  .object({ ...DashboardFields, tiles: z.null().describe('Not in lists.') })
  .meta({ id: 'ListedDashboard' })

/** JSON that may have come as text: older clients keep it so. */
const fromText = (value: unknown): unknown => {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

const GivenFilters = z
  .preprocess(
    fromText,
    z.unknown().check((context) => {
      if (context.value === null || context.value === undefined || isObject(context.value)) return
      const message = 'Filters must be a dictionary'
      context.issues.push({ code: 'custom', message, input: context.value })
    }),
  )
  .pipe(filters)
  .describe(
    'What its insights are asked with: `date_from` and `date_to` instead of their own, `properties` besides their own.',
  )

const TileChanges = z
  .object({
    id: z.int().describe('A tile of the dashboard; a text without one is a new tile.'),
    text: z
      .object({ body: z.string().max(4000) })
      .partial()
      .nullable(),
    color: z.string().max(400).nullable(),
    layouts: z.preprocess(fromText, layouts),
    deleted: z.boolean().nullable(),
  })
  .partial()
  .meta({ id: 'DashboardTileChanges' })

const settable = {
  name: z.string().trim().max(400).nullable(),
  description: z.string().nullable(),
  pinned: z.boolean(),
  filters: GivenFilters,
  tags: GivenTags,
  restriction_level: EditLevel,
}

const NewDashboard = z
  .object({
    ...settable,
    use_template: z.string().nullable().describe('Key or name of a template.'),
    use_dashboard: z
      .preprocess((value) => (value === '' ? null : value), z.int().nullable())
      .describe('Id of a dashboard whose tiles are put on the new one.'),
    duplicate_tiles: z
      .boolean()
      .describe('With `use_dashboard`: its insights and texts are copied, not shared.'),
  })
  .partial()
  .meta({ id: 'NewDashboard' })

const DashboardChanges = z
  .object({
    ...settable,
    deleted: z.boolean(),
    delete_insights: z
      .boolean()
      .describe('With `deleted: true`: also the insights that are on no other dashboard.'),
    tiles: z
      .array(TileChanges)
      .max(2 * mostTiles)
      .describe(
        'Tiles that are changed, and texts that are put on it. Which insights are on it is said by the insights ' +
          '(`dashboards`).',
      ),
  })
  .partial()
  .meta({ id: 'DashboardChanges' })
export type GivenDashboard = z.output<typeof DashboardChanges>

const path = '/api/projects/:project_id/dashboards/'
const alias = '/api/dashboard/'
const common = { access: 'project', tags: ['dashboards'] } as const
const read = { ...common, scope: 'dashboard:read' } as const
const write = { ...common, scope: 'dashboard:write' } as const
const params = z.object({ id: z.coerce.number().int().positive().max(2_147_483_647) })
const one = { path: `${path}:id/`, aliases: [`${alias}:id/`], params } as const

export const listDashboards = operation({
  ...read,
  id: 'dashboards_list',
  method: 'GET',
  path,
  aliases: [alias],
  summary: 'List dashboards',
  description: 'By name, without their tiles and without deleted ones.',
  query: z.object({ ...pageQuery, search: z.string().optional().describe('A part of the name.') }),
  answer: pageOf(ListedDashboard).meta({ id: 'PaginatedDashboardList' }),
})

export const createDashboard = operation({
  ...write,
  id: 'dashboards_create',
  method: 'POST',
  path,
  aliases: [alias],
  summary: 'Create a dashboard',
  body: NewDashboard,
  status: 201,
  answer: Dashboard,
  errors: [400],
})

export const retrieveDashboard = operation({
  ...read,
  ...one,
  id: 'dashboards_retrieve',
  method: 'GET',
  summary: 'Get a dashboard with its tiles',
  query: z.object({
    refresh: z
      .string()
      .optional()
      .describe(
        '`true`: calculate the answers of its insights. `blocking`: what is fresh, else calculate. Without it they are ' +
          'what is kept, or null.',
      ),
  }),
  answer: Dashboard,
  errors: [404],
  readsEvents: true,
})

export const updateDashboard = operation({
  ...write,
  ...one,
  id: 'dashboards_partial_update',
  method: 'PATCH',
  summary: 'Change a dashboard',
  description:
    'What is not sent stays. `{"deleted": true}` deletes it with its tiles, `false` brings it back with what was deleted ' +
    'with it.',
  body: DashboardChanges,
  answer: Dashboard,
  errors: [400, 403, 404],
})

export const replaceDashboard = operation({
  ...updateDashboard,
  id: 'dashboards_update',
  method: 'PUT',
  summary: 'Change a dashboard that is not deleted, as PATCH does',
  description: undefined,
})

export const deleteDashboard = operation({
  ...write,
  ...one,
  id: 'dashboards_destroy',
  method: 'DELETE',
  summary: 'Not allowed',
  description: 'PATCH `{"deleted": true}` instead.',
  status: 405,
  answer: null,
})

export const moveTileOperation = operation({
  ...write,
  id: 'dashboards_move_tile_partial_update',
  method: 'PATCH',
  path: `${path}:id/move_tile/`,
  aliases: [`${alias}:id/move_tile/`],
  params,
  summary: 'Move a tile to another dashboard',
  description: 'The answer is the dashboard that it was on.',
  body: z
    .preprocess(
      (body) =>
        isObject(body) && 'to_dashboard' in body ? { toDashboard: body.to_dashboard, ...body } : body,
      z.object({ tile: z.object({ id: z.int() }), toDashboard: z.int() }),
    )
    .meta({ id: 'MoveTile' }),
  answer: Dashboard,
  errors: [400, 403, 404],
})

export const createFromTemplateJson = operation({
  ...write,
  id: 'dashboards_create_from_template_json_create',
  method: 'POST',
  path: `${path}create_from_template_json/`,
  aliases: [`${alias}create_from_template_json/`],
  summary: 'Create a dashboard from a template that is sent',
  body: z.object({ template: z.record(z.string(), z.unknown()) }).meta({ id: 'DashboardTemplateBody' }),
  answer: Dashboard,
  errors: [400],
})

const Collaborator = z
  .object({
    id: z.uuid(),
    dashboard_id: z.int(),
    user: UserBasic,
    level: z.literal(37),
    added_at: Instant,
    updated_at: Instant,
  })
  .meta({ id: 'DashboardCollaborator' })

const ofCollaborators = {
  path: `${path}:id/collaborators/`,
  aliases: [`${alias}:id/collaborators/`],
} as const

export const listCollaborators = operation({
  ...read,
  ...ofCollaborators,
  id: 'dashboards_collaborators_list',
  method: 'GET',
  params,
  summary: 'List who may edit a restricted dashboard, besides its maker and admins',
  answer: z.array(Collaborator),
  errors: [404],
})

export const addCollaborator = operation({
  ...write,
  ...ofCollaborators,
  id: 'dashboards_collaborators_create',
  method: 'POST',
  params,
  summary: 'Let somebody edit a restricted dashboard',
  body: z
    .object({ user_uuid: z.guid(), level: z.literal(37).optional() })
    .meta({ id: 'NewDashboardCollaborator' }),
  status: 201,
  answer: Collaborator,
  errors: [400, 403, 404],
})

export const removeCollaborator = operation({
  ...write,
  id: 'dashboards_collaborators_destroy',
  method: 'DELETE',
  path: `${path}:id/collaborators/:user_uuid/`,
  aliases: [`${alias}:id/collaborators/:user_uuid/`],
  params: params.extend({ user_uuid: z.guid() }),
  summary: 'Let somebody no longer edit a restricted dashboard',
  status: 204,
  answer: null,
  errors: [403, 404],
})
