import { and, type CompareOperator, call, compare, constant, type Expr, not, or } from './ast.ts'
import type { Context } from './context.ts'
import { isHot, isKeptAsIs } from './property-column.ts'
import { type Type, type Typed, type } from './types.ts'

/**
 * Comparisons as HogQL means them: always yes or no. `null = null` is yes, `null != 2` is yes, `null < 2` is no.
 * Where a null counts as "no" anyway (WHERE, HAVING, ON, the condition of `if`), nothing is added, so that the
 * engine sees a bare comparison and can use its indexes.
 */
export function compareValues(
  context: Context,
  op: CompareOperator,
  left: Typed,
  right: Typed,
  nullIsNo: boolean,
): Typed {
  const [a, b] = alike(context, op, left, right)
  const [c, d] = isEquality.has(op) ? [asKept(a, b), asKept(b, a)] : [a, b]
  return { expr: decided(op, c, d, nullIsNo), type: type('Boolean') }
}

const isEquality = new Set<CompareOperator>(['=', '!=', 'in', 'not in'])

/**
 * A property beside texts that are kept as they are: as the map has it. Where there is none that is an empty text, like
 * none of them; so nothing is converted in any row, and nothing is null.
 */
function asKept(value: Typed, other: Typed): Typed {
  const { expr } = value
  if (expr.kind !== 'property' || isHot(expr.table, String(expr.column.chain.at(-1)), expr.key)) return value
  if (!everyConstant(other, isKeptAsIs)) return value
  return { expr: { ...expr, asKept: true }, type: type('String') }
}

const isNull = ({ expr }: Typed) => expr.kind === 'constant' && expr.value === null

function decided(op: CompareOperator, left: Typed, right: Typed, nullIsNo: boolean): Expr {
  const bare = operation(op, left.expr, right.expr)
  const nullable = left.type.nullable || right.type.nullable
  switch (op) {
    case '=':
    case '!=': {
      const yes = op === '='
      if (isNull(left) && isNull(right)) return constant(yes ? 1 : 0)
      if (isNull(right)) return call(yes ? 'isNull' : 'isNotNull', left.expr)
      if (isNull(left)) return call(yes ? 'isNull' : 'isNotNull', right.expr)
      if (!nullable) return bare
      if (left.type.nullable && right.type.nullable) {
        const bothNull = and(call('isNull', left.expr), call('isNull', right.expr))!
        const oneThere = or(call('isNotNull', left.expr), call('isNotNull', right.expr))!
        return call('ifNull', bare, yes ? bothNull : oneThere)
      }
      return yes && nullIsNo ? bare : call('ifNull', bare, constant(yes ? 0 : 1))
    }
    case 'not like':
    case 'not ilike':
    case 'not in':
    case 'global not in':
    case '!~':
    case '!~*':
      return nullable ? call('ifNull', bare, constant(1)) : bare
    default:
      if (isNull(left) || (isNull(right) && !op.includes('in'))) return constant(0)
      return nullable && !nullIsNo ? call('ifNull', bare, constant(0)) : bare
  }
}

function operation(op: CompareOperator, left: Expr, right: Expr): Expr {
  switch (op) {
    case '=~':
      return call('match', left, right)
    case '!~':
      return not(call('match', left, right))
    case '=~*':
      return call('match', left, caseless(right))
    case '!~*':
      return not(call('match', left, caseless(right)))
    case 'in':
    case 'not in':
      if (isSet(right)) return compare(left, op, right)
      return op === 'in' ? call('has', right, left) : not(call('has', right, left))
    default:
      return compare(left, op, right)
  }
}

const caseless = (pattern: Expr): Expr =>
  pattern.kind === 'constant' ? constant(`(?i)${pattern.value}`) : call('concat', constant('(?i)'), pattern)

// What the engine can make a set of before it reads rows; anything else is an array in a column.
const isSet = (expr: Expr): boolean => {
  switch (expr.kind) {
    case 'select':
    case 'select_set':
    case 'constant':
      return true
    case 'tuple':
    case 'array':
      return expr.exprs.every(isSet)
    case 'arithmetic':
      return isSet(expr.left) && isSet(expr.right)
    case 'call':
      return expr.args.every(isSet)
    default:
      return false
  }
}

const textOperators = new Set<CompareOperator>([
  'like',
  'ilike',
  'not like',
  'not ilike',
  '=~',
  '!~',
  '=~*',
  '!~*',
])

/**
 * Both sides in one type: text against text, properties as their definitions say (or as the other side suggests),
 * instants against instants of the project's zone.
 */
