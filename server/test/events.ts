import { createHash, randomUUID } from 'node:crypto'
import { propertyMap } from '../src/hogql/property-column.ts'
import type { Warehouse } from '../src/warehouse/warehouse.ts'

/** An event as a test writes it; what it leaves out is empty. */
export type TestEvent = {
  event: string
  distinct_id: string
  /** ISO 8601. */
  timestamp: string
  properties?: Record<string, unknown>
  /** What the person's properties were at the event. */
  person?: Record<string, unknown>
  /** ISO 8601; when the event happened unless given. */
  person_created_at?: string
  /** Other than `personIdOf(distinct_id)`. */
  person_id?: string
  elements_chain?: string
  /** Group keys by group type index. */
  groups?: Record<number, string>
}

const uuidFrom = (text: string) =>
  createHash('sha1')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')

/** The person that a distinct id belongs to unless an event says otherwise. */
export const personIdOf = (distinctId: string): string => uuidFrom(`person ${distinctId}`)

const micros = (iso: string) => new Date(iso).toISOString().replace('T', ' ').replace('Z', '000')
const millis = (iso: string) => new Date(iso).toISOString().replace('T', ' ').replace('Z', '')

/** Puts events into the warehouse as the pipeline would have, without persons or definitions. */
export async function insertEvents(
  warehouse: Warehouse,
  projectId: number,
  events: TestEvent[],
): Promise<void> {
  const rows = events.map((one) => {
    const { properties = {}, person = {} } = one
    return JSON.stringify({
      team_id: projectId,
      uuid: randomUUID(),
      event: one.event,
      distinct_id: one.distinct_id,
      person_id: one.person_id ?? personIdOf(one.distinct_id),
      person_mode: 'full',
      timestamp: micros(one.timestamp),
      created_at: micros(one.timestamp),
      properties: JSON.stringify(properties),
      properties_map: propertyMap(properties),
      person_properties: JSON.stringify(person),
      person_properties_map: propertyMap(person),
      person_created_at: millis(one.person_created_at ?? one.timestamp),
      ...Object.fromEntries([0, 1, 2, 3, 4].map((i) => [`$group_${i}`, one.groups?.[i] ?? ''])),
      elements_chain: one.elements_chain ?? '',
      $session_id: properties.$session_id ?? '',
      $window_id: properties.$window_id ?? '',
      inserted_at: millis(one.timestamp),
    })
  })
  await warehouse.insert({ table: 'events', rows, token: randomUUID() })
}

/** Puts groups into the warehouse. */
export async function insertGroups(
  warehouse: Warehouse,
  projectId: number,
  groups: { index: number; key: string; properties: Record<string, unknown> }[],
): Promise<void> {
  const rows = groups.map(({ index, key, properties }) =>
    JSON.stringify({
      team_id: projectId,
      group_type_index: index,
      group_key: key,
      created_at: '2020-01-01 00:00:00.000',
      group_properties: JSON.stringify(properties),
      group_properties_map: propertyMap(properties),
      version: 1,
      inserted_at: '2020-01-01 00:00:00.000',
    }),
  )
  await warehouse.insert({ table: 'groups', rows, token: randomUUID() })
}
