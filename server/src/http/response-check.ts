import type { FastifySerializerCompiler } from 'fastify'
import { z } from 'zod'
import type { ReportError } from './errors.ts'

/** An answer that is not what its contract says. */
export class ResponseMismatch extends Error {
  constructor(operation: string, problems: string[]) {
    super(`The answer of ${operation} is not what its contract declares: ${problems.slice(0, 5).join('; ')}`)
    this.name = 'ResponseMismatch'
  }
}

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

/** What is wrong with an answer, a sentence each; empty when it is as declared. */
export function mismatches(schema: z.ZodType, answer: unknown): string[] {
  const result = z.safeParse(schema, answer)
  if (result.success) return undeclared(answer, result.data, '')
  return result.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
}

/** A check costs about what the serialising costs, so in production each operation is looked at this often. */
const checkEveryMs = 10_000

/**
 * The caller always gets the whole answer as the handler made it. One that does not match its contract is thrown in
 * tests, and otherwise reported once the answer has gone out.
 */
export function createSerializerCompiler(
  mode: 'throw' | 'report',
  report: ReportError,
): FastifySerializerCompiler<z.ZodType> {
  return ({ schema, method, url, httpStatus }) => {
    const operation = `${method} ${url} (${httpStatus})`
    let checkedAt = -Infinity
    const check = (answer: unknown) => {
      const problems = mismatches(schema, answer)
      return problems.length ? new ResponseMismatch(operation, problems) : null
    }
    return (answer) => {
      if (mode === 'throw') {
        const mismatch = check(answer)
        if (mismatch) throw mismatch
      } else if (performance.now() - checkedAt > checkEveryMs) {
        checkedAt = performance.now()
        setImmediate(() => {
          const mismatch = check(answer)
          if (mismatch) report(mismatch, { operation })
        })
      }
      return JSON.stringify(answer)
    }
  }
}
