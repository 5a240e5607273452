import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { MinimalFeatureFlag, Stage } from '../../http/flag-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const stage = Stage.describe(
  'In `alpha`, `beta` and `general-availability` people who have joined have the flag, and those who have left do not; in ' +
    'the others its conditions alone decide.',
)

const EarlyAccessFeature = z
  .object({
    id: z.uuid().describe('What addresses name it by.'),
    feature_flag: MinimalFeatureFlag.describe('The flag that turns it on.'),
    name: z.string().describe('What people read when they are offered it.'),
    description: z.string().describe('Shown to people who may join.'),
    stage,
    documentation_url: z.string().describe('Where people read more; empty for nowhere.'),
    payload: z.record(z.string(), z.unknown()).describe('Whatever your pages want to know of it.'),
    created_at: Instant.describe('When it was made.'),
  })
  .meta({ id: 'EarlyAccessFeature', description: 'A feature that people may turn on for themselves.' })

const EarlyAccessFeatureChanges = z
  .object({
    name: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .describe('What people read when they are offered it; at most 200 characters.'),
    description: z.string().max(10_000).describe('Shown to people who may join.'),
    stage,
    documentation_url: z
      .union([z.literal(''), z.url({ protocol: /^https?$/, error: 'Enter a valid URL.' }).max(800)])
      .describe('Where people read more.'),
    payload: z.record(z.string(), z.unknown()).describe('Whatever your pages want to know of it.'),
  })
  .partial()
  .meta({ id: 'EarlyAccessFeatureChanges' })
export type GivenFeature = z.output<typeof EarlyAccessFeatureChanges>

const EarlyAccessFeatureReplacement = EarlyAccessFeatureChanges.required({ name: true, stage: true }).meta({
  id: 'EarlyAccessFeatureReplacement',
})

const NewEarlyAccessFeature = EarlyAccessFeatureReplacement.extend({
  feature_flag_id: z
    .int()
    .nullish()
    .describe('A flag without variants, about people, that no other feature has. Without it one is made.'),
}).meta({ id: 'NewEarlyAccessFeature' })

const path = '/api/projects/:project_id/early_access_feature/'
const common = { access: 'project', tags: ['early_access_feature'] } as const
const read = { ...common, scope: 'early_access_feature:read' } as const
const write = { ...common, scope: 'early_access_feature:write' } as const
const one = {
  path: `${path}:id/`,
  params: z.object({ id: z.uuid().describe('Id of the early access feature.') }),
} as const

export const listFeatures = operation({
  ...read,
  id: 'early_access_feature_list',
  method: 'GET',
  path,
  summary: 'List early access features',
  description: 'Newest first.',
  query: z.object(pageQuery),
  answer: pageOf(EarlyAccessFeature).meta({ id: 'PaginatedEarlyAccessFeatureList' }),
})

export const createFeature = operation({
  ...write,
  id: 'early_access_feature_create',
  method: 'POST',
  path,
  summary: 'Create an early access feature',
  description:
    'With a flag of the name, `New editor` → `new-editor`, that nobody has without joining; or with the flag that is said.',
  body: NewEarlyAccessFeature,
  status: 201,
  answer: EarlyAccessFeature,
  errors: [400, 409],
})

export const retrieveFeature = operation({
  ...read,
  ...one,
  id: 'early_access_feature_retrieve',
  method: 'GET',
  summary: 'Get an early access feature',
  description: 'Of any stage; SDKs list only those that people may join.',
  answer: EarlyAccessFeature,
  errors: [404],
})

export const updateFeature = operation({
  ...write,
  ...one,
  id: 'early_access_feature_partial_update',
  method: 'PATCH',
  summary: 'Change an early access feature',
  description: 'What is not sent stays. Its flag follows the stage.',
  body: EarlyAccessFeatureChanges,
  answer: EarlyAccessFeature,
  errors: [400, 404, 409],
})

export const replaceFeature = operation({
  ...write,
  ...one,
  id: 'early_access_feature_update',
  method: 'PUT',
  summary: 'Change an early access feature, with its name and stage',
  description: 'As PATCH does, but `name` and `stage` must be sent.',
  body: EarlyAccessFeatureReplacement,
  answer: EarlyAccessFeature,
  errors: [400, 404, 409],
})

export const deleteFeature = operation({
  ...write,
  ...one,
  id: 'early_access_feature_destroy',
  method: 'DELETE',
  summary: 'Delete an early access feature',
  description: 'Its flag stays, and no longer asks whether people have joined.',
  status: 204,
  answer: null,
  errors: [404, 409],
})
