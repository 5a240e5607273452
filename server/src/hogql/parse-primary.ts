import { call, constant, type Expr, type Query } from './ast.ts'
import { type Cursor, createCursor } from './cursor.ts'
import { HogQLError } from './errors.ts'
import type { Token } from './lex.ts'
import { createCallParser } from './parse-call.ts'
import type { ListParser } from './parse-lists.ts'
import { isNameToken, isReserved, isReservedFunction, numberOf, startsValue } from './tokens.ts'

/** What the expression parser needs of the query parser, which is above it. */
export type QueryParser = {
  /** A whole query, up to what can't be part of it. */
  parseQuery(cursor: Cursor): Query
  /** Set operators and queries that follow a first one; that one itself when there are none. */
  parseSetRest(cursor: Cursor, first: Query): Query
}

type Needs = {
  parse(): Expr
  /** An expression that can't have an alias: an AS after it is somebody else's. */
  parseUnnamed(): Expr
  /** One expression at another cursor. */
  parseWith(cursor: Cursor): Expr
}

/** Parses what operators work on: values, names, calls, lambdas and whatever is in brackets. */
export function createPrimaryParser(cursor: Cursor, queries: QueryParser, needs: Needs, lists: ListParser) {
  const { peek, next, isSign, isWord, takeSign } = cursor
  const { parse, parseWith } = needs
  const { parseList } = lists
  const { parseCall, parseCase, parseCast, parseInterval, parseTrim } = createCallParser(cursor, needs, lists)

  function parsePrimary(): Expr {
    const token = peek()
    switch (token.kind) {
      case 'number':
        return constant(numberOf(next()))
      case 'string':
        return constant(next().text)
      case 'template':
        return parseTemplate(next())
      case 'quoted':
        return isSign('->', 1) || isBareLambda() ? parseLambda() : parseNamed()
      case 'word':
        return parseWord(token)
      case 'sign':
        return parseSign(token)
      case 'end':
        throw cursor.unexpected('an expression')
    }
  }

  function parseSign(token: Token): Expr {
    switch (token.lower) {
      case '(':
        return isLambda() ? parseLambda() : parseBrackets()
      case '[': {
        next()
        const exprs = parseList(']')
        cursor.expectSign(']')
        return { kind: 'array', exprs }
      }
      case '{':
        return parseBraces()
      case '*':
        next()
        return { kind: 'field', chain: ['*'] }
      default:
        throw cursor.unexpected('an expression')
    }
  }

  function parseWord(token: Token): Expr {
    const word = token.lower
    const called = isSign('(', 1)
    switch (word) {
      case 'null':
        next()
        return constant(null)
      case 'true':
      case 'false':
        if (called || isSign('.', 1)) break
        next()
        return constant(word === 'true')
      case 'inf':
      case 'infinity':
      case 'nan':
        next()
        return constant(numberOf(token))
      case 'case':
        return parseCase()
      case 'cast':
      case 'try_cast':
        if (called) return parseCast(word === 'try_cast')
        break
      case 'interval':
        if (
          startsValue(peek(1)) ||
          (isWord('not', 1) && !['in', 'like', 'ilike', 'between'].includes(peek(2).lower))
        ) {
          return parseInterval()
        }
        break
      case 'trim':
        if (called && ['both', 'leading', 'trailing'].includes(peek(2).lower)) return parseTrim()
        break
      case 'exists':
        if (called && (isWord('select', 2) || isWord('with', 2))) {
          throw new HogQLError('EXISTS is not supported: use IN, or compare a count.', token)
        }
        break
      case 'columns':
        if (called) throw new HogQLError("columns(…) is not supported: name the columns, or use '*'.", token)
        break
      case 'date':
      case 'timestamp':
        if (peek(1).kind === 'string') {
          throw new HogQLError(`Write toDateTime('…') or toDate('…') instead of ${token.text} '…'.`, token)
        }
        break
    }
    if (isSign('->', 1) || isBareLambda()) return parseLambda()
    if (isReserved(word) && !(called && isReservedFunction(word)) && !(isSign('.', 1) && word !== 'from')) {
      throw new HogQLError(
        `Expected an expression, but found "${token.text}". As a name it needs quotes: \`${token.text}\`.`,
        {
          start: token.start,
          end: token.end,
        },
      )
    }
    return parseNamed()
  }

  /** A column's chain, or a function's call. */
  function parseNamed(): Expr {
    const { start } = peek()
    if (isSign('(', 1)) return parseCall()
    const chain: (string | number)[] = [next().text]
    while (isSign('.')) {
      const after = peek(1)
      if (isSign('*', 1)) {
        next()
        next()
        chain.push('*')
        break
      }
      if (after.kind !== 'word' && after.kind !== 'quoted') break
      next()
      chain.push(next().text)
    }
    return { kind: 'field', chain, span: cursor.spanFrom(start) }
  }

  function parseTemplate(token: Token): Expr {
    const parts = token.parts!.map((part): Expr => {
      if (typeof part === 'string') return constant(part)
      const inner = createCursor(part, cursor.depth())
      const expr = parseWith(inner)
      if (inner.peek().kind !== 'end') throw inner.unexpected('"}"')
      return expr
    })
    if (!parts.length) return constant('')
    return parts.length === 1 && parts[0]!.kind === 'constant' ? parts[0]! : call('concat', ...parts)
  }

  /** Whether `(a, b) ->` comes: only bare names are looked at, so each bracket is looked at once. */
  function isLambda(): boolean {
    let ahead = 1
    while (isNameToken(peek(ahead))) {
      ahead++
      if (!isSign(',', ahead)) break
      ahead++
    }
    return isSign(')', ahead) && isSign('->', ahead + 1)
  }

  /** Whether `a, b ->` comes. */
  function isBareLambda(): boolean {
    if (!isSign(',', 1)) return false
    let ahead = 0
    // More than a few arguments are a list, not a lambda: the look-ahead must not grow with the list.
    while (ahead < 12 && isNameToken(peek(ahead)) && isSign(',', ahead + 1)) ahead += 2
    return isNameToken(peek(ahead)) && isSign('->', ahead + 1)
  }

  function parseLambda(): Expr {
    const bracketed = takeSign('(')
    const args: string[] = []
    while (isNameToken(peek())) {
      args.push(next().text)
      if (!takeSign(',')) break
    }
    if (bracketed) cursor.expectSign(')')
    cursor.expectSign('->')
    if (isSign('{') && (isSign('}', 1) || isWord('return', 1) || isWord('let', 1))) {
      throw new HogQLError('A lambda takes an expression, not a block of statements.', peek())
    }
    return { kind: 'lambda', args, expr: parse() }
  }

  /** `(x)`, `(x, y)`, `(select …)`. */
  function parseBrackets(): Expr {
    next()
    if (startsQuery()) {
      const query = queries.parseQuery(cursor)
      cursor.expectSign(')')
      return query
    }
    if (isSign(')')) throw cursor.unexpected('an expression between the brackets')
    const expr = parse()
    // `((select 1) union all (select 2))`: what began with a bracket was the first of several queries.
    const value =
      expr.kind === 'select' || expr.kind === 'select_set' ? queries.parseSetRest(cursor, expr) : expr
    if (!takeSign(',')) {
      cursor.expectSign(')')
      return value
    }
    const exprs = [value, ...parseList(')')]
    cursor.expectSign(')')
    return { kind: 'tuple', exprs }
  }

  const startsQuery = () =>
    (isWord('select') && !isSign('.', 1) && !isSign(')', 1) && !isSign(',', 1)) ||
    (isWord('with') && !isSign('.', 1) && !isSign(')', 1) && !isSign(',', 1) && !isSign('(', 1))

  /** `{filters}`, `{variables.x}`, `{'a': 1}`. */
  function parseBraces(): Expr {
    const { start } = next()
    const items: [Expr, Expr][] = []
    if (takeSign('}')) return { kind: 'dict', items }
    const first = parse()
    if (isSign('}')) {
      next()
      if (first.kind !== 'field' || first.chain.includes('*')) {
        throw new HogQLError(
          'A placeholder is a name: {filters} or {variables.name}.',
          cursor.spanFrom(start),
        )
      }
      return { kind: 'placeholder', chain: first.chain.map(String) }
    }
    cursor.expectSign(':')
    items.push([first, parse()])
    while (takeSign(',') && !isSign('}')) {
      const key = parse()
      cursor.expectSign(':')
      items.push([key, parse()])
    }
    cursor.expectSign('}')
    return { kind: 'dict', items }
  }

  return parsePrimary
}
