import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'

type Json = Record<string, unknown>
type Upstream = {
  paths: Record<string, Record<string, { operationId: string; responses?: Record<string, unknown> }>>
  components: { schemas: Record<string, unknown> }
}

/**
 * PostHog's published schema of 2023, as what it says of an answer.
 * @returns by operation id: what is wrong with a body; undefined where the schema says nothing of a body
 */
export function upstreamAnswers(): (operationId: string, body: unknown) => string[] | undefined {
  const { paths, components } = parse(
    readFileSync(new URL('data/posthog-openapi-2023.yaml', import.meta.url), 'utf8'),
  ) as Upstream
  // As JSON Schema 2020-12 has it: null is a type, and what is only written is not answered.
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'upstream', components: jsonSchema(components) } as Json)
  const answers = new Map<string, ValidateFunction>()
  for (const { operationId, responses = {} } of Object.values(paths).flatMap((path) => Object.values(path))) {
    const [answer] = Object.entries(responses)
      .filter(([status]) => status.startsWith('2'))
      .map(([, one]) => (one as { content?: Json }).content?.['application/json'] as Json | undefined)
    if (answer?.schema)
      answers.set(operationId, ajv.compile({ ...(jsonSchema(answer.schema) as Json), $id: operationId }))
  }
  return (operationId, body) => {
    const check = answers.get(operationId)
    if (!check) return undefined
    if (check(body)) return []
    return check.errors!.map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }
}

/**
 * Where PostHog's published schema says something else than its server did, so that clients are used to the server: whole
 * answers, by operation. Many of its operations were described by what they are about instead of by what they answer.
 */
export const otherAnswers: Record<string, string[]> = {
  'a calculation, not the insight': [
    'insights_trend_retrieve',
    'insights_retention_retrieve',
    'insights_path_retrieve',
    'insights_path_create',
    'insights_funnel_retrieve',
    'insights_funnel_correlation_retrieve',
    'insights_funnel_correlation_create',
  ],
  'people, not one person': [
    'persons_trends_retrieve',
    'actions_people_retrieve',
    'persons_stickiness_retrieve',
    'persons_lifecycle_retrieve',
    'persons_retention_retrieve',
    'persons_path_retrieve',
    'persons_path_create',
    'persons_funnel_retrieve',
    'persons_funnel_create',
    'persons_funnel_correlation_retrieve',
    'persons_funnel_correlation_create',
    'cohorts_persons_retrieve',
  ],
  'what was asked for, not what it is about': [
    'persons_properties_timeline_retrieve',
    'persons_values_retrieve',
    'persons_properties_retrieve',
    'persons_cohorts_retrieve',
    'actions_count_retrieve',
    'events_values_retrieve',
    'groups_related_retrieve',
    'groups_property_definitions_retrieve',
    'groups_property_values_retrieve',
    'experiments_results_retrieve',
    'experiments_secondary_results_retrieve',
    'experiments_requires_flag_implementation_retrieve',
    'feature_flags_evaluation_reasons_retrieve',
    'feature_flags_user_blast_radius_create',
    'is_generating_demo_data_retrieve',
    'plugins_source_retrieve',
    'plugins_update_source_partial_update',
    'plugin_configs_frontend_retrieve',
  ],
  'a list, not one of it': [
    'insights_my_last_viewed_retrieve',
    'feature_flags_my_flags_retrieve',
    'dashboard_templates_repository_retrieve',
    'activity_log_important_changes_retrieve',
    'tags_list',
    'plugin_configs_rearrange_partial_update',
    'session_recording_playlists_recordings_retrieve',
    'performance_events_recent_pageviews_retrieve',
    'invites_bulk_create',
    'groups_types_update_metadata_partial_update',
  ],
  'a page of activity, not what it is about': [
    'insights_activity_retrieve',
    'insights_activity_retrieve_2',
    'feature_flags_activity_retrieve',
    'feature_flags_activity_retrieve_2',
    'persons_activity_retrieve',
    'persons_activity_retrieve_2',
    'plugins_activity_retrieve',
  ],
  'nothing, or that it is done': [
    'insights_cancel_create',
    'insights_viewed_create',
    'insights_timing_create',
    'activity_log_bookmark_activity_notification_create',
    'persons_update',
    'persons_partial_update',
    'persons_update_property_create',
    'persons_delete_property_create',
    'persons_split_create',
    'session_recording_playlists_recordings_create',
  ],
  'the file itself': ['exports_content_retrieve'],
}

/** The same for single fields, whatever the operation. */
export const otherFields: Record<string, RegExp> = {
  'computed, and said to be text':
    /\/(config|plugin_info|delivery_rate_24h|result|has_content|is_cached|tiles|properties|person|elements|is_action|is_seen_on_filtered_events|members|associated_flags) must be string/,
  'JSON, and said to be an object':
    /\/(config_schema|test_account_filters|path_cleaning_filters|data_attributes|groups|secondary_metrics|properties) must (be|match)/,
  'null where there is none yet':
    /\/(action_id|latest_tag|last_calculated_at|last_calculation|created_by|last_modified_by|verified_at) must be (string|integer|object)/,
  'a person in a list bears the uuid': /^\/results\/\d+\/id must be integer/,
}

function jsonSchema(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(jsonSchema)
  if (typeof part !== 'object' || part === null) return part
  const { nullable, writeOnly: _, ...rest } = part as Json
  const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, jsonSchema(value)]))
  if (typeof schema.$ref === 'string') schema.$ref = schema.$ref.replace('#/', 'upstream#/')
  const { properties } = part as { properties?: Record<string, { writeOnly?: boolean }> }
  if (properties && Array.isArray(schema.required)) {
    schema.required = schema.required.filter((key) => !properties[key as string]?.writeOnly)
  }
  return nullable ? { anyOf: [schema, { type: 'null' }] } : schema
}
