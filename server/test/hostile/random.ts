/** Draws that are the same for the same seed, on every machine. */
export type Random = {
  /** At least 0, below 1. */
  share(): number
  /** A whole number of at least 0, below `most`. */
  below(most: number): number
  chance(share: number): boolean
  pick<T>(from: readonly T[]): T
}

/** mulberry32: small, fast, and good enough to choose what to break. */
export function randomOf(...seeds: number[]): Random {
  let state = seeds.reduce((hash, seed) => Math.imul(hash ^ seed, 0x9e3779b1) ^ (hash >>> 15), 0x5eed) >>> 0
  const share = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (most: number) => Math.floor(share() * most)
  return {
    share,
    below,
    chance: (limit) => share() < limit,
    pick: (from) => from[below(from.length)]!,
  }
}

/** The same things in another order. */
export function shuffled<T>(random: Random, things: readonly T[]): T[] {
  const order = [...things]
  for (let at = order.length - 1; at > 0; at--) {
    const other = random.below(at + 1)
    ;[order[at], order[other]] = [order[other]!, order[at]!]
  }
  return order
}
