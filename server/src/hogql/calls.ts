import { checkArguments, checkOperands } from './argument-types.ts'
import { arithmetic, type Call, type CompareOperator, call, constant, type Expr, not } from './ast.ts'
import { asNumber, compareValues } from './compare.ts'
import type { Context } from './context.ts'
import { HogQLError } from './errors.ts'
import { checkedFunction, type HogQLFunction } from './functions.ts'
import { type Type, type Typed, type, unknown } from './types.ts'

/** How a call asks for its arguments: `nullIsNo` where the argument is a condition. */
export type ResolveArgument = (expr: Expr, nullIsNo?: boolean) => Typed

const comparisons = new Map<string, CompareOperator>(
  Object.entries({
    equals: '=',
    notEquals: '!=',
    less: '<',
    lessOrEquals: '<=',
    greater: '>',
    greaterOrEquals: '>=',
    like: 'like',
    ilike: 'ilike',
    notLike: 'not like',
    notILike: 'not ilike',
    in: 'in',
    notIn: 'not in',
  } as const),
)

const arithmetics = new Map<string, '+' | '-' | '*' | '/' | '%'>(
  Object.entries({
    plus: '+',
    minus: '-',
    multiply: '*',
    divide: '/',
    modulo: '%',
  } as const),
)

// Aggregates of numbers: a property without a definition is text, and is taken for the number that it spells.
const numeric = /^(sum|avg|median|quantile|stddev|var|corr|covar|skew|kurt|deltaSum)/

/** A call of an allowed function with its arguments resolved, its name and its meaning as in ClickHouse. */
export function resolveCall(
  context: Context,
  node: Call,
  argument: ResolveArgument,
  nullIsNo: boolean,
): Typed {
  const found = checkedFunction(node, false)
  const { clickhouse } = found
  const comparison = comparisons.get(clickhouse)
  if (comparison) {
    const [left, right] = [argument(node.args[0]!), argument(node.args[1]!)]
    return compareValues(context, comparison, left, right, nullIsNo)
  }
  const operator = arithmetics.get(clickhouse)
  if (operator) {
    return resolveArithmetic(operator, argument(node.args[0]!), argument(node.args[1]!), node.args)
  }
  if (clickhouse === 'and' || clickhouse === 'or') {
    const exprs = node.args.map((arg) => argument(arg, nullIsNo))
    return {
      expr: { kind: clickhouse, exprs: exprs.map(({ expr }) => expr) },
      type: anyNullable('Boolean', exprs),
    }
  }
  if (clickhouse === 'not') {
    const inner = argument(node.args[0]!)
    return { expr: not(inner.expr), type: type('Boolean', inner.type.nullable) }
  }
  if (clickhouse === 'count' && node.args[0]?.kind === 'field' && node.args[0].chain.at(-1) === '*') {
    return { expr: call(clickhouse), type: type('Integer') }
  }

  const conditions = conditionPositions(clickhouse, found, node)
  const args = node.args.map((arg, index) => argument(arg, conditions(index)))
  const params = node.params?.map((param) => constantParam(argument(param), param))
  const special = specialCalls.get(clickhouse)?.(context, args, node)
  if (special) return special

  const taken = found.aggregate && numeric.test(clickhouse) ? args.map(asNumber) : args
  checkArguments(node.name, clickhouse, taken, node.args)
  let expr: Call = { kind: 'call', name: clickhouse, args: taken.map((arg) => arg.expr) }
  if (params) expr.params = params
  if (node.distinct) expr.distinct = true
  if (node.filter) {
    if (!found.aggregate) throw new HogQLError(`Only aggregate functions take FILTER (WHERE …).`, node.span)
    expr = { ...expr, name: `${clickhouse}If`, args: [...expr.args, argument(node.filter, true).expr] }
  }
  return { expr, type: answerType(found, args) }
}

function conditionPositions(name: string, found: HogQLFunction, node: Call): (index: number) => boolean {
  if (name === 'if') return (index) => index === 0
  if (name === 'multiIf') return (index) => index % 2 === 0 && index < node.args.length - 1
  if (found.aggregate && name.endsWith('If')) return (index) => index === node.args.length - 1
  return () => false
}

function constantParam({ expr }: Typed, param: Expr): Expr {
  if (expr.kind === 'constant') return expr
  throw new HogQLError('A parameter of an aggregate function must be a constant.', param.span)
}

const anyNullable = (name: Type['name'], args: Typed[]): Type =>
  type(
    name,
    args.some((arg) => arg.type.nullable),
  )

export function answerType(found: HogQLFunction, args: Typed[]): Type {
  if (found.clickhouse === 'if' && args.length === 3) return common([args[1]!.type, args[2]!.type])
  if (found.clickhouse === 'coalesce' || found.clickhouse === 'ifNull') {
    const { name } = common(args.map((arg) => arg.type))
    return type(
      name,
      args.every((arg) => arg.type.nullable),
    )
  }
  const name =
    found.returns ?? (sameAsArgument.has(found.clickhouse) ? (args[0]?.type.name ?? 'Unknown') : 'Unknown')
  if (changesType(found, args[0]?.type)) return unknown
  if (found.nulls === 'never') return type(name)
  return found.nulls === 'maybe' ? type(name, true) : anyNullable(name, args)
}

