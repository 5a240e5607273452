import {
  alias,
  type Cte,
  type Expr,
  field,
  type JoinExpr,
  type Query,
  type SelectQuery,
  type SelectSetQuery,
  type SetOperator,
} from './ast.ts'
import { type Cursor, createCursor } from './cursor.ts'
import { HogQLError } from './errors.ts'
import { lex } from './lex.ts'
import { createExprParser } from './parse-expr.ts'
import type { QueryParser } from './parse-primary.ts'
import { isBareAlias, isNameToken } from './tokens.ts'
import { childrenOf } from './visit.ts'

const defaultMaxLength = 64 * 1024
const maxHeight = 500

/**
 * A query's text as a tree: `select …`, with `union`, `intersect` and `except` between several. Takes time linear
 * in the text.
 * @throws HogQLError with the place and what was expected there.
 */
export function parseSelect(text: string, { maxLength = defaultMaxLength } = {}): Query {
  return parseText(text, maxLength, (cursor) => {
    const query = parseQuery(cursor)
    cursor.takeSign(';')
    return query
  })
}

/** One expression's text as a tree, as in a filter or a column. */
export function parseExpr(text: string, { maxLength = defaultMaxLength } = {}): Expr {
  return parseText(text, maxLength, (cursor) => createExprParser(cursor, queries).parse())
}

function parseText<Tree extends Expr>(
  text: string,
  maxLength: number,
  parse: (cursor: Cursor) => Tree,
): Tree {
  if (text.length > maxLength) {
    throw new HogQLError(
      `The query is too long: ${text.length} characters, at most ${maxLength} are allowed.`,
    )
  }
  const cursor = createCursor(lex(text))
  const tree = parse(cursor)
  if (cursor.peek().kind !== 'end') throw cursor.unexpected('the end of the query')
  checkHeight(tree)
  return tree
}

/** Long chains (`1 + 1 + 1 …`) make deep trees without deep brackets; later stages walk trees by recursion. */
function checkHeight(tree: Expr): void {
  let level: Expr[] = [tree]
  for (let height = 0; level.length; height++) {
    if (height > maxHeight) {
      throw new HogQLError(
        `The query is nested too deeply: at most ${maxHeight} operators in a chain.`,
        tree.span,
      )
    }
    level = level.flatMap(childrenOf)
  }
}

const queries: QueryParser = { parseQuery, parseSetRest }

function parseQuery(cursor: Cursor): Query {
  return cursor.deeper(() => parseSetRest(cursor, parseOperand(cursor)))
}

const setWords = ['union', 'intersect', 'except']

function parseSetRest(cursor: Cursor, first: Query): Query {
  const rest: SelectSetQuery['rest'] = []
  for (;;) {
    const word = setWords.find((one) => cursor.takeWord(one))
    if (word) {
      const how = cursor.takeWord('all')
        ? ' ALL'
        : cursor.takeWord('distinct') || word === 'union'
          ? ' DISTINCT'
          : ''
      rest.push({ op: `${word.toUpperCase()}${how}` as SetOperator, query: parseOperand(cursor) })
    } else {
      return rest.length ? { kind: 'select_set', first, rest, span: first.span } : first
    }
  }
}

/** One of the queries that set operators join: a SELECT, or queries in brackets. */
function parseOperand(cursor: Cursor): Query {
  if (!cursor.takeSign('(')) return parseSelectQuery(cursor)
  const query = parseQuery(cursor)
  cursor.expectSign(')')
  return query
}

