/** At most `most` requests in any window of `windowMs`. */
export type Limit = { name: string; most: number; windowMs: number }

/** A limit of somebody: what counts under the same name and for the same `whose` (an organization's id) counts together. */
export type Held = { limit: Limit; whose: string }

/** How far a limit is used. */
export type Use = {
  limit: Limit
  /** Requests in the window that ends now. */
  used: number
  /** When the oldest of them leaves the window, milliseconds from now; 0 when there is none. */
  freesInMs: number
}

/** What became of a request. */
export type Taken = {
  /** With the request itself where it was allowed. */
  uses: Use[]
  /** Null when it is allowed; else how long to wait until it would be, by each limit that refuses. */
  waitMs: number | null
}

/**
 * Counts requests in sliding windows, exactly: however they come together, no window of a limit's length ever holds
 * more than the limit says, and a request is refused only when a window would.
 */
export type RateLimits = {
  /**
   * Counts a request against all of the limits, or against none of them when one is reached.
   */
  take(held: readonly Held[]): Promise<Taken> | Taken
  /** Without counting anything. */
  uses(held: readonly Held[]): Promise<Use[]> | Use[]
}

const isReached = ({ limit, used }: Use) => used >= limit.most

/** How long a request has to wait by what is used; null when it need not. */
export function waitOf(uses: readonly Use[]): number | null {
  const refusing = uses.filter(isReached)
  return refusing.length ? Math.max(...refusing.map(({ freesInMs }) => freesInMs)) : null
}