/** Whether the answer's type is another for this argument: text of lists is a list, a mean of times is a time. */
function changesType({ clickhouse, aggregate, returns }: HogQLFunction, first: Type | undefined): boolean {
  if (!first) return false
  if (clickhouse === 'concat' || clickhouse === 'reverse')
    return first.name === 'Array' || first.name === 'Unknown'
  const isNumber = ['String', 'Integer', 'Float', 'Boolean'].includes(first.name)
  return aggregate && returns === 'Float' && !isNumber
}

// Functions that answer with a value of their first argument's type.
const sameAsArgument = new Set([
  'min',
  'max',
  'any',
  'anyLast',
  'argMin',
  'argMax',
  'first_value',
  'last_value',
  'lag',
  'lead',
  'lagInFrame',
  'leadInFrame',
  'assumeNotNull',
  'toNullable',
  'nullIf',
  'greatest',
  'least',
  'abs',
  'addDays',
  'addHours',
  'addMinutes',
  'addMonths',
  'addSeconds',
  'addWeeks',
  'addYears',
  'subtractDays',
  'subtractHours',
  'subtractMinutes',
  'subtractMonths',
  'subtractSeconds',
  'subtractWeeks',
  'subtractYears',
])

function common(types: Type[]): Type {
  const nullable = types.some((one) => one.nullable)
  const names = new Set(types.map((one) => one.name))
  return names.size === 1 ? type(types[0]!.name, nullable) : type('Unknown', nullable)
}

/** @param nodes the two as they are written, for the place of what is refused */
export function resolveArithmetic(
  op: '+' | '-' | '*' | '/' | '%',
  left: Typed,
  right: Typed,
  nodes: Expr[] = [],
): Typed {
  const interval = left.type.name === 'Interval' || right.type.name === 'Interval'
  const [a, b] = interval ? [left, right] : [asNumber(left), asNumber(right)]
  checkOperands(op, [a, b], nodes)
  const nullable = a.type.nullable || b.type.nullable
  return { expr: arithmetic(a.expr, op, b.expr), type: type(arithmeticType(op, a.type, b.type), nullable) }
}

function arithmeticType(op: string, a: Type, b: Type): Type['name'] {
  if (a.name === 'DateTime' && (b.name === 'Interval' || b.name === 'Integer')) return 'DateTime'
  if (b.name === 'DateTime' && a.name === 'Interval') return 'DateTime'
  if (a.name === 'Date' && b.name === 'Integer') return 'Date'
  const numbers = ['Integer', 'Float', 'Boolean']
  if (!numbers.includes(a.name) || !numbers.includes(b.name)) return 'Unknown'
  return op === '/' || a.name === 'Float' || b.name === 'Float' ? 'Float' : 'Integer'
}

type SpecialCall = (context: Context, args: Typed[], node: Call) => Typed | undefined

const now = (context: Context) => call('now64', constant(6), constant(context.timezone))
const cast = (to: string, name: Type['name']): SpecialCall =>
  function toType(_context, [value]) {
    return { expr: call('accurateCastOrNull', value!.expr, constant(to)), type: type(name, true) }
  }

/** A time from text (read in the project's zone unless it says another) or from a time. */
function toDateTime(context: Context, [value, zone]: Typed[], node: Call): Typed {
  const timezone =
    zone?.expr.kind === 'constant' && typeof zone.expr.value === 'string'
      ? zone.expr
      : constant(context.timezone)
  if (value!.type.name === 'String' || value!.type.name === 'Unknown') {
    const text = value!.type.name === 'String' ? value!.expr : call('toString', value!.expr)
    // what is written in the query itself is refused when it is no time, unless null was asked for by name
    const nullable = value!.type.nullable || value!.expr.kind !== 'constant' || /ornull$/i.test(node.name)
    return {
      expr: call(
        nullable ? 'parseDateTime64BestEffortOrNull' : 'parseDateTime64BestEffort',
        text,
        constant(6),
        timezone,
      ),
      type: type('DateTime', nullable),
    }
  }
  if (value!.type.name === 'DateTime') {
    const bare = value!.raw ?? value!
    return bare.type.name === 'DateTime'
      ? { expr: call('toTimeZone', bare.expr, timezone), type: value!.type, raw: bare }
      : { expr: call('toTimeZone', value!.expr, timezone), type: value!.type }
  }
  return { expr: call('toDateTime', value!.expr, timezone), type: type('DateTime', value!.type.nullable) }
}

const units = new Map(
  Object.entries({
    second: 'Second',
    minute: 'Minute',
    hour: 'Hour',
    day: 'Day',
    week: 'Week',
    month: 'Month',
    quarter: 'Quarter',
    year: 'Year',
  }),
)

