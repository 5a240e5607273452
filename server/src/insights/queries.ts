import { z } from 'zod'
import {
  funnelCorrelationActorsQuery,
  funnelCorrelationQuery,
  funnelsActorsQuery,
  funnelsQuery,
} from './funnel-queries.ts'
import {
  lifecycleQuery,
  pathsQuery,
  retentionQuery,
  stickinessOperators,
  stickinessQuery,
  trendsQuery,
} from './insight-queries.ts'
import { dateRange, flag, properties } from './query-parts.ts'

/**
 * The questions that can be asked, as PostHog's typed queries spell them: one vocabulary for requests, saved
 * insights and the API's documentation. Legacy `filters` are upgraded to these at the door (`upgrade-filters.ts`);
 * inside there is no other shape.
 */

export const hogqlFilters = z
  .object({
    properties,
    dateRange: dateRange.nullish(),
    filterTestAccounts: flag.describe("Apply the project's filters for internal and test users"),
  })
  .meta({ id: 'HogQLFilters', description: 'What `{filters}` in a HogQL query stands for' })
export type HogQLFilters = z.infer<typeof hogqlFilters>

export const hogqlQuery = z
  .object({
    kind: z.literal('HogQLQuery').describe('What is asked: rows, by a SELECT in HogQL'),
    query: z.string().min(1).max(1_000_000).describe('One SELECT. Without a LIMIT, 100 rows are returned'),
    filters: hogqlFilters.nullish().describe('Put in place of `{filters}`'),
    values: z.record(z.string(), z.unknown()).nullish().describe('Put in place of `{name}`, as constants'),
    variables: z
      .record(
        z.string(),
        z.object({
          code_name: z.string().describe('What the text calls it: `{variables.code_name}`'),
          value: z.unknown().optional().describe('The constant; null where it is left out'),
          isNull: flag.describe('True: null, whatever `value` says'),
          variableId: z.string().nullish().describe('Accepted for compatibility'),
        }),
      )
      .nullish()
      .describe('Put in place of `{variables.code_name}`, as constants'),
    explain: flag.describe("Also the warehouse's SQL and its plan"),
  })
  .meta({ id: 'HogQLQuery' })
export type HogQLQuery = z.infer<typeof hogqlQuery>

const languages = ['hogQL', 'hogQLExpr'] as const
const editorText = {
  language: z.enum(languages).nullish().describe('`hogQL`: a SELECT (default). `hogQLExpr`: one expression'),
  query: z.string().max(1_000_000).describe('The text in the editor'),
  filters: hogqlFilters
    .nullish()
    .describe('Accepted for compatibility; `{filters}` is taken for a condition'),
  sourceQuery: z
    .looseObject({
      kind: z.string().describe('`HogQLQuery`'),
      query: z.string().optional().describe('Its text'),
    })
    .nullish()
    .describe('For an expression: the `HogQLQuery` whose tables it is about; default, events'),
}
export const hogqlMetadata = z
  .object({
    kind: z.literal('HogQLMetadata').describe('What is asked: whether a text is good HogQL'),
    ...editorText,
  })
  .meta({ id: 'HogQLMetadata' })
export type HogQLMetadata = z.infer<typeof hogqlMetadata>
export const hogqlAutocomplete = z
  .object({
    kind: z.literal('HogQLAutocomplete').describe('What is asked: how a text could go on'),
    ...editorText,
    startPosition: z.number().int().min(0).describe('Where the word under the cursor begins'),
    endPosition: z.number().int().min(0).describe('Where it ends'),
  })
  .meta({ id: 'HogQLAutocomplete' })
export type HogQLAutocomplete = z.infer<typeof hogqlAutocomplete>

/** What editors of HogQL ask; answered without reading data. */
export const editorQuery = z.discriminatedUnion('kind', [hogqlMetadata, hogqlAutocomplete])
export type EditorQuery = z.infer<typeof editorQuery>

