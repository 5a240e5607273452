import createParser from '@posthog/hogql-parser'
import type { CompareOperator, Expr, JoinExpr, OrderExpr, Query, WindowSpec } from '../src/hogql/ast.ts'

// Upstream's tree as JSON: `node` names the kind.
// biome-ignore lint/suspicious/noExplicitAny: it is another program's output, of every shape
type Node = any

/** Upstream's parser, with its answers in our form; what it refuses, or we leave out on purpose, is a string. */
export async function createUpstreamParser() {
  const parser = await createParser()
  const read = (json: string): Expr | string => {
    const tree = JSON.parse(json)
    if (tree.error) return `refused: ${tree.message}`
    try {
      return expr(tree)
    } catch (error) {
      if (error instanceof LeftOut) return `left out: ${error.message}`
      throw error
    }
  }
  return {
    select: (text: string) => read(parser.parseSelect(text, true)),
    expr: (text: string) => read(parser.parseExpr(text, true)),
  }
}

/** Something in upstream's language that ours does not have. */
class LeftOut extends Error {}

const all = (nodes: Node[] | null | undefined): Expr[] => (nodes ?? []).map(expr)

function expr(node: Node): Expr {
  switch (node.node) {
    case 'Constant':
      return { kind: 'constant', value: constantValue(node) }
    case 'Field':
      return { kind: 'field', chain: node.chain }
    case 'Call': {
      if (node.order_by) throw new LeftOut('ORDER BY in a call')
      const name = node.name === '_caseWithExpression' ? 'caseWithExpression' : node.name
      // `not(x)` and `not x` are one thing to us
      if (name.toLowerCase() === 'not' && node.args.length === 1)
        return { kind: 'not', expr: expr(node.args[0]) }
      return {
        kind: 'call',
        name,
        args: all(node.args),
        ...(node.params && { params: all(node.params) }),
        ...(node.distinct && { distinct: true }),
        ...(node.filter_expr && { filter: expr(node.filter_expr) }),
      }
    }
    case 'WindowFunction': {
      const twice = node.args?.length > 0
      return {
        kind: 'window_function',
        name: node.name,
        args: all(twice ? node.args : node.exprs),
        ...(twice && { params: all(node.exprs) }),
        over: node.over_identifier ? { name: node.over_identifier } : window(node.over_expr ?? {}),
      }
    }
    case 'And':
    case 'Or':
      return { kind: node.node.toLowerCase(), exprs: all(node.exprs) } as Expr
    case 'Not':
      return { kind: 'not', expr: expr(node.expr) }
    case 'CompareOperation': {
      const op = (node.op === '==' ? '=' : node.op) as CompareOperator
      return { kind: 'compare', op, left: expr(node.left), right: expr(node.right) }
    }
    case 'IsDistinctFrom':
      return {
        kind: 'compare',
        op: node.negated ? '=' : '!=',
        left: expr(node.left),
        right: expr(node.right),
      }
    case 'ArithmeticOperation':
      return { kind: 'arithmetic', op: node.op, left: expr(node.left), right: expr(node.right) }
    case 'BetweenExpr':
      return {
        kind: 'between',
        expr: expr(node.expr),
        low: expr(node.low),
        high: expr(node.high),
        negated: node.negated,
      }
    case 'Array':
    case 'Tuple':
      return { kind: node.node.toLowerCase(), exprs: all(node.exprs) } as Expr
    case 'Dict':
      return { kind: 'dict', items: node.items.map((pair: Node[]) => pair.map(expr)) }
    case 'ArrayAccess':
      return {
        kind: 'array_access',
        array: expr(node.array),
        property: expr(node.property),
        ...(node.nullish && { nullish: true }),
      }
    case 'TupleAccess':
      return {
        kind: 'tuple_access',
        tuple: expr(node.tuple),
        index: node.index,
        ...(node.nullish && { nullish: true }),
      }
    case 'Lambda':
      if (node.expr.node === 'Block') throw new LeftOut('lambda with a block')
      return { kind: 'lambda', args: node.args, expr: expr(node.expr) }
    case 'Alias':
      return { kind: 'alias', alias: node.alias, expr: expr(node.expr) }
    case 'TypeCast':
      return { kind: 'cast', expr: expr(node.expr), type: node.type_name }
    case 'TryCast':
      return { kind: 'cast', expr: expr(node.expr), type: node.type_name, orNull: true }
    case 'Placeholder':
      if (node.expr.node !== 'Field') throw new LeftOut('placeholder with an expression')
      return { kind: 'placeholder', chain: node.expr.chain.map(String) }
    case 'SelectQuery':
    case 'SelectSetQuery':
      return query(node)
    default:
      throw new LeftOut(node.node)
  }
}

