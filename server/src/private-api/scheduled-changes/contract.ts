import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { DateTime } from '../../http/date-time.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const groups = z.array(z.record(z.string(), z.unknown())).describe('As in `groups` of a flag’s filters.')
const variants = z
  .array(z.record(z.string(), z.unknown()))
  .describe('As in `multivariate` of a flag’s filters.')

/** What is done to a flag when the time has come. */
const FlagPayload = z
  .discriminatedUnion('operation', [
    z.object({
      operation: z.literal('update_status').describe('Turns the flag on or off.'),
      value: z.boolean().describe('On or off.'),
    }),
    z.object({
      operation: z
        .literal('add_release_condition')
        .describe('Puts further condition sets behind those that it has.'),
      value: z.looseObject({ groups }).describe('Conditions that are put behind those that it has.'),
    }),
    z.object({
      operation: z.literal('update_variants').describe('Replaces its variants.'),
      value: z
        .object({
          variants,
          payloads: z
            .record(z.string(), z.unknown())
            .optional()
            .describe('By variant, as JSON text. They replace those that it has; without any it has none.'),
        })
        .describe('The variants, and their payloads, that it has then.'),
    }),
  ])
  .meta({ id: 'ScheduledFlagChange' })

const modelName = z.literal('FeatureFlag').describe('What kind of thing is changed.')

const ScheduledChange = z
  .object({
    id: z.int().describe('What addresses name it by.'),
    team_id: z.int().describe('The project.'),
    record_id: z.string().describe('The id of what is changed, as text.'),
    model_name: modelName,
    payload: FlagPayload.describe('What is done.'),
    scheduled_at: Instant.describe('When it is to be done.'),
    executed_at: Instant.nullable().describe('When it was tried; null while it waits.'),
    failure_reason: z.string().nullable().describe('Why it could not be done.'),
    created_at: Instant.describe('When it was scheduled.'),
    created_by: UserBasic.nullable().describe('Whose change it will be; null where that user is gone.'),
    updated_at: Instant.describe('When what is scheduled last changed.'),
  })
  .meta({ id: 'ScheduledChange', description: 'A change of a feature flag at a later time.' })

const fields = {
  payload: FlagPayload.describe('What is to be done.'),
  scheduled_at: DateTime.describe('When; a time that has passed is as soon as can be.'),
}
const path = '/api/projects/:project_id/scheduled_changes/'
const common = { access: 'project', tags: ['feature_flags'] } as const
const read = { ...common, scope: 'feature_flag:read' } as const
const write = { ...common, scope: 'feature_flag:write' } as const
const params = z.object({
  id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the scheduled change.'),
})
const one = { path: `${path}:id/`, params } as const

export const listScheduledChanges = operation({
  ...read,
  id: 'scheduled_changes_list',
  method: 'GET',
  path,
  summary: 'List scheduled changes of feature flags',
  description: 'The next first, those that were tried among them.',
  query: z.object({
    ...pageQuery,
    model_name: z.string().optional().describe('`FeatureFlag`.'),
    record_id: z.string().optional().describe('Only changes of the flag with this id.'),
  }),
  answer: pageOf(ScheduledChange).meta({ id: 'PaginatedScheduledChangeList' }),
})

export const createScheduledChange = operation({
  ...write,
  id: 'scheduled_changes_create',
  method: 'POST',
  path,
  summary: 'Schedule a change of a feature flag',
  description: 'It is done within a minute of its time, as a change of whoever scheduled it.',
  body: z
    .object({
      ...fields,
      record_id: z.coerce.string().describe('The id of the flag.'),
      model_name: modelName,
    })
    .meta({ id: 'NewScheduledChange' }),
  status: 201,
  answer: ScheduledChange,
  errors: [400],
})

export const retrieveScheduledChange = operation({
  ...read,
  ...one,
  id: 'scheduled_changes_retrieve',
  method: 'GET',
  summary: 'Get a scheduled change',
  description: 'One that was tried too: `executed_at` and `failure_reason` tell how it went.',
  answer: ScheduledChange,
  errors: [404],
})

export const updateScheduledChange = operation({
  ...write,
  ...one,
  id: 'scheduled_changes_partial_update',
  method: 'PATCH',
  summary: 'Change what is scheduled, or when',
  description: 'While it waits.',
  body: z.object(fields).partial().meta({ id: 'ScheduledChangeChanges' }),
  answer: ScheduledChange,
  errors: [400, 404],
})

export const deleteScheduledChange = operation({
  ...write,
  ...one,
  id: 'scheduled_changes_destroy',
  method: 'DELETE',
  summary: 'Take a scheduled change back',
  description: 'One that was tried is forgotten; what it did is not undone.',
  status: 204,
  answer: null,
  errors: [404],
})
