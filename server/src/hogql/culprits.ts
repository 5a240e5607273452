import { constant, type Expr, type Query } from './ast.ts'
import { findFunction } from './functions.ts'
import { childrenOf, mapChildren } from './visit.ts'

/**
 * Where in a user's text the engine found something wrong that the compiler let pass. The engine names a function and no
 * place; so what the text calculates is put aside, piece by piece, until the engine has nothing to say.
 */

const operators: Record<string, string[]> = {
  '+': ['plus'],
  '-': ['minus', 'negate'],
  '*': ['multiply'],
  '/': ['divide'],
  '%': ['modulo'],
  '=': ['equals'],
  '!=': ['notEquals'],
  '<': ['less'],
  '<=': ['lessOrEquals'],
  '>': ['greater'],
  '>=': ['greaterOrEquals'],
  like: ['like'],
  ilike: ['ilike'],
  'not like': ['notLike'],
  'not ilike': ['notILike'],
  in: ['in', 'has'],
  'not in': ['notIn', 'has'],
  '=~': ['match'],
  '!~': ['match'],
  '=~*': ['match'],
  '!~*': ['match'],
}

/** The engine's functions that an expression calls by itself; undefined for what calculates nothing. */
function engineNames(expr: Expr): string[] | undefined {
  switch (expr.kind) {
    case 'call':
    case 'window_function':
      return [expr.name, findFunction(expr.name)?.clickhouse ?? expr.name]
    case 'arithmetic':
    case 'compare':
      return operators[expr.op] ?? []
    case 'between':
      return ['greaterOrEquals', 'lessOrEquals']
    case 'and':
    case 'or':
    case 'not':
    case 'array':
      return [expr.kind]
    case 'dict':
      return ['map']
    case 'array_access':
      return ['arrayElement']
    case 'tuple_access':
      return ['tupleElement']
    case 'cast':
      return ['accurateCastOrNull']
    default:
      return undefined
  }
}

/** What a text calculates, as far as the tree came from text: inner parts before outer ones, else as they are written. */
export function calculations(tree: Query): Expr[] {
  const found: Expr[] = []
  const visit = (expr: Expr): void => {
    for (const child of childrenOf(expr)) visit(child)
    if (expr.span && engineNames(expr)) found.push(expr)
  }
  visit(tree)
  return found
}

/** Whether the engine may mean this expression when it names a function; an aggregate it names without its endings. */
export function isCallOf(expr: Expr, name: string): boolean {
  const wanted = name.toLowerCase()
  return (engineNames(expr) ?? []).some((one) => {
    const lower = one.toLowerCase()
    return lower === wanted || (lower.startsWith(wanted) && findFunction(one)?.aggregate === true)
  })
}

/** The query with null in place of these parts of it. */
export function without(tree: Query, parts: Expr[]): Query {
  const aside = new Set<Expr>(parts)
  const change = (expr: Expr): Expr => (aside.has(expr) ? constant(null) : mapChildren(expr, change))
  return change(tree) as Query
}

/**
 * A part without which the engine no longer refuses the query in the same way; undefined where there is none.
 * @param parts inner ones before outer ones
 * @param isRefused asks the engine of a query, which it must answer without running it
 */
export async function culpritAmong(
  tree: Query,
  parts: Expr[],
  isRefused: (query: Query) => Promise<boolean>,
): Promise<Expr | undefined> {
  const isRefusedWithout = (count: number) => isRefused(without(tree, parts.slice(0, count)))
  if (!parts.length || (await isRefusedWithout(parts.length))) return undefined
  // with `low` parts put aside it is refused, with `high` it is not
  let [low, high] = [0, parts.length]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (await isRefusedWithout(middle)) low = middle
    else high = middle
  }
  return parts[high - 1]
}
