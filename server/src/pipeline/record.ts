import type { LogRecord } from '../event-log/event-log.ts'
import { readCapturedJson } from '../kit/exact-json.ts'
import { type CaptureEnvelope, eventsOf, type RawEvent } from '../model/captured.ts'

const lineFeed = 10

/** A record of the log as capture made it. */
export type CapturedRequest = {
  envelope: CaptureEnvelope
  /** One for each uuid of the envelope. */
  events: RawEvent[]
  /** No text in it holds NUL or half of a surrogate pair. */
  plainTexts: boolean
}

/** @throws Error for a record that is damaged or not one of capture's. */
export function readRecord(record: LogRecord): CapturedRequest {
  if (record.isDamaged) throw new Error('damaged on disk')
  const bytes = Buffer.from(record.bytes.buffer, record.bytes.byteOffset, record.bytes.byteLength)
  const end = bytes.indexOf(lineFeed)
  const envelope = JSON.parse(bytes.toString('utf8', 0, end)) as CaptureEnvelope
  const text = bytes.toString('utf8', end + 1)
  const events = eventsOf(readCapturedJson(text))
  const { uuids } = envelope
  if (uuids.length !== events.length) throw new Error(`${events.length} events with ${uuids.length} uuids`)
  // Only as escapes: bytes of UTF-8 decode to whole characters, and JSON has no bare NUL.
  return { envelope, events, plainTexts: !text.includes('\\u') }
}

/** Where an event was captured: it is read again when it must be shown as it came. */
export type EventSource = { record: LogRecord; index: number }

let last: { record: LogRecord; events: RawEvent[] } | null = null

/** JSON text of the event as it was captured. */
export function rawTextOf({ record, index }: EventSource): string {
  // The events of a request often share a fate, and are asked for one after the other.
  if (last?.record !== record) last = { record, events: readRecord(record).events }
  return JSON.stringify(last.events[index]) ?? 'null'
}
