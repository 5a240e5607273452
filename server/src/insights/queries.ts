import { z } from 'zod'

/**
 * The questions that can be asked, as PostHog's typed queries spell them: one vocabulary for requests, saved
 * insights and the API's documentation. Legacy `filters` are upgraded to these at the door (`upgrade-filters.ts`);
 * inside there is no other shape.
 *
 * Lenient where clients are: unknown keys are ignored and `null` means "not given".
 */

export const propertyFilter = z
  .looseObject({
    key: z.union([z.string(), z.number()]).describe('Property name; the expression itself for type `hogql`'),
    value: z.unknown().optional().describe('A scalar, or a list of which any may match'),
    operator: z
      .string()
      .nullish()
      .describe(
        'exact (default), is_not, icontains, not_icontains, regex, not_regex, gt, gte, lt, lte, between, ' +
          'not_between, is_set, is_not_set, is_date_exact, is_date_before, is_date_after, in, not_in',
      ),
    type: z
      .string()
      .nullish()
      .describe('event (default), person, element, session, group, cohort, hogql, feature, event_metadata'),
    group_type_index: z.number().int().min(0).max(4).nullish().describe('Which group type, for type `group`'),
  })
  .meta({ id: 'PropertyFilter' })

export type PropertyFilterInput = z.infer<typeof propertyFilter>

export type PropertyGroup = {
  type: 'AND' | 'OR'
  values: (PropertyGroup | PropertyFilterInput)[]
}
export const propertyGroup: z.ZodType<PropertyGroup> = z
  .object({
    type: z.enum(['AND', 'OR']).describe('Whether all or any of `values` must hold'),
    get values() {
      return z.array(z.union([propertyGroup, propertyFilter]))
    },
  })
  .meta({ id: 'PropertyGroup' })

export const properties = z
  .preprocess(
    withoutEmpty,
    z.union([z.array(z.union([propertyGroup, propertyFilter])), propertyGroup]).nullish(),
  )
  .describe('Filters that must all hold, or a tree of AND and OR groups')
export type Properties = z.infer<typeof properties>

/** Filters that were begun and not filled in, `{}` or `{"type": "empty"}`, say nothing: upstream takes them so. */
function withoutEmpty(given: unknown): unknown {
  if (Array.isArray(given)) return given.filter((one) => !isEmpty(one)).map(withoutEmpty)
  if (typeof given !== 'object' || given === null || !('values' in given) || 'key' in given) return given
  return { ...given, values: withoutEmpty(given.values) }
}

const isEmpty = (filter: unknown): boolean =>
  typeof filter === 'object' &&
  filter !== null &&
  Object.keys(filter).every((key) => key === 'type' && (filter as { type: unknown }).type === 'empty')

export const dateRange = z
  .object({
    date_from: z
      .string()
      .nullish()
      .describe(
        'ISO date or time, or relative to now: `-7d` (default), `-30M` (minutes), `dStart`, `-1mStart`, `yStart`, `all`',
      ),
    date_to: z
      .string()
      .nullish()
      .describe('Like `date_from`; default now. A date without a time means its end'),
    explicitDate: z.boolean().nullish().describe('Take both bounds as they are, not rounded to whole days'),
  })
  .meta({ id: 'DateRange' })
export type DateRangeInput = z.infer<typeof dateRange>

export const intervals = ['minute', 'hour', 'day', 'week', 'month'] as const
export type Interval = (typeof intervals)[number]
export const interval = z
  .preprocess(
    (value) => (typeof value === 'string' ? value.toLowerCase() : value),
    z.enum(intervals).nullish(),
  )
  .describe('Length of a bucket; weeks start as the project says (Sunday)')

const id = z.union([z.number().int(), z.string()])
const flag = z.boolean().nullish()

