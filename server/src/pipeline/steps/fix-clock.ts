import type { Warn } from '../batch.ts'
import { noteChange, type Outcome, type PipelineEvent } from '../pipeline-event.ts'
import { parseTimestamp } from './parse-timestamp.ts'

/** A smaller skew is the time that the request took. */
const noticed = 1_000_000
const tolerance = 23 * 3600 * 1_000_000

/**
 * When the event happened by our clock. A client's clock may be wrong, and by how much its `sent_at` tells; an
 * `offset` ("this long ago") needs no clock at all; nothing happens a day ahead.
 */
export function fixClock(event: PipelineEvent, warn: Warn): Outcome {
  const { raw, properties, sentAt, receivedAt } = event
  const now = receivedAt * 1000
  let time = now
  const said = parseAny(raw.timestamp)
  if (said !== null) {
    const trusted = sentAt === null || properties.$ignore_sent_at === true
    const skew = trusted ? 0 : sentAt * 1000 - now
    time = said - skew
    if (Math.abs(skew) >= noticed) noteChange(event, 'timestamp_corrected')
  } else if (raw.timestamp !== undefined && raw.timestamp !== null && raw.timestamp !== '') {
    warn('ignored_invalid_timestamp', { value: raw.timestamp })
  }
  if (typeof raw.offset === 'number' && Number.isFinite(raw.offset)) {
    time = now - Math.trunc(raw.offset) * 1000
  }
  if (time - now > tolerance) {
    warn('event_timestamp_in_future', { timestamp: raw.timestamp, result: isoOf(receivedAt) })
    time = now
  }
  if (time < 0) {
    // The warehouse's dates begin in 1970; what lies before would wrap around into the future.
    warn('timestamp_clamped', { timestamp: raw.timestamp })
    time = 0
  }
  event.timestamp = time
  if (sentAt !== null) properties.$sent_at = isoOf(sentAt)
  return event
}

let lastMs = 0
let lastIso = new Date(0).toISOString()

/** The events of a request have it in common. */
function isoOf(ms: number): string {
  if (ms !== lastMs) {
    lastIso = new Date(ms).toISOString()
    lastMs = ms
  }
  return lastIso
}

function parseAny(value: unknown): number | null {
  if (typeof value === 'string') return parseTimestamp(value)
  return typeof value === 'number' && value >= 0 ? parseTimestamp(String(value)) : null
}