function parseSelectQuery(cursor: Cursor): SelectQuery {
  const { takeWord, takeWords, isWord, peek } = cursor
  const { parse, parseExprs, parseOrders, parseWindow, parseName } = createExprParser(cursor, queries)
  const { start } = peek()
  const query: SelectQuery = { kind: 'select', select: [] }

  if (takeWord('with')) query.ctes = parseCtes(cursor)
  cursor.expectWord('select')
  if (isWord('distinct') && !cursor.isSign(',', 1) && !isWord('from', 1)) {
    cursor.next()
    query.distinct = true
  }
  if (isWord('top') && peek(1).kind === 'number') throw unsupported(cursor, 'TOP', 'write LIMIT at the end')
  query.select = parseColumns(cursor)
  if (takeWord('from')) query.from = parseFrom(cursor)
  query.arrayJoin = parseArrayJoin(cursor)
  if (takeWord('prewhere')) query.prewhere = parse()
  if (takeWord('where')) query.where = parse()
  if (takeWords('group', 'by')) {
    if (isWord('all') && endsClause(cursor, 1) && takeWord('all')) query.groupByAll = true
    else {
      for (const word of ['rollup', 'cube', 'grouping']) {
        if (isWord(word) && (cursor.isSign('(', 1) || isWord('sets', 1))) {
          throw unsupported(cursor, `GROUP BY ${word.toUpperCase()}`, 'write a UNION ALL')
        }
      }
      query.groupBy = parseExprs()
    }
    if (isWord('with')) throw unsupported(cursor, `WITH ${peek(1).text.toUpperCase()}`, 'write a UNION ALL')
  }
  if (takeWord('having')) query.having = parse()
  if (takeWord('window')) {
    query.windows = {}
    do {
      const name = parseName("a window's name")
      cursor.expectWord('as')
      cursor.expectSign('(')
      query.windows[name] = parseWindow()
      cursor.expectSign(')')
    } while (cursor.takeSign(','))
  }
  if (takeWord('qualify')) query.qualify = parse()
  if (takeWords('order', 'by')) query.orderBy = parseOrders()
  parseLimits(cursor, query)
  if (isWord('settings')) throw unsupported(cursor, 'SETTINGS', 'limits are set by the server')
  if (isWord('format') || isWord('into'))
    throw unsupported(cursor, peek().text.toUpperCase(), 'answers are always JSON')
  if (!query.arrayJoin) delete query.arrayJoin
  query.span = cursor.spanFrom(start)
  return query
}

const unsupported = (cursor: Cursor, what: string, instead: string) => {
  const { start, end } = cursor.peek()
  return new HogQLError(`${what} is not supported: ${instead}.`, { start, end })
}

function endsClause(cursor: Cursor, ahead: number): boolean {
  const token = cursor.peek(ahead)
  const clauses = [
    'having',
    'window',
    'qualify',
    'order',
    'limit',
    'offset',
    'union',
    'intersect',
    'except',
    'with',
  ]
  return token.kind === 'end' || [')', ';'].includes(token.lower) || clauses.includes(token.lower)
}

function parseColumns(cursor: Cursor): Expr[] {
  const { parse } = createExprParser(cursor, queries)
  const columns: Expr[] = []
  do {
    if (columns.length && (cursor.isWord('from') || endsClause(cursor, 0))) break
    const { start } = cursor.peek()
    const expr = parse()
    if (expr.kind !== 'alias' && isBareAlias(cursor.peek())) {
      columns.push({ ...alias(cursor.next().text, expr), span: cursor.spanFrom(start) })
    } else {
      columns.push(expr)
    }
    const { lower } = cursor.peek()
    if (
      isStar(expr) &&
      ['except', 'exclude', 'replace', 'apply'].includes(lower) &&
      !cursor.isWord('select', 1)
    ) {
      throw unsupported(cursor, `* ${lower.toUpperCase()}`, 'name the columns')
    }
  } while (cursor.takeSign(','))
  return columns
}

const isStar = (expr: Expr) => expr.kind === 'field' && expr.chain.at(-1) === '*'

function parseCtes(cursor: Cursor): Cte[] {
  const { parse, parseName } = createExprParser(cursor, queries)
  if (cursor.isWord('recursive') && isNameToken(cursor.peek(1)) && cursor.isWord('as', 2)) {
    throw unsupported(cursor, 'WITH RECURSIVE', 'join the query with itself')
  }
  const ctes: Cte[] = []
  do {
    if (cursor.isWord('select')) break
    const materialized =
      cursor.isWord('as', 1) && (cursor.isWord('materialized', 2) || cursor.isWord('not', 2))
    if (materialized) throw unsupported(cursor, 'MATERIALIZED', 'leave the word out')
    const named = isNameToken(cursor.peek()) && cursor.isWord('as', 1) && cursor.isSign('(', 2)
    if (named) {
      const name = parseName('a name')
      cursor.expectWord('as')
      cursor.expectSign('(')
      const expr = parseQuery(cursor)
      cursor.expectSign(')')
      ctes.push({ name, type: 'subquery', expr })
      continue
    }
    const { start, end } = cursor.peek()
    const expr = parse()
    if (expr.kind !== 'alias')
      throw new HogQLError('Expected "name AS (SELECT …)" or "value AS name" after WITH.', { start, end })
    ctes.push({ name: expr.alias, type: 'column', expr: expr.expr })
  } while (cursor.takeSign(','))
  return ctes
}

