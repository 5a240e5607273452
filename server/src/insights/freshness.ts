import { DateTime } from 'luxon'
import type { RunnableQuery } from './queries.ts'

const minute = 60_000
const hour = 60 * minute

/** How long an answer is served again, and how often a client may ask for a new one, milliseconds. */
export type Freshness = {
  freshMs: number
  /** For `lazy_async`, which would rather have an old answer than wait. */
  lazyMs: number
  clientRefreshMs: number
  /** A new one begins where the buckets of a chart do: what was calculated before it lacks the newest. */
  bucket: 'minute' | 'hour' | 'day'
  /** Served again also to callers that do not say how they want it. */
  byDefault: boolean
}

const lazily = (freshMs: number) => Math.min(12 * freshMs, 24 * hour)
const lasting = (freshMs: number, clientRefreshMs: number, bucket: Freshness['bucket']): Freshness => ({
  freshMs,
  lazyMs: lazily(freshMs),
  clientRefreshMs,
  bucket,
  byDefault: true,
})

const byInterval: Record<string, Freshness> = {
  minute: lasting(minute, minute, 'minute'),
  hour: lasting(5 * minute, 3 * minute, 'hour'),
  day: lasting(30 * minute, 15 * minute, 'day'),
  week: lasting(2 * hour, 15 * minute, 'day'),
  month: lasting(6 * hour, 15 * minute, 'day'),
}

/** Lists of events and free SQL are asked for what is there now, and events are promised to be there in a second. */
const momentary: Freshness = { ...lasting(minute, minute, 'minute'), byDefault: false }

/**
 * The rule of docs/answers.md. Null for answers that are never served again: lists of people show them as they are
 * now, and somebody who was deleted must not come back.
 */
export function freshnessOf(query: RunnableQuery): Freshness | null {
  switch (query.kind) {
    case 'ActorsQuery':
      return null
    case 'HogQLQuery':
    case 'EventsQuery':
      return momentary
    case 'RetentionQuery':
      return byInterval[query.retentionFilter?.period?.toLowerCase() ?? 'day']!
    case 'PathsQuery':
    case 'FunnelCorrelationQuery':
      return byInterval.day!
    default:
      return byInterval[query.interval ?? 'day']!
  }
}

/** Whether what was calculated then is still good now, both in milliseconds since 1970. */
export function isFresh(
  { freshMs, lazyMs, bucket, byDefault }: Freshness,
  {
    calculatedAt,
    now,
    timezone,
    lazy,
  }: { calculatedAt: number; now: number; timezone: string; lazy: boolean },
): boolean {
  if (now - calculatedAt > (lazy ? lazyMs : freshMs)) return false
  if (lazy || !byDefault) return true
  const bucketOf = (at: number) => DateTime.fromMillis(at, { zone: timezone }).startOf(bucket).toMillis()
  return bucketOf(calculatedAt) === bucketOf(now)
}
