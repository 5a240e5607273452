import { z } from 'zod'
import { ListedGroup } from '../../http/group-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageQuery } from '../../http/paging.ts'
import { ListedPerson, personFields } from '../../http/person-shapes.ts'
import { afterAnswer } from '../../http/read-after.ts'
import { envelope, lifecycleResult, stickinessResult, trendsResult } from '../../insights/answers.ts'

export const entityJson = 'Lists and objects as JSON text in an address.'

/**
 * The older way of asking. Whatever else a client sends is ignored, and so are values that make no sense for a
 * display setting: the web app of old sends many keys that only it reads.
 */
export const LegacyFilters = z
  .looseObject({
    insight: z.unknown().describe('TRENDS (default), STICKINESS or LIFECYCLE'),
    events: z
      .unknown()
      .describe(`Events to count: \`[{"id": "$pageview", "math": "dau", …}]\`. ${entityJson}`),
    actions: z.unknown().describe('Actions to count, like `events`'),
    date_from: z.unknown().describe('ISO date or relative (`-7d`, the default; `mStart`, `all`)'),
    date_to: z.unknown().describe('Like `date_from`; default now. A bare date means its end'),
    interval: z.unknown().describe('hour, day (default), week, month'),
    properties: z.unknown().describe('Filters: a list, or a group `{"type": "OR", "values": […]}`'),
    filter_test_accounts: z
      .unknown()
      .describe("`true`: apply the project's filters for internal and test users"),
    breakdown: z.unknown().describe('Property name, HogQL expression, or a list of cohort ids'),
    breakdown_type: z.unknown().describe('event (default), person, cohort, group, session, hogql'),
    breakdown_limit: z.unknown().describe('Values kept apart; default 25'),
    display: z.unknown().describe('ActionsLineGraph (default), ActionsLineGraphCumulative, ActionsTable, …'),
    compare: z.unknown().describe('`true`: also the period before'),
    formula: z.unknown().describe('Arithmetic over the series: `A / B`'),
    smoothing_intervals: z.unknown().describe('Rolling mean over so many buckets, for trends; default 1'),
    aggregation_group_type_index: z.unknown().describe('Lifecycle: of groups of this type instead of people'),
    refresh: z.unknown().describe('`true`: calculate, whatever was answered before'),
    client_query_id: z.unknown().describe('A name for the question, by which `insights/cancel/` stops it'),
  })
  .partial()
  .meta({ id: 'LegacyFilters' })

const TrendAnswer = z
  .object({
    result: z
      .array(z.union([lifecycleResult, stickinessResult, trendsResult]))
      .describe('Series; their shape goes by the insight asked for'),
    next: z
      .string()
      .nullable()
      .describe('Always null: what the breakdown limit cuts off is pooled in one row'),
    ...envelope,
    after: afterAnswer,
  })
  .meta({ id: 'TrendAnswer' })

const path = '/api/projects/:project_id/insights/trend/'
const common = {
  path,
  aliases: ['/api/insight/trend/', '/api/projects/:project_id/insights/trend.csv'],
  access: 'project',
  scope: 'insight:read',
  tags: ['insights'],
  answer: TrendAnswer,
  errors: [400],
  readsEvents: true,
} as const

export const getTrend = operation({
  ...common,
  id: 'insights_trend_retrieve',
  method: 'GET',
  summary: 'Count events over time',
  description: 'With `format=csv`, or the path `trend.csv`, a table with a line for each series.',
  query: LegacyFilters.extend({ format: z.unknown().optional().describe('`csv`, or `json` (default).') }),
})

export const postTrend = operation({
  ...common,
  id: 'insights_trend_create',
  method: 'POST',
  summary: 'Count events over time',
  description: 'What the body does not say is taken from the address.',
  body: LegacyFilters,
})

export const cancelInsight = operation({
  id: 'insights_cancel_create',
  method: 'POST',
  path: '/api/projects/:project_id/insights/cancel/',
  aliases: ['/api/insight/cancel/'],
  access: 'project',
  scope: 'insight:read',
  tags: ['insights'],
  summary: 'Cancel a question',
  description:
    'Whoever waits for the question of this name is answered `query_cancelled`. Nothing happens when nobody does.',
  body: z
    .object({ client_query_id: z.string().min(1).describe('The name that the question was asked by') })
    .meta({ id: 'CancelInsight' }),
  status: 201,
  answer: null,
  errors: [400],
})

const entity = {
  entity_id: z.string().optional().describe('Which series: its event, or the id of its action'),
  entity_type: z.string().optional().describe('`events` (default) or `actions`'),
  entity_math: z.string().optional().describe('How the series counts'),
  entity_order: z.string().optional().describe('Index of the series, where several are of one event'),
}
export const actorsPage = {
  ...pageQuery,
  search: z.string().optional().describe('A part of the e-mail address, name or a distinct id'),
}
const actorsParameters = { ...entity, ...actorsPage }
const actorsOfPoint = z
  .array(
    z.object({
      people: z.array(z.union([ListedPerson, ListedGroup])).describe('Those of this page'),
      count: z.int().describe('How many they are'),
    }),
  )
  .describe('One entry, with those of this page')