function parseArrayJoin(cursor: Cursor): SelectQuery['arrayJoin'] {
  const { start, end } = cursor.peek()
  const op = cursor.takeWords('left', 'array', 'join')
    ? 'LEFT ARRAY JOIN'
    : cursor.takeWords('inner', 'array', 'join')
      ? 'INNER ARRAY JOIN'
      : cursor.takeWords('array', 'join')
        ? 'ARRAY JOIN'
        : undefined
  if (!op) return undefined
  const exprs = createExprParser(cursor, queries).parseExprs()
  if (exprs.some((expr) => expr.kind !== 'alias')) {
    throw new HogQLError('ARRAY JOIN arrays must have an alias: ARRAY JOIN list AS item.', { start, end })
  }
  return { op, exprs }
}

function parseLimits(cursor: Cursor, query: SelectQuery): void {
  const { parse, parseExprs } = createExprParser(cursor, queries)
  if (cursor.takeWord('limit')) {
    const first = parse()
    // Upstream's order: `limit 10, 20` skips 20 and takes 10.
    let offset = cursor.takeSign(',') ? parse() : undefined
    const ties = cursor.takeWords('with', 'ties')
    if (!offset && cursor.takeWord('offset')) offset = parse()
    if (!ties && cursor.takeWord('by')) {
      query.limitBy = { n: first, ...(offset && { offset }), exprs: parseExprs() }
      if (cursor.isWord('limit') || cursor.isWord('offset')) parseLimits(cursor, query)
      return
    }
    if (query.limit) throw cursor.unexpected('one LIMIT')
    query.limit = first
    if (offset) query.offset = offset
    if (ties || cursor.takeWords('with', 'ties')) query.limitWithTies = true
  } else if (cursor.takeWord('offset')) {
    query.offset = parse()
  }
}

// FROM

function parseFrom(cursor: Cursor): JoinExpr {
  const first = parseTable(cursor)
  let last = first
  while (last.next) last = last.next
  for (;;) {
    const joinType = parseJoinType(cursor)
    if (!joinType) return first
    const { start } = cursor.peek()
    const joined = parseTable(cursor)
    if (joined.next) {
      throw new HogQLError(
        'Joins in brackets can only come first: join the tables one after another.',
        joined.span,
      )
    }
    joined.joinType = joinType
    if (joinType !== 'CROSS JOIN') joined.constraint = parseConstraint(cursor)
    if (!joined.constraint) delete joined.constraint
    if (joinType !== 'CROSS JOIN' && !joined.constraint) throw cursor.unexpected('ON or USING')
    joined.span = cursor.spanFrom(start)
    last.next = joined
    last = joined
  }
}

const strictness = ['all', 'any', 'asof', 'semi', 'anti']
const joinWords = [...strictness, 'inner', 'left', 'right', 'full', 'outer', 'cross']

/** The words before a table that is joined, put in upstream's order; undefined when no join comes. */
function parseJoinType(cursor: Cursor): string | undefined {
  if (cursor.takeSign(',')) return 'CROSS JOIN'
  let count = 0
  while (cursor.peek(count).kind === 'word' && joinWords.includes(cursor.peek(count).lower)) count++
  if (cursor.isWord('array', count)) return undefined
  if (!cursor.isWord('join', count)) {
    if (cursor.isWord('natural')) throw unsupported(cursor, 'NATURAL JOIN', 'name the columns with USING')
    if (cursor.isWord('global') && count === 0 && cursor.isWord('join', 1)) cursor.next()
    else return undefined
  }
  const { start } = cursor.peek()
  const words = Array.from({ length: count }, () => cursor.next().lower)
  cursor.expectWord('join')
  const kind = words.find((word) => ['inner', 'left', 'right', 'full', 'cross'].includes(word))
  const strict = words.filter((word) => strictness.includes(word))
  const outer = words.includes('outer')
  const expected = (kind ? 1 : 0) + strict.length + (outer ? 1 : 0)
  const semi = strict[0] === 'semi' || strict[0] === 'anti'
  const fits =
    words.length === expected &&
    strict.length <= 1 &&
    !(outer && (!kind || kind === 'inner' || kind === 'cross')) &&
    !(kind === 'cross' && strict.length) &&
    !(semi && kind !== 'left' && kind !== 'right')
  if (!fits) throw new HogQLError(`"${words.join(' ')} join" is not a join.`, cursor.spanFrom(start))
  if (!kind && !strict.length) return 'JOIN'
  if (!kind || kind === 'inner') return [...strict, 'inner', 'join'].join(' ').toUpperCase()
  return [kind, ...(outer ? ['outer'] : []), ...strict, 'join'].join(' ').toUpperCase()
}

