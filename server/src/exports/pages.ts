import { constant, field, fromQuery, select } from '../hogql/ast.ts'
import { parseSelect } from '../hogql/parse.ts'
import { printHogQL } from '../hogql/print-hogql.ts'
import { isObject } from '../kit/is-object.ts'
import { type HedgerowError, invalid, unavailable } from '../model/errors.ts'
import { type AnswerTable, tableOf } from './answer-table.ts'

/** What is asked of our own API, as an export's context says it. */
export type Question = { method: 'GET' | 'POST'; path: string; body?: unknown }
/** Asks our own API within the process. */
export type Ask = (question: Question) => Promise<{ status: number; body: unknown }>

/** Of lists that go on; small enough for memory, large enough to be soon done. */
const pageRows = 1000
/** The most that the API answers to one SQL query. */
const mostRowsOfSql = 50_000
const mostBreakdowns = 1000

/**
 * The tables of all pages of an answer, one after the other: a list's `next` is followed, and a query whose answer says
 * `hasMore` is asked for what comes then.
 * @throws HedgerowError what the API answered, where it did not answer well.
 */
export async function* pages(ask: Ask, first: Question): AsyncGenerator<AnswerTable> {
  const asked = new Set<string>()
  for (let question: Question | null = widened(first); question; ) {
    const { status, body } = await ask(question)
    if (status !== 200) throw refused(status, body)
    if (!isObject(body) && !Array.isArray(body)) throw invalid('What is asked is not answered with a table.')
    yield { ...tableOf(body), isCut: isCut(body) }
    asked.add(JSON.stringify(question))
    question = isObject(body) ? nextPage(question, body) : null
    if (question && asked.has(JSON.stringify(question))) return
  }
}

/** What a page alone would cut is asked for whole. */
function widened(question: Question): Question {
  const { body } = question
  if (!isQuery(question) || !isObject(body) || !isObject(body.query)) return question
  return { ...question, body: { ...body, query: wide(body.query) } }
}

function wide(query: Record<string, unknown>): Record<string, unknown> {
  if (isObject(query.source) && query.kind !== 'ActorsQuery') return { ...query, source: wide(query.source) }
  switch (query.kind) {
    case 'HogQLQuery':
      return { ...query, query: unlimited(String(query.query)) }
    case 'EventsQuery':
      // An end, as the offset of later pages counts from it.
      return { before: new Date().toISOString(), ...query, limit: pageRows, offset: 0 }
    case 'ActorsQuery':
      return { ...query, limit: pageRows, offset: 0 }
    default:
      return isObject(query.breakdownFilter)
        ? { ...query, breakdownFilter: { breakdown_limit: mostBreakdowns, ...query.breakdownFilter } }
        : query
  }
}

/** SQL without a LIMIT of its own gets the highest that there is. */
function unlimited(text: string): string {
  try {
    const tree = parseSelect(text)
    if (tree.kind === 'select' && tree.limit) return text
    const limit = constant(mostRowsOfSql)
    const whole = { select: [field('*')], from: fromQuery(tree, 'answer') }
    return printHogQL(tree.kind === 'select' ? { ...tree, limit } : select({ ...whole, limit }))
  } catch {
    // The API says what is wrong with it.
    return text
  }
}

/** Whether the API says that it would have had more, which no further page has. */
const isCut = (answer: unknown): boolean =>
  isObject(answer) &&
  isObject(answer.statistics) &&
  !['limit', null].includes(answer.statistics.limited_by as string | null)

const isQuery = ({ method, path }: Question) => method === 'POST' && /\/query\/?(?:\?|$)/.test(path)

function nextPage(question: Question, answer: Record<string, unknown>): Question | null {
  if (typeof answer.next === 'string') {
    const { pathname, searchParams } = new URL(answer.next, 'http://own')
    if (searchParams.has('limit')) searchParams.set('limit', String(pageRows))
    return { ...question, path: `${pathname}?${searchParams}` }
  }
  const { body } = question
  if (answer.hasMore !== true || !isObject(body) || !isObject(body.query)) return null
  const inner = paged(body.query)
  return inner && { ...question, body: { ...body, query: inner } }
}

/** The query of the page after, in its wrapping. */
function paged(query: Record<string, unknown>): Record<string, unknown> | null {
  if (query.kind === 'EventsQuery' || query.kind === 'ActorsQuery') {
    return { ...query, offset: Number(query.offset ?? 0) + Number(query.limit ?? pageRows) }
  }
  const source = isObject(query.source) ? paged(query.source) : null
  return source && { ...query, source }
}

/** The API's failure as ours: what may pass is tried again, everything else is told. */
function refused(status: number, body: unknown): HedgerowError {
  const detail =
    isObject(body) && typeof body.detail === 'string' ? body.detail : `It was answered ${status}.`
  return status === 429 || status >= 500 ? unavailable(detail) : invalid(detail)
}
