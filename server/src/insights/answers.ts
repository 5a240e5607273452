import { z } from 'zod'

/** What comes back, in upstream's shapes. */

export const answerLimits = ['limit', 'default_limit', 'max_limit', 'breakdown_limit'] as const
export type AnswerLimit = (typeof answerLimits)[number]

export const statistics = z
  .object({
    rows_read: z.number().describe('Rows that the warehouse read'),
    bytes_read: z.number().describe('Bytes that the warehouse read'),
    elapsed_ms: z.number().describe("The warehouse's time, milliseconds"),
    cache_age_ms: z
      .number()
      .describe('How long ago that was, milliseconds; 0 for an answer calculated for this request'),
    limited_by: z
      .enum(answerLimits)
      .nullable()
      .describe(
        'What cut the answer: `limit` (the one that was asked for), `default_limit` (SQL without a LIMIT), `max_limit` ' +
          '(the most that is answered), `breakdown_limit` (all further values are one row). Null: nothing did',
      ),
  })
  .describe('What calculating the answer cost')

/** How long an answer lives. */
const lifetime = {
  cache_key: z.string().describe('Names the question and all that its answer depends on'),
  cache_target_age: z
    .string()
    .meta({ format: 'date-time' })
    .nullable()
    .describe('Until when it is served again; null for answers that are not'),
  next_allowed_client_refresh: z
    .string()
    .meta({ format: 'date-time' })
    .describe('When a client should at the earliest ask for a new one'),
}
export type Lifetime = z.infer<z.ZodObject<typeof lifetime>>

/** What every answer says besides its results. */
export const envelope = {
  timezone: z.string().describe("The project's; days and weeks are counted in it"),
  last_refresh: z.string().meta({ format: 'date-time' }).describe('When the numbers were read'),
  is_cached: z.boolean().describe('Whether it was calculated for an earlier request'),
  ...lifetime,
  statistics,
}
export type Envelope = z.infer<z.ZodObject<typeof envelope>>

/** Where a question stands that is answered later. */
export const queryStatus = z
  .object({
    id: z.string().describe('The `client_query_id`, or one of ours'),
    team_id: z.int().describe('The project that was asked'),
    query_async: z.literal(true).describe('Always true'),
    complete: z.boolean().describe('Whether it has ended, well or not'),
    error: z.boolean().describe('Whether it has failed; `error_message` may say why'),
    error_message: z.string().nullable().describe('What the caller can mend; null where it is not theirs'),
    start_time: z.string().meta({ format: 'date-time' }).describe('When it was asked'),
    end_time: z.string().meta({ format: 'date-time' }).nullable().describe('When it ended; null until then'),
    expiration_time: z
      .string()
      .meta({ format: 'date-time' })
      .nullable()
      .describe('Until when the results are kept'),
    query_progress: z
      .object({
        time_elapsed: z.int().describe('Milliseconds'),
        rows_read: z.int().describe('Rows that the warehouse has read for it'),
        bytes_read: z.int().describe('Bytes that the warehouse has read for it'),
        estimated_rows_total: z
          .int()
          .nullable()
          .describe('Rows that it will read, as far as that can be said; null before it has begun'),
      })
      .nullable()
      .describe('While it runs'),
    results: z.unknown().describe('The whole answer, when it is complete'),
  })
  .meta({ id: 'QueryStatus' })
export type QueryStatus = z.infer<typeof queryStatus>

const trendsAction = z
  .object({
    id: z.union([z.string(), z.number()]).nullable().describe('Event name or action id; null for all events'),
    type: z.enum(['events', 'actions']).describe('Whether `id` is of an event or an action'),
    order: z.int().describe('Index of the series'),
    name: z.string().describe('The label that was given, else the name of the event or action'),
    custom_name: z.string().nullable().describe('A label that a user chose; wins over `name`. Null for none'),
    math: z.string().nullable().describe('How it is counted; null is every event (`total`)'),
    math_property: z.string().nullable().describe('The property whose values are counted with'),
    math_hogql: z.string().nullable().describe('The aggregation, for math `hogql`'),
    math_group_type_index: z.int().nullable().describe('Which groups are counted, for math `unique_group`'),
    properties: z.unknown().describe('The filters of the series'),
  })
  .describe('What was counted, as the question says it')
export type TrendsAction = z.infer<typeof trendsAction>

const link = z
  .object({
    filter: z.record(z.string(), z.unknown()).describe('What pins the number'),
    url: z.string().describe('Where its people are listed, relative to the server, without a leading slash'),
  })
  .meta({ id: 'ActorsLink' })
const personsUrls = z
  .array(link)
  .optional()
  .describe(
    'The people behind each number; legacy filters only, and left out where there would be over 10,000',
  )

