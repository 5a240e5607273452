import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const mostGroups = 20
const group = {
  properties: z.array(z.unknown()).optional().describe('Kept, and not looked at: a holdout is of everybody.'),
}
const share = 'How many are kept out, in percent.'

export const ExperimentHoldout = z
  .object({
    id: z.int().describe('What addresses name it by, and `holdout_id` of experiments.'),
    name: z.string().describe('What people call it.'),
    description: z.string().nullable().describe('What it is for; null where nobody said.'),
    filters: z
      .array(
        z.looseObject({
          ...group,
          rollout_percentage: z.number().describe(share),
          variant: z.string().describe('What the flag is to those who are kept out: `holdout-<id>`.'),
        }),
      )
      .describe('The first one counts.'),
    created_by: UserBasic.nullable().describe('Null where that user is gone.'),
    created_at: Instant.describe('When it was made.'),
    updated_at: Instant.describe('When it last changed.'),
  })
  .meta({ id: 'ExperimentHoldout', description: 'A share of people who are kept out of experiments.' })

const ExperimentHoldoutChanges = z
  .object({
    name: z.string().trim().min(1).max(400).describe('What people call it; at most 400 characters.'),
    description: z.string().max(400).nullable().describe('What it is for.'),
    filters: z
      .array(z.looseObject({ ...group, rollout_percentage: z.number().nullish().describe(share) }))
      .max(mostGroups)
      .describe('`[{"properties": [], "rollout_percentage": 10}]`: the first one counts.'),
  })
  .partial()
  .meta({ id: 'ExperimentHoldoutChanges' })
export type GivenHoldout = z.output<typeof ExperimentHoldoutChanges>

const NewExperimentHoldout = ExperimentHoldoutChanges.required({ name: true }).meta({
  id: 'NewExperimentHoldout',
})

const path = '/api/projects/:project_id/experiment_holdouts/'
const common = { access: 'project', tags: ['experiment_holdouts'] } as const
const read = { ...common, scope: 'experiment_holdout:read' } as const
const write = { ...common, scope: 'experiment_holdout:write' } as const
const params = z.object({
  id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the holdout.'),
})
const one = { path: `${path}:id/`, params } as const

export const listHoldouts = operation({
  ...read,
  id: 'experiment_holdouts_list',
  method: 'GET',
  path,
  summary: 'List holdouts',
  description: 'Newest first.',
  query: z.object(pageQuery),
  answer: pageOf(ExperimentHoldout).meta({ id: 'PaginatedExperimentHoldoutList' }),
})

export const createHoldout = operation({
  ...write,
  id: 'experiment_holdouts_create',
  method: 'POST',
  path,
  summary: 'Create a holdout',
  description: 'It keeps nobody out before experiments have its id as `holdout_id`.',
  body: NewExperimentHoldout,
  status: 201,
  answer: ExperimentHoldout,
  errors: [400],
})

export const retrieveHoldout = operation({
  ...read,
  ...one,
  id: 'experiment_holdouts_retrieve',
  method: 'GET',
  summary: 'Get a holdout',
  description: '`experiments/` tells which experiments go by it.',
  answer: ExperimentHoldout,
  errors: [404],
})

export const updateHoldout = operation({
  ...write,
  ...one,
  id: 'experiment_holdouts_partial_update',
  method: 'PATCH',
  summary: 'Change a holdout',
  description:
    'What is not sent stays. The flags of its experiments follow, of those too that run: people then come in, or drop out.',
  body: ExperimentHoldoutChanges,
  answer: ExperimentHoldout,
  errors: [400, 404, 409],
})

export const replaceHoldout = operation({
  ...write,
  ...one,
  id: 'experiment_holdouts_update',
  method: 'PUT',
  summary: 'Change a holdout, with its name',
  description: 'As PATCH does, but `name` must be sent.',
  body: NewExperimentHoldout,
  answer: ExperimentHoldout,
  errors: [400, 404, 409],
})

export const deleteHoldout = operation({
  ...write,
  ...one,
  id: 'experiment_holdouts_destroy',
  method: 'DELETE',
  summary: 'Delete a holdout',
  description: 'The flags of its experiments then keep nobody out.',
  status: 204,
  answer: null,
  errors: [404, 409],
})
