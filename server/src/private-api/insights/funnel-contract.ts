import { z } from 'zod'
import { ListedGroup } from '../../http/group-shapes.ts'
import { operation } from '../../http/operation.ts'
import { ListedPerson } from '../../http/person-shapes.ts'
import { afterAnswer } from '../../http/read-after.ts'
import { envelope, funnelCorrelationResult, funnelResult } from '../../insights/answers.ts'
import { LegacyFilters } from './contract.ts'

const FunnelFilters = LegacyFilters.extend({
  funnel_viz_type: z.unknown().optional().describe('steps (default), trends, time_to_convert'),
  funnel_order_type: z.unknown().optional().describe('ordered (default), strict, unordered'),
  funnel_window_interval: z.unknown().optional().describe('Within how long of the first step; default 14'),
  funnel_window_interval_unit: z
    .unknown()
    .optional()
    .describe('second, minute, hour, day (default), week, month'),
  funnel_from_step: z.unknown().optional().describe('For trends and times; the first is 0'),
  funnel_to_step: z.unknown().optional().describe('For trends and times; default the last'),
  exclusions: z
    .unknown()
    .optional()
    .describe('`[{"id": "$pageleave", "type": "events", "funnel_from_step": 0, "funnel_to_step": 1}]`'),
  breakdown_attribution_type: z
    .unknown()
    .optional()
    .describe('first_touch (default), last_touch, all_events, step'),
  breakdown_attribution_value: z.unknown().optional().describe('The step, for `step`; the first is 0'),
  bin_count: z.unknown().optional().describe('Bins of time_to_convert, 1 to 90'),
  aggregation_group_type_index: z.unknown().optional().describe('Count groups of this type'),
  funnel_aggregate_by_hogql: z.unknown().optional().describe('Count something else than people'),
}).meta({ id: 'FunnelFilters' })

const CorrelationFilters = FunnelFilters.extend({
  funnel_correlation_type: z
    .unknown()
    .optional()
    .describe('events (default), properties, event_with_properties'),
  funnel_correlation_names: z.unknown().optional().describe('Properties of people, for `properties`; `$all`'),
  funnel_correlation_exclude_names: z.unknown().optional().describe('Properties of people to leave out'),
  funnel_correlation_exclude_event_names: z.unknown().optional().describe('Events to leave out'),
  funnel_correlation_event_names: z.unknown().optional().describe('Events, for `event_with_properties`'),
  funnel_correlation_event_exclude_property_names: z
    .unknown()
    .optional()
    .describe('Properties of events to leave out'),
}).meta({ id: 'FunnelCorrelationFilters' })

const FunnelAnswer = z
  .object({ result: funnelResult, ...envelope, after: afterAnswer })
  .meta({ id: 'FunnelAnswer' })
const CorrelationAnswer = z
  .object({
    result: funnelCorrelationResult.describe('What goes with success, and what with failure'),
    ...envelope,
    after: afterAnswer,
  })
  .meta({ id: 'FunnelCorrelationAnswer' })

const shared = {
  access: 'project',
  scope: 'insight:read',
  tags: ['insights'],
  errors: [400],
  readsEvents: true,
} as const
const fromBoth = 'What the body does not say is taken from the address.'

const funnel = {
  ...shared,
  path: '/api/projects/:project_id/insights/funnel/',
  aliases: ['/api/insight/funnel/'],
  summary: 'Count who goes through a funnel',
  answer: FunnelAnswer,
} as const
export const getFunnel = operation({
  ...funnel,
  id: 'insights_funnel_retrieve',
  method: 'GET',
  query: FunnelFilters,
  description:
    'The steps are the `events` and `actions`, by their `order`. With a breakdown, a funnel for each value.',
})
export const postFunnel = operation({
  ...funnel,
  id: 'insights_funnel_create',
  method: 'POST',
  description: fromBoth,
  body: FunnelFilters,
})

const correlation = {
  ...shared,
  path: '/api/projects/:project_id/insights/funnel/correlation/',
  aliases: ['/api/insight/funnel/correlation/'],
  summary: 'Find what goes with getting through a funnel',
  answer: CorrelationAnswer,
} as const
export const getCorrelation = operation({
  ...correlation,
  id: 'insights_funnel_correlation_retrieve',
  method: 'GET',
  query: CorrelationFilters,
  description:
    'Compares those who got through the funnel with those who did not, by what else they did or what is known of them.',
})
export const postCorrelation = operation({
  ...correlation,
  id: 'insights_funnel_correlation_create',
  method: 'POST',
  description: fromBoth,
  body: CorrelationFilters,
})

