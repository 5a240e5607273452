import { HedgerowError } from '../../model/errors.ts'

const windowMs = 600_000
/** From one address for one account; and from one address in all, for one that tries many accounts. */
const limits = { account: 30, address: 300 }
/** A bound on memory, not on guessing: beyond it the oldest are forgotten. */
const remembered = 10_000

/** Counts wrong passwords, in memory. Times are milliseconds. */
export function createLockout() {
  const failures = new Map<string, { count: number; until: number }>()

  const countOf = (key: string, now: number) => {
    const entry = failures.get(key)
    return entry && entry.until > now ? entry.count : 0
  }
  const keysOf = (email: string, ip: string) =>
    [
      [`${ip} ${email.toLowerCase()}`, limits.account],
      [ip, limits.address],
    ] as const

  return {
    /** @throws HedgerowError 403 while there were too many. */
    check(email: string, ip: string, now: number): void {
      if (keysOf(email, ip).every(([key, limit]) => countOf(key, now) < limit)) return
      throw new HedgerowError(
        'forbidden',
        'Too many failed login attempts. Please try again in 10 minutes.',
        { code: 'too_many_failed_attempts' },
      )
    },

    failed(email: string, ip: string, now: number): void {
      for (const [key] of keysOf(email, ip)) {
        const count = countOf(key, now) + 1
        failures.delete(key)
        failures.set(key, { count, until: now + windowMs })
      }
      while (failures.size > remembered) failures.delete(failures.keys().next().value!)
    },

    succeeded(email: string, ip: string): void {
      failures.delete(keysOf(email, ip)[0][0])
    },
  }
}
