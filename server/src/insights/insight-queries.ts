import { z } from 'zod'
import { funnelsQuery } from './funnel-queries.ts'
import {
  breakdownFilter,
  compareFilter,
  flag,
  insightBase,
  interval,
  properties,
  seriesNode,
} from './query-parts.ts'

/** Questions about numbers over time, people who come back, and the ways they take. */

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
      .array(
        z.object({
          formula: z.string().describe('As `formula`'),
          custom_name: z.string().nullish().describe('Label of its series; default the formula'),
        }),
      )
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
  .meta({ id: 'TrendsFilter', description: 'How trends are calculated and shown' })

export const trendsQuery = z
  .object({
    kind: z.literal('TrendsQuery').describe('What is asked: numbers over time'),
    series: z.array(seriesNode).max(26).describe('What is counted; letters A, B, … in formulas'),
    interval,
    trendsFilter: trendsFilter.nullish(),
    breakdownFilter: breakdownFilter.nullish(),
    compareFilter: compareFilter.nullish(),
    ...insightBase,
  })
  .meta({ id: 'TrendsQuery' })
export type TrendsQuery = z.infer<typeof trendsQuery>

export const stickinessOperators = ['gte', 'lte', 'exact'] as const
export const stickinessQuery = z
  .object({
    kind: z
      .literal('StickinessQuery')
      .describe('What is asked: on how many days (or other intervals) people did it'),
    series: z.array(seriesNode).max(26).describe('What is looked at; each gives a line'),
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
        display: z.string().nullish().describe('A display setting'),
        computedAs: z
          .enum(['non_cumulative', 'cumulative'])
          .nullish()
          .describe('`cumulative`: on so many intervals or more'),
        stickinessCriteria: z
          .object({
            operator: z
              .enum(stickinessOperators)
              .describe('At least (`gte`), at most (`lte`) or exactly so many'),
            value: z.number().int().min(1).describe('So many events'),
          })
          .nullish()
          .describe('An interval counts for somebody with so many events in it'),
      })
      .nullish()
      .describe('How it is counted and shown'),
    compareFilter: compareFilter.nullish(),
    ...insightBase,
  })
  .meta({ id: 'StickinessQuery' })
export type StickinessQuery = z.infer<typeof stickinessQuery>

export const lifecycleQuery = z
  .object({
    kind: z.literal('LifecycleQuery').describe('What is asked: who is new, came back, or went away'),
    series: z.array(seriesNode).max(26).describe('What is looked at; each gives a line for each status'),
    interval,
    lifecycleFilter: z
      .object({
        toggledLifecycles: z
          .array(z.enum(['new', 'returning', 'resurrecting', 'dormant']))
          .nullish()
          .describe('Which are shown; a display setting, all are answered'),
      })
      .nullish()
      .describe('What is shown'),
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
    name: z.string().nullish().describe('Label, where an action has none of its own'),
    custom_name: z.string().nullish().describe('Label chosen by a user'),
    properties,
  })
  .meta({ id: 'RetentionEntity', description: 'An event or action, with filters' })
export type RetentionEntity = z.infer<typeof retentionEntity>

export const retentionPeriods = ['Hour', 'Day', 'Week', 'Month'] as const
export const retentionTypes = [
  'retention_recurring',
  'retention_first_time',
  'retention_first_ever_occurrence',
] as const
export const retentionWindows = ['strict_calendar_dates', '24_hour_windows'] as const
export const retentionAggregations = ['count', 'sum', 'avg'] as const
export const mostRetentionIntervals = 1000

export const retentionQuery = z
  .object({
    kind: z
      .literal('RetentionQuery')
      .describe('What is asked: of those who did something, how many came back later'),
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
          .enum(retentionWindows)
          .nullish()
          .describe(
            'strict_calendar_dates (default): intervals are those of the calendar. 24_hour_windows: each begins with ' +
              'their own first target event, an interval is 24 hours (1 hour, 7 days, 30 days)',
          ),
        aggregationType: z
          .enum(retentionAggregations)
          .nullish()
          .describe(
            'count (default): people. sum: also the sum of `aggregationProperty` in each cell; avg: that for each person',
          ),
        aggregationProperty: z
          .string()
          .nullish()
          .describe('What is summed up, of target events in the first cell, then of returns; no number is 0'),
        aggregationPropertyType: z
          .enum(['event', 'person'])
          .nullish()
          .describe("Whether it is the events' (default) or their person's, as of the event"),
      })
      .nullish()
      .describe('Who is followed, and what counts as coming back'),
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

export const funnelPathTypes = [
  'funnel_path_before_step',
  'funnel_path_between_steps',
  'funnel_path_after_step',
] as const
export const funnelPathsFilter = z
  .object({
    funnelPathType: z
      .enum(funnelPathTypes)
      .nullish()
      .describe('Up to the step, between the one before and it, or from it on'),
    funnelSource: funnelsQuery.describe('The funnel whose people are followed'),
    funnelStep: z
      .number()
      .int()
      .nullish()
      .describe(
        'Of those who reached this step, the first is 1; negative: of those who reached the one before, but not this',
      ),
  })
  .meta({ id: 'FunnelPathsFilter' })
export type FunnelPathsFilter = z.infer<typeof funnelPathsFilter>

export const pathsQuery = z
  .object({
    kind: z.literal('PathsQuery').describe('What is asked: the ways that people take, step by step'),
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
      .nullish()
      .describe('What a step is, and which ways are answered'),
    funnelPathsFilter: funnelPathsFilter.nullish().describe('Only the ways of people who are in a funnel'),
    ...insightBase,
  })
  .meta({ id: 'PathsQuery' })
export type PathsQuery = z.infer<typeof pathsQuery>
export type PathsFilter = NonNullable<PathsQuery['pathsFilter']>
