/** What a personal API key may be limited to: PostHog's names, and one of our own (`ingestion_warning`). */
const objects = [
  'action',
  'activity_log',
  'annotation',
  'batch_export',
  'cohort',
  'dashboard',
  'dashboard_template',
  'early_access_feature',
  'event_definition',
  'experiment',
  'experiment_holdout',
  'export',
  'feature_flag',
  'group',
  'hog_function',
  'ingestion_warning',
  'insight',
  'integration',
  'notebook',
  'organization',
  'organization_member',
  'person',
  'plugin',
  'project',
  'property_definition',
  'query',
  'session_recording',
  'session_recording_playlist',
  'sharing_configuration',
  'subscription',
  'survey',
  'user',
  'webhook',
] as const

export type Scope = `${(typeof objects)[number]}:${'read' | 'write'}`

const known = new Set<string>(['*', ...objects.flatMap((object) => [`${object}:read`, `${object}:write`])])

/** Whether a key may have it: a scope, or `*` for all. */
export const isScope = (text: string): boolean => known.has(text)
