import type { z } from 'zod'
import { kinds, typesByCode } from '../../src/http/errors.ts'
import type { Operation } from '../../src/http/operation.ts'
import { mismatches } from '../../src/kit/contract.ts'
import type { PublicAsked } from './public.ts'

/** How long an answer may take, milliseconds. */
export const slowMs = 2000
/** How long one is waited for. */
export const hangMs = 60_000

/** Stands in everything another organization has; no request holds it. */
export const foreignCanary = 'foreign7d2a'

export type Answered = { status: number; text: string; contentType: string; ms: number }

const types = new Set<string>([
  ...Object.values(kinds).map(({ type }) => type),
  ...Object.values(typesByCode),
])

/** What nobody outside is to see, wherever it stands. */
const secrets: Record<string, RegExp> = {
  "another organization's": new RegExp(foreignCanary),
  'a stack': /\n\s+at \S.*:\d+:\d+/,
  'a file of ours': /node_modules|\/server\/(?:src|dist)\/|file:\/\/\/(?!etc)/,
  'a password hash': /\$argon2/,
}
/** What a failure says must be in the caller's words. */
const internals: Record<string, RegExp> = {
  'SQL of ours': /Failed query|params: |\b(?:select|insert into|update) "\w+"/i,
  'words of a driver':
    /violates .*constraint|relation "|invalid input syntax|DB::Exception|Code: \d+[.]|ECONN|ENOENT|EACCES/,
  'words of a program':
    /(?:Type|Range|Syntax)Error|is not a function|of undefined|of null|is not iterable|\[object Object\]|Maximum call stack/,
}

/** Failures with a shape of their own, as PostHog has them, by operation and status. */
const otherFailures = new Set([
  'insights_activity_retrieve_2 404',
  'feature_flags_activity_retrieve_2 404',
  'dashboard_templates_create 403',
])

/** What is wrong with an answer to a request, in a word and at length; null when nothing is. */
export function judge(
  operation: Pick<Operation, 'id' | 'status' | 'answer'>,
  sent: string,
  answer: Answered,
): { kind: string; what: string } | null {
  const { status, text, contentType, ms } = answer
  const start = text.slice(0, 600)
  if (status >= 500) return { kind: `${status}`, what: start }
  for (const [what, pattern] of Object.entries(secrets)) {
    const found = pattern.exec(text)?.[0]
    if (found && !sent.includes(found.trim()))
      return { kind: 'leak', what: `${what}: ${around(text, found)}` }
  }
  const isDeclared = status === operation.status && operation.answer === null && text === ''
  if (status >= 400 && !isDeclared && !otherFailures.has(`${operation.id} ${status}`)) {
    const own = 'declared' in operation ? (operation as PublicAsked).declared.failure : undefined
    const wrong = own ? notAsDeclared(own, text) : wrongFailure(text, contentType)
    if (wrong) return { kind: 'shape', what: `${status}: ${wrong}: ${start}` }
    for (const [what, pattern] of Object.entries(internals)) {
      const found = pattern.exec(text)?.[0]
      if (found && !sent.includes(found)) return { kind: 'leak', what: `${what}: ${around(text, found)}` }
    }
  }
  if (ms > slowMs) return { kind: 'slow', what: `${status} after ${Math.round(ms)} ms` }
  return null
}

const around = (text: string, found: string) => {
  const at = text.indexOf(found)
  return text.slice(Math.max(0, at - 200), at + 200)
}

/** Of an operation whose failures have a shape of their own. */
function notAsDeclared(failure: z.ZodType, text: string): string | null {
  try {
    return mismatches(failure, JSON.parse(text)).join('; ') || null
  } catch {
    return 'is no JSON'
  }
}

/** Upstream's shape of a failure: `{type, code, detail, attr}`. */
function wrongFailure(text: string, contentType: string): string | null {
  if (!contentType.startsWith('application/json')) return `is ${contentType || 'of no type'}`
  let body: Record<string, unknown>
  try {
    body = JSON.parse(text)
  } catch {
    return 'is no JSON'
  }
  const { type, code, detail, attr, extra: _, error_event_id: __, ...rest } = body
  if (!types.has(String(type))) return `type is ${String(type)}`
  if (typeof code !== 'string' || !/^[\w-]+$/.test(code)) return `code is ${String(code)}`
  if (typeof detail !== 'string' || !detail) return `detail is ${String(detail)}`
  if (attr !== null && typeof attr !== 'string') return `attr is ${String(attr)}`
  if (Object.keys(rest).length) return `has ${Object.keys(rest)} besides`
  return null
}
