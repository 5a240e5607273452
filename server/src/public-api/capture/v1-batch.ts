import { isUtf8 } from 'node:buffer'
import { readCapturedJson } from '../../kit/exact-json.ts'
import { isObject } from '../../kit/is-object.ts'
import type { RawEvent } from '../../model/captured.ts'
import { isIllegalV1DistinctId } from '../../persons/illegal-distinct-id.ts'
import { parseTimestamp } from '../../pipeline/steps/parse-timestamp.ts'
import { isAiEvent, maxEventBytes } from './event-size.ts'
import { readRfc3339, V1Refusal } from './v1-request.ts'

/** What is said of one event in the answer. */
export type V1Result = { result: 'ok' | 'warning' | 'drop' | 'retry'; details?: string }

export type V1Batch = {
  /** By uuid, in the order of the body. */
  results: Map<string, V1Result>
  /** Those that are to be stored, as `/batch/` would have got them, each with its uuid. */
  events: Array<RawEvent & { uuid: string }>
  historicalMigration: boolean
}

const longest = 200

/**
 * Reads a V1 body. An event that is wrong is dropped with the reason, and the others are kept; a body of which the
 * events can't even be told apart is refused whole.
 *
 * @throws V1Refusal
 */
export function readV1Batch(json: Buffer, sdk: { name: string; version: string } | null): V1Batch {
  const body = parsed(json)
  if (readRfc3339(body.created_at) === null) {
    throw new V1Refusal(400, 'invalid_batch', 'created_at must be a time of RFC 3339')
  }
  if (!Array.isArray(body.batch)) throw unreadable('batch must be a list of events')
  if (body.batch.length === 0) throw new V1Refusal(400, 'empty_batch', 'the batch holds no event')
  const results = new Map<string, V1Result>()
  const events: V1Batch['events'] = []
  for (const sent of body.batch) {
    if (!isObject(sent)) throw unreadable('an event must be an object')
    const uuid = uuidOf(sent.uuid)
    if (results.has(uuid)) {
      throw new V1Refusal(400, 'duplicate_event_uuid', `two events have the uuid ${uuid}`)
    }
    const read = readEvent(sent, uuid, sdk)
    results.set(uuid, read.result)
    if (read.event) events.push(read.event)
  }
  return { results, events, historicalMigration: body.historical_migration === true }
}

function parsed(json: Buffer): Record<string, unknown> {
  if (!isUtf8(json)) throw unreadable('the body is not UTF-8')
  let body: unknown
  try {
    body = readCapturedJson(json.toString('utf8'))
  } catch (error) {
    throw unreadable((error as Error).message)
  }
  if (!isObject(body)) throw unreadable('the body must be an object')
  return body
}

function uuidOf(value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : ''
  if (value === undefined || value === null || text === '') {
    throw new V1Refusal(400, 'missing_event_uuid', 'an event has no uuid')
  }
  if (!/^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text)) {
    throw new V1Refusal(
      400,
      'invalid_event_uuid',
      `the uuid ${JSON.stringify(text).slice(0, 80)} is not a UUID`,
    )
  }
  const digits = text.replaceAll('-', '').toLowerCase()
  return [0, 8, 12, 16, 20].map((at, n) => digits.slice(at, [8, 12, 16, 20, 32][n])).join('-')
}

type Read = { result: V1Result; event?: RawEvent & { uuid: string } }

const drop = (details: string): Read => ({ result: { result: 'drop', details } })

function readEvent(
  sent: Record<string, unknown>,
  uuid: string,
  sdk: { name: string; version: string } | null,
): Read {
  const { event: name, timestamp } = sent
  if (name !== undefined && name !== null && typeof name !== 'string')
    throw unreadable('an event name is not a string')
  if (!name) return drop('missing_event_name')
  if (Buffer.byteLength(name) > longest) return drop('event_name_too_long')
  const distinctId = typeof sent.distinct_id === 'string' ? sent.distinct_id.trim() : ''
  if (distinctId === '') return drop('missing_distinct_id')
  if (Buffer.byteLength(distinctId) > longest) return drop('distinct_id_too_large')
  if (typeof timestamp !== 'string' || parseTimestamp(timestamp) === null)
    return drop('invalid_event_timestamp')
  if (!isObject(sent.properties)) return drop('malformed_event_properties')
  const options = readOptions(sent.options)
  if (options === null) return drop('invalid_options')
  if (name === '$performance_event') return drop('dropped_performance_event')

  const properties: Record<string, unknown> = { ...sent.properties, ...options }
  if (sdk) Object.assign(properties, { $lib: sdk.name, $lib_version: sdk.version })
  if (typeof sent.session_id === 'string') properties.$session_id = sent.session_id
  if (typeof sent.window_id === 'string') properties.$window_id = sent.window_id
  // Nobody can be told by such an id.
  const isNobodys = isIllegalV1DistinctId(distinctId)
  if (isNobodys) properties.$process_person_profile = false
  const event = { uuid, event: name, distinct_id: distinctId, timestamp, properties }
  if (Buffer.byteLength(JSON.stringify(event)) > maxEventBytes(name)) {
    return drop(isAiEvent(name) ? 'ai_event_too_big' : 'event_too_big')
  }
  return {
    event,
    result: isNobodys ? { result: 'warning', details: 'person_processing_disabled' } : { result: 'ok' },
  }
}

/** Each option, the property that says the same elsewhere, and how its value is read (undefined: it can't be). */
const knownOptions: Array<[option: string, property: string, read: (value: unknown) => unknown]> = [
  ['process_person_profile', '$process_person_profile', asBoolean],
  ['cookieless_mode', '$cookieless_mode', asBoolean],
  ['disable_skew_correction', '$ignore_sent_at', asBoolean],
  ['product_tour_id', '$product_tour_id', asText],
]

/** As properties; null when one of them can't be read. */
function readOptions(options: unknown): Record<string, unknown> | null {
  if (options === undefined || options === null) return {}
  if (!isObject(options)) return null
  const properties: Record<string, unknown> = {}
  for (const [option, property, read] of knownOptions) {
    const given = options[option]
    if (given === undefined || given === null) continue
    const value = read(given)
    if (value === undefined) return null
    properties[property] = value
  }
  return properties
}

function asBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return value !== 0
  if (typeof value !== 'string') return undefined
  const text = value.trim().toLowerCase()
  if (text === 'true' || text === '1') return true
  return text === 'false' || text === '0' ? false : undefined
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return Number.isInteger(value) ? String(value) : undefined
}

const unreadable = (why: string) =>
  new V1Refusal(400, 'request_parsing_error', `failed to parse the request: ${why}`)
