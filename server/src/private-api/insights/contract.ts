import { z } from 'zod'
import { operation } from '../../http/operation.ts'
import { envelope, lifecycleResult, stickinessResult, trendsResult } from '../../insights/answers.ts'

const json = 'Lists and objects as JSON text in an address.'

/**
 * The older way of asking. Whatever else a client sends is ignored, and so are values that make no sense for a
 * display setting: the web app of old sends many keys that only it reads.
 */
const LegacyFilters = z
  .looseObject({
    insight: z.unknown().describe('TRENDS (default), STICKINESS or LIFECYCLE'),
    events: z.unknown().describe(`Events to count: \`[{"id": "$pageview", "math": "dau", …}]\`. ${json}`),
    actions: z.unknown().describe('Actions to count, like `events`'),
    date_from: z.unknown().describe('ISO date or relative (`-7d`, the default; `mStart`, `all`)'),
    date_to: z.unknown().describe('Like `date_from`; default now. A bare date means its end'),
    interval: z.unknown().describe('hour, day (default), week, month'),
    properties: z.unknown().describe('Filters: a list, or a group `{"type": "OR", "values": […]}`'),
    filter_test_accounts: z.unknown(),
    breakdown: z.unknown().describe('Property name, HogQL expression, or a list of cohort ids'),
    breakdown_type: z.unknown().describe('event (default), person, cohort, group, session, hogql'),
    breakdown_limit: z.unknown().describe('Values kept apart; default 25'),
    display: z.unknown().describe('ActionsLineGraph (default), ActionsLineGraphCumulative, ActionsTable, …'),
    compare: z.unknown().describe('`true`: also the period before'),
    formula: z.unknown().describe('Arithmetic over the series: `A / B`'),
    smoothing_intervals: z.unknown(),
    refresh: z.unknown().describe('Accepted for compatibility: every answer is computed when asked'),
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
} as const

export const getTrend = operation({
  ...common,
  id: 'insights_trend_retrieve',
  method: 'GET',
  summary: 'Count events over time',
  description: 'With `format=csv`, or the path `trend.csv`, a table with a line for each series.',
  query: LegacyFilters,
})

export const postTrend = operation({
  ...common,
  id: 'insights_trend_create',
  method: 'POST',
  summary: 'Count events over time',
  description: 'What the body does not say is taken from the address.',
  body: LegacyFilters,
})