function constantValue({ value, value_type }: Node) {
  if (value_type !== 'number') return value
  if (value === 'NaN') return Number.NaN
  if (value.endsWith('Infinity'))
    return value.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return BigInt(value)
}

const orders = (nodes: Node[]): OrderExpr[] =>
  nodes.map((node) => {
    if (node.with_fill) throw new LeftOut('WITH FILL')
    return { expr: expr(node.expr), order: node.order }
  })

function window(node: Node): WindowSpec {
  const bound = (one: Node) => ({
    type: one.frame_type,
    ...(one.frame_type !== 'CURRENT ROW' && { value: one.frame_value ?? null }),
  })
  return {
    ...(node.partition_by && { partitionBy: all(node.partition_by) }),
    ...(node.order_by && { orderBy: orders(node.order_by) }),
    ...(node.frame_method && {
      frame: {
        method: node.frame_method,
        start: bound(node.frame_start),
        ...(node.frame_end && { end: bound(node.frame_end) }),
      },
    }),
  }
}

function join(node: Node): JoinExpr {
  if (node.column_aliases) throw new LeftOut('column aliases')
  const ratio = (one: Node) => one && { value: one.left.value, by: one.right?.value }
  const sample = ratio(node.sample?.sample_value)
  const offset = ratio(node.sample?.offset_value)
  return {
    table: expr(node.table) as JoinExpr['table'],
    ...(node.table_args && { tableArgs: all(node.table_args) }),
    ...(node.alias && { alias: node.alias }),
    ...(node.join_type && { joinType: node.join_type }),
    ...(node.constraint && {
      constraint: { type: node.constraint.constraint_type, expr: expr(node.constraint.expr) },
    }),
    ...(node.table_final && { final: true }),
    ...(sample && {
      sample: {
        ratio: sample.value,
        ...(sample.by !== undefined && { denominator: sample.by }),
        ...(offset && { offset: offset.value / (offset.by ?? 1) }),
      },
    }),
    ...(node.next_join && { next: join(node.next_join) }),
  }
}

function query(node: Node): Query {
  if (node.node === 'SelectSetQuery') {
    return {
      kind: 'select_set',
      first: expr(node.initial_select_query) as Query,
      rest: node.subsequent_select_queries.map((one: Node) => ({
        op: one.set_operator,
        query: expr(one.select_query) as Query,
      })),
    }
  }
  if (node.node !== 'SelectQuery') throw new LeftOut(node.node)
  if (node.group_by_mode && node.group_by_mode !== 'all') throw new LeftOut(node.group_by_mode)
  return {
    kind: 'select',
    ...(node.ctes && {
      ctes: node.ctes.map((cte: Node) => {
        if (cte.materialized || cte.recursive || cte.columns) throw new LeftOut('CTE options')
        return { name: cte.name, type: cte.cte_type, expr: expr(cte.expr) }
      }),
    }),
    ...(node.distinct && { distinct: true }),
    select: all(node.select),
    ...(node.select_from && { from: join(node.select_from) }),
    ...(node.array_join_op && { arrayJoin: { op: node.array_join_op, exprs: all(node.array_join_list) } }),
    ...(node.prewhere && { prewhere: expr(node.prewhere) }),
    ...(node.where && { where: expr(node.where) }),
    ...(node.group_by && { groupBy: all(node.group_by) }),
    ...(node.group_by_mode === 'all' && { groupByAll: true }),
    ...(node.having && { having: expr(node.having) }),
    ...(node.qualify && { qualify: expr(node.qualify) }),
    ...(node.window_exprs && {
      windows: Object.fromEntries(
        Object.entries(node.window_exprs).map(([name, spec]) => [name, window(spec)]),
      ),
    }),
    ...(node.order_by && { orderBy: orders(node.order_by) }),
    ...(node.limit && { limit: expr(node.limit) }),
    ...(node.offset && { offset: expr(node.offset) }),
    ...(node.limit_by && {
      limitBy: {
        n: expr(node.limit_by.n),
        ...(node.limit_by.offset_value && { offset: expr(node.limit_by.offset_value) }),
        exprs: all(node.limit_by.exprs),
      },
    }),
    ...(node.limit_with_ties && { limitWithTies: true }),
  }
}

/** A tree without the places its nodes came from, and without what upstream's tree does not carry. */
export function bareTree(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value) => {
      if (key === 'span' || key === 'nulls') return undefined
      if (typeof value === 'bigint') return `${value}n`
      if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
      if (Object.is(value, -0)) return 0
      return value
    }),
  )
}
