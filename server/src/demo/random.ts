import { createHash } from 'node:crypto'

/** Numbers that look drawn, and are the same for the same seed on every machine. */
export type Random = {
  /** From 0 to before 1. */
  next(): number
  /** True so often of one time. */
  chance(probability: number): boolean
  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number
  pick<T>(from: readonly T[]): T
  /** One of them, each as often as its weight says. */
  weighted<T>(from: readonly (readonly [T, number])[]): T
  /** Waiting times with that mean: mostly short, sometimes long. */
  exponential(mean: number): number
  /** Around 1: half are below it; `spread` is that of the logarithm. */
  logNormal(spread: number): number
  /** So many hexadecimal digits. */
  hex(digits: number): string
}

/** sfc32, started with a hash of the seed: small, fast, and good enough for people who do not exist. */
export function createRandom(seed: string): Random {
  const start = createHash('sha256').update(seed).digest()
  let a = start.readInt32LE(0)
  let b = start.readInt32LE(4)
  let c = start.readInt32LE(8)
  let counter = 1

  function bits(): number {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  const next = () => bits() / 2 ** 32
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  for (let at = 0; at < 15; at++) bits()

  return {
    next,
    chance: (probability) => next() < probability,
    int: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick: (from) => from[Math.floor(next() * from.length)]!,
    weighted(from) {
      let left = next() * from.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [value, weight] of from) {
        left -= weight
        if (left < 0) return value
      }
      return from[from.length - 1]![0]
    },
    exponential: (mean) => -mean * Math.log(1 - next()),
    logNormal: (spread) => Math.exp(spread * normal()),
    hex(digits) {
      let text = ''
      while (text.length < digits) text += bits().toString(16).padStart(8, '0')
      return text.slice(0, digits)
    },
  }
}

/** A UUID of version 7, as posthog-js makes them. @param at milliseconds since 1970 */
export function uuidAt(random: Random, at: number): string {
  const time = Math.floor(at).toString(16).padStart(12, '0')
  const rest = random.hex(19)
  const variant = '89ab'[Number.parseInt(rest[3]!, 16) % 4]
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-${variant}${rest.slice(4, 7)}-${rest.slice(7, 19)}`
}
