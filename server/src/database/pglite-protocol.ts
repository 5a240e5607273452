import type { Statement } from './driver.ts'

/** What `pglite.ts` asks of the thread that runs PGlite (`pglite-thread.ts`). */
export type Ask =
  | { op: 'query'; statement: Statement }
  | { op: 'exec'; text: string }
  | { op: 'listen' | 'unlisten'; channel: string }
  | { op: 'close' }

export type ToThread = { id: number } & Ask

/** An error of PostgreSQL as plain data: a thread's message keeps no more of an Error than its text. */
export type PlainError = { message: string; code?: string; constraint?: string; detail?: string }

export type FromThread =
  | { kind: 'open' }
  | { kind: 'answer'; id: number; rows: unknown[] }
  | { kind: 'failure'; id: number; error: PlainError }
  | { kind: 'notification'; channel: string; payload: string }

export type ThreadOptions = {
  /** A folder, or null for memory. */
  dataDir: string | null
  /** A file that `dumpDataDir` wrote: what a new database starts with. */
  snapshot?: string
}
