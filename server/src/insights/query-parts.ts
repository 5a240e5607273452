import { z } from 'zod'

/**
 * What typed queries are made of: filters, dates, events and actions, breakdowns. As PostHog spells them, and lenient
 * where clients are: unknown keys are ignored and `null` means "not given".
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
  .meta({ id: 'PropertyFilter', description: 'A condition on a property' })

export type PropertyFilterInput = z.infer<typeof propertyFilter>

export type PropertyGroup = {
  type: 'AND' | 'OR'
  values: (PropertyGroup | PropertyFilterInput)[]
}
export const propertyGroup: z.ZodType<PropertyGroup> = z
  .object({
    type: z.enum(['AND', 'OR']).describe('Whether all or any of `values` must hold'),
    get values() {
      return z.array(z.union([propertyGroup, propertyFilter])).describe('Conditions, and groups of them')
    },
  })
  .meta({ id: 'PropertyGroup', description: 'Conditions that must hold all together, or of which one must' })

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
  .meta({ id: 'DateRange', description: "The time that is looked at, in the project's time zone" })
export type DateRangeInput = z.infer<typeof dateRange>

export const intervals = ['minute', 'hour', 'day', 'week', 'month'] as const
export type Interval = (typeof intervals)[number]
export const interval = z
  .preprocess(
    (value) => (typeof value === 'string' ? value.toLowerCase() : value),
    z.enum(intervals).nullish(),
  )
  .describe('Length of a bucket; weeks start as the project says (Sunday)')

export const id = z.union([z.number().int(), z.string()])
export const flag = z.boolean().nullish()

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
  math_property_type: z.string().nullish().describe('Accepted for compatibility'),
  math_hogql: z.string().nullish().describe('Aggregation, for math `hogql`'),
  math_group_type_index: z.number().int().min(0).max(4).nullish().describe('Count groups of this type'),
  optionalInFunnel: flag.describe('A step of a funnel that may be skipped'),
  properties: properties,
  fixedProperties: properties,
}
export const eventsNode = z
  .object({
    kind: z.literal('EventsNode').describe('A series of events'),
    event: z.string().nullish().describe('Event name; null means all events'),
    ...entity,
  })
  .meta({ id: 'EventsNode' })
export const actionsNode = z
  .object({
    kind: z.literal('ActionsNode').describe('A series of events that match an action'),
    id: id.describe('Action'),
    ...entity,
  })
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
    breakdown_group_type_index: z
      .number()
      .int()
      .min(0)
      .max(4)
      .nullish()
      .describe('Which group type, for type `group`'),
    breakdown_limit: z.number().int().min(1).max(10_000).nullish().describe('Values kept apart; default 25'),
    breakdown_hide_other_aggregation: flag.describe('Leave out the row that pools what the limit cut off'),
    breakdown_histogram_bin_count: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .nullish()
      .describe('Split numbers into so many ranges, instead of by value'),
    breakdown_normalize_url: flag.describe('Ignore a trailing `/`, `?` or `#`'),
    breakdowns: z
      .array(
        z.object({
          property: z.union([z.string(), z.number()]).describe('As `breakdown`'),
          type: breakdownType,
          group_type_index: z
            .number()
            .int()
            .min(0)
            .max(4)
            .nullish()
            .describe('Which group type, for type `group`'),
          histogram_bin_count: z
            .number()
            .int()
            .min(1)
            .max(1000)
            .nullish()
            .describe('Split numbers into so many ranges, instead of by value'),
          normalize_url: flag.describe('Ignore a trailing `/`, `?` or `#`'),
        }),
      )
      .max(3)
      .nullish()
      .describe('Up to three at once; values in the answer are then lists'),
  })
  .meta({ id: 'BreakdownFilter', description: 'What a series is split by' })
export type BreakdownFilter = z.infer<typeof breakdownFilter>

export const compareFilter = z
  .object({
    compare: flag.describe('Also the period before'),
    compare_to: z.string().nullish().describe('How far back instead: `-1w`, `-30d`'),
  })
  .meta({ id: 'CompareFilter', description: 'What an answer is compared with' })

export const insightBase = {
  dateRange: dateRange.nullish(),
  properties,
  filterTestAccounts: flag.describe("Apply the project's filters for internal and test users"),
  aggregation_group_type_index: z
    .number()
    .int()
    .min(0)
    .max(4)
    .nullish()
    .describe('Count groups of this type instead of people'),
  samplingFactor: z
    .number()
    .positive()
    .max(1)
    .nullish()
    .describe('Accepted for compatibility; answers are always exact'),
}
