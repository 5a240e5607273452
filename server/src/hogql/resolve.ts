import {
  call,
  constant,
  type Expr,
  field,
  fromQuery,
  type JoinExpr,
  type Query,
  type SelectQuery,
  type SelectSetQuery,
  select,
} from './ast.ts'
import type { Column, Context, PlacedSource, ResolvedQuery, Schema, Source } from './context.ts'
import { didYouMean, HogQLError } from './errors.ts'
import { resolveExpr, resolveWindow } from './expressions.ts'
import { printHogQL } from './print-hogql.ts'
import { emptyScope, type Scope } from './scope.ts'
import { columnsSource, placeTable } from './sources.ts'
import { tableFunctions, tableNames } from './tables.ts'
import type { Typed } from './types.ts'
import { joinsOf } from './visit.ts'

export type { Schema } from './context.ts'
export type { PropertyType } from './types.ts'

declare const resolved: unique symbol
/** A tree of physical tables and ClickHouse's functions: what `guard` takes. Only `resolve` makes one. */
export type Resolved = { query: Query; columns: Column[]; readonly [resolved]: true }

const mostReads = 1000
const mostCtes = 200

/**
 * Binds every name of a query: tables, columns, properties and their types, functions, CTEs, `*`; puts times into
 * the project's zone and limits on the outermost rows.
 * @throws HogQLError with a position where the tree came from text.
 */
export function resolve(tree: Query, schema: Schema): Resolved {
  let reads = 0
  const context: Context = {
    schema,
    timezone: checkedZone(schema.timezone ?? 'UTC'),
    propertyType: schema.propertyType ?? (() => null),
    countRead() {
      if (++reads > mostReads) {
        throw new HogQLError(
          `The query has too many tables and subqueries: at most ${mostReads} are allowed, CTEs counted at each use.`,
        )
      }
    },
  }
  const answer = resolveQuery(context, tree, emptyScope())
  const limits = schema.limits === undefined ? { default: 100, max: 10_000 } : schema.limits
  const query = limits ? limited(answer.query, limits) : answer.query
  return { query, columns: answer.columns } as Resolved
}

function checkedZone(timezone: string): string {
  if (!/^[A-Za-z0-9_+\-/]+$/.test(timezone)) throw new HogQLError(`"${timezone}" is not a time zone.`)
  return timezone
}

function limited(query: Query, limits: { default: number; max: number }): Query {
  if (query.kind === 'select_set') {
    return select({ select: [field('*')], from: fromQuery(query, 'answer'), limit: constant(limits.default) })
  }
  const { limit } = query
  if (!limit) return { ...query, limit: constant(limits.default) }
  if (limit.kind === 'constant' && typeof limit.value === 'number') {
    return { ...query, limit: constant(Math.min(limit.value, limits.max)) }
  }
  return { ...query, limit: call('least', limit, constant(limits.max)) }
}

function resolveQuery(context: Context, query: Query, outer: Scope): ResolvedQuery {
  return query.kind === 'select' ? resolveSelect(context, query, outer) : resolveSet(context, query, outer)
}

function resolveSet(context: Context, query: SelectSetQuery, outer: Scope): ResolvedQuery {
  const first = resolveQuery(context, query.first, outer)
  const rest = query.rest.map(({ op, query: next }) => ({ op, query: resolveQuery(context, next, outer) }))
  const columns = first.columns.map((column, index): Column => {
    const others = rest.map((one) => one.query.columns[index]?.type)
    const same = others.every((one) => one?.name === column.type.name)
    const nullable = column.type.nullable || others.some((one) => one?.nullable !== false)
    return { name: column.name, type: { name: same ? column.type.name : 'Unknown', nullable } }
  })
  for (const one of rest) {
    if (one.query.columns.length !== columns.length) {
      throw new HogQLError(
        `The queries of a ${query.rest[0]!.op} must have the same number of columns: ${columns.length} and ${one.query.columns.length}.`,
        query.span,
      )
    }
  }
  return {
    query: {
      kind: 'select_set',
      first: first.query,
      rest: rest.map((one) => ({ op: one.op, query: one.query.query })),
    },
    columns,
  }
}

