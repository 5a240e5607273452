import { z } from 'zod'
import { ListedGroup } from '../../http/group-shapes.ts'
import { operation } from '../../http/operation.ts'
import { ListedPerson } from '../../http/person-shapes.ts'
import { afterAnswer } from '../../http/read-after.ts'
import { envelope } from '../../insights/answers.ts'
import { actors, actorsPage, entityJson, LegacyFilters, next } from './contract.ts'

const RetentionFilters = LegacyFilters.extend({
  target_entity: z
    .unknown()
    .describe(`What puts somebody into a cohort: \`{"id": "$pageview", "type": "events"}\`. ${entityJson}`),
  returning_entity: z.unknown().describe('What counts as coming back, like `target_entity`'),
  retention_type: z
    .unknown()
    .describe('retention_recurring (default), retention_first_time, retention_first_ever_occurrence'),
  period: z.unknown().describe('Hour, Day (default), Week or Month'),
  total_intervals: z
    .unknown()
    .describe('How many cohorts, of which the last is that of `date_to`; default 11'),
  aggregation_group_type_index: z.unknown().describe('Count groups of this type'),
})
  .partial()
  .meta({ id: 'LegacyRetentionFilters' })

const RetentionAnswer = z
  .object({
    result: z
      .array(
        z.object({
          label: z.string().describe('`Day 0`; with a breakdown its values, joined by `::`'),
          date: z.string().optional().describe('When the cohort begins; only without a breakdown'),
          breakdown_values: z
            .array(z.string())
            .optional()
            .describe('The values of the line, with a breakdown'),
          values: z
            .array(
              z.object({
                count: z.int().describe('How many were there, or came back'),
                people: z.array(z.unknown()).describe('Always empty: ask `people_url`'),
                people_url: z.string().optional().describe('Where those who were counted are listed'),
              }),
            )
            .describe('The cohort, then the intervals after it, up to that of `date_to`'),
          people_url: z.string().describe('Where the cohort is listed, relative to the server'),
        }),
      )
      .describe('A line for each cohort; with a breakdown, for each value'),
    ...envelope,
    after: afterAnswer,
  })
  .meta({ id: 'RetentionAnswer' })

const common = {
  path: '/api/projects/:project_id/insights/retention/',
  aliases: ['/api/insight/retention/'],
  access: 'project',
  scope: 'insight:read',
  tags: ['insights'],
  summary: 'Count who comes back',
  answer: RetentionAnswer,
  errors: [400],
  readsEvents: true,
} as const

export const getRetention = operation({
  ...common,
  id: 'insights_retention_retrieve',
  method: 'GET',
  query: RetentionFilters,
  description:
    'Who did the `target_entity` in an interval is a cohort; counted is who of them did the `returning_entity` later.',
})

export const postRetention = operation({
  ...common,
  id: 'insights_retention_create',
  method: 'POST',
  description: 'What the body does not say is taken from the address.',
  body: RetentionFilters,
})

const Actor = z.union([ListedPerson, ListedGroup])

export const retentionActors = operation({
  ...actors,
  id: 'persons_retention_retrieve',
  path: '/api/projects/:project_id/persons/retention/',
  aliases: ['/api/person/retention/'],
  summary: 'List the people of a cohort',
  description:
    'With `selected_interval` alone, the people of that cohort and when they were back. With `breakdown_values` too, ' +
    'those that one number of the answer counts. Those who were back most often come first.',
  query: RetentionFilters.extend({
    ...actorsPage,
    selected_interval: z
      .string()
      .optional()
      .describe('Index of the cohort; with `breakdown_values`, so many intervals after it'),
    breakdown_values: z
      .string()
      .optional()
      .describe('The values of the breakdown, or without one `[<index of the cohort>]`, as JSON'),
  }).meta({ id: 'RetentionActorsFilters' }),
  answer: z
    .object({
      result: z
        .array(
          z.union([
            z.object({
              person: Actor.describe('Who was in the cohort'),
              appearances: z
                .array(z.int())
                .describe('For each interval from the cohort on, 1 where they were there'),
            }),
            Actor,
          ]),
        )
        .describe('With `breakdown_values` the people, else each with when they were back'),
      next,
      missing_persons: z.int().describe('Counted by the number, but not known (any more)'),
    })
    .meta({ id: 'RetentionActors' }),
})

export type RetentionRow = z.input<typeof RetentionAnswer>['result'][number]
