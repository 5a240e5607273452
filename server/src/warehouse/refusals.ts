const minuteMs = 60_000
const refusedMs = 10 * minuteMs
const killsBeforeRefusal = 3

/**
 * Which queries are refused because the engine had to be killed for them too often: more than three times within a
 * minute, refused for ten. Kept by the server, as the engine forgets all when it is killed.
 */
export function createRefusals() {
  const kills = new Map<string, number[]>()
  const refused = new Map<string, number>()

  return {
    noteKill(fingerprint: string, now: number): void {
      const recent = (kills.get(fingerprint) ?? []).filter((at) => at > now - minuteMs)
      recent.push(now)
      kills.set(fingerprint, recent)
      if (recent.length > killsBeforeRefusal) refused.set(fingerprint, now + refusedMs)
      for (const [other, times] of kills) if (times.at(-1)! <= now - minuteMs) kills.delete(other)
    },
    /** The refused ones and until when (ms since 1970). */
    list(now: number): [fingerprint: string, until: number][] {
      for (const [fingerprint, until] of refused) if (until <= now) refused.delete(fingerprint)
      return [...refused]
    },
  }
}
