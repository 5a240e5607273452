import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type * as schema from './schema.ts'

/** `execute(sql…)` answers the rows themselves. */
export interface RowsOnly extends PgQueryResultHKT {
  type: this['row'][]
}

/**
 * Drizzle over our schema, the same type and the same values in both homes (PGlite and PostgreSQL): timestamps are
 * ISO text with microseconds and `Z`, JSON is parsed, 64-bit integers are numbers (bigint beyond 2^53), also in the
 * rows of `execute(sql…)`. A list is one parameter when it goes through `sql.param(list)`:
 * `unnest(${sql.param(names)}::text[])`. Errors are PostgreSQL's own, see `errors.ts`.
 */
export type Queries = Omit<PgDatabase<RowsOnly, typeof schema>, 'transaction'>

/**
 * The database. `db` is for single statements; a transaction gets its own `tx`, and nothing but SQL may happen in
 * it. Using `db` inside a transaction throws in both homes (on PGlite it would wait for itself for ever).
 */
export type Database = {
  readonly db: Queries
  /**
   * Runs `work` in one transaction; a throw rolls back. Statements are stopped after 5 s. Not nestable. To notify
   * when the transaction commits: `` tx.execute(sql`select pg_notify(${channel}, ${payload})`) ``.
   */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T>
  /**
   * SQL that a library brings as text (the job queue): one statement with `$1` …, or a script `BEGIN; …; COMMIT;`,
   * which runs as one transaction and answers no rows. Rows are keyed by column name.
   */
  run(text: string, params?: unknown[]): Promise<Record<string, unknown>[]>
  /** Sends a notification to every listener, in every process. The payload is at most 7,900 bytes. */
  notify(channel: string, payload: string): Promise<void>
  /**
   * Calls `listener` for each notification on the channel until the returned function is called; with null when
   * some may have been missed (the connection was lost and is there again).
   */
  listen(channel: string, listener: (payload: string | null) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}