function resolveSelect(context: Context, query: SelectQuery, outer: Scope): ResolvedQuery {
  context.countRead()
  if ((query.ctes?.length ?? 0) > mostCtes) {
    throw new HogQLError(`WITH names too many queries: at most ${mostCtes} are allowed.`, query.span)
  }
  const scope = emptyScope(new Map(outer.ctes))
  for (const cte of query.ctes ?? []) {
    // Its own scope is a snapshot: a CTE sees those before it, never itself.
    scope.ctes.set(cte.name, { expr: cte.expr, scope: emptyScope(new Map(scope.ctes)) })
  }
  const resolveInner = (inner: Query, at: Scope) => resolveQuery(context, inner, at)
  const typed = (expr: Expr, nullIsNo = false) => resolveExpr(context, scope, resolveInner, expr, nullIsNo)
  const plain = (expr: Expr) => typed(expr).expr
  const condition = (expr: Expr) => typed(expr, true).expr

  const placed = placeFrom(context, query.from, scope, resolveInner, condition)
  const answer: SelectQuery = select({ select: [] })
  if (query.distinct) answer.distinct = true
  if (query.arrayJoin) {
    const { op, exprs } = query.arrayJoin
    answer.arrayJoin = { op, exprs: exprs.map((expr) => plain(named(expr))) }
  }

  const columns: Column[] = []
  const taken = new Set<string>()
  for (const expr of query.select.flatMap((one) => expandStar(scope, one))) {
    const value = typed(expr)
    const name = columnName(expr)
    columns.push({ name, type: value.type })
    answer.select.push(withName(value.expr, name, taken))
  }

  const wheres = placed.flatMap(({ filters }) => filters)
  // PREWHERE would run over other projects' rows, and an error in it would tell of them: the engine moves what it
  // wants there by itself.
  if (query.prewhere) wheres.push(condition(query.prewhere))
  if (query.where) wheres.push(condition(query.where))
  if (wheres.length) answer.where = wheres.length > 1 ? { kind: 'and', exprs: wheres } : wheres[0]!
  if (query.groupBy) answer.groupBy = query.groupBy.map(plain)
  if (query.groupByAll) answer.groupByAll = true
  if (query.having) answer.having = condition(query.having)
  if (query.windows) {
    answer.windows = Object.fromEntries(
      Object.entries(query.windows).map(([name, spec]) => [name, resolveWindow(spec, plain)]),
    )
  }
  if (query.qualify) answer.qualify = condition(query.qualify)
  if (query.orderBy) answer.orderBy = query.orderBy.map((order) => ({ ...order, expr: plain(order.expr) }))
  if (query.limitBy) {
    const { n, offset, exprs } = query.limitBy
    answer.limitBy = { n: plain(n), ...(offset && { offset: plain(offset) }), exprs: exprs.map(plain) }
  }
  if (query.limit) answer.limit = plain(query.limit)
  if (query.offset) answer.offset = plain(query.offset)
  if (query.limitWithTies) answer.limitWithTies = true

  for (const one of placed) one.finish()
  if (placed[0]) answer.from = linked(placed)
  return { query: answer, columns }
}

/** Joins in the order of the text; a direct first table has brought its own along. */
function linked(placed: PlacedSource[]): JoinExpr {
  let next: JoinExpr | undefined
  for (const { join } of [...placed].reverse()) {
    let last = join
    while (last.next) last = last.next
    if (next) last.next = next
    next = join
  }
  return next!
}

