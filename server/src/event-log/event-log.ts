import type { Lease } from './lease.ts'

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
  /** The disk gave other bytes back than it was given, or none any more. */
  isDamaged?: true
}

export type LogRange = {
  first: number
  last: number
  /** True when this range was handed out before and never committed: its effects may be there in part. */
  replayed: boolean
  records: LogRecord[]
}

/** What became of one event of a range. */
export type Receipt = {
  /** `<projectId>:<uuid>` */
  key: string
  /** When its request arrived, milliseconds since 1970. */
  acceptedAt: number
  /**
   * `counted`: processed as itself. `uncounted`: dropped or dead, so that an event of the same key that comes later
   * is none that was seen before. `repeated`: it was seen before, and dropped for that.
   */
  outcome: 'counted' | 'uncounted' | 'repeated'
  /** What more there is to say, at most 255 bytes that only the pipeline can read; empty for an ordinary event. */
  note: Uint8Array
}

/** Where an event is, as far as the log knows. */
export type Whereabouts =
  /** In the log; `reading` when its range was handed out and is not committed. */
  | { state: 'waiting' | 'reading'; acceptedAt: number; mark: LogMark }
  | {
      state: 'done'
      acceptedAt: number
      /** When its range was handed out for the first time. */
      readAt: number
      /** When its range was committed: from then on it can be queried. */
      committedAt: number
      outcome: Exclude<Receipt['outcome'], 'repeated'>
      note: Uint8Array
      /** How often the same key came again and was dropped for that; 255 stands for more, too. */
      repeats: number
    }
  /** Not kept (any more). `searched` is false when there waits more than could be looked through. */
  | { state: 'unknown'; searched: boolean }

/** A place in the log that `reached` understands; text, so that it may name several partitions. */
export type LogMark = string

/** One partition of the log: its writer, and its one reader. The embedded home has no more than one. */
export type EventLog = {
  /** Stands in deduplication tokens and beside progress: unlike that of any other partition or home. */
  name: string
  /** Where several processes read: whoever writes for a range sees in its transaction that this still holds. */
  lease?: Lease
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
  /**
   * Says that all effects of the range up to `last` are durable; its records may be forgotten. In the same
   * transaction the receipts of its events are kept for `RECEIPT_DAYS`. A key that `seenBefore` was asked about and
   * that has no receipt counts as seen.
   */
  commit(last: number, receipts?: Receipt[]): Promise<void>
  /**
   * For each key (`<projectId>:<uuid>`), whether an event of that key has been seen in an earlier range within
   * the last 24 h (or earlier in `keys` itself). The new ones are remembered as seen in the range beginning at
   * `first`; asked again for the same range, for the same keys or others, it gives the same answer.
   *
   * What has a receipt that says `uncounted` was not seen, except by the range that was open beside its own: that
   * one had its answer before the receipt was written, and gets the same again.
   */
  seenBefore(first: number, keys: string[]): Promise<boolean[]>
  /** What waits: records and bytes not committed, and the age of the oldest in milliseconds. */
  backlog(): { records: number; bytes: number; oldestMs: number }
  /**
   * Where the event of a key is: by its receipt, else by looking through what waits, within bounds.
   * @param isOf whether a record holds the event
   */
  find(key: string, isOf: (record: Uint8Array) => boolean): Promise<Whereabouts>
  /** Where the log ends now. */
  mark(): Promise<LogMark>
  /** Resolves when everything up to the mark is committed: true; or when `waitMs` have passed: false. */
  reached(mark: LogMark, options: { waitMs: number; signal?: AbortSignal }): Promise<boolean>
  close(): Promise<void>
}

/** The whole log. Events of one distinct id are all in one partition, so they keep their order. */
export type EventLogs = Pick<EventLog, 'backlog' | 'find' | 'mark' | 'reached' | 'close'> & {
  partitions: number
  /**
   * Adds records to a partition, in their order; resolves once all of them are on disk.
   * @throws HedgerowError `unavailable` (503, with `retryAfter`) when the log is at its size bound or cannot write.
   */
  append(records: Uint8Array[], partition?: number): Promise<void>
  /**
   * Takes partitions that nobody else reads, and goes on taking those that become free. `begin` is called with each;
   * what it gives is stopped when the partition is lost, and before it is given back.
   * From then on every call that writes is refused there, so that two readers of one partition can't both have effects.
   */
  consume(begin: (log: EventLog) => LogReader): LogReader
}

/** How events come into the log; see `partitionOf` in model/captured.ts. */
export type LogWriter = Pick<EventLogs, 'append'> & {
  /** Default 1. */
  partitions?: number
}

export type LogReader = { stop(): Promise<void> }

/** A log of one partition, which nobody else reads. */
export const wholeLog = (log: EventLog): EventLogs => ({
  partitions: 1,
  append: (records) => log.append(records),
  backlog: log.backlog,
  find: log.find,
  mark: log.mark,
  reached: log.reached,
  close: log.close,
  consume: (begin) => begin(log),
})
