import { type Call, call, constant, type Expr } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { HogQLError } from './errors.ts'
import type { ListParser } from './parse-lists.ts'
import { isNameToken } from './tokens.ts'

const intervalUnits = new Map([
  ['second', 'Second'],
  ['minute', 'Minute'],
  ['hour', 'Hour'],
  ['day', 'Day'],
  ['week', 'Week'],
  ['month', 'Month'],
  ['quarter', 'Quarter'],
  ['year', 'Year'],
])

type Needs = {
  parse(): Expr
  /** An expression that can't have an alias: an AS after it is somebody else's. */
  parseUnnamed(): Expr
}

/** Parses calls of functions, and what the language writes as words of its own but means as calls. */
export function createCallParser(
  cursor: Cursor,
  { parse, parseUnnamed }: Needs,
  { parseList, parseWindow, parseType }: ListParser,
) {
  const { peek, next, isSign, isWord, takeSign, takeWord } = cursor

  function parseCall(): Expr {
    const { start, text: name } = next()
    let first = parseArguments()
    let params: Expr[] | undefined
    if (isSign('(')) {
      if (first.distinct) throw cursor.unexpected('one list of arguments after DISTINCT')
      params = first.exprs
      first = parseArguments()
    }
    const node: Call = { kind: 'call', name, args: first.exprs }
    if (params) node.params = params
    if (first.distinct) node.distinct = true
    if (isWord('filter') && isSign('(', 1)) {
      next()
      next()
      cursor.expectWord('where')
      node.filter = parse()
      cursor.expectSign(')')
    }
    node.span = cursor.spanFrom(start)
    const plain = !node.params && !node.distinct && !node.filter
    if (name.toLowerCase() === 'not' && plain && node.args.length === 1)
      return { kind: 'not', expr: node.args[0]! }
    return isWord('over') && (isSign('(', 1) || isNameToken(peek(1))) ? parseOver(node) : node
  }

  function parseArguments(): { exprs: Expr[]; distinct: boolean } {
    cursor.expectSign('(')
    const distinct = isWord('distinct') && !isSign(')', 1) && !isSign(',', 1) && takeWord('distinct')
    const exprs = parseList(')')
    if (isWord('order')) {
      throw new HogQLError(
        'ORDER BY inside a call is not supported: sort the array, as in arraySort(groupArray(x)).',
        peek(),
      )
    }
    cursor.expectSign(')')
    return { exprs, distinct }
  }

  function parseOver(node: Call): Expr {
    if (node.distinct || node.filter) {
      throw new HogQLError('DISTINCT and FILTER cannot be used with a window (OVER …).', node.span)
    }
    next()
    const { kind: _, ...rest } = node
    if (!isSign('(')) return { ...rest, kind: 'window_function', over: { name: next().text } }
    next()
    const over = parseWindow()
    cursor.expectSign(')')
    return { ...rest, kind: 'window_function', over }
  }

  function parseCase(): Expr {
    next()
    const value = isWord('when') ? undefined : parse()
    const parts: Expr[] = []
    while (takeWord('when')) {
      parts.push(parse())
      cursor.expectWord('then')
      parts.push(parse())
    }
    if (!parts.length) throw cursor.unexpected('WHEN')
    parts.push(takeWord('else') ? parse() : constant(null))
    cursor.expectWord('end')
    if (value) return call('caseWithExpression', value, ...parts)
    return call(parts.length === 3 ? 'if' : 'multiIf', ...parts)
  }

  function parseCast(orNull: boolean): Expr {
    const { start } = next()
    cursor.expectSign('(')
    // The type's AS must not be taken for an alias.
    const expr = parseUnnamed()
    if (takeSign(',')) {
      const type = parse()
      cursor.expectSign(')')
      return { ...call('cast', expr, type), span: cursor.spanFrom(start) }
    }
    cursor.expectWord('as')
    const type = parseType(true)
    cursor.expectSign(')')
    return { kind: 'cast', expr, type, ...(orNull && { orNull: true }) }
  }

  function parseInterval(): Expr {
    const { start } = next()
    const amount = parse()
    const unit = peek().kind === 'word' ? intervalUnits.get(peek().lower) : undefined
    if (unit) {
      next()
      return call(`toInterval${unit}`, amount)
    }
    if (amount.kind === 'constant' && typeof amount.value === 'string') {
      const [, count, name] = /^\s*(\d+)\s+([a-z]+?)s?\s*$/i.exec(amount.value) ?? []
      const named = name && intervalUnits.get(name.toLowerCase())
      if (named) return call(`toInterval${named}`, constant(Number(count)))
    }
    throw new HogQLError(
      'INTERVAL takes an amount and a unit: INTERVAL 7 DAY (second, minute, hour, day, week, month, quarter, year).',
      cursor.spanFrom(start),
    )
  }

  /** `trim(both ' ' from x)`. */
  function parseTrim(): Expr {
    next()
    cursor.expectSign('(')
    const name = { both: 'trim', leading: 'trimLeft', trailing: 'trimRight' }[next().lower]!
    if (peek().kind !== 'string') throw cursor.unexpected('a string')
    const what = constant(next().text)
    cursor.expectWord('from')
    const text = parse()
    cursor.expectSign(')')
    return call(name, text, what)
  }

  return { parseCall, parseCase, parseCast, parseInterval, parseTrim }
}
