import type { Outcome, PipelineEvent } from '../pipeline-event.ts'

const environment = [
  '$app_build',
  '$app_name',
  '$app_namespace',
  '$app_version',
  '$browser',
  '$browser_version',
  '$device_type',
  '$current_url',
  '$pathname',
  '$os',
  '$os_version',
  '$referring_domain',
  '$referrer',
  '$screen_height',
  '$screen_width',
  '$viewport_height',
  '$viewport_width',
  '$raw_user_agent',
]
const campaign = [
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_content',
  'utm_name',
  'utm_term',
  'gclid',
  'gad_source',
  'gclsrc',
  'dclid',
  'gbraid',
  'wbraid',
  'fbclid',
  'msclkid',
  'twclid',
  'li_fat_id',
  'mc_cid',
  'igshid',
  'ttclid',
  'rdt_cid',
  'irclid',
  '_kx',
  'epik',
  'qclid',
  'sccid',
]
/** The name under which the first value is kept. */
const initialOf = new Map(
  [...environment, ...campaign].map((key) => [key, `$initial_${key.replace(/^\$/, '')}`]),
)
// A server's own system says nothing about the person.
const ofTheHost = new Set(['$os', '$os_version'])

/** What an event says about its person in passing: the latest value, and the first as `$initial_…`. */
export function liftProperties(event: PipelineEvent): Outcome {
  const { properties, set, setOnce } = event
  if (properties.$os_name !== undefined && properties.$os === undefined) properties.$os = properties.$os_name
  const fromServer = properties.$is_server === true
  for (const key in properties) {
    const initial = initialOf.get(key)
    if (initial === undefined) continue
    const value = properties[key]
    if (value === undefined || (fromServer && ofTheHost.has(key))) continue
    if (set[key] === undefined) set[key] = value
    // A null would stand in the way of the first real value for ever.
    if (value !== null && setOnce[initial] === undefined) setOnce[initial] = value
  }
  return event
}
