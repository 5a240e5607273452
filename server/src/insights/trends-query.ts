import {
  alias,
  and,
  call,
  compare,
  constant,
  type Expr,
  field,
  from,
  fromQuery,
  order,
  type Query,
  type SelectQuery,
  select,
  unionAll,
} from '../hogql/ast.ts'
import { type Extent, isNullish, otherOf } from './breakdown.ts'
import type { FilterContext } from './property-filters.ts'
import { type Period, type Series, within } from './series.ts'
import { points, type TrendsShape, toNumber } from './trends-points.ts'

const ranked = (total: Expr, dimensions: number): Expr => ({
  kind: 'window_function',
  name: 'row_number',
  args: [],
  over: {
    orderBy: [
      order(isNullish(field('breakdown'), dimensions)),
      order(total, 'DESC'),
      order(field('breakdown')),
    ],
  },
})

/** The values of a breakdown with their rank, most frequent first; `points` of each (`value` where aggregated). */
function rankedValues(inner: SelectQuery, dimensions: number, aggregated: boolean): SelectQuery {
  if (aggregated) {
    return select({
      select: [field('breakdown'), field('value'), alias('rank', ranked(field('value'), dimensions))],
      from: fromQuery(inner),
    })
  }
  const series = select({
    select: [
      field('breakdown'),
      alias('points', call('groupArray', call('tuple', field('bucket'), field('value')))),
      alias('total', call('sum', field('value'))),
    ],
    from: fromQuery(inner),
    groupBy: [field('breakdown')],
  })
  return select({
    select: [field('breakdown'), field('points'), alias('rank', ranked(field('total'), dimensions))],
    from: fromQuery(series),
  })
}

const isKept = (limit: number) => compare(field('rank'), '<=', constant(limit))

/**
 * Keeps the most frequent values apart and pools the rest, inside the engine: an answer never has more than
 * `limit + 1` values, however many there are. Ties go by name; rows without a value come last.
 */
function limited(inner: SelectQuery, shape: TrendsShape): SelectQuery {
  const { breakdown, aggregated } = shape
  if (!breakdown) return inner
  const dimensions = breakdown.dimensions.length
  const ranks = rankedValues(inner, dimensions, aggregated)
  const kept = isKept(breakdown.limit)
  const label = breakdown.hideOther
    ? field('breakdown')
    : call('if', kept, field('breakdown'), otherOf(dimensions))
  if (aggregated) {
    return select({
      select: [alias('label', label), alias('amount', call('sum', field('value')))],
      from: fromQuery(ranks),
      where: breakdown.hideOther ? kept : undefined,
      groupBy: [field('label')],
    })
  }
  const spread = select({
    select: [alias('label', label), alias('point', call('arrayJoin', field('points')))],
    from: fromQuery(ranks),
    where: breakdown.hideOther ? kept : undefined,
  })
  return select({
    select: [
      field('label'),
      alias('at', call('tupleElement', field('point'), constant(1))),
      alias('amount', call('sum', call('tupleElement', field('point'), constant(2)))),
    ],
    from: fromQuery(spread),
    groupBy: [field('label'), field('at')],
  })
}

/** The values of a series in a period that an answer keeps apart: one column. */
export function keptValues(
  series: Series,
  extents: (Extent | undefined)[],
  period: Period,
  shape: TrendsShape,
  ctx: FilterContext,
): SelectQuery {
  const { dimensions, limit } = shape.breakdown!
  return select({
    select: [field('breakdown')],
    from: fromQuery(
      rankedValues(points(series, extents, period, shape, ctx), dimensions.length, shape.aggregated),
    ),
    where: isKept(limit),
  })
}

/**
 * The whole question as one statement. Its rows: series index, period index, breakdown (where asked), bucket key
 * (unless aggregated), value.
 */
export function trendsTree(
  series: Series[],
  periods: Period[],
  shape: TrendsShape,
  ctx: FilterContext,
): Query {
  const branches = series.flatMap((one, s) =>
    periods.map((period, p): SelectQuery => {
      const inner = limited(points(one, shape.extents[s] ?? [], period, shape, ctx), shape)
      // Into the query itself: the engine plans each layer, and that takes longer than counting a small project's events.
      const whose = [alias('series_index', constant(s)), alias('period_index', constant(p))]
      return { ...inner, select: [...whose, ...inner.select] }
    }),
  )
  return unionAll(branches[0]!, ...branches.slice(1))
}

/**
 * Lowest and highest numbers of the dimensions with bins, for every series and period: rows of series index, period
 * index, low, high, …
 */
export function extentsTree(series: Series[], fields: Expr[], periods: Period[]): Query {
  const branches = series.flatMap((one, s) =>
    periods.map((period, p) =>
      select({
        select: [
          alias('series_index', constant(s)),
          alias('period_index', constant(p)),
          ...fields.flatMap((expr, i) => [
            alias(`low_${i}`, call('min', toNumber(expr))),
            alias(`high_${i}`, call('max', toNumber(expr))),
          ]),
        ],
        from: from('events'),
        where: and(within(period.from, period.until), one.events, one.filters),
      }),
    ),
  )
  return unionAll(branches[0]!, ...branches.slice(1))
}