function alike(context: Context, op: CompareOperator, left: Typed, right: Typed): [Typed, Typed] {
  if (textOperators.has(op)) return [asText(left), asText(right)]
  const [a, b] = alikeOneWay(context, left, right)
  const [d, c] = alikeOneWay(context, b, a)
  return [c, d]
}

function alikeOneWay(context: Context, value: Typed, other: Typed): [Typed, Typed] {
  const property = isProperty(value)
  if (value.type.name === 'DateTime') {
    if (isText(other)) return [instant(value), mapConstants(other, (text) => parsedInstant(context, text))]
    if (other.type.name === 'DateTime') return [instant(value), instant(other)]
    // A day begins at midnight of the project's zone; said so, the column stays bare for the index.
    if (other.type.name === 'Date') return [instant(value), midnight(context, other)]
    return [value, other]
  }
  if (property && value.raw && value.type.name === 'Float' && isText(other)) {
    return everyConstant(other, isNumeric)
      ? [value, mapConstants(other, (text) => constant(Number(text)))]
      : [value.raw, other]
  }
  if (property && value.raw && value.type.name === 'Boolean') {
    if (isBoolean(other)) return [value.raw, mapConstants(other, (flag) => constant(String(flag)))]
    if (isText(other)) return [value.raw, other]
  }
  if (property && value.type.name === 'String') {
    if (isBoolean(other)) return [value, mapConstants(other, (flag) => constant(String(flag)))]
    if (other.type.name === 'Integer' || other.type.name === 'Float' || everyConstant(other, isNumber)) {
      return [asNumber(value), other]
    }
  }
  return [value, other]
}

/** Whether the value is a property as read, perhaps converted, but not computed with. */
const isProperty = (value: Typed) => value.raw?.type.name === 'String'

const asText = (value: Typed): Typed => (isProperty(value) ? value.raw! : value)

/** A property's text as a number, null where it is none; other values as they are. */
export const asNumber = (value: Typed): Typed =>
  isProperty(value) && value.type.name === 'String'
    ? { expr: call('toFloat64OrNull', value.expr), type: type('Float', true) }
    : value

const instant = (value: Typed): Typed => (value.raw?.type.name === 'DateTime' ? value.raw : value)

const midnight = (context: Context, day: Typed): Typed => ({
  expr: call('toDateTime64', day.expr, constant(6), constant(context.timezone)),
  type: type('DateTime', day.type.nullable),
})

const parsedInstant = (context: Context, text: unknown): Expr =>
  call('parseDateTime64BestEffort', constant(String(text)), constant(6), constant(context.timezone))

/** The constants of a constant, a tuple or an array of them; undefined when something else is among them. */
function constantsOf(value: Typed): unknown[] | undefined {
  const { expr } = value
  if (expr.kind === 'constant') return [expr.value]
  if (expr.kind !== 'tuple' && expr.kind !== 'array') return undefined
  const values: unknown[] = []
  for (const item of expr.exprs) {
    if (item.kind !== 'constant') return undefined
    values.push(item.value)
  }
  return values
}

/** Whether there are constants and all pass; nulls among others are let through. */
function everyConstant(value: Typed, test: (value: unknown) => boolean): boolean {
  const there = constantsOf(value)?.filter((item) => item !== null)
  return there !== undefined && there.length > 0 && there.every(test)
}

const isString = (value: unknown) => typeof value === 'string'
const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint'
const isNumeric = (value: unknown) =>
  typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
const isText = (value: Typed) => everyConstant(value, isString)
const isBoolean = (value: Typed) => everyConstant(value, (item) => typeof item === 'boolean')

function mapConstants(value: Typed, change: (value: unknown) => Expr): Typed {
  const mapped = (expr: Expr): Expr =>
    expr.kind === 'constant' && expr.value !== null
      ? change(expr.value)
      : expr.kind === 'tuple' || expr.kind === 'array'
        ? { ...expr, exprs: expr.exprs.map(mapped) }
        : expr
  const expr = mapped(value.expr)
  const changed: Type = expr.kind === 'constant' ? constantType(expr.value) : value.type
  return { expr, type: changed }
}

export function constantType(value: unknown): Type {
  switch (typeof value) {
    case 'string':
      return type('String')
    case 'boolean':
      return type('Boolean')
    case 'bigint':
      return type('Integer')
    case 'number':
      return type(Number.isInteger(value) ? 'Integer' : 'Float')
    default:
      return type('Unknown', true)
  }
}
