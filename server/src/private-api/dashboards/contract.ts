import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { filtersOverride } from '../../http/filters-override.ts'
import { EditLevel, Insight } from '../../http/insight-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { AnyOfTags, GivenTags, Tags } from '../../http/tag-shapes.ts'
import { isObject } from '../../kit/is-object.ts'
import { mostTiles } from '../../saved/insights-on-dashboards.ts'

const layouts = z
  .record(z.string(), z.unknown())
  .describe(
    'Where the tile is, by width of the screen: `{"sm": {"x": 0, "y": 0, "w": 6, "h": 5}, "xs": {…}}`.',
  )

const Text = z
  .object({
    id: z.int().describe('Of the text, not of its tile.'),
    body: z.string().describe('Markdown; at most 4,000 characters.'),
    created_by: UserBasic.nullable().describe('Null where that user is gone.'),
    last_modified_at: Instant.describe('When it was last changed.'),
    last_modified_by: UserBasic.nullable().describe(
      'Who changed it last; null for nobody since it was made.',
    ),
    team: z.int().describe('The project.'),
  })
  .meta({ id: 'DashboardText', description: 'A text between insights.' })

const DashboardTile = z
  .object({
    id: z.int().describe('Of the tile, not of what is on it.'),
    layouts,
    color: z.string().nullable().describe('Of its head, as a client names it; null for none.'),
    insight: Insight.nullable().describe('As it is asked on this dashboard.'),
    text: Text.nullable().describe('A tile has an insight or a text.'),
    last_refresh: Instant.nullable().describe(
      'When the numbers of its insight were read; null without an answer.',
    ),
    is_cached: z.boolean().describe('Whether its answer was calculated for an earlier request.'),
    error: z
      .object({
        type: z.string().describe('As failures of the API have it.'),
        code: z.string().describe('For programs to switch on.'),
        detail: z.string().describe('For people to read.'),
      })
      .nullable()
      .describe('Why the insight has no answer, where one was asked for.'),
  })
  .meta({ id: 'DashboardTile', description: 'A place on a dashboard, with an insight or a text.' })

const filters = z
  .record(z.string(), z.unknown())
  .describe(
    'What its insights are asked with: `date_from` and `date_to` instead of their own, `properties` besides their own.',
  )

const DashboardFields = {
  id: z.int().describe('What addresses name it by.'),
  name: z.string().nullable().describe('Shown in lists; null where nobody has named it.'),
  description: z.string().describe('What it is for; may be empty.'),
  pinned: z.boolean().describe('Whether it is kept at hand, for everybody in the project.'),
  created_at: Instant.describe('When it was made.'),
  created_by: UserBasic.nullable().describe('Null where that user is gone.'),
  last_accessed_at: Instant.nullable().describe('When somebody last looked at it; null for never.'),
  is_shared: z.boolean().describe('Whether anybody with its link can see it.'),
  deleted: z.boolean().describe('Deleted ones are not listed; `PATCH` with `false` brings one back.'),
  creation_mode: z
    .enum(['default', 'template', 'duplicate'])
    .describe('Whether it was begun empty, from a template, or as a copy.'),
  filters,
  tags: Tags,
  restriction_level: EditLevel.describe(
    'Who may edit it: 21 everyone in the project, 37 only collaborators.',
  ),
  effective_restriction_level: EditLevel.describe('The same as `restriction_level`.'),
  effective_privilege_level: EditLevel.describe('What you may do: 21 see it, 37 edit it.'),
}
const Dashboard = z
  .object({
    ...DashboardFields,
    tiles: z.array(DashboardTile).describe('What is on it; where each stands is said by `layouts`.'),
  })
  .meta({ id: 'Dashboard', description: 'Insights and texts that are looked at together.' })
const ListedDashboard = z
  .object({ ...DashboardFields, tiles: z.null().describe('Not in lists.') })
  .meta({ id: 'ListedDashboard', description: 'A dashboard in a list, without what is on it.' })

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
      .object({ body: z.string().max(4000).describe('Markdown; at most 4,000 characters.') })
      .partial()
      .nullable()
      .describe('The text of the tile; null leaves it.'),
    color: z.string().max(400).nullable().describe('Of its head, as clients name it; null for none.'),
    layouts: z.preprocess(fromText, layouts),
    deleted: z.boolean().nullable().describe('True takes it off; its insight stays.'),
  })
  .partial()
  .meta({
    id: 'DashboardTileChanges',
    description: 'A tile that is changed, or a text that is put on the dashboard.',
  })