const entity = {
  name: z.string().nullish().describe('Label of the series'),
  custom_name: z.string().nullish().describe('Label chosen by a user; wins over `name`'),
  math: z
    .string()
    .nullish()
    .describe(
      'total (default), dau, weekly_active, monthly_active, unique_group, unique_session, sum, avg, min, max, ' +
        'median, p75, p90, p95, p99, *_count_per_actor, first_time_for_user, first_matching_event_for_user, hogql',
    ),
  math_property: z.string().nullish().describe('Numeric event property that property maths aggregate'),
  math_property_type: z.string().nullish(),
  math_hogql: z.string().nullish().describe('Aggregation, for math `hogql`'),
  math_group_type_index: z.number().int().min(0).max(4).nullish().describe('Count groups of this type'),
  optionalInFunnel: flag.describe('A step of a funnel that may be skipped'),
  properties: properties,
  fixedProperties: properties,
}
export const eventsNode = z
  .object({
    kind: z.literal('EventsNode'),
    event: z.string().nullish().describe('Event name; null means all events'),
    ...entity,
  })
  .meta({ id: 'EventsNode' })
export const actionsNode = z
  .object({ kind: z.literal('ActionsNode'), id: id.describe('Action'), ...entity })
  .meta({ id: 'ActionsNode' })
export const seriesNode = z.discriminatedUnion('kind', [eventsNode, actionsNode])
export type SeriesNode = z.infer<typeof seriesNode>

const breakdownType = z
  .string()
  .nullish()
  .describe('event (default), person, group, session, cohort, hogql, event_metadata')
export const breakdownFilter = z
  .object({
    breakdown: z
      .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
      .nullish()
      .describe('Property name, HogQL expression, or cohort ids (`all` is everyone)'),
    breakdown_type: breakdownType,
    breakdown_group_type_index: z.number().int().min(0).max(4).nullish(),
    breakdown_limit: z.number().int().min(1).max(10_000).nullish().describe('Values kept apart; default 25'),
    breakdown_hide_other_aggregation: flag.describe('Leave out the row that pools what the limit cut off'),
    breakdown_histogram_bin_count: z.number().int().min(1).max(1000).nullish(),
    breakdown_normalize_url: flag.describe('Ignore a trailing `/`, `?` or `#`'),
    breakdowns: z
      .array(
        z.object({
          property: z.union([z.string(), z.number()]),
          type: breakdownType,
          group_type_index: z.number().int().min(0).max(4).nullish(),
          histogram_bin_count: z.number().int().min(1).max(1000).nullish(),
          normalize_url: flag,
        }),
      )
      .max(3)
      .nullish()
      .describe('Up to three at once; values in the answer are then lists'),
  })
  .meta({ id: 'BreakdownFilter' })
export type BreakdownFilter = z.infer<typeof breakdownFilter>

export const displays = [
  'ActionsLineGraph',
  'ActionsLineGraphCumulative',
  'ActionsAreaGraph',
  'ActionsBar',
  'ActionsUnstackedBar',
  'ActionsStackedBar',
  'ActionsBarValue',
  'ActionsPie',
  'ActionsTable',
  'BoldNumber',
  'WorldMap',
  'CalendarHeatmap',
] as const
export const trendsFilter = z
  .object({
    display: z
      .enum(displays)
      .nullish()
      .describe(
        'ActionsBarValue, ActionsPie, ActionsTable, BoldNumber and WorldMap give one figure per series',
      ),
    formula: z.string().nullish().describe('Arithmetic over the series by letter: `A / B * 100`'),
    formulas: z.array(z.string()).nullish().describe('Several formulas; each gives a series'),
    formulaNodes: z
      .array(z.object({ formula: z.string(), custom_name: z.string().nullish() }))
      .nullish()
      .describe('Several formulas with labels'),
    smoothingIntervals: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .nullish()
      .describe('Rolling mean over so many buckets'),
  })
  .meta({ id: 'TrendsFilter' })

export const compareFilter = z
  .object({
    compare: flag.describe('Also the period before'),
    compare_to: z.string().nullish().describe('How far back instead: `-1w`, `-30d`'),
  })
  .meta({ id: 'CompareFilter' })

const insightBase = {
  dateRange: dateRange.nullish(),
  properties,
  filterTestAccounts: flag.describe("Apply the project's filters for internal and test users"),
  aggregation_group_type_index: z.number().int().min(0).max(4).nullish(),
  samplingFactor: z
    .number()
    .positive()
    .max(1)
    .nullish()
    .describe('Accepted for compatibility; answers are always exact'),
}

