import { elementsOf } from '../../http/element-shapes.ts'
import type { StoredPerson } from '../../persons/read-persons.ts'

/** An event as the warehouse answers it; the columns of `eventColumns` in their order. */
export type EventRow = {
  uuid: string
  event: string
  /** JSON text. */
  properties: string
  /** `2026-01-02 03:04:05.123456`, UTC. */
  timestamp: string
  distinctId: string
  elementsChain: string
  personId: string
  /** Of the person, by name: those that were asked for. */
  personProperties?: Record<string, unknown>
}

export const eventColumns = [
  'uuid',
  'event',
  'properties',
  'timestamp',
  'distinct_id',
  'elements_chain',
  'person_id',
] as const

/** @param named properties of the person whose values come after the columns; undefined where none were asked for */
export function toEventRow(cells: unknown[], named?: string[]): EventRow {
  const [uuid, event, properties, timestamp, distinctId, elementsChain, personId] = cells.map(String)
  const values = cells.slice(eventColumns.length)
  return {
    uuid: uuid!,
    event: event!,
    properties: properties!,
    timestamp: isoMoment(timestamp!),
    distinctId: distinctId!,
    elementsChain: elementsChain!,
    personId: personId!,
    ...(named && {
      personProperties: Object.fromEntries(named.map((name, at) => [name, values[at] ?? null])),
    }),
  }
}

/** Events carry a numeric offset where everything else says `Z`. */
function isoMoment(text: string): string {
  const [day, time = '00:00:00'] = text.replace(/Z$/, '').split(/[ T]/)
  const [seconds, fraction = ''] = time.split('.')
  return `${day}T${seconds}.${fraction.padEnd(6, '0').slice(0, 6)}+00:00`
}

export const presentEvent = (row: EventRow, person: StoredPerson | undefined) => ({
  id: row.uuid,
  distinct_id: row.distinctId,
  properties: JSON.parse(row.properties || '{}') as Record<string, unknown>,
  event: row.event,
  timestamp: row.timestamp,
  person: person ? presentPerson(person) : null,
  ...(row.personProperties && { person_properties: row.personProperties }),
  elements: elementsOf(row.elementsChain),
  elements_chain: row.elementsChain,
})

const naming = ['email', 'name', 'username']

const presentPerson = ({ isIdentified, distinctIds, properties }: StoredPerson) => ({
  is_identified: isIdentified,
  distinct_ids: distinctIds.slice(0, 1),
  properties: Object.fromEntries(
    naming.filter((name) => Object.hasOwn(properties, name)).map((name) => [name, properties[name]]),
  ),
})
