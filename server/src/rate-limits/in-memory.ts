import { type Held, type Limit, type RateLimits, type Use, waitOf } from './rate-limits.ts'

type Options = {
  /** Milliseconds that never go back; default the process's own clock. */
  now?: () => number
  /** How many requests may pass until what nobody uses any more is forgotten. */
  sweepEvery?: number
}

/** Limits of one process alone. */
export function createRateLimits(options: Options = {}): RateLimits {
  const { now = () => performance.now(), sweepEvery = 1000 } = options
  const logs = new Map<string, Log>()
  let asked = 0

  const logsOf = (held: readonly Held[]) =>
    held.map(({ limit, whose }) => {
      const key = `${limit.name} ${whose}`
      return { key, log: logs.get(key) ?? createLog(limit) }
    })

  return {
    take(held) {
      const at = now()
      if (++asked % sweepEvery === 0) {
        for (const [key, log] of logs) if (log.useAt(at).used === 0) logs.delete(key)
      }
      const all = logsOf(held)
      const waitMs = waitOf(all.map(({ log }) => log.useAt(at)))
      if (waitMs === null) {
        for (const { key, log } of all) {
          log.add(at)
          logs.set(key, log)
        }
      }
      return { uses: all.map(({ log }) => log.useAt(at)), waitMs }
    },

    uses(held) {
      const at = now()
      return logsOf(held).map(({ log }) => log.useAt(at))
    },
  }
}

type Log = ReturnType<typeof createLog>

/** The times of the last requests, in a ring that grows up to the limit. */
function createLog(limit: Limit) {
  let times = new Float64Array(16)
  let first = 0
  let used = 0

  return {
    /** What has left the window is forgotten. */
    useAt(now: number): Use {
      while (used > 0 && times[first]! <= now - limit.windowMs) {
        first = (first + 1) % times.length
        used--
      }
      return { limit, used, freesInMs: used ? times[first]! + limit.windowMs - now : 0 }
    },

    add(now: number): void {
      if (used === times.length) {
        const larger = new Float64Array(times.length * 2)
        larger.set(times.subarray(first))
        larger.set(times.subarray(0, first), times.length - first)
        times = larger
        first = 0
      }
      times[(first + used) % times.length] = now
      used++
    },
  }
}
