import type { ProjectFacts } from '../../model/project.ts'
import type { Batch } from '../batch.ts'
import type { GeoIp, Place } from '../geoip.ts'
import { noteChange, type PipelineEvent } from '../pipeline-event.ts'

/**
 * The address an event came from (`$ip`, unless the project discards addresses), and where that is (`$geoip_…`),
 * on the event and on its person.
 */
export const locate =
  (deps: {
    geoip: GeoIp | null
    findProject: (id: number) => Pick<ProjectFacts, 'anonymizeIps'> | undefined
  }) =>
  async (batch: Batch): Promise<Batch> => {
    const { geoip, findProject } = deps
    if (geoip) await geoip.prepare(addresses(batch.events))
    for (const event of batch.events) {
      const { properties } = event
      const address = addressOf(event)
      const place = address && geoip && properties.$geoip_disable !== true ? geoip.lookup(address) : null
      if (findProject(event.projectId)?.anonymizeIps) {
        if (properties.$ip !== undefined) noteChange(event, 'ip_removed')
        delete properties.$ip
      } else if (address && properties.$ip === undefined) properties.$ip = address
      if (place) putAt(place, event)
    }
    return batch
  }

/** An event happened there: it says so itself, and of its person. */
export function putAt(place: Place, { properties, set, setOnce }: PipelineEvent): void {
  for (const key in place) {
    const value = place[key as keyof Place]
    properties[key] = value
    if (set[key] === undefined) set[key] = value
    const initial = `$initial_${key.slice(1)}`
    if (setOnce[initial] === undefined) setOnce[initial] = value
  }
}

function addressOf(event: PipelineEvent): string | null {
  const { $ip: given } = event.properties
  if (typeof given === 'string' && given) return given
  return Object.hasOwn(event.properties, 'capture_internal') ? '127.0.0.1' : event.ip
}

function* addresses(events: PipelineEvent[]) {
  for (const event of events) {
    const address = event.properties.$geoip_disable === true ? null : addressOf(event)
    if (address) yield address
  }
}