const settable = {
  name: z.string().trim().max(400).nullable().describe('Shown in lists; at most 400 characters.'),
  description: z.string().nullable().describe('What it is for.'),
  pinned: z.boolean().describe('Whether it is kept at hand, for everybody in the project. At first false.'),
  filters: GivenFilters,
  tags: GivenTags,
  restriction_level: EditLevel.describe(
    'Who may edit it: 21 everyone in the project (at first), 37 only its maker, collaborators and admins.',
  ),
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
    deleted: z.boolean().describe('True deletes it with its tiles; false brings both back.'),
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
const params = z.object({
  id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the dashboard.'),
})
const one = { path: `${path}:id/`, aliases: [`${alias}:id/`], params } as const

export const listDashboards = operation({
  ...read,
  id: 'dashboards_list',
  method: 'GET',
  path,
  aliases: [alias],
  summary: 'List dashboards',
  description: 'Pinned ones first, each by name; without their tiles and without deleted ones.',
  query: z.object({
    ...pageQuery,
    search: z.string().optional().describe('A part of the name.'),
    tags: AnyOfTags,
  }),
  answer: pageOf(ListedDashboard).meta({ id: 'PaginatedDashboardList' }),
})

export const createDashboard = operation({
  ...write,
  id: 'dashboards_create',
  method: 'POST',
  path,
  aliases: [alias],
  summary: 'Create a dashboard',
  description:
    'Empty; or with the tiles of a template (`use_template`), or of another dashboard (`use_dashboard`). Insights come onto it by their own `dashboards`.',
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
  description:
    "Each tile holds its insight with the answer that is kept, asked with the dashboard's `filters`.",
  query: z.object({
    refresh: z
      .string()
      .optional()
      .describe(
        '`true`: calculate the answers of its insights. `blocking`: what is fresh, else calculate. Without it they are ' +
          'what is kept, or null.',
      ),
    filters_override: filtersOverride,
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
  description: 'What is not sent stays here too.',
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
      z.object({
        tile: z
          .object({ id: z.int().describe('Its id; it is on the dashboard of the address.') })
          .describe('The tile that is moved.'),
        toDashboard: z.int().describe('Id of the dashboard that it is moved to. `to_dashboard` is the same.'),
      }),
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
  description:
    "The template's own form: a name, filters, and tiles with insights or texts. Nothing of it is kept as a template.",
  body: z
    .object({
      template: z
        .record(z.string(), z.unknown())
        .describe(
          '`{"template_name": "…", "dashboard_description": "…", "dashboard_filters": {…}, "tiles": [{"type": "INSIGHT", "name": "…", "filters": {…}}, …]}`.',
        ),
    })
    .meta({ id: 'DashboardTemplateBody' }),
  answer: Dashboard,
  errors: [400],
})

export const createFromEvents = operation({
  ...write,
  id: 'dashboards_create_from_events_create',
  method: 'POST',
  path: `${path}create_from_events/`,
  summary: 'Create a dashboard from what arrived',
  description:
    'Made for the events and properties of the last 30 days: active people, the most frequent events, a funnel of two or three of ' +
    'them in the order in which people do them, retention, and by page, site, browser and country where events say those. ' +
    '400 `no_data` where nothing has arrived.',
  body: z
    .object({
      name: z.string().trim().min(1).max(400).describe('What it is called; `Overview` unless said.'),
    })
    .partial()
    .optional()
    .meta({ id: 'DashboardFromEvents' }),
  status: 201,
  answer: Dashboard,
  errors: [400],
})

const Collaborator = z
  .object({
    id: z.uuid().describe("Of the right itself; addresses go by the user's uuid."),
    dashboard_id: z.int().describe('The dashboard.'),
    user: UserBasic.describe('Who may edit it.'),
    level: z.literal(37).describe('Always 37: may edit.'),
    added_at: Instant.describe('When they were added.'),
    updated_at: Instant.describe('When the right last changed.'),
  })
  .meta({ id: 'DashboardCollaborator', description: 'Somebody who may edit a restricted dashboard.' })

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
  description: "In one list, not in pages. It matters while the dashboard's `restriction_level` is 37.",
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
  description: 'For who may edit it themselves. They must be able to see the project.',
  body: z
    .object({
      user_uuid: z.guid().describe('Of a member of the organization.'),
      level: z.literal(37).optional().describe('37, the only one there is.'),
    })
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
  params: params.extend({ user_uuid: z.guid().describe('Of the user who is no longer to edit it.') }),
  summary: 'Let somebody no longer edit a restricted dashboard',
  description: 'For who may edit it themselves. They still see it.',
  status: 204,
  answer: null,
  errors: [403, 404],
})
