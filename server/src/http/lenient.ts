import { z } from 'zod'

type Issue = z.core.$ZodIssue

const yes = new Set(['t', 'true', 'y', 'yes', 'on', '1'])
const no = new Set(['f', 'false', 'n', 'no', 'off', '0'])

/**
 * A value of another type taken as PostHog takes it: `"3"` is a number, `"true"` and `1` are booleans, a number is
 * text, and in a form, where everything is text, JSON is a list or an object. Undefined when it can't be.
 */
function taken(value: unknown, expected: string, inForm: boolean): unknown {
  switch (expected) {
    case 'int':
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
      return Number.isFinite(number) ? number : undefined
    }
    case 'boolean': {
      const word = String(value).toLowerCase()
      return yes.has(word) ? true : no.has(word) ? false : undefined
    }
    case 'string':
      return typeof value === 'number' ? String(value) : undefined
    case 'array':
    case 'object':
    case 'record':
      return inForm && typeof value === 'string' ? json(value) : undefined
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

/** The data with every value of a wrong type that can be taken for the right one replaced; null when there is none. */
function corrected(data: unknown, issues: Issue[], inForm: boolean): unknown {
  const mistyped = issues.filter((issue) => issue.code === 'invalid_type' && issue.path.length > 0)
  // also because what was refused for its depth is too deep to be copied
  if (mistyped.length === 0) return null
  let changed = false
  const copy = structuredClone(data)
  for (const issue of mistyped as z.core.$ZodIssueInvalidType[]) {
    const value = taken(issue.input, issue.expected, inForm)
    const parent = issue.path.slice(0, -1).reduce<unknown>((at, key) => (at as never)?.[key], copy)
    if (value === undefined || typeof parent !== 'object' || parent === null) continue
    ;(parent as Record<PropertyKey, unknown>)[issue.path.at(-1)!] = value
    changed = true
  }
  return changed ? copy : null
}

/**
 * Parses as zod does, but takes values of a wrong scalar type as PostHog does, so that contracts can say plainly
 * what they want, also of query strings and forms.
 */
export function safeParseLeniently<T extends z.ZodType>(schema: T, data: unknown, inForm = false) {
  let result = z.safeParse(schema, data, { reportInput: true })
  // What was hidden in a form's JSON is looked at in a second round.
  for (let round = 0; round < 3 && !result.success; round++) {
    const next = corrected(data, result.error.issues, inForm)
    if (next === null) break
    data = next
    result = z.safeParse(schema, data, { reportInput: true })
  }
  return result
}
