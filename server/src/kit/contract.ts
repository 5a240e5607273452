import { z } from 'zod'

/** Something of ours that is not what its contract says: an answer, or a question as it reaches the calculations. */
export class ContractMismatch extends Error {
  /** What it is: an operation's method, route and status; a question's kind. */
  readonly what: string
  /** What is wrong, a sentence each, with the place: `results.0.count: …`. */
  readonly problems: readonly string[]

  constructor(what: string, problems: readonly string[]) {
    super(`${what} is not what its contract declares: ${problems.slice(0, 5).join('; ')}`)
    this.name = 'ContractMismatch'
    this.what = what
    this.problems = problems
  }
}

export type TellMismatch = (mismatch: ContractMismatch) => void

/** Paths of what `sent` has and `declared` (the same value, parsed, so without unknown keys) lacks. */
function undeclared(sent: unknown, declared: unknown, at: string): string[] {
  if (typeof sent !== 'object' || sent === null || typeof declared !== 'object' || declared === null)
    return []
  return Object.entries(sent).flatMap(([key, value]) => {
    if (value === undefined) return []
    const path = at ? `${at}.${key}` : key
    return key in declared
      ? undeclared(value, (declared as Record<string, unknown>)[key], path)
      : [`${path} is not declared`]
  })
}

/** What is wrong with a value, a sentence each; empty when it is as declared. */
export function mismatches(schema: z.ZodType, value: unknown): string[] {
  const result = z.safeParse(schema, value)
  if (result.success) return undeclared(value, result.data, '')
  return result.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
}

const mostRemembered = 1000

/** Tells of a mismatch once: not of the same one again, in whichever item of a list it is. */
export function eachOnce(tell: TellMismatch): TellMismatch {
  const told = new Set<string>()
  return (mismatch) => {
    const known = mismatch.message.replace(/[.]\d+(?=[.: ])/g, '.*')
    if (told.has(known) || told.size >= mostRemembered) return
    told.add(known)
    tell(mismatch)
  }
}
