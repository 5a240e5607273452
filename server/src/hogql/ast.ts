/**
 * HogQL's tree: plain frozen-by-convention data. Built by `parse.ts` from text and by `insights/` directly; every
 * later stage (`resolve`, `guard`, `print`) is a function over it with an exhaustive switch on `kind`.
 * The kinds and their names follow upstream's AST (`posthog/hogql/ast.py`), so that the differential test can
 * compare the two.
 */

/** Where a node came from in the query's text: offsets in UTF-16 code units, `end` exclusive. */
export type Span = { start: number; end: number }

type Node = { span?: Span }

export type ConstantValue = string | number | bigint | boolean | null

export type Constant = Node & { kind: 'constant'; value: ConstantValue }
/** `events.properties.$browser` is the chain `['events', 'properties', '$browser']`; `*` ends a chain as `'*'`. */
export type Field = Node & { kind: 'field'; chain: (string | number)[] }
export type Call = Node & {
  kind: 'call'
  name: string
  args: Expr[]
  /** Parametric aggregates: `quantile(0.9)(x)` has `params: [0.9]`, `args: [x]`. */
  params?: Expr[]
  distinct?: boolean
  /** `sum(x) filter (where …)`. */
  filter?: Expr
}
export type WindowFrameBound = { type: 'CURRENT ROW' | 'PRECEDING' | 'FOLLOWING'; value?: number | null }
export type WindowSpec = Node & {
  partitionBy?: Expr[]
  orderBy?: OrderExpr[]
  frame?: { method: 'ROWS' | 'RANGE'; start: WindowFrameBound; end?: WindowFrameBound }
}
export type WindowFunction = Node & {
  kind: 'window_function'
  name: string
  args: Expr[]
  params?: Expr[]
  over: WindowSpec | { name: string }
}
export type And = Node & { kind: 'and'; exprs: Expr[] }
export type Or = Node & { kind: 'or'; exprs: Expr[] }
export type Not = Node & { kind: 'not'; expr: Expr }
export type CompareOperator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'like'
  | 'ilike'
  | 'not like'
  | 'not ilike'
  | 'in'
  | 'not in'
  | 'in cohort'
  | 'not in cohort'
  | 'global in'
  | 'global not in'
  | '=~'
  | '!~'
  | '=~*'
  | '!~*'
export type CompareOperation = Node & { kind: 'compare'; op: CompareOperator; left: Expr; right: Expr }
export type ArithmeticOperation = Node & {
  kind: 'arithmetic'
  op: '+' | '-' | '*' | '/' | '%'
  left: Expr
  right: Expr
}
export type BetweenExpr = Node & { kind: 'between'; expr: Expr; low: Expr; high: Expr; negated: boolean }
export type ArrayExpr = Node & { kind: 'array'; exprs: Expr[] }
export type TupleExpr = Node & { kind: 'tuple'; exprs: Expr[] }
export type DictExpr = Node & { kind: 'dict'; items: [Expr, Expr][] }
export type ArrayAccess = Node & { kind: 'array_access'; array: Expr; property: Expr; nullish?: boolean }
export type TupleAccess = Node & { kind: 'tuple_access'; tuple: Expr; index: number; nullish?: boolean }
/** `x::int`, `cast(x as int)`; `orNull` is `try_cast`. `type` is as written, in lower case. */
export type TypeCast = Node & { kind: 'cast'; expr: Expr; type: string; orNull?: boolean }
export type Lambda = Node & { kind: 'lambda'; args: string[]; expr: Expr }
export type Alias = Node & { kind: 'alias'; alias: string; expr: Expr; hidden?: boolean }
/** `{filters}` or `{variables.x}`: replaced before `resolve`, which refuses what is left. */
export type Placeholder = Node & { kind: 'placeholder'; chain: string[] }

/**
 * A property read whose column and key are known. Written by `resolve`, never by the parser: `column` is the JSON
 * column (`events.properties`), `key` the top-level name, `path` what follows it inside nested values.
 */
export type PropertyRead = Node & {
  kind: 'property'
  column: Field
  /** The stored table whose own column it is. */
  table: string
  key: string
  path: (string | number)[]
  /** As the map has it: an empty text where there is no such property, and never null. */
  asKept?: boolean
}

export type OrderExpr = Node & { expr: Expr; order: 'ASC' | 'DESC'; nulls?: 'FIRST' | 'LAST' }

export type JoinConstraint = Node & { type: 'ON' | 'USING'; expr: Expr }
export type JoinExpr = Node & {
  /** Table name chain, a subquery, or a placeholder. */
  table: Field | SelectQuery | SelectSetQuery | Placeholder
  /** Arguments of a table function that HogQL knows (`numbers(4)`). */
  tableArgs?: Expr[]
  alias?: string
  /** How this table joins the ones before it; absent on the first. For example `LEFT JOIN`, `ANY INNER JOIN`. */
  joinType?: string
  constraint?: JoinConstraint
  final?: boolean
  sample?: { ratio: number; denominator?: number; offset?: number }
  next?: JoinExpr
}

