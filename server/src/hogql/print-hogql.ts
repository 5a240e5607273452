import type { Expr } from './ast.ts'
import { type Dialect, printExpr, printQuery } from './sql-text.ts'
import { keywords } from './words.ts'

/**
 * A tree as HogQL: what `parseSelect` or `parseExpr` reads back as the same tree. For answers (`hogql`), names of
 * columns, and saved queries.
 */
export function printHogQL(tree: Expr): string {
  return tree.kind === 'select' || tree.kind === 'select_set'
    ? printQuery(tree, hogql)
    : printExpr(tree, hogql)
}

const bare = /^[A-Za-z_$][A-Za-z0-9_$]*$/

const name = (text: string): string =>
  bare.test(text) && !keywords.has(text.toLowerCase()) ? text : `\`${escaped(text, '`')}\``

const escapes: Record<string, string> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
  '\v': '\\v',
  '\x07': '\\a',
}

const escaped = (text: string, quote: string): string =>
  [...text]
    .map((character) => (character === quote ? quote + quote : (escapes[character] ?? character)))
    .join('')

const hogql: Dialect = {
  name,
  constant({ value }) {
    if (value === null) return 'NULL'
    if (typeof value === 'string') return `'${escaped(value, "'")}'`
    if (typeof value === 'number') {
      if (Number.isNaN(value)) return 'nan'
      if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
    }
    return String(value)
  },
  field: ({ chain }) =>
    chain.map((part) => (part === '*' ? '*' : typeof part === 'number' ? `${part}` : name(part))).join('.'),
  property: (node) => `${node.column.chain.map((part) => name(String(part))).join('.')}.${name(node.key)}`,
  placeholder: ({ chain }) => `{${chain.map(name).join('.')}}`,
  operator: (node) => (node.op.length < 4 && !/[a-z]/.test(node.op) ? node.op : node.op.toUpperCase()),
  functionName: name,
  cast: (node, inner) => `${node.orNull ? 'try_cast' : 'cast'}(${inner} AS ${node.type})`,
}