export const trendsResult = z
  .object({
    action: trendsAction.nullable().describe('What was counted; null for a formula'),
    label: z
      .string()
      .describe('What the series is called: the event, action or formula, with its breakdown value'),
    count: z.number().describe('Sum of `data`; the last value of running totals'),
    data: z.array(z.number()).describe('A number for each bucket; empty for displays of one figure'),
    labels: z.array(z.string()).describe('Buckets as people read them: `18-Feb-2023`'),
    days: z.array(z.string()).describe('Buckets as ISO dates, for hours with the time'),
    aggregated_value: z.number().optional().describe('The one figure, for displays that show one'),
    breakdown_value: z
      .union([z.string(), z.number(), z.array(z.string())])
      .optional()
      .describe('`$$_posthog_breakdown_null_$$`: no value. `$$_posthog_breakdown_other_$$`: all others'),
    compare: z.boolean().optional().describe('True where two periods are compared, else left out'),
    compare_label: z
      .enum(['current', 'previous'])
      .optional()
      .describe('Which of the two periods; left out where none are compared'),
    persons_urls: personsUrls,
    persons: link.optional().describe('The people behind `aggregated_value`; legacy filters only'),
    order: z.int().describe('Index of the series'),
  })
  .meta({ id: 'TrendsResult' })
export type TrendsResult = z.infer<typeof trendsResult>

export const stickinessResult = z
  .object({
    action: trendsAction,
    label: z.string().describe('What the series is called: the event or action, with its breakdown value'),
    count: z.number().describe('Sum of `data`'),
    data: z
      .array(z.number())
      .describe('How many were there on exactly so many intervals (or, cumulative, at least)'),
    labels: z.array(z.string()).describe('`1 day`, `2 days`, …'),
    days: z.array(z.int()).min(1).describe('1, 2, …'),
    compare: z.boolean().optional().describe('True where two periods are compared, else left out'),
    compare_label: z
      .enum(['current', 'previous'])
      .optional()
      .describe('Which of the two periods; left out where none are compared'),
    persons_urls: personsUrls,
    order: z.int().describe('Index of the series'),
  })
  .meta({ id: 'StickinessResult' })
export type StickinessResult = z.infer<typeof stickinessResult>

export const lifecycleStatuses = ['new', 'returning', 'resurrecting', 'dormant'] as const
export const lifecycleResult = z
  .object({
    action: trendsAction,
    label: z.string().describe('`$pageview - new`'),
    status: z
      .enum(lifecycleStatuses)
      .describe(
        '`new`: for the first time ever. `returning`: also in the bucket before. `resurrecting`: again after a gap. `dormant`: no longer, after the bucket before',
      ),
    count: z.number().describe('Sum of `data`'),
    data: z.array(z.number()).describe('People for each bucket; those who went dormant count negative'),
    labels: z.array(z.string()).describe('Buckets as people read them: `18-Feb-2023`'),
    days: z.array(z.string()).describe('Buckets as ISO dates, for hours with the time'),
    persons_urls: personsUrls,
    order: z.int().describe('Index of the series'),
  })
  .meta({ id: 'LifecycleResult' })
export type LifecycleResult = z.infer<typeof lifecycleResult>

export const retentionResult = z
  .object({
    label: z.string().describe('`Day 0`: which cohort'),
    date: z.string().describe('When it begins, in the project’s time zone'),
    values: z
      .array(
        z.object({
          count: z.int().describe('How many were there (in the first cell), or came back'),
          label: z.string().describe('`Day 3`: so many intervals later'),
          aggregation_value: z
            .number()
            .optional()
            .describe('For `sum` the sum of their numbers, for `avg` that for each who was there'),
        }),
      )
      .describe('The cohort, then the intervals (or brackets) after it'),
    breakdown_value: z
      .string()
      .optional()
      .describe(
        'Empty: no value. Several are joined by `::`. `$$_posthog_breakdown_other_$$`: all others. Of a cohort its id; ' +
          '0 is everyone',
      ),
  })
  .meta({ id: 'RetentionResult' })
export type RetentionResult = z.infer<typeof retentionResult>

export const pathsResult = z
  .object({
    source: z.string().describe('A step: its place on the route, and how it is shown: `1_/`'),
    target: z.string().describe('The step after it: `2_/pricing`'),
    value: z.int().describe('How many routes took this edge'),
    average_conversion_time: z.number().describe('Mean time between the two, milliseconds'),
  })
  .meta({ id: 'PathsResult' })
export type PathsResult = z.infer<typeof pathsResult>

const hogqlNotice = z
  .object({
    message: z.string().describe('What is to be said of this piece of the text'),
    start: z.int().optional().describe('Offset in the text, UTF-16 code units'),
    end: z.int().optional().describe('Exclusive'),
  })
  .meta({ id: 'HogQLNotice' })
export type HogQLNotice = z.infer<typeof hogqlNotice>

/** Answer to `HogQLMetadata`. */
export const hogqlMetadataAnswer = {
  query: z.string().describe('The text that was looked at'),
  isValid: z.boolean().describe('Whether it can be run'),
  errors: z.array(hogqlNotice).describe('Why it can’t be run: the first error'),
  warnings: z.array(hogqlNotice).describe('What runs, and likely does not do what was meant'),
  notices: z.array(hogqlNotice).describe('Types of the properties that it reads'),
  table_names: z.array(z.string()).describe('Tables that it reads'),
}
export type HogQLMetadataAnswer = z.infer<z.ZodObject<typeof hogqlMetadataAnswer>>