export type Cte = {
  name: string /** `subquery`: `name AS (select …)`; `column`: `expr AS name`. */
  type: 'subquery' | 'column'
  expr: Expr
}

export type SelectQuery = Node & {
  kind: 'select'
  ctes?: Cte[]
  distinct?: boolean
  select: Expr[]
  from?: JoinExpr
  arrayJoin?: { op: 'ARRAY JOIN' | 'LEFT ARRAY JOIN' | 'INNER ARRAY JOIN'; exprs: Expr[] }
  prewhere?: Expr
  where?: Expr
  groupBy?: Expr[]
  /** `group by all`: by every selected expression that is not an aggregate. */
  groupByAll?: boolean
  having?: Expr
  qualify?: Expr
  windows?: Record<string, WindowSpec>
  orderBy?: OrderExpr[]
  limit?: Expr
  offset?: Expr
  limitBy?: { n: Expr; offset?: Expr; exprs: Expr[] }
  limitWithTies?: boolean
}
export type SetOperator =
  | 'UNION ALL'
  | 'UNION DISTINCT'
  | 'INTERSECT'
  | 'INTERSECT ALL'
  | 'INTERSECT DISTINCT'
  | 'EXCEPT'
  | 'EXCEPT ALL'
  | 'EXCEPT DISTINCT'
export type SelectSetQuery = Node & {
  kind: 'select_set'
  first: SelectQuery | SelectSetQuery
  rest: { op: SetOperator; query: SelectQuery | SelectSetQuery }[]
}

export type Expr =
  | Constant
  | Field
  | Call
  | WindowFunction
  | And
  | Or
  | Not
  | CompareOperation
  | ArithmeticOperation
  | BetweenExpr
  | ArrayExpr
  | TupleExpr
  | DictExpr
  | ArrayAccess
  | TupleAccess
  | TypeCast
  | Lambda
  | Alias
  | Placeholder
  | PropertyRead
  | SelectQuery
  | SelectSetQuery

export type Query = SelectQuery | SelectSetQuery

// Builders: what `insights/` writes its questions with.

export const constant = (value: ConstantValue): Constant => ({ kind: 'constant', value })
export const field = (...chain: (string | number)[]): Field => ({ kind: 'field', chain })
export const call = (name: string, ...args: Expr[]): Call => ({ kind: 'call', name, args })
export const parametric = (name: string, params: Expr[], ...args: Expr[]): Call => ({
  kind: 'call',
  name,
  params,
  args,
})
export const alias = (name: string, expr: Expr): Alias => ({ kind: 'alias', alias: name, expr })
export const compare = (left: Expr, op: CompareOperator, right: Expr): CompareOperation => ({
  kind: 'compare',
  op,
  left,
  right,
})
export const arithmetic = (left: Expr, op: ArithmeticOperation['op'], right: Expr): ArithmeticOperation => ({
  kind: 'arithmetic',
  op,
  left,
  right,
})
export const not = (expr: Expr): Not => ({ kind: 'not', expr })
export const tuple = (...exprs: Expr[]): TupleExpr => ({ kind: 'tuple', exprs })
export const array = (...exprs: Expr[]): ArrayExpr => ({ kind: 'array', exprs })
export const lambda = (args: string[], expr: Expr): Lambda => ({ kind: 'lambda', args, expr })
/** AND of what is there; undefined when nothing is, the expression itself when one is. */
export function and(...exprs: (Expr | undefined)[]): Expr | undefined {
  const present = exprs.filter((expr): expr is Expr => expr !== undefined)
  return present.length > 1 ? { kind: 'and', exprs: present } : present[0]
}
/** OR of what is there; undefined when nothing is, the expression itself when one is. */
export function or(...exprs: (Expr | undefined)[]): Expr | undefined {
  const present = exprs.filter((expr): expr is Expr => expr !== undefined)
  return present.length > 1 ? { kind: 'or', exprs: present } : present[0]
}
export const order = (expr: Expr, direction: 'ASC' | 'DESC' = 'ASC'): OrderExpr => ({
  expr,
  order: direction,
})
export const from = (table: string, tableAlias?: string): JoinExpr => ({
  table: field(table),
  alias: tableAlias,
})
export const fromQuery = (query: Query, tableAlias?: string): JoinExpr => ({
  table: query,
  alias: tableAlias,
})
export const select = (parts: Omit<SelectQuery, 'kind'>): SelectQuery => ({ kind: 'select', ...parts })
export const unionAll = (first: Query, ...rest: Query[]): Query =>
  rest.length ? { kind: 'select_set', first, rest: rest.map((query) => ({ op: 'UNION ALL', query })) } : first
