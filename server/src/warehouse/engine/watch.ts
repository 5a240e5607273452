import { createHash } from 'node:crypto'
import { EngineError } from './engine-error.ts'

/** A read that chDB is working on. */
export type Job = {
  fingerprint: string
  startedAt: number
  /** 0: no limit. */
  limitMs: number
  /** Nobody waits for its answer any more, since then. */
  abandonedAt: number | null
  /** Tells the caller, if there still is one, before the engine goes. */
  giveUp(error: EngineError): void
}

export type KillOrder = { fingerprint: string; reason: 'overran' | 'abandoned' }

/** How far past its limit a query may run. ClickHouse checks its clock between blocks; a second was never exceeded. */
const graceMs = 3000
/**
 * How long an abandoned query may go on when it is alone (most end sooner than a restart takes), and how long ago
 * anybody else's must have ended for that.
 */
const abandonedMs = 1000

/**
 * chDB has no interrupt, so the only way to stop a query is to stop the engine. This decides when that is right: a
 * query overran its limit by 3 s, or goes on for nobody while nobody else uses the engine.
 */
export function decideKill(
  jobs: Iterable<Job>,
  /** Inserts that run, requests that wait, and when the last one that somebody waited for ended. */
  others: { busy: boolean; lastEndedAt: number },
  now: number,
): KillOrder | null {
  let alone = !others.busy && now > others.lastEndedAt + abandonedMs
  let abandoned: Job | null = null
  for (const job of jobs) {
    if (job.limitMs > 0 && now > job.startedAt + job.limitMs + graceMs) {
      return { fingerprint: job.fingerprint, reason: 'overran' }
    }
    if (job.abandonedAt === null) alone = false
    else if (now > job.abandonedAt + abandonedMs) abandoned ??= job
  }
  return alone && abandoned ? { fingerprint: abandoned.fingerprint, reason: 'abandoned' } : null
}

/**
 * Names a query by its text and values, for the list of refused ones. What it is called, which comes first in the text
 * (`WarehouseQuery.name`), is another each time.
 */
export function fingerprintOf(sql: string): string {
  const bare = sql.replace(/^(.*\n)?\/\* [0-9a-f-]{36} \*\/ /, '$1')
  return createHash('sha256').update(bare).digest('base64url').slice(0, 22)
}

/** What a refused query is told. */
export function refusal(): EngineError {
  return new EngineError(
    734,
    'QUERY_REFUSED',
    'This query had to be stopped by force more than three times within a minute and is refused for ten minutes. Ask for a shorter date range or fewer series',
    503,
  )
}
