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
    id: z.int().describe('What addresses name it by; code asks by the key.'),
    name: z.string().describe('The description.'),
    key: z.string().describe("What code asks for; unique among the project's flags that are not deleted."),
    filters,
    deleted: z.boolean().describe('Deleted ones are not listed; `PATCH` with `false` brings one back.'),
    active: z.boolean().describe('Whether it is on at all; off, nobody gets it.'),
    created_by: UserBasic.nullable().describe('Null where that user is gone.'),
    created_at: Instant.describe('When it was made.'),
    updated_at: Instant.describe('When it last changed.'),
    last_modified_by: UserBasic.nullable().describe('Who changed it last.'),
    version: z.int().describe('Grows with every change.'),
    is_simple_flag: z.boolean().describe('Whether it is for a part of all people, and nothing else.'),
    rollout_percentage: z.number().nullable().describe('Of a simple flag: how many get it.'),
    ensure_experience_continuity: z
      .boolean()
      .describe('Whether people keep what they got before they were identified.'),
    experiment_set: z.array(z.int()).describe('Ids of the experiments that compare its variants.'),
    features: z.array(EarlyAccessFeatureInShort).describe('The early access feature that turns it on.'),
    rollback_conditions: z
      .unknown()
      .describe('Kept for clients; nothing is turned off by it. Null for none.'),
    performed_rollback: z.boolean().nullable().describe('Kept for clients; null where it was never said.'),
    can_edit: z.boolean().describe('Whether you may change it.'),
    user_access_level: z.enum(['viewer', 'editor']).describe('The same in a word.'),
    tags: Tags,
    evaluation_tags: contexts,
    evaluation_runtime: runtime.describe(
      'Where it is evaluated: by SDKs in browsers and apps (`client`), on servers, or by all (at first).',
    ),
    bucketing_identifier: z
      .enum(['distinct_id', 'device_id'])
      .nullable()
      .describe('What decides who is in a percentage.'),
    is_remote_configuration: z.boolean().describe('Whether it is there for its payload.'),
    has_encrypted_payloads: z.literal(false).describe('Always false: payloads are kept as they are.'),
    usage_dashboard: z.int().nullable().describe('Always null: no dashboard is made for it.'),
    analytics_dashboards: z.array(z.int()).describe('Always empty.'),
    has_enriched_analytics: z.literal(false).describe('Always false.'),
  })
  .meta({ id: 'FeatureFlag', description: 'Turns a feature on for some people or groups.' })

