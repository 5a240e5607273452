import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type * as schema from './schema.ts'

/** Drizzle over our schema, the same type in both homes (PGlite and PostgreSQL). */
export type Queries = PgDatabase<PgQueryResultHKT, typeof schema>

/**
 * The database. `db` is for single statements; a transaction gets its own `tx`, and nothing but SQL may happen in
 * it. Using `db` inside a transaction throws in both homes (on PGlite it would wait for itself for ever).
 */
export type Database = {
  readonly db: Queries
  /** Runs `work` in one transaction; a throw rolls back. Statements are stopped after 5 s. */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T>
  /** Sends a notification to every listener, in every process. The payload is at most 7,900 bytes. */
  notify(channel: string, payload: string): Promise<void>
  /** Calls `listener` for each notification on the channel until the returned function is called. */
  listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}
