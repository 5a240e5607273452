import { z } from 'zod'
import { activityOperation } from '../../http/activity-shapes.ts'
import { filtersOverride } from '../../http/filters-override.ts'
import { Insight, InsightBasic, whichInsight } from '../../http/insight-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { AnyOfTags, GivenTags } from '../../http/tag-shapes.ts'
import { mostQueryLevels } from '../../insights/unwrap.ts'

const path = '/api/projects/:project_id/insights/'
/** The names that insights had before. */
const aliases = ['/api/insight/', '/api/dashboard_item/'] as const
const aliased = (suffix: string) => aliases.map((alias) => `${alias}${suffix}`)

const common = { access: 'project', tags: ['insights'] } as const
const read = { ...common, scope: 'insight:read' } as const
const write = { ...common, scope: 'insight:write' } as const

const params = z.object({ id: whichInsight })
const one = { path: `${path}:id/`, aliases: aliased(':id/'), params } as const

const refresh = z
  .string()
  .optional()
  .describe(
    '`true`: calculate. `blocking`: what is fresh, else calculate. `async`, `lazy_async`, …: as for `query/`. Without it the ' +
      'answer is what is kept, or null.',
  )
const basic = z.string().optional().describe('`true`: without answers.')

const question = {
  filters: z
    .record(z.string(), z.unknown())
    .describe('What it asks, the older way: `{"insight": "TRENDS", "events": [{"id": "$pageview"}]}`.'),
  query: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe(
      'What it asks, as a typed query as `query/` takes it, at most ' +
        `${mostQueryLevels} levels deep; nodes that say how it is shown (\`InsightVizNode\`, …) may stand around it.`,
    ),
}

const InsightChanges = z
  .object({
    name: z
      .string()
      .trim()
      .max(400)
      .nullable()
      .describe('What people call it; null or empty shows `derived_name`.'),
    derived_name: z
      .string()
      .trim()
      .max(400)
      .nullable()
      .describe('A name that a client made of what is asked.'),
    description: z.string().trim().max(400).nullable().describe('For people, at most 400 characters.'),
    ...question,
    order: z.int32().nullable().describe('Its place in a list that a client keeps.'),
    saved: z.boolean().describe('Whether people find it among the saved insights. At first false.'),
    favorited: z.boolean().describe('Marks it, for all of the project alike.'),
    tags: GivenTags,
    dashboards: z
      .array(z.int())
      .max(1000)
      .describe('Ids of all dashboards that it is on from now on; without it, they stay.'),
    deleted: z.boolean().describe('True deletes it and takes it off its dashboards; false brings it back.'),
  })
  .partial()
  .meta({ id: 'InsightChanges' })
export type GivenInsight = z.output<typeof InsightChanges>

export const listInsights = operation({
  ...read,
  id: 'insights_list',
  method: 'GET',
  path,
  aliases,
  summary: 'List insights',
  description:
    'By their `order`, then in the order in which they were made; deleted ones are left out. Of at most 100 a `refresh` ' +
    'calculates the answer.',
  query: z.object({
    ...pageQuery,
    short_id: z.string().optional().describe('The one with this short id.'),
    saved: z.string().optional().describe('`true`: saved, or on a dashboard. `false`: not saved.'),
    favorited: z.string().optional().describe('With any value: those that are.'),
    user: z.string().optional().describe('With any value: those that you made.'),
    created_by: z.array(z.int()).optional().describe('Ids of users: `1`, or `[1, 2]`.'),
    insight: z
      .string()
      .optional()
      .describe('Only of this kind: TRENDS, FUNNELS, RETENTION, PATHS, STICKINESS, LIFECYCLE, SQL, JSON.'),
    search: z.string().optional().describe('A part of the name, the description or a tag.'),
    tags: AnyOfTags,
    date_from: z.string().optional().describe('Last modified since then: ISO date or relative (`-7d`).'),
    date_to: z.string().optional().describe('Last modified before the end of it.'),
    dashboards: z.array(z.int()).max(100).optional().describe('On all of these dashboards: `[1, 2]`.'),
    feature_flag: z.string().optional().describe('Key of a flag that they ask about.'),
    order: z.string().optional().describe('A field to order by, with a leading `-` downwards.'),
    basic,
    refresh,
  }),
  answer: pageOf(z.union([Insight, InsightBasic])).meta({ id: 'PaginatedInsightList' }),
  errors: [400],
})

export const createInsight = operation({
  ...write,
  id: 'insights_create',
  method: 'POST',
  path,
  aliases,
  summary: 'Save an insight',
  description:
    'With `filters` or a `query`; its answer is asked for with `refresh` when it is read. It is listed as saved with `"saved": true`, or on a dashboard.',
  body: InsightChanges,
  status: 201,
  answer: Insight,
  errors: [400],
})

export const retrieveInsight = operation({
  ...read,
  ...one,
  id: 'insights_retrieve',
  method: 'GET',
  summary: 'Get an insight',
  description: 'With the answer that is kept, if any; `refresh` asks for one.',
  query: z.object({
    refresh,
    basic,
    from_dashboard: z
      .string()
      .optional()
      .describe('Id of a dashboard that it is on: with its dates and properties, and with the tile.'),
    filters_override: filtersOverride,
    client_query_id: z.string().optional().describe('A name for the question, by which `cancel/` stops it.'),
  }),
  answer: z.union([Insight, InsightBasic]),
  errors: [400, 404],
  readsEvents: true,
})

export const updateInsight = operation({
  ...write,
  ...one,
  id: 'insights_partial_update',
  method: 'PATCH',
  summary: 'Change an insight',
  description:
    'What is not sent stays. `{"deleted": true}` deletes it and takes it off its dashboards, `false` brings it back.',
  body: InsightChanges,
  answer: Insight,
  errors: [400, 403, 404],
})

export const replaceInsight = operation({
  ...updateInsight,
  id: 'insights_update',
  method: 'PUT',
  summary: 'Change an insight that is not deleted, as PATCH does',
  description: 'What is not sent stays here too.',
})

export const deleteInsight = operation({
  ...write,
  ...one,
  id: 'insights_destroy',
  method: 'DELETE',
  summary: 'Not allowed',
  description: 'PATCH `{"deleted": true}` instead.',
  status: 405,
  answer: null,
})

export const insightViewed = operation({
  ...read,
  id: 'insights_viewed_create',
  method: 'POST',
  path: `${path}:id/viewed/`,
  aliases: aliased(':id/viewed/'),
  params,
  summary: 'Note that you have looked at an insight',
  description: 'So that `my_last_viewed/` lists it.',
  status: 201,
  answer: null,
  errors: [404],
})

export const myLastViewed = operation({
  ...read,
  id: 'insights_my_last_viewed_retrieve',
  method: 'GET',
  path: `${path}my_last_viewed/`,
  aliases: aliased('my_last_viewed/'),
  summary: 'List the insights that you looked at last',
  description: 'The last five, the latest first.',
  answer: z.array(InsightBasic),
})

export const insightTiming = operation({
  ...read,
  id: 'insights_timing_create',
  method: 'POST',
  path: `${path}timing/`,
  aliases: aliased('timing/'),
  summary: 'Say how long an insight took to show',
  description: 'For compatibility: nothing is done with it.',
  status: 201,
  answer: null,
})

export const insightsActivity = activityOperation({
  ...read,
  id: 'insights_activity_retrieve',
  path: `${path}activity/`,
  aliases: aliased('activity/'),
})

export const insightActivity = activityOperation({
  ...read,
  id: 'insights_activity_retrieve_2',
  path: `${path}:id/activity/`,
  aliases: aliased(':id/activity/'),
  params,
})