export const trendsQuery = z
  .object({
    kind: z.literal('TrendsQuery'),
    series: z.array(seriesNode).max(26).describe('What is counted; letters A, B, … in formulas'),
    interval,
    trendsFilter: trendsFilter.nullish(),
    breakdownFilter: breakdownFilter.nullish(),
    compareFilter: compareFilter.nullish(),
    ...insightBase,
  })
  .meta({ id: 'TrendsQuery' })
export type TrendsQuery = z.infer<typeof trendsQuery>

const stickinessOperators = ['gte', 'lte', 'exact'] as const
export const stickinessQuery = z
  .object({
    kind: z.literal('StickinessQuery'),
    series: z.array(seriesNode).max(26),
    interval,
    intervalCount: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .nullish()
      .describe('Count in spans of so many intervals'),
    stickinessFilter: z
      .object({
        display: z.string().nullish(),
        computedAs: z
          .enum(['non_cumulative', 'cumulative'])
          .nullish()
          .describe('`cumulative`: on so many intervals or more'),
        stickinessCriteria: z
          .object({ operator: z.enum(stickinessOperators), value: z.number().int().min(1) })
          .nullish()
          .describe('An interval counts for somebody with so many events in it'),
      })
      .nullish(),
    compareFilter: compareFilter.nullish(),
    ...insightBase,
  })
  .meta({ id: 'StickinessQuery' })
export type StickinessQuery = z.infer<typeof stickinessQuery>

export const lifecycleQuery = z
  .object({
    kind: z.literal('LifecycleQuery'),
    series: z.array(seriesNode).max(26),
    interval,
    lifecycleFilter: z
      .object({
        toggledLifecycles: z
          .array(z.enum(['new', 'returning', 'resurrecting', 'dormant']))
          .nullish()
          .describe('Which are shown; a display setting, all are answered'),
      })
      .nullish(),
    ...insightBase,
  })
  .meta({ id: 'LifecycleQuery' })
export type LifecycleQuery = z.infer<typeof lifecycleQuery>

const retentionEntity = z
  .object({
    id: z
      .union([z.string(), z.number()])
      .nullish()
      .describe('Event name, or the id of an action; null means all events'),
    type: z.enum(['events', 'actions']).nullish().describe('events (default) or actions'),
    name: z.string().nullish(),
    custom_name: z.string().nullish(),
    properties,
  })
  .meta({ id: 'RetentionEntity' })
export type RetentionEntity = z.infer<typeof retentionEntity>

export const retentionPeriods = ['Hour', 'Day', 'Week', 'Month'] as const
export const retentionTypes = [
  'retention_recurring',
  'retention_first_time',
  'retention_first_ever_occurrence',
] as const
export const mostRetentionIntervals = 1000

export const retentionQuery = z
  .object({
    kind: z.literal('RetentionQuery'),
    retentionFilter: z
      .object({
        targetEntity: retentionEntity
          .nullish()
          .describe('What puts somebody into a cohort; default `$pageview`'),
        returningEntity: retentionEntity
          .nullish()
          .describe('What counts as coming back; default `$pageview`'),
        retentionType: z
          .enum(retentionTypes)
          .nullish()
          .describe(
            'retention_recurring (default): in the cohort of every interval with the target. retention_first_time: in ' +
              'that of the first one that passes the filters. retention_first_ever_occurrence: the first of all, and it ' +
              "must pass the target's filters",
          ),
        period: z.enum(retentionPeriods).nullish().describe('Length of an interval; default Day'),
        totalIntervals: z
          .number()
          .int()
          .min(1)
          .max(mostRetentionIntervals)
          .nullish()
          .describe(
            'How many intervals a cohort is followed, and how many cohorts without `date_from`; default 7',
          ),
        retentionCustomBrackets: z
          .array(z.number().int().min(1))
          .max(100)
          .nullish()
          .describe('Follow in spans of so many intervals instead: `[1, 3, 7]` is 1, 2-4 and 5-11'),
        cumulative: flag.describe('Count who came back then or later'),
        minimumOccurrences: z
          .number()
          .int()
          .min(1)
          .nullish()
          .describe('So many returning events in an interval are a return; default 1'),
        retentionReference: z.string().nullish().describe('How percentages are shown'),
        meanRetentionCalculation: z.string().nullish().describe('Which mean is shown'),
        timeWindowMode: z
          .enum(['strict_calendar_dates'])
          .nullish()
          .describe('Intervals are those of the calendar; no other mode is supported'),
        aggregationType: z
          .enum(['count'])
          .nullish()
          .describe('People are counted; no other aggregation is supported'),
      })
      .nullish(),
    breakdownFilter: breakdownFilter.nullish(),
    ...insightBase,
  })
  .meta({ id: 'RetentionQuery' })
