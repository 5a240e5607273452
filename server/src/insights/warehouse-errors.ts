import type { Expr, Query } from '../hogql/ast.ts'
import { calculations, culpritAmong, isCallOf } from '../hogql/culprits.ts'
import { findFunction } from '../hogql/functions.ts'
import { printHogQL } from '../hogql/print-hogql.ts'
import { HedgerowError, invalid } from '../model/errors.ts'
import { WarehouseError } from '../warehouse/warehouse.ts'

/** Limits that a question ran into, by ClickHouse's code. */
const limits: Record<number, { code: string; detail: string }> = {
  159: {
    code: 'query_timeout',
    detail:
      'The query took too long and was stopped. Try a shorter date range, a longer interval, or fewer breakdowns.',
  },
  160: {
    code: 'query_timeout',
    detail:
      'The query would take too long and was not run. Try a shorter date range, a longer interval, or fewer breakdowns.',
  },
  241: {
    code: 'query_memory_limit',
    detail:
      'The query needs more memory than it may use. Try a shorter date range, or a breakdown with fewer values.',
  },
  396: {
    code: 'query_result_too_large',
    detail: 'The answer has too many rows. Add a LIMIT, or group more coarsely.',
  },
}

/** Codes by which ClickHouse says that the question itself can't be: wrong types, arguments, values. */
const askersFault = new Set([
  6, 8, 10, 20, 26, 27, 32, 34, 35, 36, 38, 41, 42, 43, 44, 46, 47, 48, 49, 50, 52, 53, 62, 63, 69, 70, 71,
  72, 81, 107, 115, 117, 125, 128, 131, 135, 149, 153, 158, 161, 162, 167, 168, 169, 179, 180, 182, 184, 190,
  191, 207, 215, 216, 223, 258, 321, 349, 352, 376, 386, 395, 403, 407, 427, 457, 467, 537, 590, 675, 676,
])

/** ClickHouse's message without its code, version, name and the SQL of ours that it quotes. */
export function cleanMessage(message: string): string {
  const text = message
    .replace(/^Code: \d+\.\s*/, '')
    .replace(/^(?:DB::)?Exception:\s*/, '')
    .replace(/\s*\(version [^)]*\)[\s\S]*$/, '')
    .replace(/\s*Stack trace:[\s\S]*$/, '')
    .replace(
      /[:.]?\s*(?:In scope|While (?:executing|processing)|while (?:executing|converting))\b[\s\S]*$/i,
      '',
    )
    .replace(/\s*\([A-Z][A-Z0-9_]+\)\.?\s*$/, '')
    .trim()
  return text.length > 500 ? `${text.slice(0, 500)}…` : text
}

/** What the asker is told about a failure of the warehouse; what is not theirs to mend is passed on as it is. */
export function explained(error: unknown): unknown {
  if (!(error instanceof WarehouseError)) return error
  const limit = limits[error.code]
  if (limit) return new HedgerowError('invalid', limit.detail, { code: limit.code, cause: error })
  if (askersFault.has(error.code))
    return invalid(cleanMessage(error.message), { code: 'query_error', cause: error })
  return error
}

/** What the engine says of a query that it is not to run; undefined where it has nothing against it. */
type Refusal = (query: Query) => Promise<WarehouseError | undefined>

/** The function that the engine's message is about. */
function functionNamed(message: string): string | undefined {
  const name = /\bfunction [`']?(\w+)/i.exec(message)?.[1]
  return name && findFunction(name) ? name : undefined
}

/**
 * As `explained`, with the place in the asker's text: the expression that the engine can't calculate, in the sentence and
 * as `extra` (`start`, `end`, as of `HogQLError`). Without a place where the tree came from no text, or where the engine
 * has something against the query only when it runs.
 */
export async function explainedIn(error: unknown, tree: Query, refusal: Refusal): Promise<unknown> {
  const told = explained(error)
  if (!(error instanceof WarehouseError) || !askersFault.has(error.code)) return told
  // what can't be found out must not hide what is known
  const culprit = await culpritOf(error, tree, refusal).catch(() => undefined)
  if (!culprit?.span) return told
  const { start, end } = culprit.span
  const options = { code: 'query_error', attr: 'query', extra: { start, end }, cause: error }
  return invalid(sentence(error.message, culprit), options)
}

async function culpritOf(error: WarehouseError, tree: Query, refusal: Refusal): Promise<Expr | undefined> {
  const parts = calculations(tree)
  if (!parts.length) return undefined
  const name = functionNamed(error.message)
  const isRefused = async (query: Query) => {
    const other = await refusal(query)
    return other !== undefined && other.code === error.code && functionNamed(other.message) === name
  }
  if (!(await isRefused(tree))) return undefined
  const names = name ? [name] : (unnamed[error.code] ?? [])
  const named = parts.filter((part) => names.some((one) => isCallOf(part, one)))
  return (await culpritAmong(tree, named, isRefused)) ?? culpritAmong(tree, parts, isRefused)
}

/** What the engine may mean where it names no function: what needs one type for several values, or compares them. */
const unnamed: Record<number, string[]> = {
  386: [
    'array',
    'greatest',
    'least',
    'if',
    'multiIf',
    'ifNull',
    'coalesce',
    'nullIf',
    'caseWithExpression',
    'has',
  ],
  53: ['equals', 'notEquals', 'less', 'lessOrEquals', 'greater', 'greaterOrEquals', 'in', 'notIn', 'has'],
}

const longestQuote = 100

function sentence(message: string, culprit: Expr): string {
  const text = printHogQL(culprit).replace(/\s+/g, ' ')
  const quoted = text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text
  return `${cleanMessage(message)}, in \`${quoted}\`.`
}
