import { array, call, compare, constant, type Expr, field } from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import type { FilterContext } from './property-filters.ts'
import type { BreakdownFilter } from './query-parts.ts'

/** What stands for "no value" in a breakdown's answer. */
export const nullValue = '$$_posthog_breakdown_null_$$'
/** What stands for all values beyond the limit. */
export const otherValue = '$$_posthog_breakdown_other_$$'

/** One property that a question is broken down by. */
export type Dimension = {
  property: string
  type: string
  groupTypeIndex: number
  /** Number of bins for numbers; undefined for plain values. */
  bins: number | undefined
  normalizeUrl: boolean
}

export type Breakdown =
  | { kind: 'values'; dimensions: Dimension[]; limit: number; hideOther: boolean; listed: boolean }
  | { kind: 'cohorts'; cohorts: (number | 'all')[] }

const defaultLimit = 25
/** A map has room for every country. */
const mapLimit = 300

/**
 * What to break down by; undefined for nothing. `listed`: asked as a list, so values are answered as lists.
 */
export function breakdownOf(
  filter: BreakdownFilter | null | undefined,
  display: string | null | undefined,
): Breakdown | undefined {
  if (!filter || display === 'BoldNumber') return undefined
  const limit = filter.breakdown_limit ?? (display === 'WorldMap' ? mapLimit : defaultLimit)
  const hideOther = filter.breakdown_hide_other_aggregation ?? false
  if (filter.breakdowns?.length) {
    const dimensions = filter.breakdowns.map((one) => ({
      property: String(one.property),
      type: one.type ?? 'event',
      groupTypeIndex: one.group_type_index ?? 0,
      bins: one.histogram_bin_count ?? undefined,
      normalizeUrl: one.normalize_url ?? false,
    }))
    return { kind: 'values', dimensions, limit, hideOther, listed: true }
  }
  const given = filter.breakdown
  if (given === null || given === undefined || given === '' || (Array.isArray(given) && given.length === 0)) {
    return undefined
  }
  const list = Array.isArray(given) ? given : [given]
  if (filter.breakdown_type === 'cohort') {
    return {
      kind: 'cohorts',
      cohorts: list.map((id) => {
        if (id === 'all' || id === 0) return 'all'
        const number = Number(id)
        if (!Number.isInteger(number)) throw invalid(`"${id}" is not a cohort.`, { attr: 'breakdown' })
        return number
      }),
    }
  }
  const dimensions = list.slice(0, 3).map((property) => ({
    property: String(property),
    type: filter.breakdown_type ?? 'event',
    groupTypeIndex: filter.breakdown_group_type_index ?? 0,
    bins: filter.breakdown_histogram_bin_count ?? undefined,
    normalizeUrl: filter.breakdown_normalize_url ?? false,
  }))
  return { kind: 'values', dimensions, limit, hideOther, listed: dimensions.length > 1 }
}

/** A dimension's raw value on a row of events. */
export function dimensionField(dimension: Dimension, ctx: FilterContext): Expr {
  const { property, type, groupTypeIndex } = dimension
  switch (type) {
    case 'event':
      return field('properties', property)
    case 'person':
      return field('person', 'properties', property)
    case 'group':
      return field(`group_${groupTypeIndex}`, 'properties', property)
    case 'session':
      return field('session', property)
    case 'event_metadata':
      return field(property)
    case 'hogql':
      return ctx.parseExpr(property)
    default:
      throw invalid(`Breakdowns by "${type}" are not supported.`, { attr: 'breakdown_type' })
  }
}

/** Whether the field is text already, so that no conversion is paid per row. */
function isText({ type, property, groupTypeIndex }: Dimension, ctx: FilterContext): boolean {
  if (type !== 'event' && type !== 'person' && type !== 'group') return false
  const known = ctx.propertyType(type, property, type === 'group' ? groupTypeIndex : undefined)
  return known === null || known === 'String'
}

/** Lowest and highest number of a dimension, found by a query of its own. */
export type Extent = { low: number; high: number }

/** A dimension's value as text; null where there is none. */
export function dimensionText(dimension: Dimension, ctx: FilterContext): Expr {
  const raw = dimensionField(dimension, ctx)
  const text = isText(dimension, ctx) ? raw : call('toString', raw)
  return dimension.normalizeUrl
    ? call('replaceRegexpOne', text, constant('(.)[/?#]+$'), constant('\\1'))
    : text
}

/** A dimension's value as text: missing and empty ones as `nullValue`, numbers as their bin. */
function dimensionValue(dimension: Dimension, extent: Extent | undefined, ctx: FilterContext): Expr {
  if (dimension.bins !== undefined) {
    return extent ? binOf(dimensionField(dimension, ctx), dimension.bins, extent) : constant(nullValue)
  }
  return call('ifNull', call('nullIf', dimensionText(dimension, ctx), constant('')), constant(nullValue))
}

/** The value of all dimensions: text for one, a list of texts for several. */
export function breakdownValue(
  dimensions: Dimension[],
  extents: (Extent | undefined)[],
  ctx: FilterContext,
): Expr {
  const values = dimensions.map((dimension, i) => dimensionValue(dimension, extents[i], ctx))
  return values.length === 1 ? values[0]! : array(...values)
}

const rounded = (value: number) => Math.round(value * 100) / 100

/** Bins of equal width as `[low, high]`; the last one's end is moved up a little so that it holds the highest. */
export function binsOf(count: number, { low, high }: Extent): [number, number][] {
  if (low === high) return [[rounded(low), rounded(high + 0.01)]]
  const width = (high - low) / count
  return Array.from({ length: count }, (_, i) => [
    rounded(low + i * width),
    i === count - 1 ? rounded(high + 0.01) : rounded(low + (i + 1) * width),
  ])
}

function binOf(raw: Expr, count: number, extent: Extent): Expr {
  const number = call('toFloat', raw)
  const bins = binsOf(count, extent)
  const cases = bins.flatMap(([from, to], i) => [
    // the outer bins take what rounding left outside
    i === bins.length - 1 ? call('isNotNull', number) : compare(number, '<', constant(to)),
    constant(`[${from},${to}]`),
  ])
  return call('multiIf', call('isNull', number), constant(nullValue), ...cases, constant(nullValue))
}

/** "This value says that there is none" — such rows come last, whatever they count. */
export const isNullish = (breakdown: Expr, dimensions: number): Expr =>
  dimensions === 1
    ? compare(breakdown, '=', constant(nullValue))
    : call('has', breakdown, constant(nullValue))

export const otherOf = (dimensions: number): Expr =>
  dimensions === 1
    ? constant(otherValue)
    : array(...Array.from({ length: dimensions }, () => constant(otherValue)))
