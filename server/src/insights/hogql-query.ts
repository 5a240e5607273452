import { and, array, compare, constant, type Expr, field, type Query } from '../hogql/ast.ts'
import { placeholdersOf, replacePlaceholders } from '../hogql/placeholders.ts'
import { invalid } from '../model/errors.ts'
import { resolveDateRange } from './date-range.ts'
import { type FilterContext, instant, type PropertyFilters, propertyExpr } from './property-filters.ts'
import type { HogQLFilters, HogQLQuery } from './queries.ts'

/** A JSON value as a constant of a query. */
function valueExpr(value: unknown): Expr {
  if (Array.isArray(value)) return array(...value.map(valueExpr))
  if (value === null || value === undefined) return constant(null)
  if (typeof value === 'object')
    throw invalid('Values of placeholders must be texts, numbers, booleans or lists.')
  return constant(value as string | number | boolean)
}

/** The condition behind `{filters}`: what the dashboard around a query asks for. */
export function filtersExpr(
  filters: HogQLFilters | null | undefined,
  testAccountFilters: PropertyFilters,
  ctx: FilterContext,
): Expr {
  const range = filters?.dateRange
  const bounds =
    range?.date_from || range?.date_to
      ? resolveDateRange({ ...range, date_from: range.date_from ?? 'all' }, 'day', ctx.clock, new Date(0))
      : undefined
  const condition = and(
    bounds && range?.date_from && range.date_from !== 'all'
      ? compare(field('timestamp'), '>=', instant(bounds.from))
      : undefined,
    bounds && range?.date_to
      ? compare(field('timestamp'), '<', instant(bounds.to.plus({ milliseconds: 1 })))
      : undefined,
    propertyExpr(filters?.properties as PropertyFilters, ctx),
    filters?.filterTestAccounts ? propertyExpr(testAccountFilters, ctx) : undefined,
  )
  return condition ?? constant(true)
}

/**
 * Puts `{filters}` and `{name}` in place.
 * @throws HedgerowError `invalid` for a placeholder without a value.
 */
export function fillPlaceholders(
  tree: Query,
  query: HogQLQuery,
  ctx: FilterContext & { testAccountFilters: PropertyFilters },
): Query {
  const variables = Object.values(query.variables ?? {}).map(({ code_name, value, isNull }) => [
    code_name,
    isNull ? null : value,
  ])
  const values = { ...query.values, ...(query.variables && { variables: Object.fromEntries(variables) }) }
  const filled = placeholdersOf(tree).map((name): [string, Expr] => [
    name,
    name === 'filters'
      ? filtersExpr(query.filters, ctx.testAccountFilters, ctx)
      : valueExpr(placeholderValue(name, values)),
  ])
  return replacePlaceholders(tree, Object.fromEntries(filled))
}

function placeholderValue(name: string, values: Record<string, unknown>): unknown {
  let value: unknown = values
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) {
      throw invalid(`The placeholder {${name}} has no value: give one in \`values\`.`, { attr: 'values' })
    }
    value = (value as Record<string, unknown>)[step]
  }
  return value
}
