/** What a personal API key may be held to: the API's names for it and people's. */
const areas: [object: string, label: string][] = [
  ['query', 'Questions, events'],
  ['insight', 'Insights'],
  ['dashboard', 'Dashboards'],
  ['annotation', 'Annotations'],
  ['subscription', 'Subscriptions'],
  ['export', 'Exports'],
  ['sharing_configuration', 'Shared links'],
  ['person', 'People'],
  ['group', 'Groups'],
  ['cohort', 'Cohorts'],
  ['action', 'Actions'],
  ['event_definition', 'Event definitions'],
  ['property_definition', 'Property definitions'],
  ['ingestion_warning', 'Ingestion warnings'],
  ['feature_flag', 'Feature flags'],
  ['experiment', 'Experiments'],
  ['survey', 'Surveys'],
  ['early_access_feature', 'Early access features'],
  ['webhook', 'Hooks'],
  ['activity_log', 'History'],
  ['project', 'Project settings'],
  ['organization', 'Organization'],
  ['organization_member', 'Members'],
  ['user', 'Your account'],
]

export type Access = 'none' | 'read' | 'write'
/** Of which areas a key may read or, which includes it, change. */
export type AccessByArea = Record<string, Access>

export const accessAreas = areas.map(([object, label]) => ({ object, label }))
export const readAll: AccessByArea = Object.fromEntries(areas.map(([object]) => [object, 'read']))

/** As the API takes them. */
export const scopesOf = (access: AccessByArea): string[] =>
  areas.flatMap(([object]) => {
    const may = access[object] ?? 'none'
    return may === 'none' ? [] : [`${object}:${may}`]
  })

/** What scopes come to, in a few words: "Full", "Read 3", "Read 2, write 1". */
export function accessWords(scopes: readonly string[]): string {
  if (scopes.includes('*')) return 'Full'
  const writes = new Set(scopes.filter((one) => one.endsWith(':write')).map((one) => one.split(':')[0]))
  const reads = new Set(scopes.filter((one) => one.endsWith(':read')).map((one) => one.split(':')[0]))
  const only = [...reads].filter((object) => !writes.has(object)).length
  const parts = [only > 0 && `read ${only}`, writes.size > 0 && `write ${writes.size}`].filter(Boolean)
  const words = parts.join(', ')
  return words ? words.charAt(0).toUpperCase() + words.slice(1) : 'Nothing'
}
