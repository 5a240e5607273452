import { z } from 'zod'
import {
  actionsNode,
  breakdownFilter,
  eventsNode,
  flag,
  insightBase,
  interval,
  propertyFilter,
  seriesNode,
} from './query-parts.ts'

/** Questions about funnels. */

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
  .meta({ id: 'FunnelsFilter', description: 'How a funnel is counted and shown' })

export const mostFunnelSteps = 30
export const funnelsQuery = z
  .object({
    kind: z
      .literal('FunnelsQuery')
      .describe('What is asked: how many people get through steps, one after the other'),
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
    kind: z
      .literal('FunnelsActorsQuery')
      .describe(
        'What is asked: the people at a step of a funnel. Of one about the time it takes (`time_to_convert`) they have a ' +
          '`conversion_time` in seconds, to select and, as HogQL, to filter by',
      ),
    source: funnelsQuery.describe('The funnel'),
    funnelStep: stepIndex
      .nullish()
      .describe(
        'Who reached this step, the first is 1; negative: who reached the one before, but not this. Of a funnel about the ' +
          'time it takes default the step that it ends with',
      ),
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
    kind: z
      .literal('FunnelCorrelationQuery')
      .describe('What is asked: what people who get through a funnel have in common'),
    source: funnelsActorsQuery.describe('The funnel; of its people, those who went through succeeded'),
    funnelCorrelationType: z
      .enum(funnelCorrelationTypes)
      .nullish()
      .describe('What is compared: events on the way (default), properties of people, or of events'),
    funnelCorrelationNames: names.describe('Properties of people (or groups); `$all` for all'),
    funnelCorrelationExcludeNames: names.describe('Properties of people to leave out'),
    funnelCorrelationExcludeEventNames: names.describe('Events to leave out'),
    funnelCorrelationEventNames: names.describe('Events whose properties are compared'),
    funnelCorrelationEventExcludePropertyNames: names.describe('Properties of events to leave out'),
  })
  .meta({ id: 'FunnelCorrelationQuery' })
export type FunnelCorrelationQuery = z.infer<typeof funnelCorrelationQuery>

export const funnelCorrelationActorsQuery = z
  .object({
    kind: z
      .literal('FunnelCorrelationActorsQuery')
      .describe('What is asked: the people behind a correlation'),
    source: funnelCorrelationQuery.describe('The correlation'),
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
