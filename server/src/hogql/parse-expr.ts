import { alias, type CompareOperator, call, constant, type Expr } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { HogQLError } from './errors.ts'
import { createListParser } from './parse-lists.ts'
import { createPrimaryParser, type QueryParser } from './parse-primary.ts'
import { isInfinity, numberOf, startsValue } from './tokens.ts'

// How tightly operators bind, loosest first (upstream's grammar).
const aliasLevel = 1
const ternaryLevel = 2
const orLevel = 3
const andLevel = 4
const notLevel = 5
const betweenLevel = 6
const nullishLevel = 7
const distinctLevel = 8
const isNullLevel = 9
const compareLevel = 10
const sumLevel = 11
const productLevel = 12
const negateLevel = 13
const postfixLevel = 14

const comparisons = new Map<string, CompareOperator>([
  ['=', '='],
  ['==', '='],
  ['!=', '!='],
  ['<>', '!='],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
  ['~', '=~'],
  ['=~', '=~'],
  ['!~', '!~'],
  ['~*', '=~*'],
  ['=~*', '=~*'],
  ['!~*', '!~*'],
])

/** Parses expressions at a cursor: operators, and how tightly they bind. All state is the cursor's. */
export function createExprParser(cursor: Cursor, queries: QueryParser) {
  const { peek, next, isSign, isWord, takeSign, takeWord } = cursor
  const lists = createListParser(cursor, () => parse())
  const { parseName, parseType, parseList, parseExprs, parseOrders, parseWindow } = lists
  const parsePrimary = createPrimaryParser(
    cursor,
    queries,
    {
      parse: () => parse(),
      parseUnnamed: () => parseAt(aliasLevel + 1),
      parseWith: (other) => createExprParser(other, queries).parse(),
    },
    lists,
  )

  const parse = (): Expr => parseAt(0)

  /** An expression whose operators all bind at least as tightly as `least`. */
  function parseAt(least: number): Expr {
    return cursor.deeper(() => {
      const { start } = peek()
      let left = parsePrefix()
      for (;;) {
        const wider = parseOperator(left, least)
        if (!wider) return left
        wider.span = cursor.spanFrom(start)
        left = wider
        // What has a name is no operand of a sum or a comparison: `a AS b + 1` is refused.
        if (wider.kind === 'alias' && !isSign('?') && !['as', 'and', 'or'].includes(peek().lower)) return left
      }
    })
  }

  function parsePrefix(): Expr {
    const { start, lower } = peek()
    let expr: Expr
    if (isWord('not') && !isSign('(', 1) && !isSign('.', 1)) {
      next()
      expr = { kind: 'not', expr: parseAt(notLevel) }
    } else if (isSign('-') && !(peek(1).kind === 'number' || isInfinity(peek(1)))) {
      next()
      expr = { kind: 'arithmetic', op: '-', left: constant(0), right: parseAt(negateLevel) }
    } else if ((lower === '-' || lower === '+') && peek().kind === 'sign') {
      next()
      if (peek().kind !== 'number' && !isInfinity(peek())) throw cursor.unexpected('a number')
      const value = numberOf(next())
      expr = constant(lower === '-' ? -value : value)
    } else {
      expr = parsePrimary()
    }
    expr.span = cursor.spanFrom(start)
    return expr
  }

  /** What the operator that comes makes of `left`; undefined when none comes that binds tightly enough. */
  function parseOperator(left: Expr, least: number): Expr | undefined {
    const token = peek()
    if (token.kind === 'word') return parseWordOperator(left, least, token.lower)
    if (token.kind !== 'sign') return undefined
    if (least <= postfixLevel) {
      const postfix = parsePostfix(left, token.lower)
      if (postfix) return postfix
    }
    const comparison = comparisons.get(token.lower)
    if (comparison && least <= compareLevel) {
      next()
      return { kind: 'compare', op: comparison, left, right: parseAt(compareLevel + 1) }
    }
    switch (token.lower) {
      case '*':
      case '/':
      case '%':
        if (least > productLevel) return undefined
        next()
        return { kind: 'arithmetic', op: token.lower, left, right: parseAt(productLevel + 1) }
      case '+':
      case '-':
        if (least > sumLevel) return undefined
        next()
        return { kind: 'arithmetic', op: token.lower, left, right: parseAt(sumLevel + 1) }
      case '||':
        if (least > sumLevel) return undefined
        next()
        return concatenated(left, parseAt(sumLevel + 1))
      case '<=>':
        if (least > distinctLevel) return undefined
        next()
        return distinctFrom(left, parseAt(distinctLevel + 1), true)
      case '??':
        if (least > nullishLevel) return undefined
        next()
        return call('ifNull', left, parseAt(nullishLevel + 1))
      case '?': {
        if (least > ternaryLevel) return undefined
        next()
        const yes = parseAt(0)
        cursor.expectSign(':')
        return call('if', left, yes, parseAt(ternaryLevel))
      }
      default:
        return undefined
    }
  }

  function parsePostfix(left: Expr, sign: string): Expr | undefined {
    switch (sign) {
      case '[': {
        next()
        const property = parse()
        cursor.expectSign(']')
        return { kind: 'array_access', array: left, property }
      }
      case '.':
      case '?.': {
        const nullish = sign === '?.' ? { nullish: true } : {}
        next()
        if (nullish.nullish && takeSign('[')) {
          const property = parse()
          cursor.expectSign(']')
          return { kind: 'array_access', array: left, property, ...nullish }
        }
        if (peek().kind === 'number') {
          return { kind: 'tuple_access', tuple: left, index: Number(next().text), ...nullish }
        }
        return {
          kind: 'array_access',
          array: left,
          property: constant(parseName('a name after the dot')),
          ...nullish,
        }
      }
      case '::':
        next()
        return { kind: 'cast', expr: left, type: parseType(false) }
      case '(':
        throw new HogQLError('Only a function can be called.', { start: peek().start, end: peek().end })
      default:
        return undefined
    }
  }

  function parseWordOperator(left: Expr, least: number, word: string): Expr | undefined {
    switch (word) {
      case 'and':
      case 'or': {
        const level = word === 'and' ? andLevel : orLevel
        if (least > level) return undefined
        next()
        return flattened(word, left, parseAt(level + 1))
      }
      case 'is':
        return parseIs(left, least)
      case 'not': {
        const after = peek(1).lower
        if (!['in', 'like', 'ilike', 'between'].includes(after) || peek(1).kind !== 'word') return undefined
        if (least > (after === 'between' ? betweenLevel : compareLevel)) return undefined
        next()
        return after === 'between' ? parseBetween(left, true) : parseMatch(left, after, true)
      }
      case 'in':
      case 'like':
      case 'ilike':
        return least > compareLevel ? undefined : parseMatch(left, word, false)
      case 'between':
        return least > betweenLevel ? undefined : parseBetween(left, false)
      case 'as':
        if (least > aliasLevel) return undefined
        next()
        return alias(peek().kind === 'string' ? next().text : parseName('a name after AS'), left)
      default:
        return undefined
    }
  }

  function parseIs(left: Expr, least: number): Expr | undefined {
    const negated = isWord('not', 1)
    const after = negated ? 2 : 1
    const isNull = isWord('null', after)
    if (!isNull && !(isWord('distinct', after) && isWord('from', after + 1))) {
      next()
      throw cursor.unexpected('NULL or DISTINCT FROM after IS')
    }
    if (least > (isNull ? isNullLevel : distinctLevel)) return undefined
    for (let taken = 0; taken <= after; taken++) next()
    if (isNull) return { kind: 'compare', op: negated ? '!=' : '=', left, right: constant(null) }
    cursor.expectWord('from')
    return distinctFrom(left, parseAt(distinctLevel + 1), negated)
  }

  function parseMatch(left: Expr, word: string, negated: boolean): Expr {
    next()
    const cohort = word === 'in' && isWord('cohort') && startsValue(peek(1)) && takeWord('cohort')
    const op = `${negated ? 'not ' : ''}${word}${cohort ? ' cohort' : ''}` as CompareOperator
    return { kind: 'compare', op, left, right: parseAt(compareLevel + 1) }
  }

  function parseBetween(left: Expr, negated: boolean): Expr {
    next()
    const low = parseAt(betweenLevel + 1)
    cursor.expectWord('and')
    return { kind: 'between', expr: left, low, high: parseAt(betweenLevel + 1), negated }
  }

  return { parse, parsePrimary, parseExprs, parseOrders, parseWindow, parseName, parseList }
}

function flattened(kind: 'and' | 'or', left: Expr, right: Expr): Expr {
  const parts = (expr: Expr) => (expr.kind === kind ? expr.exprs : [expr])
  // The left side was made by the step before: it is added to, not copied, so that a long chain takes linear time.
  if (left.kind === kind) {
    left.exprs.push(...parts(right))
    return left
  }
  return { kind, exprs: [left, ...parts(right)] }
}

function concatenated(left: Expr, right: Expr): Expr {
  const parts = (expr: Expr) => (expr.kind === 'call' && expr.name === 'concat' ? expr.args : [expr])
  if (left.kind === 'call' && left.name === 'concat') {
    left.args.push(...parts(right))
    return left
  }
  return call('concat', left, ...parts(right))
}

/** `a is distinct from b`: comparisons in HogQL know null from other values already. */
const distinctFrom = (left: Expr, right: Expr, same: boolean): Expr => ({
  kind: 'compare',
  op: same ? '=' : '!=',
  left,
  right,
})
