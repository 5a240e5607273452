import { HedgerowError } from '../model/errors.ts'
import type { Span } from './ast.ts'

/**
 * A query that cannot be: 400 with a sentence for its author and, where the tree came from text, the place in it
 * (offsets in UTF-16 code units, `end` exclusive) under `extra`.
 */
export class HogQLError extends HedgerowError {
  readonly span: Span | undefined

  constructor(message: string, span?: Span, options: { cause?: unknown } = {}) {
    super('invalid', message, {
      code: 'hogql_error',
      attr: 'query',
      extra: span && { start: span.start, end: span.end },
      cause: options.cause,
    })
    this.name = 'HogQLError'
    this.span = span
  }
}

/** ` Did you mean "x"?` for the candidate nearest to what was written; empty when none is near. */
export function didYouMean(written: string, candidates: Iterable<string>): string {
  const wanted = written.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue
    const distance = editDistance(wanted, candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best === undefined ? '' : ` Did you mean "${best}"?`
}

/** Letters to add, drop, replace or swap with the next one; for the short words that names are. */
function editDistance(a: string, b: string): number {
  if (a.length > 64 || b.length > 64) return Number.POSITIVE_INFINITY
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i++) {
    const [current, above] = [[i], rows[i - 1]!]
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? rows[i - 2]![j - 2]! + 1
          : Number.POSITIVE_INFINITY
      current.push(Math.min(above[j]! + 1, current[j - 1]! + 1, replaced, swapped))
    }
    rows.push(current)
  }
  return rows[a.length]![b.length]!
}
