import type { DateTime } from 'luxon'
import { RE2JS } from 're2js'
import {
  and,
  type CompareOperator,
  call,
  compare,
  constant,
  type Expr,
  field,
  not,
  or,
  tuple,
} from '../hogql/ast.ts'
import type { PropertyType } from '../hogql/types.ts'
import { containing } from '../kit/containing.ts'
import { asNumber, shown } from '../kit/scalars.ts'
import { HedgerowError, invalid } from '../model/errors.ts'
import type { PropertyFilter } from '../model/project.ts'
import { type Clock, dayStart, parseDate } from './date-range.ts'
import { elementExpr, matches } from './elements.ts'

/** A filter, a tree of AND and OR groups, or a list of them that must all hold. */
export type PropertyFilters =
  | PropertyFilter
  | { type: 'AND' | 'OR'; values: PropertyFilters[] }
  | PropertyFilters[]
  | readonly PropertyFilters[]
  | null
  | undefined

export type PropertyKind = 'event' | 'person' | 'group'

/** What a filter's meaning depends on besides its own words. */
export type FilterContext = {
  /** The table whose rows are filtered; conditions name its columns. */
  table: 'events' | 'persons'
  clock: Clock
  /** The type that a property's definition says; null when there is none. */
  propertyType(kind: PropertyKind, key: string, groupTypeIndex?: number): PropertyType | null
  /** Reads a HogQL expression (filters of type `hogql`). */
  parseExpr(text: string): Expr
}

const maxDepth = 30
const maxFilters = 2000

/**
 * The condition that filters express; undefined when they express none. A property that is absent equals nothing:
 * it passes `is_not`, `not_icontains`, `not_regex` and `not_in`, and fails everything else.
 * @throws HedgerowError `invalid` for an operator, type or value that makes no sense.
 */
export function propertyExpr(filters: PropertyFilters, ctx: FilterContext): Expr | undefined {
  let count = 0
  const build = (node: PropertyFilters, depth: number): Expr | undefined => {
    if (depth > maxDepth)
      throw invalid(`Property groups may be nested ${maxDepth} deep.`, { attr: 'properties' })
    if (!node) return undefined
    if (Array.isArray(node)) return and(...node.map((child: PropertyFilters) => build(child, depth + 1)))
    const group = node as { type?: string; values?: PropertyFilters[] }
    if (Array.isArray(group.values) && !('key' in group)) {
      const parts = group.values.map((child) => build(child, depth + 1))
      return group.type === 'OR' ? or(...parts) : and(...parts)
    }
    if (++count > maxFilters)
      throw invalid(`A question may have ${maxFilters} filters.`, { attr: 'properties' })
    return filterExpr(node as PropertyFilter, ctx)
  }
  return build(filters, 0)
}

function filterExpr(filter: PropertyFilter, ctx: FilterContext): Expr | undefined {
  const type = filter.type ?? (ctx.table === 'persons' ? 'person' : 'event')
  const key = String(filter.key)
  switch (type) {
    case 'hogql':
      return ctx.parseExpr(key)
    case 'event':
    case 'feature':
      onlyOn('events', type, ctx)
      return valueExpr(field('properties', key), filter, ctx.propertyType('event', key), ctx)
    case 'person':
      return valueExpr(personField(ctx, key), filter, ctx.propertyType('person', key), ctx)
    case 'group': {
      onlyOn('events', type, ctx)
      const index = filter.group_type_index ?? 0
      if (!Number.isInteger(index) || index < 0 || index > 4)
        throw invalid('Group types are numbered 0 to 4.')
      return valueExpr(
        field(`group_${index}`, 'properties', key),
        filter,
        ctx.propertyType('group', key, index),
        ctx,
      )
    }
    case 'element':
      onlyOn('events', type, ctx)
      return wanted(filter) ? elementExpr(key, textValues(filter), operatorOf(filter)) : undefined
    case 'session':
      onlyOn('events', type, ctx)
      return valueExpr(
        field('session', key),
        filter,
        /duration|count/.test(key) ? 'Numeric' : /time/.test(key) ? 'DateTime' : 'String',
        ctx,
      )
    case 'event_metadata':
      onlyOn('events', type, ctx)
      if (!metadataFields.has(key)) throw invalid(`Events have no field "${key}".`)
      return valueExpr(field(key), filter, key === 'timestamp' ? 'DateTime' : 'String', ctx)
    case 'cohort':
    case 'static-cohort':
    case 'precalculated-cohort':
      return cohortExpr(filter, ctx)
    default:
      throw invalid(`Filters of type "${type}" are not supported here.`, { attr: 'properties' })
  }
}

