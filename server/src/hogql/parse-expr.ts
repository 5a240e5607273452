import {
  alias,
  type Call,
  type CompareOperator,
  call,
  constant,
  type Expr,
  type Query,
  type WindowFrameBound,
  type WindowSpec,
} from './ast.ts'
import { type Cursor, createCursor } from './cursor.ts'
import { HogQLError } from './errors.ts'
import type { Token } from './lex.ts'
import { keywords } from './words.ts'

/** What the expression parser needs of the query parser, which is above it. */
export type QueryParser = {
  /** A whole query, up to what can't be part of it. */
  parseQuery(cursor: Cursor): Query
  /** Set operators and queries that follow a first one; that one itself when there are none. */
  parseSetRest(cursor: Cursor, first: Query): Query
}

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

// Words that begin or join the parts of a query: as a column's name they need quotes.
const reserved = new Set(
  `select from where prewhere group having order limit union intersect except qualify settings then when else end as on
  using join and or in like ilike is between by with asc desc case`.split(/\s+/),
)
// Of those, the ones that are functions too.
const alsoFunctions = new Set(['and', 'or', 'in', 'like', 'ilike'])

/** Parses expressions at a cursor. All state is the cursor's. */
export function createExprParser(cursor: Cursor, queries: QueryParser) {
  const { peek, next, isSign, isWord, takeSign, takeWord } = cursor

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
    if (reserved.has(word) && !(called && alsoFunctions.has(word)) && !(isSign('.', 1) && word !== 'from')) {
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

  /** Expressions up to a closing sign, which stays; a comma may come last. */
  function parseList(close: string): Expr[] {
    const exprs: Expr[] = []
    while (!isSign(close)) {
      exprs.push(parse())
      if (!takeSign(',')) break
    }
    return exprs
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

  /** One or more expressions; a comma may come last, before a clause or the end. */
  function parseExprs(): Expr[] {
    const exprs = [parse()]
    while (takeSign(',')) {
      const token = peek()
      if (
        token.kind === 'end' ||
        isSign(')') ||
        (token.kind === 'word' && reserved.has(token.lower) && !canStart(token))
      )
        break
      exprs.push(parse())
    }
    return exprs
  }

  const canStart = (token: Token) =>
    token.lower === 'case' || (isSign('(', 1) && alsoFunctions.has(token.lower))

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
    const expr = parseAt(aliasLevel + 1)
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

  function parseTemplate(token: Token): Expr {
    const parts = token.parts!.map((part): Expr => {
      if (typeof part === 'string') return constant(part)
      const inner = createCursor(part, cursor.depth())
      const expr = createExprParser(inner, queries).parse()
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

  function parseName(what: string): string {
    if (!isNameToken(peek())) throw cursor.unexpected(what)
    return next().text
  }

  return { parse, parsePrimary, parseExprs, parseOrders, parseWindow, parseName, parseList }
}

export const isNameToken = (token: Token): boolean =>
  token.kind === 'quoted' ||
  (token.kind === 'word' && !['null', 'inf', 'infinity', 'nan', 'true', 'false'].includes(token.lower))

/** Whether a name can follow without AS: not a word that means something there. */
export const isBareAlias = (token: Token): boolean =>
  token.kind === 'quoted' ||
  (token.kind === 'word' &&
    (!keywords.has(token.lower) || ['date', 'id', 'global', 'into', 'top', 'totals'].includes(token.lower)))

const isInfinity = (token: Token) => token.kind === 'word' && ['inf', 'infinity', 'nan'].includes(token.lower)

/** Whether a value can begin with this token: tells `interval 1 day` from a column called interval. */
const startsValue = (token: Token): boolean =>
  token.kind === 'number' ||
  token.kind === 'string' ||
  token.kind === 'quoted' ||
  token.kind === 'template' ||
  (token.kind === 'word' && !reserved.has(token.lower) && token.lower !== 'not') ||
  (token.kind === 'sign' && ['(', '{', '-'].includes(token.lower))

function numberOf({ kind, text, lower, start, end }: Token): number | bigint {
  if (kind === 'word') return lower === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY
  const value = Number(text)
  if (/^(?:\d+|0[xb].+)$/i.test(text) && !Number.isSafeInteger(value)) return BigInt(text)
  if (Number.isNaN(value)) throw new HogQLError(`"${text}" is not a number.`, { start, end })
  return value
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
