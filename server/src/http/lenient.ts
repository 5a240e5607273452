import { z } from 'zod'
import { asText } from '../kit/scalars.ts'

type Issue = z.core.$ZodIssue

const yes = new Set(['t', 'true', 'y', 'yes', 'on', '1'])
const no = new Set(['f', 'false', 'n', 'no', 'off', '0'])

/** Where data came from: only JSON has types of its own. */
export type Source = 'json' | 'form' | 'query'

/**
 * A value of another type taken as PostHog takes it: `"3"` is a number, `"true"` and `1` are booleans, a number is
 * text. In forms and query strings, where everything is text, JSON is a list or an object, of a parameter sent twice
 * the last one counts, and one sent once is a list of one. Undefined when it can't be taken.
 */
function taken(value: unknown, expected: string, source: Source): unknown {
  if (Array.isArray(value) && source === 'query') return value.at(-1)
  switch (expected) {
    case 'int':
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
      return Number.isFinite(number) ? number : undefined
    }
    case 'boolean': {
      const word = asText(value).toLowerCase()
      return yes.has(word) ? true : no.has(word) ? false : undefined
    }
    case 'string':
      return typeof value === 'number' ? String(value) : undefined
    case 'array':
    case 'object':
    case 'record': {
      if (source === 'json' || typeof value !== 'string') return undefined
      const parsed = json(value)
      return expected === 'array' && !Array.isArray(parsed) && source === 'query' ? [value] : parsed
    }
    default:
      return undefined
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The data with every value of a wrong type that can be taken for the right one replaced; null when there is none.
 * Copied are only the lists and objects on the way there: the rest may be large, or too deep for a recursive copy.
 */
function corrected(data: unknown, issues: Issue[], source: Source): unknown {
  const copies = new Set<unknown>()
  const own = (value: unknown): Record<PropertyKey, unknown> | null => {
    if (typeof value !== 'object' || value === null) return null
    if (copies.has(value)) return value as Record<PropertyKey, unknown>
    const copy = Array.isArray(value) ? [...value] : { ...value }
    copies.add(copy)
    return copy as Record<PropertyKey, unknown>
  }
  let root = data
  let changed = false
  for (const issue of issues) {
    const name = issue.path.at(-1)
    if (issue.code !== 'invalid_type' || name === undefined) continue
    const value = taken(issue.input, issue.expected, source)
    if (value === undefined) continue
    let at = own(root)
    root = at
    for (const key of issue.path.slice(0, -1)) {
      const child = own(at?.[key])
      if (at && child) at[key] = child
      at = child
    }
    if (!at) continue
    at[name] = value
    changed = true
  }
  return changed ? root : null
}

/**
 * Parses as zod does, but takes values of a wrong scalar type as PostHog does, so that contracts can say plainly
 * what they want, also of query strings and forms.
 */
export function safeParseLeniently<T extends z.ZodType>(schema: T, data: unknown, source: Source) {
  let result = z.safeParse(schema, data, { reportInput: true })
  // What was hidden in text is looked at in a further round.
  for (let round = 0; round < 3 && !result.success; round++) {
    const next = corrected(data, result.error.issues, source)
    if (next === null) break
    data = next
    result = z.safeParse(schema, data, { reportInput: true })
  }
  return result
}