/** A column's name in the answer: its alias, the last step of a name, else the expression's own text. */
function columnName(expr: Expr): string {
  if (expr.kind === 'alias') return expr.alias
  if (expr.kind === 'field') return String(expr.chain.at(-1))
  return printHogQL(expr).replace(/\s+/g, ' ')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const holdable = /^[^`\\\x00-\x1f\x7f]{1,200}$/

/** Names what is selected, so that an outer query can say the name; the first of two with one name has it. */
function withName(expr: Expr, name: string, taken: Set<string>): Expr {
  if (expr.kind === 'alias' || (expr.kind === 'field' && expr.chain.length === 1)) {
    taken.add(name)
    return expr
  }
  if (taken.has(name) || !holdable.test(name)) return expr
  taken.add(name)
  return { kind: 'alias', alias: name, expr, hidden: true }
}

/** `array join list` makes `list` stand for its elements. */
function named(expr: Expr): Expr {
  return expr.kind === 'field' ? { kind: 'alias', alias: String(expr.chain.at(-1)), expr } : expr
}

function expandStar(scope: Scope, expr: Expr): Expr[] {
  if (expr.kind !== 'field' || expr.chain.at(-1) !== '*') return [expr]
  const [table] = expr.chain
  const sources = expr.chain.length === 1 ? scope.sources : scope.sources.filter(({ name }) => name === table)
  if (!sources.length) {
    throw new HogQLError(
      expr.chain.length === 1 ? "There is no table to take '*' from." : `There is no table "${table}".`,
      expr.span,
    )
  }
  return sources.flatMap((source) =>
    source.star.map((name): Expr => ({ ...field(source.name, name), span: expr.span })),
  )
}

// Names of the engine's own databases: before a dot they would mean those.
const reservedNames = new Set(['system', 'information_schema'])

const joinWord = /^(?:(?:ALL|ANY|ASOF|SEMI|ANTI|INNER|LEFT|RIGHT|FULL|OUTER|CROSS|GLOBAL) )*JOIN$/

function placeFrom(
  context: Context,
  from: JoinExpr | undefined,
  scope: Scope,
  resolveInner: (query: Query, at: Scope) => ResolvedQuery,
  condition: (expr: Expr) => Expr,
): PlacedSource[] {
  const joins = joinsOf(from)
  // After RIGHT and FULL joins the first table's columns can be empty: its project filter must come before.
  const emptying = joins.some(({ joinType }) => /RIGHT|FULL/.test(joinType ?? ''))
  const placed: PlacedSource[] = []
  for (const [index, node] of joins.entries()) {
    const one = place(context, node, scope, resolveInner, index === 0 && !emptying, condition)
    if (scope.sources.some(({ name }) => name === one.source.name)) {
      throw new HogQLError(`There are two tables named "${one.source.name}": give one an alias.`, node.span)
    }
    if (reservedNames.has(one.source.name.toLowerCase())) {
      throw new HogQLError(`A table can't be called "${one.source.name}" in a query.`, node.span)
    }
    scope.sources.push(one.source)
    if (index > 0) {
      const joinType = node.joinType ?? 'CROSS JOIN'
      if (!joinWord.test(joinType)) throw new HogQLError(`"${joinType}" is not a join.`, node.span)
      one.join.joinType = joinType
    }
    if (node.constraint)
      one.join.constraint = { type: 'ON', expr: constraintOf(node, one.source, scope, condition) }
    placed.push(one)
  }
  return placed
}

function constraintOf(node: JoinExpr, its: Source, scope: Scope, condition: (expr: Expr) => Expr): Expr {
  const constraint = node.constraint!
  if (constraint.type === 'ON') return condition(constraint.expr)
  const names = constraint.expr.kind === 'tuple' ? constraint.expr.exprs : [constraint.expr]
  const before = scope.sources.filter((source) => source !== its)
  const equalities = names.map((name): Expr => {
    if (name.kind !== 'field' || name.chain.length !== 1) {
      throw new HogQLError('USING takes names of columns.', constraint.span)
    }
    const column = String(name.chain[0])
    const other = before.find((source) => source.read([column]))
    if (!other) throw new HogQLError(`USING: no table before the join has a column "${column}".`, name.span)
    scope.using.add(column)
    return condition({
      kind: 'compare',
      op: '=',
      left: { ...field(other.name, column), span: name.span },
      right: { ...field(its.name, column), span: name.span },
    })
  })
  return equalities.length > 1 ? { kind: 'and', exprs: equalities } : equalities[0]!
}

