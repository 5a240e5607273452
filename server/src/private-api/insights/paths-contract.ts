import { z } from 'zod'
import { operation } from '../../http/operation.ts'
import { afterAnswer } from '../../http/read-after.ts'
import { envelope, pathsResult } from '../../insights/answers.ts'
import { actors, actorsPage, entityJson, LegacyFilters, trendActors } from './contract.ts'

const PathsFilters = LegacyFilters.extend({
  include_event_types: z
    .unknown()
    .describe(`\`$pageview\`, \`$screen\`, \`custom_event\`, \`hogql\`; default all events. ${entityJson}`),
  custom_events: z.unknown().describe('Only these custom events'),
  paths_hogql_expression: z.unknown().describe('What other events are shown as, for `hogql`'),
  exclude_events: z.unknown().describe('Steps left out; `*` stands for any text'),
  start_point: z.unknown().describe('Routes begin at this step'),
  end_point: z.unknown().describe('Routes end at this step'),
  step_limit: z.unknown().describe('Steps of a route; default 5'),
  edge_limit: z.unknown().describe('Edges answered; default 50'),
  min_edge_weight: z.unknown().describe('Leave out edges that fewer took'),
  max_edge_weight: z.unknown().describe('Leave out edges that more took'),
  path_groupings: z.unknown().describe('Steps that contain such a text, `*` for any, are shown as it'),
  path_replacements: z.unknown().describe("`true`: apply the project's cleaning rules"),
  local_path_cleaning_filters: z.unknown().describe('More rules: `[{"alias": "…", "regex": "…"}]`'),
  funnel_paths: z
    .unknown()
    .describe(
      'Follow the people of a funnel: `funnel_path_before_step`, `funnel_path_between_steps`, `funnel_path_after_step`',
    ),
  funnel_filter: z
    .unknown()
    .describe('The filters of that funnel, and `funnel_step`: which step, negative for who left before it'),
  aggregation_group_type_index: z.unknown().describe('Follow groups of this type'),
})
  .partial()
  .meta({ id: 'LegacyPathsFilters' })

const common = {
  path: '/api/projects/:project_id/insights/path/',
  aliases: ['/api/insight/path/'],
  access: 'project',
  scope: 'insight:read',
  tags: ['insights'],
  summary: 'Follow people from step to step',
  answer: z
    .object({
      result: z.array(pathsResult).describe('Edges, most taken first'),
      ...envelope,
      after: afterAnswer,
    })
    .meta({ id: 'PathsAnswer' }),
  errors: [400],
  readsEvents: true,
} as const

export const getPaths = operation({
  ...common,
  id: 'insights_path_retrieve',
  method: 'GET',
  query: PathsFilters,
  description: 'Routes of up to `step_limit` steps; an edge is a step and the one after it.',
})

export const postPaths = operation({
  ...common,
  id: 'insights_path_create',
  method: 'POST',
  description: 'What the body does not say is taken from the address.',
  body: PathsFilters,
})

/** Which page, from wherever it is said. */
export const PathActorsPage = z.object(actorsPage)

const keys = {
  path_start_key: z.string().optional().describe('Those who went on from this step, like `2_/pricing`'),
  path_end_key: z.string().optional().describe('Those who came to this step'),
  path_dropoff_key: z.string().optional().describe('Those whose route ended at this step'),
}

const people = {
  ...actors,
  path: '/api/projects/:project_id/persons/path/',
  aliases: ['/api/person/path/'],
  summary: 'List the people of an edge or a step',
  answer: trendActors.answer,
} as const

export const getPathActors = operation({
  ...people,
  id: 'persons_path_retrieve',
  query: PathsFilters.extend({ ...keys, ...actorsPage }).meta({ id: 'PathActorsFilters' }),
  description: 'What the paths were asked by, and which edge or step.',
})

export const postPathActors = operation({
  ...people,
  id: 'persons_path_create',
  method: 'POST',
  description: 'What the body does not say, `limit` and `offset` among it, is taken from the address.',
  query: z.looseObject(actorsPage),
  body: PathsFilters.extend(keys).meta({ id: 'PathActorsBody' }),
})
