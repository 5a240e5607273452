import { type Scope, scopes } from '@hedgerow/client'

type Area = Scope extends `${infer Object}:${string}` ? Object : never

/**
 * What people call the areas of the API, in the order in which they are offered; null for what is there for clients
 * only. Which areas there are is the API's to say: one that is missing here, or gone there, is an error of types.
 */
const names: Record<Area, string | null> = {
  query: 'Questions, events',
  insight: 'Insights',
  dashboard: 'Dashboards',
  dashboard_template: 'Dashboard templates',
  annotation: 'Annotations',
  subscription: 'Subscriptions',
  export: 'Exports',
  sharing_configuration: 'Shared links',
  person: 'People',
  group: 'Groups',
  cohort: 'Cohorts',
  action: 'Actions',
  event_definition: 'Event definitions',
  property_definition: 'Property definitions',
  ingestion_warning: 'Ingestion warnings',
  feature_flag: 'Feature flags',
  experiment: 'Experiments',
  experiment_holdout: 'Holdouts',
  survey: 'Surveys',
  early_access_feature: 'Early access features',
  webhook: 'Hooks',
  activity_log: 'History',
  project: 'Project settings',
  organization: 'Organization',
  organization_member: 'Members',
  user: 'Your account',
  integration: null,
  plugin: null,
  session_recording: null,
  session_recording_playlist: null,
}

export type Access = 'none' | 'read' | 'write'
/** Of which areas a key may read or, which includes it, change. */
export type AccessByArea = Record<string, Access>

const known: ReadonlySet<string> = new Set(scopes)

/** The areas that a key can be held to, and whether anything of them can be changed. */
export const accessAreas = Object.entries(names).flatMap(([object, label]) =>
  label === null ? [] : [{ object, label, canWrite: known.has(`${object}:write`) }],
)
export const readAll: AccessByArea = Object.fromEntries(accessAreas.map(({ object }) => [object, 'read']))

/** As the API takes them. */
export const scopesOf = (access: AccessByArea): string[] =>
  accessAreas.flatMap(({ object }) => {
    const may = access[object] ?? 'none'
    return may === 'none' ? [] : [`${object}:${may}`]
  })

/** What scopes come to, in a few words: "Full", "Read 3", "Read 2, write 1". */
export function accessWords(held: readonly string[]): string {
  if (held.includes('*')) return 'Full'
  const writes = new Set(held.filter((one) => one.endsWith(':write')).map((one) => one.split(':')[0]))
  const reads = new Set(held.filter((one) => one.endsWith(':read')).map((one) => one.split(':')[0]))
  const only = [...reads].filter((object) => !writes.has(object)).length
  const parts = [only > 0 && `read ${only}`, writes.size > 0 && `write ${writes.size}`].filter(Boolean)
  const words = parts.join(', ')
  return words ? words.charAt(0).toUpperCase() + words.slice(1) : 'Nothing'
}