function place(
  context: Context,
  node: JoinExpr,
  scope: Scope,
  resolveInner: (query: Query, at: Scope) => ResolvedQuery,
  direct: boolean,
  condition: (expr: Expr) => Expr,
): PlacedSource {
  const { table } = node
  if (table.kind === 'placeholder') {
    throw new HogQLError(`Unresolved placeholder: {${table.chain.join('.')}}`, table.span)
  }
  if (table.kind !== 'field')
    return placeQuery(resolveInner(table, scope), node.alias ?? freshName(scope), node)
  const name = table.chain.join('.')
  if (node.tableArgs) return placeFunction(name, node, condition)

  const cte = scope.ctes.get(name)
  if (cte && (cte.expr.kind === 'select' || cte.expr.kind === 'select_set')) {
    context.countRead()
    return placeQuery(resolveInner(cte.expr, cte.scope), node.alias ?? name, node)
  }
  if (!tableNames.includes(name)) {
    throw new HogQLError(
      `Unknown table "${name}".${didYouMean(name, [...tableNames, ...scope.ctes.keys()])}`,
      table.span,
    )
  }
  return sampled(placeTable(context, name, node.alias ?? name, direct), name, node)
}

function freshName(scope: Scope): string {
  return `subquery_${scope.sources.length + 1}`
}

function placeQuery(query: ResolvedQuery, alias: string, node: JoinExpr): PlacedSource {
  if (node.sample) throw new HogQLError('Only events can be sampled.', node.span)
  return {
    source: columnsSource(alias, query.columns),
    join: { table: query.query, alias },
    filters: [],
    finish() {},
  }
}

function placeFunction(name: string, node: JoinExpr, condition: (expr: Expr) => Expr): PlacedSource {
  const known = Object.hasOwn(tableFunctions, name) ? tableFunctions[name] : undefined
  if (!known) {
    throw new HogQLError(
      `Unknown table function "${name}".${didYouMean(name, Object.keys(tableFunctions))}`,
      node.table.span,
    )
  }
  const args = node.tableArgs!
  if (args.length < known.minArgs || args.length > known.maxArgs) {
    throw new HogQLError(
      `Table function '${name}' takes ${known.minArgs} to ${known.maxArgs} arguments, found ${args.length}.`,
      node.span,
    )
  }
  const alias = node.alias ?? name
  const columns = Object.entries(known.columns).map(([column, type]) => ({ name: column, type }))
  return {
    source: columnsSource(alias, columns),
    join: { table: field(name), tableArgs: args.map(condition), alias },
    filters: [],
    finish() {},
  }
}

/** `sample 1/10`: a tenth of the distinct ids, always the same ones. */
function sampled(placed: PlacedSource, name: string, node: JoinExpr): PlacedSource {
  if (!node.sample) return placed
  if (name !== 'events') throw new HogQLError('Only events can be sampled.', node.span)
  const { ratio, denominator = 1, offset = 0 } = node.sample
  const share = ratio / denominator
  if (!(share > 0 && share <= 1 && offset >= 0 && offset < 1)) {
    throw new HogQLError('SAMPLE takes a share between 0 and 1, like 0.1 or 1/10.', node.span)
  }
  const buckets = 1_000_000
  const id = placed.source.read(['distinct_id']) as Typed
  const bucket: Expr = {
    kind: 'arithmetic',
    op: '%',
    left: call('cityHash64', id.expr),
    right: constant(buckets),
  }
  placed.filters.push(
    { kind: 'compare', op: '>=', left: bucket, right: constant(Math.round(offset * buckets)) },
    { kind: 'compare', op: '<', left: bucket, right: constant(Math.round((offset + share) * buckets)) },
  )
  return placed
}
