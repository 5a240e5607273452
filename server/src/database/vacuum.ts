import { setTimeout as sleep } from 'node:timers/promises'
import type { Session } from './driver.ts'

/**
 * PGlite has no autovacuum: rows that are updated often (persons, with each batch of events) would fill the disk with
 * their past, and plans would be made without statistics. This does it, by autovacuum's own thresholds, table by
 * table so that others wait for one at most.
 * @returns stops it; resolves when the table in hand is done.
 */
export function vacuumRegularly(session: Session, everyMs: number): () => Promise<void> {
  const stopped = new AbortController()
  const round = async () => {
    await sleep(everyMs, undefined, { ref: false, signal: stopped.signal })
    for (const table of await dueTables(session)) {
      if (!stopped.signal.aborted) await session.exec(`VACUUM (ANALYZE) ${table}`)
    }
  }
  const rounds = async () => {
    // A round that fails (the database was started again meanwhile, say) is made up for by the next.
    while (!stopped.signal.aborted) await round().catch(() => undefined)
  }
  const finished = rounds()
  return async () => {
    stopped.abort()
    await finished
  }
}

async function dueTables(session: Session): Promise<string[]> {
  const rows = await session.query({
    text: `select quote_ident(schemaname) || '.' || quote_ident(relname) from pg_stat_user_tables
      where n_dead_tup > 50 + 0.2 * n_live_tup or n_mod_since_analyze > 50 + 0.1 * n_live_tup`,
    params: [],
    rows: 'array',
  })
  return (rows as [string][]).map(([name]) => name)
}