const metadataFields = new Set(
  ['event', 'distinct_id', 'timestamp', 'person_id', 'elements_chain'].concat([
    '$group_0',
    '$group_1',
    '$group_2',
    '$group_3',
    '$group_4',
    '$session_id',
    '$window_id',
  ]),
)

const personField = (ctx: FilterContext, key: string) =>
  ctx.table === 'persons' ? field('properties', key) : field('person', 'properties', key)

function onlyOn(table: FilterContext['table'], type: string, ctx: FilterContext) {
  if (ctx.table !== table) throw invalid(`Filters of type "${type}" can't be used on ${ctx.table}.`)
}

/** Membership; which cohorts exist, the compiler's schema knows. */
export const inCohort = (table: FilterContext['table'], id: number, negated = false): Expr =>
  compare(
    field(table === 'persons' ? 'id' : 'person_id'),
    negated ? 'not in cohort' : 'in cohort',
    constant(id),
  )

function cohortExpr(filter: PropertyFilter, ctx: FilterContext): Expr | undefined {
  const negated = filter.operator === 'not_in' || filter.operator === 'is_not' || filter.negation === true
  const members = listOf(filter.value).map((value) => {
    const id = asNumber(value)
    if (!Number.isInteger(id)) throw invalid(`Cohort ${shown(value)} does not exist.`, { attr: 'properties' })
    return inCohort(ctx.table, id, negated)
  })
  return negated ? and(...members) : or(...members)
}

const operators = new Set([
  ...[
    'exact',
    'is_not',
    'icontains',
    'not_icontains',
    'regex',
    'not_regex',
    'gt',
    'gte',
    'lt',
    'lte',
    'between',
  ],
  ...[
    'not_between',
    'is_set',
    'is_not_set',
    'is_date_exact',
    'is_date_before',
    'is_date_after',
    'in',
    'not_in',
  ],
  ...['min', 'max'],
])

function operatorOf(filter: PropertyFilter): string {
  const operator = filter.operator ?? 'exact'
  if (!operators.has(operator)) throw invalid(`"${operator}" is not an operator.`, { attr: 'operator' })
  return operator
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])
const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
const textValues = (filter: PropertyFilter) => listOf(filter.value).filter(present).map(textOf)
const present = (value: unknown) => value !== null && value !== undefined

/** Whether a filter says anything: one without a value does not, unless its operator needs none. */
const wanted = (filter: PropertyFilter) =>
  filter.operator === 'is_set' ||
  filter.operator === 'is_not_set' ||
  (present(filter.value) && !(Array.isArray(filter.value) && filter.value.length === 0))

/** Null means "no" to the condition, or "yes" to its opposite. */
const orElse = (expr: Expr, whenNull: boolean) => call('ifNull', expr, constant(whenNull))

function valueExpr(
  left: Expr,
  filter: PropertyFilter,
  type: PropertyType | null,
  ctx: FilterContext,
): Expr | undefined {
  if (!wanted(filter)) return undefined
  const operator = operatorOf(filter)
  const values = listOf(filter.value).filter(present)
  const each = (build: (value: unknown) => Expr) => or(...values.map(build))
  const none = (build: (value: unknown) => Expr) => and(...values.map(build))
  const text = type === null || type === 'String' ? left : call('toString', left)
  switch (operator) {
    case 'is_set':
      return call('isNotNull', left)
    case 'is_not_set':
      return call('isNull', left)
    case 'exact':
    case 'in':
      return equalsAny(left, values, type, ctx)
    case 'is_not':
    case 'not_in': {
      const same = equalsAny(left, values, type, ctx)
      return orElse(not(same), true)
    }
    case 'icontains':
      return each((value) => compare(text, 'ilike', constant(containing(textOf(value)))))
    case 'not_icontains':
      return none((value) => orElse(compare(text, 'not ilike', constant(containing(textOf(value)))), true))
    case 'regex':
      return each((value) =>
        validRegex(value) ? orElse(matches(text, textOf(value)), false) : constant(false),
      )
    case 'not_regex':
      return none((value) =>
        validRegex(value) ? orElse(not(matches(text, textOf(value))), true) : constant(false),
      )
    case 'gt':
    case 'gte':
    case 'min':
    case 'lt':
    case 'lte':
    case 'max':
      return each((value) => ordered(left, order[operator]!, value, type, ctx))
    case 'between':
    case 'not_between': {
      if (values.length !== 2) throw invalid('between needs a list of two values.', { attr: 'value' })
      const inside = and(
        ordered(left, '>=', values[0], type, ctx),
        ordered(left, '<=', values[1], type, ctx),
      )!
      return operator === 'between' ? inside : orElse(not(inside), true)
    }
    case 'is_date_before':
      return each((value) => compareDate(moment(left, type), '<', bound(value, ctx)))
    case 'is_date_after':
      return each((value) => compareDate(moment(left, type), '>', bound(value, ctx)))
    default: // is_date_exact
      return each((value) => compareDate(moment(left, type), '=', bound(value, ctx)))
  }
}

