import { call, type Expr, field, type Query, type WindowFunction, type WindowSpec } from './ast.ts'
import { answerType, resolveArithmetic, resolveCall, resolveCast } from './calls.ts'
import { compareValues, constantType } from './compare.ts'
import type { Context, ResolvedQuery } from './context.ts'
import { HogQLError } from './errors.ts'
import { checkedFunction } from './functions.ts'
import { resolveName, type Scope } from './scope.ts'
import { type Typed, type, unknown } from './types.ts'
import { readPath } from './values.ts'

export type ResolveQuery = (query: Query, scope: Scope) => ResolvedQuery

/**
 * An expression with every name bound to a source, every function checked and every property typed.
 * @param nullIsNo whether a null here means "no" (conditions), so that comparisons need not say so themselves.
 */
export function resolveExpr(
  context: Context,
  scope: Scope,
  resolveQuery: ResolveQuery,
  expr: Expr,
  nullIsNo = false,
): Typed {
  const inner = (child: Expr, condition = false) =>
    resolveExpr(context, scope, resolveQuery, child, condition)
  const plain = (child: Expr) => inner(child).expr
  switch (expr.kind) {
    case 'constant':
      return { expr, type: constantType(expr.value) }
    case 'field':
      return resolveName(scope, expr, (cte) => {
        context.countRead()
        const { expr: given } = cte
        if (given.kind === 'select' || given.kind === 'select_set')
          return subquery(resolveQuery(given, cte.scope))
        return resolveExpr(context, { ...scope, ctes: cte.scope.ctes }, resolveQuery, given, nullIsNo)
      })
    case 'call':
      return resolveCall(context, expr, inner, nullIsNo)
    case 'window_function':
      return resolveWindowFunction(expr, inner)
    case 'and':
    case 'or': {
      const parts = expr.exprs.map((part) => inner(part, nullIsNo))
      const nullable = parts.some((part) => part.type.nullable)
      return {
        expr: { kind: expr.kind, exprs: parts.map((part) => part.expr) },
        type: type('Boolean', nullable),
      }
    }
    case 'not': {
      const value = inner(expr.expr)
      return { expr: { kind: 'not', expr: value.expr }, type: type('Boolean', value.type.nullable) }
    }
    case 'compare': {
      if (expr.op === 'in cohort' || expr.op === 'not in cohort') {
        const cohort = cohortQuery(context, expr.right)
        const members = subquery(resolveQuery(cohort, scope))
        return compareValues(
          context,
          expr.op === 'in cohort' ? 'in' : 'not in',
          inner(expr.left),
          members,
          nullIsNo,
        )
      }
      return compareValues(context, expr.op, inner(expr.left), inner(expr.right), nullIsNo)
    }
    case 'arithmetic':
      return resolveArithmetic(expr.op, inner(expr.left), inner(expr.right), [expr.left, expr.right])
    case 'between': {
      const value = inner(expr.expr)
      const low = compareValues(context, '>=', value, inner(expr.low), nullIsNo && !expr.negated)
      const high = compareValues(context, '<=', value, inner(expr.high), nullIsNo && !expr.negated)
      const within: Expr = { kind: 'and', exprs: [low.expr, high.expr] }
      return { expr: expr.negated ? { kind: 'not', expr: within } : within, type: type('Boolean') }
    }
    case 'array':
      return { expr: { kind: 'array', exprs: expr.exprs.map(plain) }, type: type('Array') }
    case 'tuple':
      return { expr: { kind: 'tuple', exprs: expr.exprs.map(plain) }, type: type('Tuple') }
    case 'dict':
      return { expr: call('map', ...expr.items.flat().map(plain)), type: unknown }
    case 'cast':
      return resolveCast(context, expr.type, inner(expr.expr), expr.orNull === true, expr)
    case 'array_access':
    case 'tuple_access':
      return resolveAccess(expr, inner)
    case 'lambda': {
      const bound = new Map(scope.bound)
      for (const name of expr.args) bound.set(name, { expr: field(name), type: unknown })
      const body = resolveExpr(context, { ...scope, bound }, resolveQuery, expr.expr)
      return { expr: { kind: 'lambda', args: expr.args, expr: body.expr }, type: unknown }
    }
    case 'alias': {
      const value = inner(expr.expr, nullIsNo)
      scope.aliases.set(expr.alias, { expr: field(expr.alias), type: value.type })
      return { ...value, expr: { kind: 'alias', alias: expr.alias, expr: value.expr } }
    }
    case 'select':
    case 'select_set':
      return subquery(resolveQuery(expr, scope))
    case 'placeholder':
      throw new HogQLError(`Unresolved placeholder: {${expr.chain.join('.')}}`, expr.span)
    case 'property':
      throw new HogQLError('A property read can only be made by the compiler.', expr.span)
  }
}

