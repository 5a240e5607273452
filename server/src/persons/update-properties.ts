import type { IdentityEvent, Properties } from './person.ts'

/** Events that are about a person: they write whatever they change. */
const personEvents = new Set(['$identify', '$set', '$create_alias', '$merge_dangerously'])

/** They carry person properties of the moment, and must not write them back. */
const neverUpdate = new Set(['$exception', '$$heatmap'])

// These change with almost every event; alone they are no reason to write a person. The event's row has them.
const restless = new Set([
  '$browser',
  '$browser_version',
  '$current_url',
  '$device_type',
  '$os',
  '$os_version',
  '$pathname',
  '$raw_user_agent',
  '$referrer',
  '$referring_domain',
  '$screen_height',
  '$screen_width',
  '$viewport_height',
  '$viewport_width',
])
const settledPlace = new Set([
  '$geoip_city_name',
  '$geoip_country_name',
  '$geoip_country_code',
  '$geoip_continent_name',
  '$geoip_continent_code',
])
const isRestless = (key: string) => restless.has(key) || (key.startsWith('$geoip_') && !settledPlace.has(key))

/** Largest text of a person's properties, in UTF-16 units of their JSON. */
export const maxPropertiesLength = 1_000_000

/**
 * The properties after an event's `$set_once`, `$set` and `$unset`, in that order; the same object where nothing
 * changes, null where they would grow over `maxPropertiesLength`.
 */
export function updateProperties(
  properties: Properties,
  event: Pick<IdentityEvent, 'event' | 'set' | 'setOnce' | 'unset'>,
): Properties | null {
  if (neverUpdate.has(event.event)) return properties
  let worthWriting = personEvents.has(event.event)
  let next: Record<string, unknown> | null = null
  const change = () => {
    next ??= { ...properties }
    return next
  }
  for (const key in event.setOnce) {
    if (isUnsafe(key) || Object.hasOwn(properties, key)) continue
    change()[key] = event.setOnce[key]
    worthWriting = true
  }
  for (const key in event.set) {
    if (isUnsafe(key) || (Object.hasOwn(properties, key) && same(properties[key], event.set[key]))) continue
    change()[key] = event.set[key]
    worthWriting ||= !isRestless(key)
  }
  for (const key of event.unset) {
    if (!Object.hasOwn(next ?? properties, key)) continue
    delete change()[key]
    worthWriting = true
  }
  if (!next || !worthWriting) return properties
  return isTooLarge(next) ? null : next
}

/** A new person's properties. */
export function firstProperties(event: Pick<IdentityEvent, 'set' | 'setOnce' | 'unset'>): Properties {
  const properties: Record<string, unknown> = {}
  for (const key in event.setOnce) if (!isUnsafe(key)) properties[key] = event.setOnce[key]
  for (const key in event.set) if (!isUnsafe(key)) properties[key] = event.set[key]
  for (const key of event.unset) delete properties[key]
  return isTooLarge(properties) ? {} : properties
}

/** `properties` with `set` laid over; the same object where that changes nothing. */
export function overlay(properties: Properties, set: Properties): Properties {
  for (const key in set) {
    if (!Object.hasOwn(properties, key) || !same(properties[key], set[key])) return { ...properties, ...set }
  }
  return properties
}

// Assigning to `__proto__` would set the object's prototype.
const isUnsafe = (key: string) => key === '__proto__'

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  return JSON.stringify(a) === JSON.stringify(b)
}

function isTooLarge(properties: Properties): boolean {
  // Short values in any number that a request can hold are far below the bound: only then is the text made.
  let length = 0
  for (const key in properties) {
    const value = properties[key]
    if (typeof value === 'object' && value !== null)
      return JSON.stringify(properties).length > maxPropertiesLength
    length += key.length + (typeof value === 'string' ? value.length : 24)
  }
  return length * 6 > maxPropertiesLength && JSON.stringify(properties).length > maxPropertiesLength
}