const shifted = (op: '+' | '-'): SpecialCall =>
  function shift(_context, args, node) {
    if (args.length === 2) return resolveArithmetic(op, args[0]!, args[1]!)
    const [unit, count, date] = args
    const name =
      unit!.expr.kind === 'constant' ? units.get(String(unit!.expr.value).toLowerCase()) : undefined
    if (!name) {
      throw new HogQLError(
        `'${node.name}' takes a unit first: 'second', 'minute', 'hour', 'day' ….`,
        node.span,
      )
    }
    const interval: Typed = { expr: call(`toInterval${name}`, count!.expr), type: type('Interval') }
    return resolveArithmetic(op, date!, interval)
  }

const specialCalls = new Map<string, SpecialCall>(
  Object.entries<SpecialCall>({
    now: (context) => ({ expr: now(context), type: type('DateTime') }),
    now64: (context) => ({ expr: now(context), type: type('DateTime') }),
    today: (context) => ({ expr: call('toDate', now(context)), type: type('Date') }),
    yesterday: (context) => ({
      expr: arithmetic(call('toDate', now(context)), '-', constant(1)),
      type: type('Date'),
    }),
    timezone: (context) => ({ expr: constant(context.timezone), type: type('String') }),
    toStartOfWeek: (context, [value, mode]) =>
      mode || context.schema.weekStartDay !== 1
        ? undefined
        : {
            expr: call('toStartOfWeek', value!.expr, constant(1)),
            type: type('Date', value!.type.nullable),
          },
    toDateTime,
    toDateTime64: (context, args, node) => {
      const zone = args[2] ?? (args[1]?.type.name === 'String' ? args[1] : undefined)
      return toDateTime(context, zone ? [args[0]!, zone] : [args[0]!], node)
    },
    toDate: (context, [value], node) => {
      const of = value!.type.name === 'String' ? toDateTime(context, [value!], node) : value!
      return { expr: call('toDate', of.expr), type: type('Date', of.type.nullable) }
    },
    toInt: cast('Int64', 'Integer'),
    toFloat: cast('Float64', 'Float'),
    toUUID: cast('UUID', 'UUID'),
    toBool: cast('Bool', 'Boolean'),
    // A property's text, whatever its definition says.
    toString: (_context: Context, args: Typed[]) =>
      args.length === 1 && args[0]!.raw?.type.name === 'String' ? args[0]!.raw : undefined,
    fromUnixTimestamp: (context, [value]) => ({
      expr: call('toTimeZone', call('fromUnixTimestamp', value!.expr), constant(context.timezone)),
      type: type('DateTime', value!.type.nullable),
    }),
    dateAdd: shifted('+'),
    dateSub: shifted('-'),
    // `case x when a then b … else c end`: the value, pairs, and what is left.
    caseWithExpression: (context, [value, ...rest]) => {
      const parts: Typed[] = []
      for (let index = 0; index + 1 < rest.length; index += 2) {
        parts.push(compareValues(context, '=', value!, rest[index]!, true), rest[index + 1]!)
      }
      parts.push(rest.at(-1)!)
      return { expr: call('multiIf', ...parts.map(({ expr }) => expr)), type: unknown }
    },
  }),
)

/** `x::int`, `cast(x as datetime)`: by the short names that HogQL has for types. */
export function resolveCast(context: Context, to: string, value: Typed, orNull: boolean, node: Expr): Typed {
  const name = castNames.get(to.replaceAll(' ', ''))
  if (!name) {
    throw new HogQLError(
      `Can't cast to "${to}": use int, float, decimal, string, bool, date, datetime or uuid.`,
      node.span,
    )
  }
  if (name === 'toString' && orNull) return { expr: call(name, value.expr), type: type('String', true) }
  // what is no time is refused where it stands in the query itself, see toDateTime
  const called = orNull && name.startsWith('toDate') ? `${name}OrNull` : name
  return resolveCall(context, call(called, node), () => value, false)
}

const castNames = new Map<string, string>(
  Object.entries({
    ...Object.fromEntries(
      ['int', 'integer', 'bigint', 'smallint', 'int8', 'int16', 'int32', 'int64', 'uint64', 'uint32'].map(
        (to) => [to, 'toInt'],
      ),
    ),
    ...Object.fromEntries(
      ['float', 'float32', 'float64', 'double', 'real', 'decimal', 'numeric', 'number'].map((to) => [
        to,
        'toFloat',
      ]),
    ),
    ...Object.fromEntries(
      ['string', 'text', 'varchar', 'char', 'nullable(string)'].map((to) => [to, 'toString']),
    ),
    bool: 'toBool',
    boolean: 'toBool',
    date: 'toDate',
    datetime: 'toDateTime',
    datetime64: 'toDateTime',
    timestamp: 'toDateTime',
    timestamptz: 'toDateTime',
    uuid: 'toUUID',
  }),
)