export type RetentionQuery = z.infer<typeof retentionQuery>

export const pathTypes = ['$pageview', '$screen', 'custom_event', 'hogql'] as const
export const pathCleaningRule = z.object({
  alias: z.string().nullish().describe('What is put in place of it; default nothing'),
  regex: z.string().nullish().describe('What is looked for, in RE2 syntax'),
})
export type PathCleaningRule = z.infer<typeof pathCleaningRule>

export const pathsQuery = z
  .object({
    kind: z.literal('PathsQuery'),
    pathsFilter: z
      .object({
        includeEventTypes: z
          .array(z.enum(pathTypes))
          .nullish()
          .describe(
            'Page views (by address), screens (by name), custom events, or an expression; default all events',
          ),
        includeCustomEvents: z.array(z.string()).max(1000).nullish().describe('Only these custom events'),
        pathsHogQLExpression: z
          .string()
          .nullish()
          .describe('What other events are shown as, for type `hogql`'),
        excludeEvents: z
          .array(z.string())
          .max(1000)
          .nullish()
          .describe('Steps left out, as they are shown; `*` stands for any text'),
        startPoint: z.string().nullish().describe('Routes begin at this step'),
        endPoint: z.string().nullish().describe('Routes end at this step'),
        stepLimit: z.number().int().min(1).max(100).nullish().describe('Steps of a route; default 5'),
        edgeLimit: z.number().int().min(1).max(10_000).nullish().describe('Edges answered; default 50'),
        minEdgeWeight: z.number().int().nullish().describe('Leave out edges that fewer took'),
        maxEdgeWeight: z.number().int().nullish().describe('Leave out edges that more took'),
        pathGroupings: z
          .array(z.string())
          .max(100)
          .nullish()
          .describe(
            'Steps that contain such a text, where `*` stands for any, are shown as it: `/product/*`',
          ),
        pathReplacements: flag.describe("Apply the project's cleaning rules"),
        localPathCleaningFilters: z
          .array(pathCleaningRule)
          .max(100)
          .nullish()
          .describe('More cleaning rules'),
        pathStartKey: z
          .string()
          .nullish()
          .describe('For people: those who went on from this step, like `2_/pricing`'),
        pathEndKey: z.string().nullish().describe('For people: those who came to this step'),
        pathDropoffKey: z.string().nullish().describe('For people: those whose route ended at this step'),
      })
      .nullish(),
    funnelPathsFilter: z
      .unknown()
      .refine((given) => given === null || given === undefined, 'Paths along a funnel are not supported.')
      .optional(),
    ...insightBase,
  })
  .meta({ id: 'PathsQuery' })
export type PathsQuery = z.infer<typeof pathsQuery>
export type PathsFilter = NonNullable<PathsQuery['pathsFilter']>

const stepIndex = z.number().int()
const exclusionSteps = {
  funnelFromStep: stepIndex.describe('The step after which it must not happen; the first is 0'),
  funnelToStep: stepIndex.describe('The step before which it must not happen'),
}
export const funnelExclusion = z.discriminatedUnion('kind', [
  eventsNode.extend(exclusionSteps).meta({ id: 'FunnelExclusionEventsNode' }),
  actionsNode.extend(exclusionSteps).meta({ id: 'FunnelExclusionActionsNode' }),
])
export type FunnelExclusion = z.infer<typeof funnelExclusion>

