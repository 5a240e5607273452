import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { activityOperation } from '../../http/activity-shapes.ts'
import { EarlyAccessFeatureInShort } from '../../http/flag-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { GivenTags, Tags } from '../../http/tag-shapes.ts'

const filters = z
  .record(z.string(), z.unknown())
  .describe(
    'Who gets it: `{"groups": [{"properties": […], "rollout_percentage": 20, "variant": null}], "multivariate": ' +
      '{"variants": [{"key": "a", "rollout_percentage": 50}, …]}, "payloads": {"true": "{…}"}, ' +
      '"aggregation_group_type_index": null}`. The groups are tried in order. Without any `groups` it is for everybody. ' +
      'What is not known is kept.',
  )
const runtime = z.enum(['server', 'client', 'all'])
const contexts = z
  .array(z.string().max(200))
  .max(200)
  .describe(
    'A client that names its contexts gets the flag when one of these is among them, or there are none.',
  )

export const FeatureFlag = z
  .object({
    id: z.int(),
    name: z.string().describe('The description.'),
    key: z.string(),
    filters,
    deleted: z.boolean(),
    active: z.boolean(),
    created_by: UserBasic.nullable(),
    created_at: Instant,
    updated_at: Instant,
    last_modified_by: UserBasic.nullable(),
    version: z.int().describe('Grows with every change.'),
    is_simple_flag: z.boolean().describe('Whether it is for a part of all people, and nothing else.'),
    rollout_percentage: z.number().nullable().describe('Of a simple flag: how many get it.'),
    ensure_experience_continuity: z
      .boolean()
      .describe('Whether people keep what they got before they were identified.'),
    experiment_set: z.array(z.int()).describe('Ids of the experiments that compare its variants.'),
    features: z.array(EarlyAccessFeatureInShort).describe('The early access feature that turns it on.'),
    rollback_conditions: z.unknown(),
    performed_rollback: z.boolean().nullable(),
    can_edit: z.boolean().describe('Whether you may change it.'),
    user_access_level: z.enum(['viewer', 'editor']).describe('The same in a word.'),
    tags: Tags,
    evaluation_tags: contexts,
    evaluation_runtime: runtime,
    bucketing_identifier: z
      .enum(['distinct_id', 'device_id'])
      .nullable()
      .describe('What decides who is in a percentage.'),
    is_remote_configuration: z.boolean().describe('Whether it is there for its payload.'),
    has_encrypted_payloads: z.literal(false),
    usage_dashboard: z.int().nullable(),
    analytics_dashboards: z.array(z.int()),
    has_enriched_analytics: z.literal(false),
  })
  .meta({ id: 'FeatureFlag', description: 'Turns a feature on for some people or groups.' })

const FeatureFlagChanges = z
  .object({
    name: z.string().max(10_000).describe('The description.'),
    key: z.string().trim().min(1).max(400).describe('Letters, digits, `-` and `_`; used once.'),
    filters,
    deleted: z.boolean(),
    active: z.boolean(),
    ensure_experience_continuity: z.boolean().nullable(),
    rollback_conditions: z.unknown(),
    performed_rollback: z.boolean().nullable(),
    tags: GivenTags,
    evaluation_tags: contexts,
    evaluation_contexts: contexts,
    evaluation_runtime: runtime.nullable(),
    bucketing_identifier: z.enum(['distinct_id', 'device_id']).nullable(),
    is_remote_configuration: z.boolean().nullable(),
    has_encrypted_payloads: z.boolean().nullable(),
  })
  .partial()
  .meta({ id: 'FeatureFlagChanges' })
export type GivenFlag = z.output<typeof FeatureFlagChanges>

const NewFeatureFlag = FeatureFlagChanges.required({ key: true }).meta({ id: 'NewFeatureFlag' })

const editing = {
  version: z
    .int()
    .optional()
    .describe('The version that was changed: 409 where it is not the present one any more.'),
  original_flag: z
    .record(z.string(), z.unknown())
    .nullish()
    .describe('The flag as it was before: then only fields that somebody else changed too are a conflict.'),
}

