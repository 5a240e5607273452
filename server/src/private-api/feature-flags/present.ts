import type { z } from 'zod'
import type { FlagRights } from '../../accounts/flag-rights.ts'
import { upgraded } from '../../flags/flag-filters.ts'
import type { StoredFlag } from '../../flags/flag-writes.ts'
import { userBasic } from '../../http/account-shapes.ts'
import type { retrieveFlag } from './contract.ts'
import type { FlagRow } from './search.ts'

export type ShownFlag = z.input<typeof retrieveFlag.answer>

/** A flag's own fields as the API shows them. */
export function presentFlag(
  flag: StoredFlag,
  tags: string[],
): Omit<
  ShownFlag,
  'experiment_set' | 'features' | 'created_by' | 'last_modified_by' | 'can_edit' | 'user_access_level'
> {
  const filters = upgraded(flag.filters)
  const simple = simpleRollout(filters)
  return {
    id: flag.id,
    name: flag.name,
    key: flag.key,
    filters,
    deleted: flag.deleted,
    active: flag.active,
    created_at: flag.createdAt,
    updated_at: flag.updatedAt,
    version: flag.version,
    is_simple_flag: simple !== undefined,
    rollout_percentage: simple ?? null,
    ensure_experience_continuity: flag.ensureExperienceContinuity,
    rollback_conditions: flag.rollbackConditions ?? null,
    performed_rollback: flag.performedRollback,
    tags,
    evaluation_tags: flag.evaluationContexts,
    evaluation_runtime: flag.evaluationRuntime as ShownFlag['evaluation_runtime'],
    bucketing_identifier: flag.bucketingIdentifier as ShownFlag['bucketing_identifier'],
    is_remote_configuration: flag.isRemoteConfiguration,
    has_encrypted_payloads: false,
    usage_dashboard: null,
    analytics_dashboards: [],
    has_enriched_analytics: false,
  }
}

/** How who has these rights sees flags. */
export const presenting =
  (rights: FlagRights) =>
  ({ flag, tags, experiments, features, creator, editor }: FlagRow): ShownFlag => {
    const canEdit = rights.mayEdit(flag)
    return {
      ...presentFlag(flag, tags),
      experiment_set: experiments,
      features,
      created_by: creator && userBasic(creator),
      last_modified_by: editor && userBasic(editor),
      can_edit: canEdit,
      user_access_level: canEdit ? 'editor' : 'viewer',
    }
  }

type Group = { properties?: unknown; rollout_percentage?: unknown }

/** The percentage of a flag that is for a part of all people; undefined for every other flag. */
function simpleRollout(filters: { groups: unknown; aggregation_group_type_index?: unknown }) {
  const [group, ...others] = (Array.isArray(filters.groups) ? filters.groups : []) as (Group | null)[]
  if (!group || others.length || (filters.aggregation_group_type_index ?? null) !== null) return undefined
  if (Array.isArray(group.properties) && group.properties.length) return undefined
  const { rollout_percentage: rollout = null } = group
  return typeof rollout === 'number' || rollout === null ? rollout : undefined
}
