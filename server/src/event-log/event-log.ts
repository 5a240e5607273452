/**
 * The event log: what stands between a client's 200 and everything else. Three calls, whatever lies beneath.
 *
 * It keeps promise 1 of docs/adr/0004: `append` resolves when the record is on disk, and `read` writes down the
 * exact range it hands out before it hands it out, so that a crash between the read and the commit gives the very
 * same range again, never a longer one (the warehouse's deduplication token is made of the range).
 */
export type LogRecord = {
  /** Position in the log: starts at 1, grows by 1, never reused. */
  position: number
  bytes: Uint8Array
}

export type LogRange = {
  first: number
  last: number
  /** True when this range was handed out before and never committed: its effects may be there in part. */
  replayed: boolean
  records: LogRecord[]
}

export type EventLog = {
  /**
   * Adds records in their order; resolves once all of them are on disk.
   * @throws HedgerowError `unavailable` (503, with `retryAfter`) when the log is at its size bound or cannot write.
   */
  append(records: Uint8Array[]): Promise<void>
  /**
   * The oldest range that is not committed, at most about `maxBytes` (but at least one record). Waits up to
   * `waitMs` for a first record; null when none came. One reader at a time.
   *
   * With `after`, the end of the range that is read and not committed: the range that follows it. Two ranges can be
   * open at most; they are committed in order, and after a crash each is handed out again as it was.
   */
  read(options: {
    maxBytes: number
    waitMs: number
    signal?: AbortSignal
    after?: number
  }): Promise<LogRange | null>
  /** Says that all effects of the range up to `last` are durable; its records may be forgotten. */
  commit(last: number): Promise<void>
  /**
   * For each key (`<projectId>:<uuid>`), whether an event of that key has been seen in an earlier range within
   * the last 24 h (or earlier in `keys` itself). Remembers the new ones as seen in the range beginning at `first`;
   * asked again for the same range it gives the same answer.
   */
  seenBefore(first: number, keys: string[]): Promise<boolean[]>
  /** What waits: records and bytes not committed, and the age of the oldest in milliseconds. */
  backlog(): { records: number; bytes: number; oldestMs: number }
  close(): Promise<void>
}