export const eventsQuery = z
  .object({
    kind: z.literal('EventsQuery').describe('What is asked: a table of events, or of numbers about them'),
    select: z
      .array(z.string())
      .min(1)
      .default(['*'])
      .describe(
        'HogQL expressions; `*` is the event as an object, `person` and `person_display_name` whose it is',
      ),
    where: z.array(z.string()).nullish().describe('HogQL conditions; ones with aggregations become HAVING'),
    event: z.string().nullish().describe('Only events of this name'),
    events: z.array(z.string()).nullish().describe('Only events of these names'),
    actionId: z.number().int().nullish().describe('Only events that match this action'),
    personId: z.string().nullish().describe("Only this person's events"),
    properties,
    fixedProperties: properties,
    filterTestAccounts: flag.describe("Apply the project's filters for internal and test users"),
    after: z.string().nullish().describe('Later than this; default `-24h`, `all` for no bound'),
    before: z.string().nullish().describe('Earlier than this; default five seconds from now'),
    orderBy: z.array(z.string()).nullish().describe('HogQL expressions, each with `DESC` or a leading `-`'),
    limit: z.number().int().min(1).nullish().describe('Rows; default 100, at most 50,000'),
    offset: z.number().int().min(0).nullish().describe('Rows to leave out at the start; default 0'),
  })
  .meta({ id: 'EventsQuery' })
export type EventsQuery = z.infer<typeof eventsQuery>

const actorsOf = {
  source: z
    .discriminatedUnion('kind', [trendsQuery, stickinessQuery, lifecycleQuery, retentionQuery, pathsQuery])
    .describe('The insight that the number is part of'),
  day: z
    .union([z.string(), z.number().int()])
    .nullish()
    .describe(
      'Which bucket: a date or time in it; of a trend, without it all of them. For stickiness, on how many intervals',
    ),
  series: z.number().int().min(0).nullish().describe('Index of the series; default 0'),
  breakdown: z
    .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
    .nullish()
    .describe('The `breakdown_value` of the series'),
  compare: z.enum(['current', 'previous']).nullish().describe('Which of two compared periods'),
  status: z.enum(['new', 'returning', 'resurrecting', 'dormant']).nullish().describe('For lifecycle'),
  interval: z.number().int().min(0).nullish().describe('For retention: index of the cohort; without it, all'),
  includeRecordings: flag.describe('Accepted for compatibility'),
}
export const insightActorsQuery = z
  .object({
    kind: z
      .literal('InsightActorsQuery')
      .describe('What is asked: the people (or groups) behind a number of an insight'),
    ...actorsOf,
  })
  .meta({ id: 'InsightActorsQuery' })
export const stickinessActorsQuery = z
  .object({
    kind: z
      .literal('StickinessActorsQuery')
      .describe('What is asked: the people behind a number of stickiness'),
    ...actorsOf,
    operator: z
      .enum(stickinessOperators)
      .nullish()
      .describe(
        'How many intervals compared with `day`; default exact, or gte where the insight is cumulative',
      ),
  })
  .meta({ id: 'StickinessActorsQuery' })
export const actorsSource = z.discriminatedUnion('kind', [
  insightActorsQuery,
  stickinessActorsQuery,
  funnelsActorsQuery,
  funnelCorrelationActorsQuery,
])
export type ActorsSource = z.infer<typeof actorsSource>

export const actorsQuery = z
  .object({
    kind: z.literal('ActorsQuery').describe('What is asked: a table of persons or groups'),
    source: actorsSource
      .nullish()
      .describe('The number whose actors are asked for; without one, all persons'),
    select: z
      .array(z.string())
      .min(1)
      .nullish()
      .describe(
        'HogQL expressions over the person (or group): `created_at`, `properties.email`, `event_count` (what the actor ' +
          'adds to the number); `actor` is the actor as an object',
      ),
    search: z.string().nullish().describe('A part of the e-mail address, name or a distinct id'),
    properties,
    fixedProperties: properties,
    orderBy: z.array(z.string()).nullish().describe('HogQL expressions, each with `DESC` or a leading `-`'),
    limit: z.number().int().min(1).nullish().describe('Rows; default 100, at most 50,000'),
    offset: z.number().int().min(0).nullish().describe('Rows to leave out at the start; default 0'),
  })
  .meta({ id: 'ActorsQuery' })
export type ActorsQuery = z.infer<typeof actorsQuery>

/** Every query that can be run by itself. */
export const runnableQuery = z.discriminatedUnion('kind', [
  hogqlQuery,
  eventsQuery,
  actorsQuery,
  trendsQuery,
  stickinessQuery,
  lifecycleQuery,
  retentionQuery,
  pathsQuery,
  funnelsQuery,
  funnelCorrelationQuery,
])
export type RunnableQuery = z.infer<typeof runnableQuery>
