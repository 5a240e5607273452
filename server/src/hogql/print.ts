import type { CompareOperator } from './ast.ts'
import type { Column } from './context.ts'
import { HogQLError } from './errors.ts'
import type { Guarded } from './guard.ts'
import { printPropertyRead } from './property-column.ts'
import { type Dialect, printQuery } from './sql-text.ts'
import { keywords } from './words.ts'

/** One SELECT for the warehouse. `columns` are the answer's, in order, with what is known of their types. */
export type PrintedQuery = { sql: string; params: Record<string, string>; columns: Column[] }

/**
 * A guarded tree as ClickHouse's SQL. Nothing is ever escaped here: a string of harmless characters stands as it
 * is between quotes, any other becomes a parameter; a name that would need escapes is refused.
 */
export function print(tree: Guarded): PrintedQuery {
  const params: Record<string, string> = {}
  const numbered = new Map<string, string>()
  const string = (value: string): string => {
    if (harmless.test(value)) return `'${value}'`
    let name = numbered.get(value)
    if (!name) {
      name = `p${numbered.size}`
      numbered.set(value, name)
      params[name] = value
    }
    return `{${name}:String}`
  }
  return { sql: printQuery(tree.query, clickhouse(string)), params, columns: tree.columns }
}

// No quote, no backslash, no control character, no half of a surrogate pair, and no brace, so that it can't be taken for a parameter.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const harmless = /^[^'\\{}\x00-\x1f\x7f\p{Surrogate}]*$/u
const bare = /^[A-Za-z_][A-Za-z0-9_]*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const quotable = /^[^`\\\x00-\x1f\x7f]{1,1000}$/

/** A name as ClickHouse reads it; `*` stays. */
function name(text: string): string {
  if (bare.test(text) && !keywords.has(text.toLowerCase())) return text
  if (!quotable.test(text))
    throw new HogQLError(`The name ${JSON.stringify(text)} holds characters that a name can't.`)
  return `\`${text}\``
}

const operators: Partial<Record<CompareOperator, string>> = {
  '=': '=',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  like: 'LIKE',
  ilike: 'ILIKE',
  'not like': 'NOT LIKE',
  'not ilike': 'NOT ILIKE',
  in: 'IN',
  'not in': 'NOT IN',
  'global in': 'GLOBAL IN',
  'global not in': 'GLOBAL NOT IN',
}

const clickhouse = (string: (value: string) => string): Dialect => ({
  name,
  constant({ value }) {
    if (value === null) return 'NULL'
    if (typeof value === 'string') return string(value)
    if (typeof value === 'number') {
      if (Number.isNaN(value)) return 'nan'
      if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
    }
    return String(value)
  },
  field: ({ chain }) => chain.map((part) => (part === '*' ? '*' : name(String(part)))).join('.'),
  property: (node, column) => printPropertyRead(column, node.key, node.table, node.asKept),
  operator(node) {
    const operator = operators[node.op]
    if (!operator) throw new Error(`print: ${node.op} was not resolved`)
    return operator
  },
  functionName(text) {
    if (!bare.test(text)) throw new Error(`print: ${text} was not resolved`)
    return text
  },
  cast() {
    throw new Error('print: a cast was not resolved')
  },
  placeholder() {
    throw new Error('print: a placeholder was not resolved')
  },
})