const page = {
  limit: z.unknown().optional().describe('Number of results per page; default 100'),
  offset: z.unknown().optional().describe('People to leave out at the start; default 0'),
  search: z.unknown().optional().describe('A part of the e-mail address, name or a distinct id'),
}
const pins = {
  ...page,
  funnel_step: z
    .unknown()
    .optional()
    .describe('Who got to this step, the first is 1; negative: who got to the one before, but not to it'),
  funnel_custom_steps: z.unknown().optional().describe('Who came exactly so far: `[2, 3]`'),
  funnel_step_breakdown: z.unknown().optional().describe('The `breakdown_value` of the steps'),
  entrance_period_start: z.unknown().optional().describe('For trends: a time in the bucket of entry'),
  drop_off: z.unknown().optional().describe('For trends: `true` for who did not convert'),
}

/** The shape of the people behind a number. */
const People = z
  .object({
    results: z
      .array(
        z.object({
          people: z.array(z.union([ListedPerson, ListedGroup])).describe('Those of this page'),
          count: z.int().describe('How many they are'),
        }),
      )
      .describe('One entry, with those of this page'),
    next: z.string().nullable().describe('Address of the next page'),
    initial: z.string().describe('Address of this page'),
    missing_persons: z.int().describe('Counted by the number, but not known (any more)'),
    is_cached: z.boolean().describe('Whether they were looked up for an earlier request'),
    last_refresh: z.string().meta({ format: 'date-time' }).describe('When they were looked up'),
  })
  .meta({ id: 'FunnelActors' })

const people = {
  access: 'project',
  scope: 'person:read',
  tags: ['persons'],
  errors: [400],
  readsEvents: true,
  answer: People,
} as const

const FunnelActorsFilters = FunnelFilters.extend(pins).meta({ id: 'FunnelActorsFilters' })
const ofFunnel = {
  ...people,
  path: '/api/projects/:project_id/persons/funnel/',
  aliases: ['/api/person/funnel/'],
  summary: 'List who got to a step of a funnel, or left before it',
} as const
export const getFunnelActors = operation({
  ...ofFunnel,
  id: 'persons_funnel_retrieve',
  method: 'GET',
  query: FunnelActorsFilters,
  description: 'What the funnel was asked by, and `funnel_step`.',
})
export const postFunnelActors = operation({
  ...ofFunnel,
  id: 'persons_funnel_create',
  method: 'POST',
  description: fromBoth,
  body: FunnelActorsFilters,
})

const CorrelationActorsFilters = CorrelationFilters.extend({
  ...pins,
  funnel_correlation_person_limit: z.unknown().optional().describe('Number of results per page; default 100'),
  funnel_correlation_person_offset: z
    .unknown()
    .optional()
    .describe('People to leave out at the start; default 0'),
  funnel_correlation_person_entity: z
    .unknown()
    .optional()
    .describe('Who did this on the way: `{"id": "help", "type": "events", "properties": […]}`'),
  funnel_correlation_person_converted: z
    .unknown()
    .optional()
    .describe('`true`: who went through, `false`: who did not'),
  funnel_correlation_property_values: z.unknown().optional().describe('Who has these properties'),
}).meta({ id: 'FunnelCorrelationActorsFilters' })
const ofCorrelation = {
  ...people,
  path: '/api/projects/:project_id/persons/funnel/correlation/',
  aliases: ['/api/person/funnel/correlation/'],
  summary: 'List who is behind a correlation',
} as const
export const getCorrelationActors = operation({
  ...ofCorrelation,
  id: 'persons_funnel_correlation_retrieve',
  method: 'GET',
  query: CorrelationActorsFilters,
  description: 'What the correlation was asked by, and which of its lines.',
})
export const postCorrelationActors = operation({
  ...ofCorrelation,
  id: 'persons_funnel_correlation_create',
  method: 'POST',
  description: fromBoth,
  body: CorrelationActorsFilters,
})
