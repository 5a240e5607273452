import { cutDeeper, mostLevels } from '../kit/json-depth.ts'

/**
 * What capture hands to the event log: one accepted request, already decoded and checked, for one project.
 *
 * In the log it is stored as the JSON of `CaptureEnvelope`, a newline, and then the request's own JSON text
 * untouched, so that capture neither re-serialises a body nor loses digits of a number that JavaScript can't hold.
 */
export type CaptureEnvelope = {
  projectId: number
  /** Server clock when the request arrived, ISO 8601 with milliseconds, UTC. */
  receivedAt: string
  /** The client's clock when it sent, ISO 8601; null when it did not say. Skew is `sentAt - receivedAt`. */
  sentAt: string | null
  /** First of `X-Forwarded-For`, else the socket's peer. */
  ip: string | null
  userAgent: string | null
  /** Path without query or trailing slash (`/e`, `/batch`, …): `/engage` changes the default event name. */
  path: string
  historicalMigration: boolean
  /**
   * One per event, in the body's order: the event's own uuid or one that capture made. Chosen before the log is
   * written so that a replay of the log gives the same ids.
   */
  uuids: string[]
  /** The id of the dead letter that this is another try of. */
  replayOf?: string
}

/** The events of a body in their order, as JSON values. The three shapes that PostHog's SDKs have used. */
export type RawEvent = {
  event?: unknown
  distinct_id?: unknown
  properties?: Record<string, unknown>
  timestamp?: unknown
  offset?: unknown
  uuid?: unknown
  [other: string]: unknown
}

/**
 * The partition of an event: always the same for one distinct id of a project, so that its events keep their order.
 * Ids that are told apart later (by more than 200 characters, say) may share one.
 */
export function partitionOf(projectId: number, event: RawEvent, partitions: number): number {
  if (partitions === 1) return 0
  const given = event.distinct_id ?? event.$distinct_id ?? event.properties?.distinct_id
  const id = (typeof given === 'string' ? given : (JSON.stringify(cutDeeper(given, mostLevels)) ?? ''))
    .trim()
    .slice(0, 200)
  // FNV-1a: it need not be good, only the same everywhere and for ever.
  let hash = 2166136261 ^ projectId
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 16777619)
  return (hash >>> 0) % partitions
}

/**
 * A request as records of the log, one for each partition that it has events of. With events of several, each gets
 * those of its own.
 * @param json the request's body as it came
 * @param reread the events once more, with all digits of their numbers
 */
export function toRecords(
  envelope: CaptureEnvelope,
  events: RawEvent[],
  json: Uint8Array,
  partitions: number,
  reread: () => RawEvent[],
): { partition: number; record: Uint8Array }[] {
  const recordOf = (facts: CaptureEnvelope, body: Uint8Array) =>
    Buffer.concat([Buffer.from(`${JSON.stringify(facts)}\n`), body])
  if (partitions === 1) return [{ partition: 0, record: recordOf(envelope, json) }]
  const places = events.map((event) => partitionOf(envelope.projectId, event, partitions))
  const used = [...new Set(places)]
  if (used.length <= 1) return [{ partition: used[0] ?? 0, record: recordOf(envelope, json) }]
  const exact = reread()
  return used.map((partition) => {
    const isHere = (_: unknown, at: number) => places[at] === partition
    const facts = { ...envelope, uuids: envelope.uuids.filter(isHere) }
    return { partition, record: recordOf(facts, Buffer.from(JSON.stringify(exact.filter(isHere)))) }
  })
}

/** The raw events of a decoded body: an array, a `{batch: [...]}` envelope, or one event. */
export function eventsOf(body: unknown): RawEvent[] {
  if (Array.isArray(body)) return body as RawEvent[]
  const batch = (body as { batch?: unknown } | null)?.batch
  return Array.isArray(batch) ? (batch as RawEvent[]) : [body as RawEvent]
}
