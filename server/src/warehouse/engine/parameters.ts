import { EngineError } from './engine-error.ts'
import { type Token, tokenize } from './lexer.ts'

/**
 * Puts the values of `{name:Type}` placeholders into the SQL text as literals of exactly that type.
 *
 * A server does this itself; chDB does too, but runs queries with parameters one after the other for the whole
 * process, so that a small one waits behind a large one. Values come as the HTTP protocol sends them: the text of
 * one TSV field.
 * @throws EngineError 456 (`UNKNOWN_QUERY_PARAMETER`) for a placeholder without a value, 457 for a bad one.
 */
export function expandParameters(sql: string, values: ReadonlyMap<string, string>): string {
  if (!sql.includes('{')) return sql
  const tokens = tokenize(sql)
  let expanded = ''
  for (let i = 0; i < tokens.length; i++) {
    const placeholder = tokens[i]!.text === '{' ? readPlaceholder(tokens, i) : null
    if (!placeholder) {
      expanded += tokens[i]!.text
      continue
    }
    const value = values.get(placeholder.name)
    if (value === undefined) {
      throw new EngineError(456, 'UNKNOWN_QUERY_PARAMETER', `Substitution '${placeholder.name}' is not set`)
    }
    expanded += printValue(placeholder.type, value)
    i = placeholder.end
  }
  return expanded
}

/** `{ name : Type }` from the brace at `start`; null when it is something else, such as a map literal. */
function readPlaceholder(tokens: Token[], start: number): { name: string; type: string; end: number } | null {
  let at = start + 1
  const skipSpace = () => {
    while (tokens[at]?.kind === 'space') at++
  }
  skipSpace()
  const name = tokens[at]
  if (name?.kind !== 'word') return null
  at++
  skipSpace()
  if (tokens[at]?.text !== ':') return null
  at++
  let type = ''
  for (; at < tokens.length; at++) {
    const token = tokens[at]!
    if (token.text === '}') return type.trim() ? { name: name.text, type: type.trim(), end: at } : null
    if (token.text === '{') return null
    type += token.kind === 'space' ? ' ' : token.text
  }
  return null
}

// Types whose text form is the same inside and outside TSV; a TSV field of any other type is escaped once more.
const compound =
  /^(?:Array|Tuple|Map|Nested|Variant|Dynamic|JSON|Point|Ring|Polygon|MultiPolygon|LineString)\b/i

function printValue(type: string, text: string): string {
  if (/^Identifier$/i.test(type)) return quoteIdentifier(unescapeTsv(text))
  if (text === '\\N') return `CAST(NULL, ${quoteString(nullable(type))})`
  const value = compound.test(type) ? text : unescapeTsv(text)
  return type === 'String' ? quoteString(value) : `CAST(${quoteString(value)}, ${quoteString(type)})`
}

function nullable(type: string): string {
  if (/^Nullable\s*\(/i.test(type)) return type
  throw new EngineError(457, 'BAD_QUERY_PARAMETER', `NULL can't be a value of type ${type}`)
}

const tsvEscapes: Record<string, string> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  0: '\0',
  a: '\x07',
  v: '\v',
}

function unescapeTsv(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\(x[0-9a-fA-F]{2}|[\s\S])/g, (_, sequence: string) =>
        sequence.length === 3
          ? String.fromCharCode(Number.parseInt(sequence.slice(1), 16))
          : (tsvEscapes[sequence] ?? sequence),
      )
    : text
}

/** A ClickHouse string literal. */
export function quoteString(value: string): string {
  // NUL would end the text at chDB's C border
  return `'${value.replace(/['\\]/g, '\\$&').replaceAll('\0', '\\0')}'`
}

/** A ClickHouse identifier in backticks. */
export function quoteIdentifier(name: string): string {
  return `\`${name.replace(/[`\\]/g, '\\$&').replaceAll('\0', '\\0')}\``
}