export const funnelWindowUnits = ['second', 'minute', 'hour', 'day', 'week', 'month'] as const
export const funnelOrders = ['ordered', 'strict', 'unordered'] as const
export const funnelVizTypes = ['steps', 'time_to_convert', 'trends', 'flow'] as const
export const attributionTypes = ['first_touch', 'last_touch', 'all_events', 'step'] as const

export const funnelsFilter = z
  .object({
    funnelVizType: z
      .enum(funnelVizTypes)
      .nullish()
      .describe('`steps` (default; `flow` is drawn from the same), `trends`, `time_to_convert`'),
    funnelOrderType: z
      .enum(funnelOrders)
      .nullish()
      .describe('`ordered` (default), `strict`: with no other event in between, `unordered`'),
    funnelWindowInterval: z
      .number()
      .positive()
      .max(100_000)
      .nullish()
      .describe('Within how long of the first step the others count; default 14'),
    funnelWindowIntervalUnit: z
      .enum(funnelWindowUnits)
      .nullish()
      .describe('Of the window; default day. A month is 31 days'),
    funnelFromStep: stepIndex.nullish().describe('For trends and times: from this step, the first is 0'),
    funnelToStep: stepIndex.nullish().describe('For trends and times: to this step; default the last'),
    exclusions: z
      .array(funnelExclusion)
      .max(30)
      .nullish()
      .describe('Events that must not happen between two steps'),
    binCount: z
      .number()
      .int()
      .nullish()
      .describe('Bins of `time_to_convert`, 1 to 90; default goes by how many converted'),
    breakdownAttributionType: z
      .enum(attributionTypes)
      .nullish()
      .describe(
        'Which event of a run says its breakdown value: the first (default) or last that has one, all, or a step',
      ),
    breakdownAttributionValue: stepIndex
      .min(0)
      .nullish()
      .describe('The step, for `breakdownAttributionType: step`; the first is 0'),
    funnelAggregateByHogQL: z
      .string()
      .nullish()
      .describe('What runs through the funnel instead of a person: `properties.checkout_id`'),
    funnelStepReference: z.enum(['total', 'previous']).nullish().describe('A display setting'),
    layout: z.string().nullish().describe('A display setting'),
  })
  .meta({ id: 'FunnelsFilter' })

export const mostFunnelSteps = 30
export const funnelsQuery = z
  .object({
    kind: z.literal('FunnelsQuery'),
    series: z.array(seriesNode).max(mostFunnelSteps).describe('The steps'),
    interval,
    funnelsFilter: funnelsFilter.nullish(),
    breakdownFilter: breakdownFilter.nullish(),
    ...insightBase,
  })
  .meta({ id: 'FunnelsQuery' })
export type FunnelsQuery = z.infer<typeof funnelsQuery>

export const funnelsActorsQuery = z
  .object({
    kind: z.literal('FunnelsActorsQuery'),
    source: funnelsQuery,
    funnelStep: stepIndex
      .nullish()
      .describe('Who reached this step, the first is 1; negative: who reached the one before, but not this'),
    funnelCustomSteps: z
      .array(stepIndex)
      .max(100)
      .nullish()
      .describe('Who came exactly so far, instead of `funnelStep`'),
    funnelStepBreakdown: z
      .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
      .nullish()
      .describe('The `breakdown_value` of the steps'),
    funnelTrendsDropOff: flag.describe('For trends: who did not convert (true) or did (false)'),
    funnelTrendsEntrancePeriodStart: z
      .string()
      .nullish()
      .describe('For trends: a time in the bucket of entry'),
    includeRecordings: flag.describe('Accepted for compatibility'),
  })
  .meta({ id: 'FunnelsActorsQuery' })
export type FunnelsActorsQuery = z.infer<typeof funnelsActorsQuery>

