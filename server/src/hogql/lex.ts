import { HogQLError } from './errors.ts'

/** `lower` is the word in lower case (words), the sign itself (signs), else empty. */
export type Token = {
  kind: 'word' | 'quoted' | 'string' | 'number' | 'sign' | 'template' | 'end'
  start: number
  end: number
  lower: string
  /** Name without quotes, text without escapes, digits as written. */
  text: string
  /** Of a template: its texts and, between them, the tokens of its expressions. */
  parts?: (string | Token[])[]
}

const maxTemplateDepth = 20

/** The tokens of a query, `end` last. One pass; comments and white space fall away. */
export function lex(text: string): Token[] {
  return lexUntil(text, 0, 0).tokens
}

// The longest first, so that `?.` is not `?`.
const signs = [
  '!~*',
  '=~*',
  '<=>',
  '->',
  '::',
  '||',
  '==',
  '>=',
  '<=',
  '!=',
  '<>',
  '?.',
  '??',
  '=~',
  '!~',
  '~*',
  ...'*:,-.=>{[(<%+?~}])/;',
]
const signsByFirst = new Map<string, string[]>()
for (const sign of signs) signsByFirst.set(sign[0]!, [...(signsByFirst.get(sign[0]!) ?? []), sign])

const word = /[A-Za-z_$][A-Za-z0-9_$]*/y
const number = /0[xX][0-9a-fA-F]+|0[bB][01]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const digits = /\d+/y
const space = /[\s\u0085\ufeff]+/y
const lineComment = /(?:--|\/\/)[^\n\r]*/y

const at = (pattern: RegExp, text: string, position: number): string | undefined => {
  pattern.lastIndex = position
  return pattern.exec(text)?.[0]
}

/** Tokens from `start` to the end of the text or, inside a template, to the brace that closes its expression. */
function lexUntil(text: string, start: number, templateDepth: number): { tokens: Token[]; end: number } {
  const tokens: Token[] = []
  let position = start
  let braces = 0
  const push = (kind: Token['kind'], end: number, value: string, lower = '') => {
    tokens.push({ kind, start: position, end, text: value, lower })
    position = end
  }
  while (position < text.length) {
    const skipped = at(space, text, position) ?? at(lineComment, text, position)
    if (skipped) {
      position += skipped.length
      continue
    }
    const first = text[position]!
    if (first === '/' && text[position + 1] === '*') {
      const end = text.indexOf('*/', position + 2)
      if (end < 0)
        throw new HogQLError('A comment is not closed: */ is missing.', { start: position, end: text.length })
      position = end + 2
      continue
    }
    if (first === "'") {
      const { value, end } = quoted(text, position, "'", 'string')
      push('string', end, value)
      continue
    }
    if (first === '`' || first === '"') {
      const { value, end } = quoted(text, position, first, 'name')
      push('quoted', end, value)
      continue
    }
    if (first === 'f' && text[position + 1] === "'") {
      if (templateDepth >= maxTemplateDepth) {
        throw new HogQLError('Template strings are nested too deeply.', {
          start: position,
          end: position + 2,
        })
      }
      const { parts, end } = template(text, position, templateDepth)
      push('template', end, '')
      tokens.at(-1)!.parts = parts
      continue
    }
    const name = at(word, text, position)
    if (name) {
      push('word', position + name.length, name, name.toLowerCase())
      continue
    }
    const number = lexNumber(text, position, tokens)
    if (number) {
      push('number', position + number.length, number)
      continue
    }
    if (first === '}' && braces === 0 && templateDepth > 0) break
    const sign = signsByFirst.get(first)?.find((one) => text.startsWith(one, position))
    if (!sign) {
      const character = String.fromCodePoint(text.codePointAt(position)!)
      throw new HogQLError(`Unexpected character ${JSON.stringify(character)}.`, {
        start: position,
        end: position + character.length,
      })
    }
    if (sign === '{') braces++
    if (sign === '}') braces--
    push('sign', position + sign.length, sign, sign)
  }
  const end = position
  push('end', end, '')
  return { tokens, end }
}

/** After a dot that follows a value, digits are a tuple's index: `t.1.2` is no decimal fraction. */
function lexNumber(text: string, position: number, before: Token[]): string | undefined {
  const previous = before.at(-1)
  const isDot = (token: Token | undefined) =>
    token?.kind === 'sign' && (token.lower === '.' || token.lower === '?.')
  const character = text.charCodeAt(position)
  const isDigit = character >= 48 && character <= 57
  if (isDot(previous)) {
    return isDigit ? at(digits, text, position) : undefined
  }
  if (isDigit) {
    const found = at(number, text, position)!
    const after = at(word, text, position + found.length)
    if (after && !found.endsWith('.')) {
      throw new HogQLError(`"${found}${after}" is neither a number nor a name.`, {
        start: position,
        end: position + found.length + after.length,
      })
    }
    return found
  }
  const next = text.charCodeAt(position + 1)
  if (character !== 46 || !(next >= 48 && next <= 57)) return undefined
  const afterValue =
    previous !== undefined &&
    (previous.kind === 'word' ||
      previous.kind === 'quoted' ||
      previous.lower === ')' ||
      previous.lower === ']' ||
      previous.lower === '}' ||
      (previous.kind === 'number' && isDot(before.at(-2))))
  return afterValue ? undefined : at(number, text, position)
}

const escapes: Record<string, string> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  a: '\x07',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '{': '{',
}

/** A quoted text from its opening quote on; a doubled quote is one, a backslash begins an escape. */
function quoted(
  text: string,
  start: number,
  quote: string,
  what: 'string' | 'name',
): { value: string; end: number } {
  let value = ''
  let position = start + 1
  while (position < text.length) {
    const character = text[position]!
    if (character === quote) {
      if (text[position + 1] !== quote) return { value, end: position + 1 }
      value += quote
      position += 2
    } else if (character === '\\') {
      value += escaped(text, position)
      position += 2
    } else {
      value += character
      position++
    }
  }
  throw new HogQLError(`A ${what} is not closed: ${quote} is missing.`, { start, end: text.length })
}

function escaped(text: string, position: number): string {
  const letter = text[position + 1] ?? ''
  const value = escapes[letter]
  if (value === undefined) {
    throw new HogQLError(`"\\${letter}" is no escape: write \\\\ for a backslash.`, {
      start: position,
      end: position + 1 + letter.length,
    })
  }
  return value
}

function template(text: string, start: number, depth: number): { parts: (string | Token[])[]; end: number } {
  const parts: (string | Token[])[] = []
  let literal = ''
  let position = start + 2
  while (position < text.length) {
    const character = text[position]!
    if (character === "'" && text[position + 1] !== "'") {
      if (literal) parts.push(literal)
      return { parts, end: position + 1 }
    }
    if (character === '{') {
      if (literal) parts.push(literal)
      literal = ''
      const inner = lexUntil(text, position + 1, depth + 1)
      if (text[inner.end] !== '}') break
      parts.push(inner.tokens)
      position = inner.end + 1
    } else if (character === '\\') {
      literal += escaped(text, position)
      position += 2
    } else {
      literal += character
      position += character === "'" ? 2 : 1
    }
  }
  throw new HogQLError("A template string is not closed: ' is missing.", { start, end: text.length })
}