export const actors = {
  method: 'GET',
  access: 'project',
  scope: 'person:read',
  tags: ['persons'],
  errors: [400],
  readsEvents: true,
} as const

export const next = z.string().nullable().describe('Address of the next page')

const TrendActorsFilters = LegacyFilters.extend({
  ...actorsParameters,
  day: z.string().optional().describe('A time in the bucket; without it, all from `date_from` to `date_to`'),
  breakdown_value: z
    .string()
    .optional()
    .describe('The `breakdown_value` of the series; empty for "no value"'),
}).meta({ id: 'TrendActorsFilters' })
const missing = z.int().describe('Counted by the number, but not known (any more)')

export const trendActors = operation({
  ...actors,
  id: 'persons_trends_retrieve',
  path: '/api/projects/:project_id/persons/trends/',
  aliases: ['/api/person/trends/'],
  summary: 'List the people behind a number of a trend',
  description:
    'What the trend was asked by, and what pins the number. Those who add most to it come first. ' +
    'Series that count groups answer groups.',
  query: TrendActorsFilters,
  answer: z
    .object({
      results: actorsOfPoint,
      next,
      initial: z.string().describe('Address of this page'),
      missing_persons: missing,
      is_cached: z.boolean().describe('Whether they were looked up for an earlier request'),
      last_refresh: z.string().meta({ format: 'date-time' }).describe('When they were looked up'),
    })
    .meta({ id: 'TrendActors' }),
})

export const actionActors = operation({
  ...actors,
  id: 'actions_people_retrieve',
  path: '/api/projects/:project_id/actions/people/',
  aliases: ['/api/action/people/'],
  tags: ['actions'],
  summary: 'List the people behind a number of a trend, as of old',
  description: 'The same people as of `persons/trends/`, which see: older clients ask here.',
  query: TrendActorsFilters,
  answer: z
    .object({
      results: actorsOfPoint,
      next,
      previous: z.string().nullable().describe('Address of the previous page'),
      missing_persons: missing,
    })
    .meta({ id: 'ActionActors' }),
})

export const stickinessActors = operation({
  ...actors,
  id: 'persons_stickiness_retrieve',
  path: '/api/projects/:project_id/persons/stickiness/',
  aliases: ['/api/person/stickiness/'],
  summary: 'List the people behind a number of stickiness',
  description: 'What the stickiness was asked by, and on how many intervals they were there.',
  query: LegacyFilters.extend({
    ...actorsParameters,
    stickiness_days: z.string().optional().describe('On how many intervals they were there'),
  }).meta({ id: 'StickinessActorsFilters' }),
  answer: z
    .object({
      results: actorsOfPoint,
      next,
    })
    .meta({ id: 'StickinessActors' }),
})

export const lifecycleActors = operation({
  ...actors,
  id: 'persons_lifecycle_retrieve',
  path: '/api/projects/:project_id/persons/lifecycle/',
  aliases: ['/api/person/lifecycle/'],
  summary: 'List the people behind a number of a lifecycle',
  description: 'What the lifecycle was asked by, the bucket, and the status.',
  query: LegacyFilters.extend({
    ...actorsParameters,
    target_date: z.string().optional().describe('A time in the bucket'),
    lifecycle_type: z.string().optional().describe('new, returning, resurrecting or dormant'),
  }).meta({ id: 'LifecycleActorsFilters' }),
  answer: z
    .object({
      results: z
        .array(
          z.object({
            people: z
              .array(
                z.union([
                  z.object({ id: z.int().describe("The person's number"), ...personFields }),
                  ListedGroup,
                ]),
              )
              .describe('Those of this page'),
            count: z.int().describe('How many they are'),
          }),
        )
        .describe('One entry, with those of this page'),
      next,
    })
    .meta({ id: 'LifecycleActors' }),
})

export const personTimeline = operation({
  access: 'project',
  scope: 'person:read',
  tags: ['persons'],
  id: 'persons_properties_timeline_retrieve',
  method: 'GET',
  path: '/api/projects/:project_id/persons/:id/properties_timeline/',
  aliases: ['/api/person/:id/properties_timeline/'],
  summary: "Follow a person's properties over time",
  description:
    'Asked by a trend’s filters: how the person changed in the properties that these name, seen by those of their events that the trend counts. At most 1,000 points.',
  params: z.object({ id: z.string().describe('Integer id or uuid.') }),
  query: LegacyFilters,
  answer: z
    .object({
      points: z
        .array(
          z.object({
            timestamp: z
              .string()
              .meta({ format: 'date-time' })
              .describe('Of the first event that saw them so'),
            properties: z.record(z.string(), z.unknown()).describe('All of the person’s, as they were then'),
            relevant_event_count: z.int().describe('Events until the next point'),
          }),
        )
        .describe('In order of time'),
      crucial_property_keys: z.array(z.string()).describe('A change of any of these makes a point'),
      effective_date_from: z
        .string()
        .meta({ format: 'date-time' })
        .describe('From when events were looked at'),
      effective_date_to: z.string().meta({ format: 'date-time' }).describe('Until when'),
    })
    .meta({ id: 'PersonPropertiesTimeline' }),
  errors: [400, 404],
})
