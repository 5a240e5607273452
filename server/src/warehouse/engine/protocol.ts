/** What the server and its engine, two processes of one tree, say to each other beside HTTP. */

/** Given to the engine as JSON, its only argument. */
export type EngineOptions = {
  dataDir: string
  socketPath: string
  /** ClickHouse server configuration (XML). */
  configPath: string
  /** Reads at once. */
  queries: number
  /** Inserts at once. */
  inserts: number
  /** Requests that may wait for a turn. */
  maxWaiting: number
  maxWaitMs: number
  /** Settings of every statement that does not say otherwise. */
  settings: Record<string, string>
  /** Fingerprints of queries that are refused, with the time (ms since 1970) until which. */
  refused: [fingerprint: string, until: number][]
}

export type FromEngine =
  | { type: 'ready' }
  | { type: 'failed'; message: string }
  /** The engine can't be rid of this query otherwise. */
  | { type: 'kill'; fingerprint: string; reason: 'overran' | 'abandoned' }

export type ToEngine = { type: 'close' }
