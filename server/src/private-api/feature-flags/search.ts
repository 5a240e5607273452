import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { PublicUser } from '../../accounts/users.ts'
import { earlyAccessFeatures, experiments, featureFlags, surveys } from '../../database/schema.ts'
import type { OwnedFlag } from '../../flags/flag-writes.ts'
import { containing } from '../../kit/containing.ts'
import type { EarlyAccessRecord } from '../../model/flags.ts'
import { hasAnyTag } from '../../tags/tags.ts'
import type { FlagSearch } from './contract.ts'

/** A flag with its tags, what has it, who made it, and who changed it last. */
export type FlagRow = OwnedFlag & {
  tags: string[]
  creator: PublicUser | null
  editor: PublicUser | null
}

export const live = eq(featureFlags.deleted, false)
/** Of an experiment, beside a flag: it compares the flag's variants. */
export const ofLiveExperiment = and(
  eq(experiments.featureFlagId, featureFlags.id),
  eq(experiments.deleted, false),
)
/** Of a flag: its early access feature, as a list. */
export const featuresOf = sql<EarlyAccessRecord[]>`(select coalesce(json_agg(json_build_object(
    'id', f.id, 'name', f.name, 'description', f.description, 'stage', f.stage,
    'documentationUrl', f.documentation_url, 'payload', f.payload, 'flagKey', ${featureFlags.key})), '[]')
  from ${earlyAccessFeatures} f where f.feature_flag_id = ${featureFlags.id})`
export const isId = (id: number) => Number.isInteger(id) && id > 0 && id <= 2_147_483_647

const columns = {
  key: featureFlags.key,
  name: featureFlags.name,
  active: featureFlags.active,
  created_at: featureFlags.createdAt,
  updated_at: featureFlags.updatedAt,
}

/** Newest first unless an order that is known is asked for. */
export function orderOf(order: string | undefined): SQL[] {
  const name = order?.replace(/^-/, '') ?? ''
  const column = Object.hasOwn(columns, name) ? columns[name as keyof typeof columns] : undefined
  if (!column) return [desc(featureFlags.createdAt), desc(featureFlags.id)]
  return order!.startsWith('-') ? [desc(column), desc(featureFlags.id)] : [asc(column), asc(featureFlags.id)]
}

const variants = sql`coalesce(json_array_length(
  case when json_typeof(${featureFlags.filters} #> '{multivariate,variants}') = 'array'
    then ${featureFlags.filters} #> '{multivariate,variants}' end), 0)`

/** On for everybody for thirty days, or without any change for so long: nobody needs it in code any more. */
const stale = sql`${featureFlags.active} and ${featureFlags.createdAt} < now() - interval '30 days'
  and (json_typeof(${featureFlags.filters} -> 'groups') is distinct from 'array' or exists (
    select 1 from json_array_elements(${featureFlags.filters} -> 'groups') one
    where coalesce(one ->> 'rollout_percentage', '100') = '100'
      and coalesce(json_array_length(one -> 'properties'), 0) = 0
      and (${variants} = 0 or one ->> 'variant' is not null)))`

/** The live flags of a project that a search finds, as a condition; without those that are a survey's own affair. */
export function foundBy(projectId: number, search: FlagSearch): SQL | undefined {
  const { active, type, evaluation_runtime: runtime } = search
  const creator = Number(search.created_by_id ?? search.created_by ?? Number.NaN)
  const excluded = listIn(search.excluded_properties)
  const pattern = containing((search.search ?? '').trim())
  return and(
    eq(featureFlags.projectId, projectId),
    live,
    sql`${featureFlags.id} not in (
      select flag_id from ${surveys} s, unnest(array[s.targeting_flag_id, s.internal_targeting_flag_id]) flag_id
      where s.project_id = ${projectId} and flag_id is not null)`,
    search.search?.trim()
      ? sql`(${featureFlags.key} ilike ${pattern} or ${featureFlags.name} ilike ${pattern})`
      : undefined,
    active === 'STALE' ? stale : active && eq(featureFlags.active, active === 'true'),
    type === 'boolean' ? sql`${variants} = 0` : undefined,
    type === 'multivariant' ? sql`${variants} > 0` : undefined,
    type === 'remote_config' ? eq(featureFlags.isRemoteConfiguration, true) : undefined,
    type === 'experiment' ? sql`exists (select 1 from ${experiments} where ${ofLiveExperiment})` : undefined,
    isId(creator) ? eq(featureFlags.createdBy, creator) : undefined,
    runtime && eq(featureFlags.evaluationRuntime, runtime),
    hasAnyTag('FeatureFlag', featureFlags.projectId, featureFlags.id, listIn(search.tags)),
    excluded.length ? sql`${featureFlags.key} <> all(${sql.param(excluded)}::text[])` : undefined,
  )
}

/** Texts of a JSON list in a parameter; none where it is something else, as PostHog has it. */
function listIn(parameter: string | undefined): string[] {
  try {
    const list: unknown = JSON.parse(parameter ?? '[]')
    return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []
  } catch {
    return []
  }
}
