import { cleanText, firstCharacters } from '../../kit/clean-text.ts'
import { isObject } from '../../kit/is-object.ts'
import type { RawEvent } from '../../model/captured.ts'
import type { Warn } from '../batch.ts'
import { noteChange, type Outcome, type PipelineEvent } from '../pipeline-event.ts'

const longest = 200

/** Events that say who a person or a group is: without person processing they mean nothing. */
const identityEvents = new Set(['$identify', '$create_alias', '$merge_dangerously', '$groupidentify'])

/** One shape from all that clients send: name, distinct id, properties, what to set, whom to merge. */
export function normalise(event: PipelineEvent, warn: Warn): Outcome {
  const { raw } = event
  if (typeof raw !== 'object' || raw === null) return { dead: 'not_an_object', detail: '' }
  const name = eventName(raw, event.path)
  if (!name) return { dead: 'no_event_name', detail: '' }
  const properties = isObject(raw.properties) ? raw.properties : {}
  const distinctId = toDistinctId(raw.distinct_id ?? raw.$distinct_id ?? properties.distinct_id)
  if (distinctId === null) return { dead: 'no_distinct_id', detail: '' }

  event.event = name
  event.distinctId = distinctId
  event.properties = properties
  noteNames(event, raw)
  event.personProcessing = wantsPerson(properties, warn)
  if (!event.personProcessing && identityEvents.has(name)) {
    warn('invalid_event_when_process_person_profile_is_false')
    return { drop: 'person_processing_off' }
  }
  event.set = joined(properties, '$set', raw.$set)
  event.setOnce = joined(properties, '$set_once', raw.$set_once)
  event.unset = names(properties.$unset).concat(names(raw.$unset))
  if (event.unset.length) properties.$unset = event.unset
  event.mergeFrom = mergeSource(name, properties)
  return event
}

/** Whether the name and the distinct id are as they were sent. */
function noteNames(event: PipelineEvent, raw: RawEvent): void {
  if (typeof raw.event === 'string' && raw.event !== event.event) noteChange(event, 'event_name_cut')
  const id = raw.distinct_id ?? raw.$distinct_id ?? event.properties.distinct_id
  if (id === event.distinctId) return
  noteChange(event, typeof id === 'string' ? 'distinct_id_cut' : 'distinct_id_made_text')
}

function eventName(raw: RawEvent, path: string): string | null {
  if (typeof raw.event === 'string') return firstCharacters(cleanText(raw.event), longest) || null
  return (raw.event === undefined || raw.event === null) && path.startsWith('/engage') ? '$identify' : null
}

/** A distinct id as text: other values as their JSON, at most 200 characters; null where there is none. */
export function toDistinctId(value: unknown): string | null {
  if (value === null || value === undefined) return null
  const text = cleanText(typeof value === 'string' ? value : JSON.stringify(withSortedKeys(value)))
  return text.trim() === '' ? null : firstCharacters(text, longest)
}

function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, withSortedKeys(value[key])]),
  )
}

function wantsPerson(properties: Record<string, unknown>, warn: Warn): boolean {
  const wish = properties.$process_person_profile
  if (wish === undefined) return true
  if (wish === false) return false
  if (wish !== true && wish !== null) {
    warn('invalid_process_person_profile', { $process_person_profile: wish })
  }
  delete properties.$process_person_profile
  return true
}

function mergeSource(name: string, properties: Record<string, unknown>): string | null {
  if (name === '$identify') return toDistinctId(properties.$anon_distinct_id)
  if (name !== '$create_alias' && name !== '$merge_dangerously') return null
  return properties.alias ? toDistinctId(properties.alias) : null
}

/**
 * What stands under `key` in the properties and beside them, which wins. The properties keep both; the answer is a
 * copy, to which later steps add.
 */
function joined(properties: Record<string, unknown>, key: string, beside: unknown): Record<string, unknown> {
  const inside = properties[key]
  if (!isObject(inside) && !isObject(beside)) return {}
  const both = { ...(isObject(inside) ? inside : {}), ...(isObject(beside) ? beside : {}) }
  if (isObject(beside)) properties[key] = both
  return { ...both }
}

function names(unset: unknown): string[] {
  if (Array.isArray(unset)) return unset.filter((name) => typeof name === 'string')
  return isObject(unset) ? Object.keys(unset) : []
}
