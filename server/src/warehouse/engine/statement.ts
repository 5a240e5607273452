import { EngineError } from './engine-error.ts'
import { type Token, tokenize } from './lexer.ts'

/** What the HTTP surface has to know of a statement before it hands it on. */
export type Statement =
  | { kind: 'read' /** From a closing `FORMAT x`. */; format: string | null; sql: string }
  | { kind: 'insert'; target: InsertTarget | null; sql: string }
  | { kind: 'other'; sql: string }

/** `INSERT INTO table (columns) SETTINGS … FORMAT x`, the rows following in the body. */
export type InsertTarget = { table: string; columns: string[] | undefined; format: string }

const reads = new Set([
  'select',
  'with',
  'show',
  'describe',
  'desc',
  'explain',
  'exists',
  'values',
  'from',
  '(',
])

/**
 * Sorts a statement into its kind.
 * @throws EngineError 62 when it is empty or holds a second statement.
 */
export function readStatement(text: string): Statement {
  const tokens = tokenize(text).filter((token) => token.kind !== 'space')
  while (tokens.at(-1)?.text === ';') tokens.pop()
  if (!tokens.length) throw new EngineError(62, 'SYNTAX_ERROR', 'Empty query')
  if (tokens.some((token) => token.text === ';')) {
    throw new EngineError(62, 'SYNTAX_ERROR', 'Multi-statements are not allowed')
  }
  const last = tokens.at(-1)!
  const sql = text.slice(0, last.start + last.text.length)
  const first = tokens[0]!.text.toLowerCase()
  if (first === 'insert') return { kind: 'insert', target: insertTarget(tokens), sql }
  if (!reads.has(first)) return { kind: 'other', sql }
  return { kind: 'read', format: closingFormat(tokens), sql }
}

const is = (token: Token | undefined, word: string) => token?.text.toLowerCase() === word

function closingFormat(tokens: Token[]): string | null {
  for (let i = tokens.length - 2; i > 0; i--) {
    if (is(tokens[i], 'format') && tokens[i + 1]!.kind === 'word') {
      const after = tokens[i + 2]
      if (!after || is(after, 'settings')) return tokens[i + 1]!.text
    }
    if (is(tokens[i], 'from') || is(tokens[i], ')')) return null
  }
  return null
}

function unquote(token: Token): string {
  return token.kind === 'quoted'
    ? token.text.slice(1, -1).replace(/\\(.)|``/g, (both, c) => c ?? both[0])
    : token.text
}

/** Null when the rows are in the statement itself (`VALUES`, `SELECT`). */
function insertTarget(tokens: Token[]): InsertTarget | null {
  let at = 1
  if (is(tokens[at], 'into')) at++
  if (is(tokens[at], 'table')) at++
  let table = unquote(tokens[at++] ?? missing())
  if (tokens[at]?.text === '.') {
    table += `.${unquote(tokens[at + 1] ?? missing())}`
    at += 2
  }
  let columns: string[] | undefined
  if (tokens[at]?.text === '(') {
    columns = []
    for (at++; tokens[at] && tokens[at]!.text !== ')'; at++) {
      if (tokens[at]!.text !== ',') columns.push(unquote(tokens[at]!))
    }
    at++
  }
  if (!is(tokens[at], 'format') || tokens[at + 1]?.kind !== 'word' || tokens[at + 2]) return null
  return { table, columns, format: tokens[at + 1]!.text }
}

function missing(): never {
  throw new EngineError(62, 'SYNTAX_ERROR', 'INSERT without a table')
}
