import type { Outcome, PipelineEvent } from '../pipeline-event.ts'
import type { UserAgents } from '../user-agent.ts'

const named = ['$browser', '$browser_version', '$os', '$os_version', '$os_name', '$device_type']

/**
 * The browser, system and device of an event whose SDK says nothing of any of them, from the user agent. A program's
 * own user agent (`posthog-node/5`, `curl/8`) says nothing about a person and is not looked at.
 */
export const nameBrowser =
  ({ userAgents }: { userAgents: UserAgents }) =>
  (event: PipelineEvent): Outcome => {
    const { properties } = event
    for (const key of named) if (properties[key] !== undefined) return event
    const agent = browserAgentOf(event)
    if (agent !== null) Object.assign(properties, userAgents.properties(agent))
    return event
  }

/** The user agent that the event names, else that of its request; null where it is not a browser's. */
export function browserAgentOf({ properties, userAgent }: PipelineEvent): string | null {
  const { $raw_user_agent: given } = properties
  if (typeof given === 'string' && given !== '') return given
  const isBrowser = userAgent?.startsWith('Mozilla/') && properties.$is_server !== true
  return isBrowser ? userAgent : null
}