function subquery({ query, columns }: ResolvedQuery): Typed {
  const [column] = columns
  return { expr: query, type: columns.length === 1 && column ? type(column.type.name, true) : unknown }
}

function cohortQuery(context: Context, right: Expr): Query {
  const value = right.kind === 'constant' ? right.value : undefined
  if (typeof value !== 'number' && typeof value !== 'string') {
    throw new HogQLError('IN COHORT takes the id or the name of a cohort.', right.span)
  }
  const query = context.schema.cohort?.(value)
  if (!query)
    throw new HogQLError(
      `Could not find a cohort with ${typeof value === 'number' ? 'ID' : 'name'} ${value}.`,
      right.span,
    )
  return query
}

/** `a[1]`, `a.b` after something that is not a name, `a.1`: into arrays, tuples and JSON text. */
function resolveAccess(
  expr: Extract<Expr, { kind: 'array_access' | 'tuple_access' }>,
  inner: (child: Expr) => Typed,
): Typed {
  const path = jsonPath(expr)
  // `properties.list[1].name` is one read of a property; only the parser has cut it into steps.
  if (path) return inner({ kind: 'field', chain: path, span: expr.span })
  if (expr.kind === 'tuple_access') {
    const tuple = inner(expr.tuple)
    if (tuple.type.name === 'String') return intoText(tuple, expr.index)
    return { expr: { kind: 'tuple_access', tuple: tuple.expr, index: expr.index }, type: unknown }
  }
  const array = inner(expr.array)
  const property = inner(expr.property)
  const step = expr.property.kind === 'constant' ? expr.property.value : undefined
  if (array.type.name === 'String' && (typeof step === 'string' || typeof step === 'number')) {
    return intoText(array, step)
  }
  return { expr: { kind: 'array_access', array: array.expr, property: property.expr }, type: unknown }
}

const intoText = (text: Typed, step: string | number): Typed => ({
  expr: readPath(text.expr, [step]),
  type: type('String', true),
})

/** The chain that an access spells when it starts at a name that holds JSON, else undefined. */
function jsonPath(expr: Expr): (string | number)[] | undefined {
  if (expr.kind === 'field') {
    // What a name holds is known to its source alone; only chains through `properties` are JSON for sure.
    return expr.chain.includes('properties') ? expr.chain : undefined
  }
  if (expr.kind === 'tuple_access') {
    const start = jsonPath(expr.tuple)
    return start && [...start, expr.index]
  }
  if (expr.kind === 'array_access' && expr.property.kind === 'constant') {
    const step = expr.property.value
    if (typeof step !== 'string' && typeof step !== 'number') return undefined
    const start = jsonPath(expr.array)
    return start && [...start, step]
  }
  return undefined
}

// Before the first row and after the last there is nothing, which the engine says of nullable values only.
const givesNothing = new Set(['lag', 'lead'])
const nullable = ({ expr }: Typed): Expr => call('toNullable', expr)

function resolveWindowFunction(expr: WindowFunction, inner: (child: Expr) => Typed): Typed {
  const found = checkedFunction(expr, true)
  const args = expr.args.map((arg) => inner(arg))
  const over = 'name' in expr.over ? expr.over : resolveWindow(expr.over, (child) => inner(child).expr)
  const node: WindowFunction = {
    kind: 'window_function',
    name: found.clickhouse,
    args: args.map((arg, index) =>
      givesNothing.has(found.clickhouse) && index !== 1 ? nullable(arg) : arg.expr,
    ),
    over,
  }
  if (expr.params) node.params = expr.params.map((param) => inner(param).expr)
  return { expr: node, type: answerType(found, args) }
}

export function resolveWindow(spec: WindowSpec, plain: (child: Expr) => Expr): WindowSpec {
  const resolved: WindowSpec = {}
  if (spec.partitionBy) resolved.partitionBy = spec.partitionBy.map(plain)
  if (spec.orderBy) resolved.orderBy = spec.orderBy.map((one) => ({ ...one, expr: plain(one.expr) }))
  if (spec.frame) resolved.frame = spec.frame
  return resolved
}
