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

/** The raw events of a decoded body: an array, a `{batch: [...]}` envelope, or one event. */
export function eventsOf(body: unknown): RawEvent[] {
  if (Array.isArray(body)) return body as RawEvent[]
  const batch = (body as { batch?: unknown } | null)?.batch
  return Array.isArray(batch) ? (batch as RawEvent[]) : [body as RawEvent]
}