const names = z.array(z.string()).max(1000).nullish()
export const funnelCorrelationTypes = ['events', 'properties', 'event_with_properties'] as const
export const funnelCorrelationQuery = z
  .object({
    kind: z.literal('FunnelCorrelationQuery'),
    source: funnelsActorsQuery.describe('The funnel; of its people, those who went through succeeded'),
    funnelCorrelationType: z
      .enum(funnelCorrelationTypes)
      .nullish()
      .describe('What is compared: events on the way (default), properties of people, or of events'),
    funnelCorrelationNames: names.describe('Properties of people (or groups); `$all` for all'),
    funnelCorrelationExcludeNames: names,
    funnelCorrelationExcludeEventNames: names,
    funnelCorrelationEventNames: names.describe('Events whose properties are compared'),
    funnelCorrelationEventExcludePropertyNames: names,
  })
  .meta({ id: 'FunnelCorrelationQuery' })
export type FunnelCorrelationQuery = z.infer<typeof funnelCorrelationQuery>

export const funnelCorrelationActorsQuery = z
  .object({
    kind: z.literal('FunnelCorrelationActorsQuery'),
    source: funnelCorrelationQuery,
    funnelCorrelationPersonEntity: seriesNode
      .nullish()
      .describe('Who has this event on the way, with these properties'),
    funnelCorrelationPersonConverted: flag.describe('Only who went through (true), or did not (false)'),
    funnelCorrelationPropertyValues: z
      .array(propertyFilter)
      .max(100)
      .nullish()
      .describe('Who has these properties, for the type `properties`'),
    includeRecordings: flag.describe('Accepted for compatibility'),
  })
  .meta({ id: 'FunnelCorrelationActorsQuery' })
export type FunnelCorrelationActorsQuery = z.infer<typeof funnelCorrelationActorsQuery>

export const hogqlFilters = z
  .object({ properties, dateRange: dateRange.nullish(), filterTestAccounts: flag })
  .meta({ id: 'HogQLFilters' })
export type HogQLFilters = z.infer<typeof hogqlFilters>

export const hogqlQuery = z
  .object({
    kind: z.literal('HogQLQuery'),
    query: z.string().min(1).max(1_000_000).describe('One SELECT. Without a LIMIT, 100 rows are returned'),
    filters: hogqlFilters.nullish().describe('Put in place of `{filters}`'),
    values: z.record(z.string(), z.unknown()).nullish().describe('Put in place of `{name}`, as constants'),
    variables: z
      .record(
        z.string(),
        z.object({
          code_name: z.string(),
          value: z.unknown().optional(),
          isNull: flag,
          variableId: z.string().nullish(),
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
  query: z.string().max(1_000_000),
  filters: hogqlFilters.nullish(),
  sourceQuery: z
    .looseObject({ kind: z.string(), query: z.string().optional() })
    .nullish()
    .describe('For an expression: the `HogQLQuery` whose tables it is about; default, events'),
}
export const hogqlMetadata = z
  .object({ kind: z.literal('HogQLMetadata'), ...editorText })
  .meta({ id: 'HogQLMetadata' })
export type HogQLMetadata = z.infer<typeof hogqlMetadata>
export const hogqlAutocomplete = z
  .object({
    kind: z.literal('HogQLAutocomplete'),
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
    kind: z.literal('EventsQuery'),
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
    filterTestAccounts: flag,
    after: z.string().nullish().describe('Later than this; default `-24h`, `all` for no bound'),
    before: z.string().nullish().describe('Earlier than this; default five seconds from now'),
    orderBy: z.array(z.string()).nullish().describe('HogQL expressions, each with `DESC` or a leading `-`'),
    limit: z.number().int().min(1).nullish().describe('Rows; default 100, at most 50,000'),
    offset: z.number().int().min(0).nullish(),
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
    .describe('Which bucket: a date or time in it. For stickiness, on how many intervals'),
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
  .object({ kind: z.literal('InsightActorsQuery'), ...actorsOf })
  .meta({ id: 'InsightActorsQuery' })
export const stickinessActorsQuery = z
  .object({
    kind: z.literal('StickinessActorsQuery'),
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
    kind: z.literal('ActorsQuery'),
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
    offset: z.number().int().min(0).nullish(),
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