const path = '/api/projects/:project_id/feature_flags/'
const alias = '/api/feature_flag/'
const common = { access: 'project', tags: ['feature_flags'] } as const
const read = { ...common, scope: 'feature_flag:read' } as const
const write = { ...common, scope: 'feature_flag:write' } as const
const params = z.object({ id: z.coerce.number().int().positive().max(2_147_483_647) })
const one = { path: `${path}:id/`, aliases: [`${alias}:id/`], params } as const

/** What narrows a list of flags. */
export const flagSearch = {
  search: z.string().optional().describe('In the key and the description.'),
  active: z.enum(['true', 'false', 'STALE']).optional().catch(undefined),
  type: z
    .enum(['boolean', 'multivariant', 'experiment', 'remote_config'])
    .optional()
    .catch(undefined)
    .describe('`boolean` or `multivariant`; `remote_config` for those with only a payload.'),
  created_by_id: z.string().optional().describe('Id of the user who made it.'),
  created_by: z.string().optional().describe('The same.'),
  evaluation_runtime: runtime.optional().catch(undefined),
  tags: z.string().optional().describe('JSON list of tags, any of which it must have.'),
  excluded_properties: z.string().optional().describe('JSON list of keys to leave out.'),
}
export type FlagSearch = z.output<z.ZodObject<typeof flagSearch>>

export const listFlags = operation({
  ...read,
  id: 'feature_flags_list',
  method: 'GET',
  path,
  aliases: [alias],
  summary: 'List feature flags',
  description: 'Newest first, without deleted ones.',
  query: z.object({
    ...pageQuery,
    ...flagSearch,
    order: z
      .string()
      .optional()
      .describe('`key`, `name`, `active`, `created_at` or `updated_at`; backwards with `-` in front.'),
  }),
  answer: pageOf(FeatureFlag).meta({ id: 'PaginatedFeatureFlagList' }),
})

export const createFlag = operation({
  ...write,
  id: 'feature_flags_create',
  method: 'POST',
  path,
  aliases: [alias],
  summary: 'Create a feature flag',
  description: 'Flags that can not work are refused. The key of a deleted flag may be used again.',
  body: NewFeatureFlag,
  status: 201,
  answer: FeatureFlag,
  errors: [400],
})

export const retrieveFlag = operation({
  ...read,
  ...one,
  id: 'feature_flags_retrieve',
  method: 'GET',
  summary: 'Get a feature flag',
  description: 'Also a deleted one.',
  answer: FeatureFlag,
  errors: [404],
})

export const updateFlag = operation({
  ...write,
  ...one,
  id: 'feature_flags_partial_update',
  method: 'PATCH',
  summary: 'Change a feature flag',
  description:
    'What is not sent stays, and so do `filters` without `groups`. `{"deleted": true}` deletes it, `false` brings it ' +
    'back. A flag that others depend on can be neither deleted nor turned off. 403 where its `can_edit` is false.',
  body: FeatureFlagChanges.extend(editing).meta({ id: 'FeatureFlagPatch' }),
  answer: FeatureFlag,
  errors: [400, 403, 404, 409],
})

export const replaceFlag = operation({
  ...write,
  ...one,
  id: 'feature_flags_update',
  method: 'PUT',
  summary: 'Change a feature flag, with its key',
  description: 'As PATCH does, but the key must be sent, and `filters` replace what was there.',
  body: NewFeatureFlag.extend(editing).meta({ id: 'FeatureFlagReplacement' }),
  answer: FeatureFlag,
  errors: [400, 403, 404, 409],
})

export const deleteFlag = operation({
  ...write,
  ...one,
  id: 'feature_flags_destroy',
  method: 'DELETE',
  summary: 'Not allowed',
  description: 'Code may still ask for it: PATCH `{"deleted": true}` instead.',
  status: 405,
  answer: null,
})

export const flagsActivity = activityOperation({
  ...read,
  id: 'feature_flags_activity_retrieve',
  path: `${path}activity/`,
  aliases: [`${alias}activity/`],
})

export const flagActivity = activityOperation({
  ...read,
  id: 'feature_flags_activity_retrieve_2',
  path: `${path}:id/activity/`,
  aliases: [`${alias}:id/activity/`],
  params,
})