const order: Record<string, CompareOperator> = {
  gt: '>',
  gte: '>=',
  min: '>=',
  lt: '<',
  lte: '<=',
  max: '<=',
}

/** Equal to one of the values: as numbers where the property holds numbers, else as text. */
function equalsAny(left: Expr, values: unknown[], type: PropertyType | null, ctx: FilterContext): Expr {
  if (type === 'Numeric') {
    const numbers = values.map(numeric)
    if (numbers.every((number) => number !== null)) return among(left, numbers)
  }
  if (type === 'Boolean') {
    const flags = values.map((value) => ({ true: true, false: false })[textOf(value).toLowerCase()])
    if (flags.every((flag) => flag !== undefined)) return among(left, flags)
  }
  if (type === 'DateTime') {
    const dates = values.map((value) => dateOrNull(value, ctx))
    if (dates.every((date) => date !== null)) return or(...dates.map((date) => compareDate(left, '=', date)))!
  }
  const text = type === null || type === 'String' ? left : call('toString', left)
  return among(text, values.map(textOf))
}

const among = (left: Expr, values: (string | number | boolean)[]): Expr =>
  values.length === 1
    ? compare(left, '=', constant(values[0]!))
    : compare(left, 'in', tuple(...values.map(constant)))

function ordered(
  left: Expr,
  op: CompareOperator,
  value: unknown,
  type: PropertyType | null,
  ctx: FilterContext,
): Expr {
  if (type === 'DateTime') {
    const date = dateOrNull(value, ctx)
    if (date) return compareDate(left, op, date)
  }
  const number = numeric(value)
  if (number === null) {
    return compare(
      type === null || type === 'String' ? left : call('toString', left),
      op,
      constant(textOf(value)),
    )
  }
  return compare(type === 'Numeric' ? left : call('toFloat', left), op, constant(number))
}

function numeric(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string' || !/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)) return null
  const number = asNumber(value)
  return Number.isFinite(number) ? number : null
}

/** Whether RE2 takes the pattern; a broken one matches nothing, in either direction. */
function validRegex(value: unknown): boolean {
  const pattern = textOf(value)
  if (pattern.length > 10_000) return false
  try {
    RE2JS.compile(pattern)
    return true
  } catch {
    return false
  }
}

/** A moment, or a day: from its start until (not including) its end. */
type Bound = { from: DateTime; until?: DateTime }

function bound(value: unknown, ctx: FilterContext): Bound {
  const { time, bareDate } = parseDate(textOf(value), ctx.clock, 'value')
  return bareDate ? { from: time, until: dayStart(time.plus({ days: 1 })) } : { from: time }
}

const dateOrNull = (value: unknown, ctx: FilterContext): Bound | null => {
  try {
    return bound(value, ctx)
  } catch (error) {
    if (error instanceof HedgerowError) return null
    throw error
  }
}

/** Compares with a day as a whole: after it is after its end, equal is within it. */
function compareDate(left: Expr, op: CompareOperator, { from, until }: Bound): Expr {
  if (!until) return compare(left, op, instant(from))
  if (op === '=') return and(compare(left, '>=', instant(from)), compare(left, '<', instant(until)))!
  if (op === '>') return compare(left, '>=', instant(until))
  if (op === '<=') return compare(left, '<', instant(until))
  return compare(left, op, instant(from))
}

/** A property as a time: typed ones are read as such, others are parsed row by row. */
const moment = (left: Expr, type: PropertyType | null) =>
  type === 'DateTime' ? left : call('toDateTime', call('toString', left))

/**
 * A moment as a constant of the type of `events.timestamp`: compared with the bare column it prunes partitions and
 * granules.
 */
export const instant = (time: DateTime): Expr =>
  call(
    'toDateTime64',
    constant(time.toUTC().toFormat('yyyy-MM-dd HH:mm:ss.SSS')),
    constant(6),
    constant('UTC'),
  )