const FeatureFlagChanges = z
  .object({
    name: z.string().max(10_000).describe('The description.'),
    key: z.string().trim().min(1).max(400).describe('Letters, digits, `-` and `_`; used once.'),
    filters,
    deleted: z
      .boolean()
      .describe('True deletes it; false brings it back, where no other flag has taken its key.'),
    active: z.boolean().describe('False turns it off for everybody. At first true.'),
    ensure_experience_continuity: z
      .boolean()
      .nullable()
      .describe('Whether people keep what they got before they were identified. At first false.'),
    rollback_conditions: z.unknown().describe('Kept for clients; nothing is turned off by it.'),
    performed_rollback: z.boolean().nullable().describe('Kept for clients.'),
    tags: GivenTags,
    evaluation_tags: contexts,
    evaluation_contexts: contexts.describe('The same as `evaluation_tags`.'),
    evaluation_runtime: runtime.nullable().describe('Which SDKs evaluate it; null is `all`, as at first.'),
    bucketing_identifier: z
      .enum(['distinct_id', 'device_id'])
      .nullable()
      .describe('What decides who is in a percentage; null is `distinct_id`.'),
    is_remote_configuration: z
      .boolean()
      .nullable()
      .describe(
        'Whether it is there for its payload, which servers get by `remote_config/`. At first false.',
      ),
    has_encrypted_payloads: z.boolean().nullable().describe('True is refused: payloads are not encrypted.'),
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
const params = z.object({
  id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the flag, not its key.'),
})
const one = { path: `${path}:id/`, aliases: [`${alias}:id/`], params } as const

/** What narrows a list of flags. */
export const flagSearch = {
  search: z.string().optional().describe('In the key and the description.'),
  active: z
    .enum(['true', 'false', 'STALE'])
    .optional()
    .catch(undefined)
    .describe(
      '`true`: on. `false`: off. `STALE`: older than 30 days and on for everybody, so that code needs it no more.',
    ),
  type: z
    .enum(['boolean', 'multivariant', 'experiment', 'remote_config'])
    .optional()
    .catch(undefined)
    .describe('`boolean` or `multivariant`; `remote_config` for those with only a payload.'),
  created_by_id: z.string().optional().describe('Id of the user who made it.'),
  created_by: z.string().optional().describe('The same.'),
  evaluation_runtime: runtime.optional().catch(undefined).describe('Only those of this side.'),
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
  description:
    'Those that have it in a condition. It can be neither deleted nor turned off while there are any.',
  answer: z.array(
    z
      .object({
        id: z.int().describe("The flag's id."),
        key: z.string().describe("The flag's key."),
        name: z.string().describe("The flag's description."),
      })
      .meta({ id: 'DependentFlag' }),
  ),
  errors: [404],
})

export const flagKeys = operation({
  ...read,
  id: 'feature_flags_bulk_keys_create',
  method: 'POST',
  path: `${path}bulk_keys/`,
  aliases: [`${alias}bulk_keys/`],
  summary: 'Get the keys of flags',
  description: 'For a list of ids at once. Ids of flags that are deleted or not there are left out.',
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
  description: 'Of all pages, as `feature_flags/` would list them: to do something to all of them.',
  query: z.object(flagSearch),
  answer: z
    .object({
      ids: z.array(z.int()).describe('Ids of the flags.'),
      total: z.int().describe('How many there are.'),
    })
    .meta({ id: 'MatchingFeatureFlagIds' }),
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
    .object({
      ids: z.array(z.coerce.number().int()).min(1).max(10_000).describe('Ids of the flags; at most 10,000.'),
    })
    .meta({ id: 'FeatureFlagsToDelete' }),
  answer: z
    .object({
      deleted: z
        .array(
          z.object({ id: z.int().describe("The flag's id."), key: z.string().describe("The flag's key.") }),
        )
        .describe('What was deleted.'),
      errors: z
        .array(
          z.object({
            id: z.int().describe('The id that was sent.'),
            key: z.string().optional().describe("The flag's key; left out where there is no such flag."),
            reason: z.string().describe('Why not, for people to read.'),
          }),
        )
        .describe('What was not deleted.'),
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
  params: z.object({
    ...organizationParams,
    feature_flag_key: z.string().describe('The key; the same in all projects.'),
  }),
  summary: "List a key's flags in all projects of an organization",
  description: 'Of the projects that you can see, without deleted flags.',
  answer: z.array(
    z
      .object({
        flag_id: z.int().describe("The flag's id in that project."),
        team_id: z.int().describe('The project.'),
        created_by: UserBasic.nullable().describe('Null where that user is gone.'),
        filters,
        created_at: Instant.describe('When it was made.'),
        active: z.boolean().describe('Whether it is on at all there.'),
      })
      .meta({ id: 'FeatureFlagInProject' }),
  ),
  errors: [404],
})

const CopyFlags = z
  .object({
    feature_flag_key: z.string().describe('Key of the flag to copy.'),
    from_project: z.coerce.number().int().describe('Id of the project that has it.'),
    target_project_ids: z
      .array(z.coerce.number().int())
      .min(1)
      .max(1000)
      .describe('Ids of projects of the same organization.'),
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
      success: z.array(FeatureFlag).describe('The flags as they are in the other projects now.'),
      failed: z
        .array(
          z.object({
            project_id: z.int().describe('The project.'),
            errors: z.string().describe('Why not, for people to read.'),
          }),
        )
        .describe('Projects where it could not be copied.'),
    })
    .meta({ id: 'CopiedFeatureFlags' }),
  errors: [400, 404],
})
