import type { Expr, WindowFrameBound, WindowSpec } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { HogQLError } from './errors.ts'
import type { Token } from './lex.ts'
import { isNameToken, isReserved, isReservedFunction, numberOf } from './tokens.ts'

export type ListParser = ReturnType<typeof createListParser>

/**
 * Parses what is made of several expressions, or of none: lists, orders, windows; names and types. `parse` parses one
 * expression at the cursor.
 */
export function createListParser(cursor: Cursor, parse: () => Expr) {
  const { peek, next, isSign, isWord, takeSign, takeWord } = cursor

  /** Expressions up to a closing sign, which stays; a comma may come last. */
  function parseList(close: string): Expr[] {
    const exprs: Expr[] = []
    while (!isSign(close)) {
      exprs.push(parse())
      if (!takeSign(',')) break
    }
    return exprs
  }

  /** One or more expressions; a comma may come last, before a clause or the end. */
  function parseExprs(): Expr[] {
    const exprs = [parse()]
    while (takeSign(',')) {
      const token = peek()
      if (
        token.kind === 'end' ||
        isSign(')') ||
        (token.kind === 'word' && isReserved(token.lower) && !canStart(token))
      )
        break
      exprs.push(parse())
    }
    return exprs
  }

  const canStart = (token: Token) =>
    token.lower === 'case' || (isSign('(', 1) && isReservedFunction(token.lower))

  function parseOrders() {
    const orders = []
    do {
      const { start } = peek()
      const expr = parse()
      const down = takeWord('desc') || takeWord('descending')
      if (!down && !takeWord('asc')) takeWord('ascending')
      const nulls = takeWord('nulls') ? (takeWord('first') ? 'FIRST' : 'LAST') : undefined
      if (nulls === 'LAST') cursor.expectWord('last')
      if (isWord('collate')) throw new HogQLError('COLLATE is not supported.', peek())
      if (isWord('with') && isWord('fill', 1)) throw new HogQLError('WITH FILL is not supported.', peek())
      orders.push({
        expr,
        order: down ? ('DESC' as const) : ('ASC' as const),
        ...(nulls && { nulls: nulls as 'FIRST' | 'LAST' }),
        span: cursor.spanFrom(start),
      })
    } while (takeSign(','))
    return orders
  }

  function parseWindow(): WindowSpec {
    const spec: WindowSpec = {}
    if (cursor.takeWords('partition', 'by')) spec.partitionBy = parseExprs()
    if (cursor.takeWords('order', 'by')) spec.orderBy = parseOrders()
    if (isWord('rows') || isWord('range')) {
      const method = next().lower === 'rows' ? 'ROWS' : 'RANGE'
      if (takeWord('between')) {
        const start = parseBound()
        cursor.expectWord('and')
        spec.frame = { method, start, end: parseBound() }
      } else {
        spec.frame = { method, start: parseBound() }
      }
    }
    return spec
  }

  function parseBound(): WindowFrameBound {
    if (cursor.takeWords('current', 'row')) return { type: 'CURRENT ROW' }
    const value = takeWord('unbounded')
      ? null
      : peek().kind === 'number'
        ? Number(numberOf(next()))
        : undefined
    if (value === undefined) throw cursor.unexpected('CURRENT ROW, UNBOUNDED or a number')
    if (takeWord('preceding')) return { type: 'PRECEDING', value }
    if (takeWord('following')) return { type: 'FOLLOWING', value }
    throw cursor.unexpected('PRECEDING or FOLLOWING')
  }

  /** A type's name in lower case; with `arguments` what it has in brackets, too. */
  function parseType(withArguments: boolean): string {
    let type = parseName('a type').toLowerCase()
    if (!withArguments || !isSign('(')) return type
    let depth = 0
    do {
      const token = next()
      if (token.kind === 'end') throw cursor.unexpected('")"')
      if (token.lower === '(') depth++
      if (token.lower === ')') depth--
      type += token.lower === ',' ? ', ' : token.text.toLowerCase()
    } while (depth > 0)
    return type
  }

  function parseName(what: string): string {
    if (!isNameToken(peek())) throw cursor.unexpected(what)
    return next().text
  }

  return { parseList, parseExprs, parseOrders, parseWindow, parseType, parseName }
}
