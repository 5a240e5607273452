import type { IngestionWarning } from './pipeline-event.ts'

const hourMs = 3600_000
/** Of one type, in one project, in one hour. */
const mostOfAType = 1000
/** Keys remembered; beyond it the hour begins anew. */
const mostKeys = 50_000

/**
 * Says which warnings are kept: the first of a project, type and distinct id in an hour, and at most a thousand of a
 * type. A client that is wrong once is wrong with every event; the rest is only counted.
 */
export function createWarningLimit() {
  let hour = -1
  const seen = new Set<string>()
  const counts = new Map<string, number>()
  return ({ projectId, type, at, details }: IngestionWarning): boolean => {
    const now = Math.floor(at / hourMs)
    if (now > hour || seen.size >= mostKeys) {
      hour = Math.max(now, hour)
      seen.clear()
      counts.clear()
    }
    const kind = `${projectId}:${type}`
    const key = `${kind}:${details.distinctId}`
    const count = counts.get(kind) ?? 0
    if (count >= mostOfAType || seen.has(key)) return false
    seen.add(key)
    counts.set(kind, count + 1)
    return true
  }
}
