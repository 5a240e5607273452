/**
 * The warehouse: ClickHouse, spoken to over its HTTP protocol by `@clickhouse/client`, whether it is the embedded
 * engine (a child process on a private socket) or a server at `CLICKHOUSE_URL`. Nobody outside this folder knows
 * which.
 */
export type QueryLimits = {
  /** Wall clock, milliseconds; the engine stops the query at it. Default 30 000. */
  maxExecutionMs?: number
  /** Bytes of memory for one query. Default: a share of the machine's. */
  maxMemoryBytes?: number
  /** Rows an answer may hold; more is an error, not a cut. */
  maxResultRows?: number
}

export type WarehouseQuery = {
  sql: string
  /** Values for `{name:Type}` placeholders in `sql`. */
  params?: Record<string, unknown>
  limits?: QueryLimits
  /**
   * Asked for somebody, in SQL that HogQL has made: it runs with the rights to read the tables of HogQL and none else
   * (the embedded engine), or at least without the right to write or reach out (`readonly`, a server).
   */
  question?: boolean
  /** A UUID by which `progress` finds it while it runs. */
  name?: string
  signal?: AbortSignal
}

/** How far a running query has come. */
export type WarehouseProgress = { rowsRead: number; bytesRead: number /** An estimate. */; rowsTotal: number }

export type WarehouseAnswer = {
  columns: { name: string; type: string }[]
  /** 64-bit integers and decimals come as strings, NaN and infinities as null, the rest as JSON values. */
  rows: unknown[][]
  /** What the answer cost. */
  stats: { rowsRead: number; bytesRead: number; elapsedMs: number }
}

export type WarehouseInsert = {
  table: WarehouseTable
  /**
   * One JSON object a line, without the trailing newline (`JSONEachRow`); or the bytes of such lines, each with its
   * newline, in pieces cut anywhere.
   */
  rows: string[] | Uint8Array[]
  /**
   * The same token with the same rows is inserted once, however often it is sent. The token must name the exact
   * log range; the table's name is added by the warehouse.
   */
  token: string
}

/** Tables that the pipeline writes. Their columns are in `warehouse/migrations/`. */
export type WarehouseTable =
  | 'events'
  | 'persons'
  | 'person_distinct_ids'
  | 'person_overrides'
  | 'groups'
  | 'heatmaps'
  | 'dead_letters'
  | 'dead_letter_replays'
  | 'ingestion_warnings'

export type Warehouse = {
  /**
   * Runs one SELECT. Reads in flight when the engine dies are retried once.
   * @throws WarehouseError when ClickHouse refuses; HedgerowError `unavailable` when too many queries wait.
   */
  query(query: WarehouseQuery): Promise<WarehouseAnswer>
  /** How far the query of this name has come; null when none runs, or when that can't be said within half a second. */
  progress(name: string): Promise<WarehouseProgress | null>
  /** Inserts durably: resolves after the parts are synced. Safe to repeat with the same token and rows. */
  insert(insert: WarehouseInsert): Promise<void>
  /** Runs a statement without an answer (DDL, mutations). */
  command(sql: string, params?: Record<string, unknown>): Promise<void>
  /** Whether it answers now, and since when not. */
  health(): { up: boolean; since: Date }
  close(): Promise<void>
}

/** What ClickHouse said no to. `code` is ClickHouse's number (159 = time limit, 241 = memory, 396 = rows). */
export class WarehouseError extends Error {
  readonly code: number
  constructor(code: number, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'WarehouseError'
    this.code = code
  }
}