function parseConstraint(cursor: Cursor): JoinExpr['constraint'] {
  const { parse, parseExprs } = createExprParser(cursor, queries)
  const { start } = cursor.peek()
  if (cursor.takeWord('on')) return { type: 'ON', expr: parse(), span: cursor.spanFrom(start) }
  if (!cursor.takeWord('using')) return undefined
  const bracketed = cursor.takeSign('(')
  const exprs = parseExprs()
  if (bracketed) cursor.expectSign(')')
  const expr: Expr = exprs.length === 1 ? exprs[0]! : { kind: 'tuple', exprs }
  return { type: 'USING', expr, span: cursor.spanFrom(start) }
}

function parseTable(cursor: Cursor): JoinExpr {
  return cursor.deeper(() => {
    const { start } = cursor.peek()
    const bracketed = cursor.isSign('(') && !startsQuery(cursor, 1)
    if (bracketed) {
      cursor.next()
      const inner = parseFrom(cursor)
      cursor.expectSign(')')
      return inner
    }
    const join = parseTableSource(cursor)
    if (cursor.takeWord('as')) join.alias = parseAlias(cursor)
    else if (isBareAlias(cursor.peek())) join.alias = cursor.next().text
    if (join.alias && cursor.isSign('('))
      throw unsupported(cursor, 'Naming columns after an alias', 'name them in the subquery')
    if (cursor.takeWord('final')) join.final = true
    if (cursor.takeWord('sample')) join.sample = parseSample(cursor)
    join.span = cursor.spanFrom(start)
    return join
  })
}

function parseAlias(cursor: Cursor): string {
  if (!isNameToken(cursor.peek())) throw cursor.unexpected('a name after AS')
  return cursor.next().text
}

function startsQuery(cursor: Cursor, ahead: number): boolean {
  let at = ahead
  while (cursor.isSign('(', at)) at++
  return cursor.isWord('select', at) || cursor.isWord('with', at)
}

function parseTableSource(cursor: Cursor): JoinExpr {
  const { parseList } = createExprParser(cursor, queries)
  const { start } = cursor.peek()
  if (cursor.takeSign('(')) {
    const query = parseQuery(cursor)
    cursor.expectSign(')')
    return { table: query }
  }
  if (cursor.isSign('{')) {
    const table = createExprParser(cursor, queries).parsePrimary()
    if (table.kind !== 'placeholder') throw new HogQLError('Expected a table.', table.span)
    return { table: { ...table, span: cursor.spanFrom(start) } }
  }
  if (
    !isNameToken(cursor.peek()) ||
    (cursor.peek().kind === 'word' && clauseWords.has(cursor.peek().lower))
  ) {
    throw cursor.unexpected('a table')
  }
  const chain = [cursor.next().text]
  while (cursor.isSign('.') && isNameToken(cursor.peek(1))) {
    cursor.next()
    chain.push(cursor.next().text)
  }
  const table = { ...field(...chain), span: cursor.spanFrom(start) }
  if (!cursor.takeSign('(')) return { table }
  const tableArgs = parseList(')')
  cursor.expectSign(')')
  return { table, tableArgs }
}

const clauseWords = new Set([
  'select',
  'where',
  'prewhere',
  'group',
  'having',
  'order',
  'limit',
  'union',
  'join',
  'on',
])

function parseSample(cursor: Cursor): JoinExpr['sample'] {
  const ratio = () => {
    const number = () => {
      const token = cursor.peek()
      if (token.kind !== 'number') throw cursor.unexpected('a number')
      return Number(cursor.next().text)
    }
    const numerator = number()
    return { numerator, denominator: cursor.takeSign('/') ? number() : undefined }
  }
  const { numerator, denominator } = ratio()
  const offset = cursor.takeWord('offset') ? ratio() : undefined
  return {
    ratio: numerator,
    ...(denominator !== undefined && { denominator }),
    ...(offset && { offset: offset.numerator / (offset.denominator ?? 1) }),
  }
}
