import { z } from 'zod'
import { operation } from '../../http/operation.ts'
import { retrieveFlag } from './contract.ts'

const path = '/api/projects/:project_id/feature_flags/'
const alias = '/api/feature_flag/'
const read = { access: 'project', scope: 'feature_flag:read', tags: ['feature_flags'] } as const
const groups = z.string().optional().describe('JSON: by group type, the key of the group.')
const value = z.union([z.boolean(), z.string()]).describe('Whether it is on, or the variant.')

export const myFlags = operation({
  ...read,
  id: 'feature_flags_my_flags_retrieve',
  method: 'GET',
  path: `${path}my_flags/`,
  aliases: [`${alias}my_flags/`],
  summary: 'List the flags that are on, with what you get',
  description:
    "By your own user's `distinct_id`: what you would get, were you one of the people who use your product.",
  query: z.object({ groups }),
  answer: z.array(
    z.object({ feature_flag: retrieveFlag.answer.describe('The flag.'), value }).meta({ id: 'MyFlag' }),
  ),
  errors: [400],
})

const TriedCondition = z
  .object({
    condition_index: z.int().describe("Which of the flag's condition sets, from 0."),
    outcome: z.string().describe('As `reason`.'),
    properties: z
      .array(
        z.object({
          key: z.string().describe('Which property, cohort or flag.'),
          type: z.string().describe('`person`, `person_metadata`, `group`, `cohort` or `flag`.'),
          operator: z.string().nullable().describe('How they are compared; null is `exact`.'),
          value: z.unknown().describe('What the condition wants.'),
          actual: z.unknown().describe('What is known; not there where there is nothing.'),
          matched: z.boolean().describe('Whether it held.'),
        }),
      )
      .describe('Its conditions, each as it was seen.'),
    bucket: z
      .object({
        id: z.string().describe('What decides: a distinct id, a device, a group’s key.'),
        value: z.number().describe('Where that falls, 0 to 1.'),
        upper_bound: z.number().describe('Up to where the condition takes them.'),
      })
      .nullable()
      .describe('Null where nothing was drawn.'),
    variant_bucket: z.number().nullable().describe('Where a variant was drawn, 0 to 1.'),
  })
  .meta({ id: 'TriedCondition', description: 'How a condition of a flag came out, as far as it was tried.' })

const FlagEvaluation = z
  .object({
    value,
    evaluation: z
      .object({
        reason: z
          .string()
          .describe(
            '`condition_match`, `no_condition_match`, `out_of_rollout_bound`, `no_group_type`, `super_condition_value`, ' +
              '`holdout_condition_value`, `missing_dependency`, `disabled`, or why it could not be evaluated.',
          ),
        condition_index: z
          .int()
          .nullable()
          .describe('Which condition set decided, from 0; null where none did.'),
      })
      .describe('How it came to that.'),
    conditions: z
      .array(TriedCondition)
      .optional()
      .describe('With `explain`: those that were tried, in order.'),
    definitions_age_ms: z
      .int()
      .optional()
      .describe(
        'With `explain`: how long what this server has in memory of flags has been out of touch with the database, milliseconds; 0 while it is as it was saved.',
      ),
  })
  .meta({ id: 'FlagEvaluation' })

export const evaluationReasons = operation({
  ...read,
  id: 'feature_flags_evaluation_reasons_retrieve',
  method: 'GET',
  path: `${path}evaluation_reasons/`,
  aliases: [`${alias}evaluation_reasons/`],
  summary: 'Why somebody gets what they get',
  description:
    'By key; also flags that are off (`disabled`). As of now, by what is known of the person and the groups.',
  query: z.object({
    distinct_id: z.string().optional().describe('Who is asked about; required.'),
    groups,
    key: z.string().optional().describe('Only this flag.'),
    explain: z
      .string()
      .optional()
      .describe('`1` for how each condition came out, with the values that it saw.'),
  }),
  answer: z.record(z.string(), FlagEvaluation),
  errors: [400],
})

export const userBlastRadius = operation({
  ...read,
  id: 'feature_flags_user_blast_radius_create',
  method: 'POST',
  path: `${path}user_blast_radius/`,
  aliases: [`${alias}user_blast_radius/`],
  summary: 'Count whom a condition is about',
  description:
    'All that fulfil its properties: the percentage is not applied. Flags that it asks for are not either.',
  body: z
    .object({
      condition: z.record(z.string(), z.unknown()).describe('As in `groups` of a flag’s filters.'),
      group_type_index: z.int().min(0).max(4).nullish().describe('Groups of this type instead of people.'),
    })
    .meta({ id: 'BlastRadiusQuery' }),
  answer: z
    .object({
      users_affected: z.int().describe('How many people (or groups) fulfil it.'),
      total_users: z.int().describe('How many there are in the project.'),
    })
    .meta({ id: 'BlastRadius' }),
  errors: [400],
})
