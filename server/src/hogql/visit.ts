import type { Expr, JoinExpr, OrderExpr, Query, SelectQuery, WindowSpec } from './ast.ts'

const inOrder = (orders: OrderExpr[] | undefined): Expr[] => (orders ?? []).map((order) => order.expr)
const inWindow = (spec: WindowSpec): Expr[] => [...(spec.partitionBy ?? []), ...inOrder(spec.orderBy)]

/** The expressions directly under an expression, in the order of the text; subqueries are among them. */
export function childrenOf(expr: Expr): Expr[] {
  switch (expr.kind) {
    case 'constant':
    case 'field':
    case 'placeholder':
      return []
    case 'property':
      return [expr.column]
    case 'call':
      return [...(expr.params ?? []), ...expr.args, ...(expr.filter ? [expr.filter] : [])]
    case 'window_function':
      return [...(expr.params ?? []), ...expr.args, ...('name' in expr.over ? [] : inWindow(expr.over))]
    case 'and':
    case 'or':
    case 'array':
    case 'tuple':
      return expr.exprs
    case 'not':
    case 'lambda':
    case 'alias':
    case 'cast':
      return [expr.expr]
    case 'compare':
    case 'arithmetic':
      return [expr.left, expr.right]
    case 'between':
      return [expr.expr, expr.low, expr.high]
    case 'dict':
      return expr.items.flat()
    case 'array_access':
      return [expr.array, expr.property]
    case 'tuple_access':
      return [expr.tuple]
    case 'select':
      return partsOf(expr)
    case 'select_set':
      return [expr.first, ...expr.rest.map(({ query }) => query)]
  }
}

/** The tables and subqueries of a FROM, first to last. */
export function joinsOf(from: JoinExpr | undefined): JoinExpr[] {
  const joins: JoinExpr[] = []
  for (let join = from; join; join = join.next) joins.push(join)
  return joins
}

function partsOf(select: SelectQuery): Expr[] {
  const optional = [select.prewhere, select.where, select.having, select.qualify, select.limit, select.offset]
  return [
    ...(select.ctes ?? []).map(({ expr }) => expr),
    ...select.select,
    ...joinsOf(select.from).flatMap((join): Expr[] => [
      join.table,
      ...(join.tableArgs ?? []),
      ...(join.constraint ? [join.constraint.expr] : []),
    ]),
    ...(select.arrayJoin?.exprs ?? []),
    ...(select.groupBy ?? []),
    ...optional.filter((part) => part !== undefined),
    ...Object.values(select.windows ?? {}).flatMap(inWindow),
    ...inOrder(select.orderBy),
    ...(select.limitBy
      ? [select.limitBy.n, ...(select.limitBy.offset ? [select.limitBy.offset] : []), ...select.limitBy.exprs]
      : []),
  ]
}

/** A copy of the expression with `change` applied to what is directly under it. */
export function mapChildren(expr: Expr, change: (child: Expr) => Expr): Expr {
  const all = (exprs: Expr[]) => exprs.map(change)
  switch (expr.kind) {
    case 'constant':
    case 'field':
    case 'placeholder':
    case 'property':
      return expr
    case 'call':
      return {
        ...expr,
        args: all(expr.args),
        ...(expr.params && { params: all(expr.params) }),
        ...(expr.filter && { filter: change(expr.filter) }),
      }
    case 'window_function':
      return {
        ...expr,
        args: all(expr.args),
        ...(expr.params && { params: all(expr.params) }),
        over: 'name' in expr.over ? expr.over : mapWindow(expr.over, change),
      }
    case 'and':
    case 'or':
    case 'array':
    case 'tuple':
      return { ...expr, exprs: all(expr.exprs) }
    case 'not':
    case 'lambda':
    case 'alias':
    case 'cast':
      return { ...expr, expr: change(expr.expr) }
    case 'compare':
    case 'arithmetic':
      return { ...expr, left: change(expr.left), right: change(expr.right) }
    case 'between':
      return { ...expr, expr: change(expr.expr), low: change(expr.low), high: change(expr.high) }
    case 'dict':
      return { ...expr, items: expr.items.map(([key, value]) => [change(key), change(value)]) }
    case 'array_access':
      return { ...expr, array: change(expr.array), property: change(expr.property) }
    case 'tuple_access':
      return { ...expr, tuple: change(expr.tuple) }
    case 'select':
      return mapSelect(expr, change)
    case 'select_set':
      return {
        ...expr,
        first: change(expr.first) as Query,
        rest: expr.rest.map(({ op, query }) => ({ op, query: change(query) as Query })),
      }
  }
}

const mapOrder =
  (change: (child: Expr) => Expr) =>
  (order: OrderExpr): OrderExpr => ({ ...order, expr: change(order.expr) })

function mapWindow(spec: WindowSpec, change: (child: Expr) => Expr): WindowSpec {
  return {
    ...spec,
    ...(spec.partitionBy && { partitionBy: spec.partitionBy.map(change) }),
    ...(spec.orderBy && { orderBy: spec.orderBy.map(mapOrder(change)) }),
  }
}

function mapJoin(join: JoinExpr, change: (child: Expr) => Expr): JoinExpr {
  return {
    ...join,
    table: change(join.table) as JoinExpr['table'],
    ...(join.tableArgs && { tableArgs: join.tableArgs.map(change) }),
    ...(join.constraint && { constraint: { ...join.constraint, expr: change(join.constraint.expr) } }),
    ...(join.next && { next: mapJoin(join.next, change) }),
  }
}

function mapSelect(select: SelectQuery, change: (child: Expr) => Expr): SelectQuery {
  const { ctes, from, arrayJoin, windows, limitBy } = select
  const copy: SelectQuery = { ...select, select: select.select.map(change) }
  if (ctes) copy.ctes = ctes.map((cte) => ({ ...cte, expr: change(cte.expr) }))
  if (from) copy.from = mapJoin(from, change)
  if (arrayJoin) copy.arrayJoin = { ...arrayJoin, exprs: arrayJoin.exprs.map(change) }
  for (const part of ['prewhere', 'where', 'having', 'qualify', 'limit', 'offset'] as const) {
    const expr = select[part]
    if (expr) copy[part] = change(expr)
  }
  if (select.groupBy) copy.groupBy = select.groupBy.map(change)
  if (windows) {
    copy.windows = Object.fromEntries(
      Object.entries(windows).map(([name, spec]) => [name, mapWindow(spec, change)]),
    )
  }
  if (select.orderBy) copy.orderBy = select.orderBy.map(mapOrder(change))
  if (limitBy) {
    copy.limitBy = {
      n: change(limitBy.n),
      ...(limitBy.offset && { offset: change(limitBy.offset) }),
      exprs: limitBy.exprs.map(change),
    }
  }
  return copy
}