export const dependentFlags = operation({
  ...read,
  id: 'feature_flags_dependent_flags_retrieve',
  method: 'GET',
  path: `${path}:id/dependent_flags/`,
  aliases: [`${alias}:id/dependent_flags/`],
  params,
  summary: 'List the flags that depend on a flag',
  answer: z.array(z.object({ id: z.int(), key: z.string(), name: z.string() }).meta({ id: 'DependentFlag' })),
  errors: [404],
})

export const flagKeys = operation({
  ...read,
  id: 'feature_flags_bulk_keys_create',
  method: 'POST',
  path: `${path}bulk_keys/`,
  aliases: [`${alias}bulk_keys/`],
  summary: 'Get the keys of flags',
  body: z
    .object({ ids: z.array(z.coerce.number().int()).max(10_000).describe('Ids of flags.') })
    .meta({ id: 'FeatureFlagIds' }),
  answer: z
    .object({ keys: z.record(z.string(), z.string()).describe('By id; of those that there are.') })
    .meta({ id: 'FeatureFlagKeys' }),
  errors: [400],
})

export const matchingIds = operation({
  ...read,
  id: 'feature_flags_matching_ids_retrieve',
  method: 'GET',
  path: `${path}matching_ids/`,
  aliases: [`${alias}matching_ids/`],
  summary: 'List the ids of all flags that a search finds',
  query: z.object(flagSearch),
  answer: z.object({ ids: z.array(z.int()), total: z.int() }).meta({ id: 'MatchingFeatureFlagIds' }),
})

export const deleteFlags = operation({
  ...write,
  id: 'feature_flags_bulk_delete_create',
  method: 'POST',
  path: `${path}bulk_delete/`,
  aliases: [`${alias}bulk_delete/`],
  summary: 'Delete several flags',
  description:
    'Those that others depend on stay, unless these are deleted with them, and so do those that you may not change.',
  body: z
    .object({ ids: z.array(z.coerce.number().int()).min(1).max(10_000) })
    .meta({ id: 'FeatureFlagsToDelete' }),
  answer: z
    .object({
      deleted: z.array(z.object({ id: z.int(), key: z.string() })),
      errors: z.array(z.object({ id: z.int(), key: z.string().optional(), reason: z.string() })),
    })
    .meta({ id: 'DeletedFeatureFlags' }),
  errors: [400],
})

const organization = '/api/organizations/:organization_id/feature_flags/'
const ofOrganization = { access: 'user', limitsKeys: true, tags: ['feature_flags'] } as const
const organizationParams = {
  organization_id: z.string().describe('The organization; `@current` is the one you work in.'),
}

export const flagInProjects = operation({
  ...ofOrganization,
  scope: 'feature_flag:read',
  id: 'organizations_feature_flags_retrieve',
  method: 'GET',
  path: `${organization}:feature_flag_key/`,
  params: z.object({ ...organizationParams, feature_flag_key: z.string() }),
  summary: "List a key's flags in all projects of an organization",
  answer: z.array(
    z
      .object({
        flag_id: z.int(),
        team_id: z.int(),
        created_by: UserBasic.nullable(),
        filters,
        created_at: Instant,
        active: z.boolean(),
      })
      .meta({ id: 'FeatureFlagInProject' }),
  ),
  errors: [404],
})

const CopyFlags = z
  .object({
    feature_flag_key: z.string(),
    from_project: z.coerce.number().int(),
    target_project_ids: z.array(z.coerce.number().int()).min(1).max(1000),
  })
  .meta({ id: 'CopyFeatureFlag' })

export const copyFlags = operation({
  ...ofOrganization,
  scope: 'feature_flag:write',
  id: 'organizations_feature_flags_copy_flags_create',
  method: 'POST',
  path: `${organization}copy_flags/`,
  params: z.object(organizationParams),
  summary: 'Copy a flag to other projects',
  description:
    'With the cohorts that it names: where the other project has one of the same name, that one is used. A flag of the ' +
    'same key is changed. Static cohorts are copied without their people.',
  body: CopyFlags,
  answer: z
    .object({
      success: z.array(FeatureFlag),
      failed: z.array(z.object({ project_id: z.int(), errors: z.string() })),
    })
    .meta({ id: 'CopiedFeatureFlags' }),
  errors: [400, 404],
})
