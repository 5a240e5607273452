import type { Receipt, Whereabouts } from './event-log.ts'
import type { Lease } from './lease.ts'

/** A range that was handed out; `beside` is the beginning of the range that was open when it was read. */
export type Claim = { first: number; last: number; at: number; beside: number | null }

/** How far a partition is read. */
export type Reach = { committed: number; claim: Claim | null; next: Claim | null }

/**
 * What the log on NATS keeps elsewhere: who reads which partition and how far, and which keys were seen. All that
 * takes a lease throws `LeaseLost` when that is over, and has then done nothing.
 */
export type LogState = {
  /** Makes what is not there yet. */
  prepare(partitions: number): Promise<void>
  /**
   * Says that `owner` is alive and keeps its leases for another `leaseMs`.
   * @returns those it still has, and how many processes read the log
   */
  renew(owner: string, leaseMs: number): Promise<{ leases: Lease[]; readers: number }>
  /** Takes up to `most` partitions that nobody reads. */
  acquire(owner: string, most: number, leaseMs: number): Promise<Lease[]>
  /** Gives back a partition. */
  release(lease: Lease): Promise<void>
  /** Says that `owner` is gone. */
  leave(owner: string): Promise<void>

  reachOf(partition: number): Promise<Reach>
  /** The last committed position of each partition. */
  committed(): Promise<number[]>
  /** Writes down the ranges that are open, before they are handed out. */
  claim(lease: Lease, open: Pick<Reach, 'claim' | 'next'>): Promise<void>
  /** See `EventLog.seenBefore`. */
  seenBefore(lease: Lease, range: Claim, keys: string[]): Promise<boolean[]>
  /** Ends a range: its receipts, and that the following one is the first now; in one transaction. */
  commit(
    lease: Lease,
    range: Claim,
    receipts: Receipt[],
    following: Claim | null,
    committedAt: number,
  ): Promise<void>
  /** What became of a key, when it was seen in the last `days` before `now`. */
  find(
    key: string,
    days: number,
    now: number,
  ): Promise<Omit<Extract<Whereabouts, { state: 'done' }>, 'state'> | null>
  /** Forgets what was seen more than `days` before `now`, some of it at a time. Resolves when all is gone. */
  forget(days: number, now: number): Promise<void>
}