export const completionKinds = ['Keyword', 'Function', 'Variable', 'Class', 'Folder', 'Property'] as const
const completionItem = z
  .object({
    label: z.string().describe('What the list shows'),
    insertText: z.string().describe('What is put into the text'),
    kind: z
      .enum(completionKinds)
      .describe('`Class`: a table; `Folder`: a table beside one, or properties; `Variable`: a column'),
    detail: z.string().optional().describe('Its type, or how many arguments it takes'),
  })
  .meta({ id: 'AutocompleteCompletionItem' })
export type CompletionItem = z.infer<typeof completionItem>

/** Answer to `HogQLAutocomplete`. */
export const hogqlAutocompleteAnswer = {
  suggestions: z.array(completionItem).describe('The likeliest first'),
  incomplete_list: z.boolean().describe('There are more: ask again when more has been typed'),
}
export type HogQLAutocompleteAnswer = z.infer<z.ZodObject<typeof hogqlAutocompleteAnswer>>

const seconds = z.number().nullable()
const funnelValue = z.union([z.string(), z.number(), z.array(z.string())])
export const funnelStep = z
  .object({
    action_id: z.union([z.string(), z.number()]).nullable().describe('Event name or action id'),
    name: z.string().describe('`Completed 2 steps` where they may happen in any order'),
    custom_name: z.string().nullable().describe('A label that a user chose; wins over `name`. Null for none'),
    order: z.int().describe('Index of the step'),
    people: z.array(z.unknown()).max(0).describe('Always empty: ask for them by the links'),
    count: z.int().describe('How many got to the step'),
    type: z.enum(['events', 'actions']).describe('Whether `action_id` is of an event or an action'),
    average_conversion_time: seconds.describe('From the step before, in seconds; null on the first'),
    median_conversion_time: seconds.describe(
      'Half of them needed less, from the step before, in seconds; null on the first',
    ),
    breakdown: funnelValue.optional().describe('The value as it is shown; `Other` for all beyond the limit'),
    breakdown_value: funnelValue
      .optional()
      .describe('The value as filters take it, to ask for the people behind the step'),
    converted_people_url: z
      .string()
      .optional()
      .describe('Where those who got here are listed; legacy filters only'),
    dropped_people_url: z
      .string()
      .nullable()
      .optional()
      .describe('Where those who left before are listed; null on the first step'),
  })
  .meta({ id: 'FunnelStep' })
export type FunnelStep = z.infer<typeof funnelStep>

const funnelTrend = z
  .object({
    count: z.int().describe('Number of buckets'),
    data: z.array(z.number()).describe('Of those who entered in the bucket, how many percent converted'),
    days: z.array(z.string()).describe('Buckets as ISO dates, for hours with the time'),
    labels: z.array(z.string()).describe('Buckets as people read them: `18-Feb-2023`'),
    breakdown_value: funnelValue.optional().describe('Whose line it is, with a breakdown'),
  })
  .meta({ id: 'FunnelTrend' })
export type FunnelTrend = z.infer<typeof funnelTrend>

export const funnelTimes = z
  .object({
    bins: z
      .array(z.tuple([z.number(), z.int()]))
      .describe('Where a bin starts, in seconds, and how many it has'),
    average_conversion_time: seconds.describe(
      'Mean time between the two steps, in seconds; null where nobody converted',
    ),
  })
  .meta({ id: 'FunnelTimes' })
export type FunnelTimes = z.infer<typeof funnelTimes>

export const funnelResult = z
  .union([z.array(z.union([funnelStep, funnelTrend, z.array(funnelStep)])), funnelTimes])
  .describe(
    'Steps; with a breakdown, a list of steps for each value; trends and times in shapes of their own',
  )

const correlation = z
  .object({
    event: z
      .object({
        event: z.string().describe('Event name, `property::value`, or `event::property::value`'),
        properties: z
          .record(z.string(), z.unknown())
          .describe('`$event_type`, for autocaptured events; else empty'),
        elements: z.array(z.unknown()).describe('What was clicked, for autocaptured events; else empty'),
      })
      .describe('What those who succeeded and those who failed differ in'),
    success_count: z.int().describe('How many who have it went through'),
    failure_count: z.int().describe('How many who have it did not'),
    odds_ratio: z.number().describe('Over 1: who has it goes through more often'),
    correlation_type: z
      .enum(['success', 'failure'])
      .describe('Whether it goes along with success or with failure'),
    success_people_url: z
      .string()
      .nullable()
      .optional()
      .describe('Where those who went through are listed; legacy filters only'),
    failure_people_url: z
      .string()
      .nullable()
      .optional()
      .describe('Where those who did not are listed; legacy filters only'),
  })
  .meta({ id: 'FunnelCorrelation' })
export type FunnelCorrelation = z.infer<typeof correlation>

export const funnelCorrelationResult = z
  .object({
    events: z.array(correlation).describe('The ten that speak most for success, then for failure'),
    skewed: z.boolean().describe('Over ten times as many succeeded as failed, or the other way round'),
  })
  .meta({ id: 'FunnelCorrelations' })
export type FunnelCorrelations = z.infer<typeof funnelCorrelationResult>
