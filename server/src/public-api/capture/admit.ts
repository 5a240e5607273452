import { cutDeeper, mostLevels } from '../../kit/json-depth.ts'
import { parseLenientJson } from '../../kit/lenient-json.ts'
import { eventsOf, type RawEvent } from '../../model/captured.ts'
import { type HedgerowError, invalid, notAuthenticated, tooLarge } from '../../model/errors.ts'
import { maxEventBytes, smallestLimit } from './event-size.ts'

/** What a body says, once it has been found in order. */
export type Submission = {
  events: RawEvent[]
  /** For each event its uuid in canonical form; null where it has none. */
  uuids: Array<string | null>
  /** What stands in the place of the project API key. */
  key: string | null
  /** The field `personal_api_key`. */
  personalKey: string | null
  /** The envelope's `sent_at`, ISO 8601 in UTC; null when it is missing or can't be read. */
  sentAt: string | null
  historicalMigration: boolean
}

/**
 * Reads a body in one of its shapes (an array of events, an envelope with `batch`, one event; on `/engage` also an
 * event without a name) and checks it. One bad event refuses the whole request.
 *
 * @throws HedgerowError `invalid`, `not_authenticated` or `too_large`, with PostHog's sentences
 */
export function admit(json: Buffer, { engage }: { engage: boolean }): Submission {
  const body = parsed(json)
  if (typeof body !== 'object' || body === null) throw unreadable('expected events')
  const events = eventsOf(body)
  const envelope: Record<string, unknown> = Array.isArray(body) ? {} : (body as Record<string, unknown>)
  if (events.length === 0) throw refused('request holds no event')
  // Before the key is asked for: this is no event of anybody's.
  if (events[0] === body && !engage && events[0].event === undefined) {
    throw unreadable('expected an event, a batch or a list of events')
  }
  for (const event of events) {
    if (typeof event !== 'object' || event === null || Array.isArray(event)) {
      throw unreadable('expected an event')
    }
  }
  if (json.length > smallestLimit) refuseBigEvents(events)
  const key = textOf(envelope.api_key) ?? textOf(envelope.token) ?? keyOfEvents(events)
  return {
    events,
    uuids: events.map((event) => checkedUuid(event, engage)),
    key,
    personalKey: textOf(envelope.personal_api_key),
    sentAt: readSentAt(envelope.batch === undefined ? undefined : envelope.sent_at),
    historicalMigration: envelope.historical_migration === true,
  }
}

function parsed(json: Buffer): unknown {
  try {
    const body = parseLenientJson(json.toString('utf8'))
    // Only large events are measured, for which they are written once more.
    return json.length > smallestLimit ? cutDeeper(body, mostLevels) : body
  } catch (error) {
    throw unreadable((error as Error).message, error)
  }
}

/** A store takes one event as a whole: an SDK may split a batch (posthog-node does), nobody an event. */
function refuseBigEvents(events: RawEvent[]): void {
  for (const event of events) {
    const most = maxEventBytes(event.event)
    if (Buffer.byteLength(JSON.stringify(event)) > most) {
      throw tooLarge(`maximum event size exceeded: an event is larger than ${most} bytes`, {
        code: 'event_too_big',
      })
    }
  }
}

/** The one key that the events name, each in any of its places. */
function keyOfEvents(events: RawEvent[]): string | null {
  let found: string | null = null
  for (const event of events) {
    const key =
      textOf(event.token) ??
      textOf(event.api_key) ??
      textOf(event.$token) ??
      textOf((event.properties as RawEvent | null | undefined)?.token)
    if (key === null || key === found) continue
    if (found !== null) throw notAuthenticated('batch submitted with inconsistent api_key values', keyWrong)
    found = key
  }
  return found
}

/** Checks one event; gives its uuid. */
function checkedUuid(event: RawEvent, engage: boolean): string | null {
  const { event: name, properties } = event
  if (name === undefined || name === null) {
    if (!engage) throw refused('event submitted without an event name')
  } else if (typeof name !== 'string') {
    throw unreadable('the event name is not a string')
  } else if (name === '') {
    throw refused('event submitted with an empty event name')
  }
  if (properties !== undefined && properties !== null) {
    if (typeof properties !== 'object' || Array.isArray(properties)) {
      throw unreadable('properties is not an object')
    }
  }
  const distinctId = event.distinct_id ?? event.$distinct_id ?? properties?.distinct_id
  if (distinctId === undefined || distinctId === null) throw withoutDistinctId()
  if (typeof distinctId === 'string' && distinctId.trim() === '') throw withoutDistinctId()
  return readUuid(event.uuid)
}

function readUuid(uuid: unknown): string | null {
  if (uuid === undefined || uuid === null || uuid === '') return null
  if (typeof uuid === 'string') {
    if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(uuid)) return uuid
    const digits = uuid.replace(/^(?:urn:uuid:|\{)/i, '').replace(/\}$/, '')
    const match = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i.exec(digits)
    if (match) return match.slice(1).join('-').toLowerCase()
  }
  throw unreadable(`the uuid ${JSON.stringify(uuid).slice(0, 80)} is not a UUID`)
}

/** As most SDKs write it, and as it is kept. */
const canonicalTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** ISO 8601 without a zone is UTC. */
function readSentAt(value: unknown): string | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d/.test(value)) return null
  if (canonicalTime.test(value)) return Number.isNaN(Date.parse(value)) ? null : value
  const zoned = /(?:[Zz]|[+-]\d\d(?::?\d\d)?)$/.test(value.slice(10))
  const time = Date.parse(zoned ? value.replace(/([+-]\d\d)$/, '$1:00') : `${value.replace(' ', 'T')}Z`)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

/**
 * `sent_at` or `_` of the query: milliseconds. Seconds, as some clients send, would be early in 1970 and so are
 * taken for nothing.
 */
export function sentAtOfQuery(value: string | null): string | null {
  if (value === null || !/^\d{1,15}$/.test(value)) return null
  const time = new Date(Number(value))
  return time.getUTCFullYear() > 2020 && time.getUTCFullYear() <= 9999 ? time.toISOString() : null
}

/**
 * Why this can't be a project API key, before any is looked up; null when it can.
 */
export function keyProblem(key: string): string | null {
  if (key === '') return 'empty'
  if (key.length > 64) return 'too_long'
  if (key.includes('\0')) return 'null_byte'
  for (let at = 0; at < key.length; at++) if (key.charCodeAt(at) > 127) return 'not_ascii'
  return null
}

const textOf = (value: unknown) => (typeof value === 'string' ? value.trim() : null)

export const keyWrong = { code: 'invalid_api_key' }

const unreadable = (why: string, cause?: unknown): HedgerowError =>
  invalid(`failed to parse request: ${why}`, { code: 'invalid_payload', cause })

const refused = (detail: string) => invalid(detail, { code: 'invalid_data' })

const withoutDistinctId = () => refused('event submitted without a distinct_id')
