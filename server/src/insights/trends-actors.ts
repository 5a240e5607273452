import { DateTime } from 'luxon'
import {
  alias,
  and,
  array,
  call,
  compare,
  constant,
  type Expr,
  field,
  from,
  not,
  parametric,
  type Query,
  type SelectQuery,
  select,
} from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import { type ActorKind, actorKindOf } from './actors-query.ts'
import { type Breakdown, breakdownOf, breakdownValue, type Extent, otherValue } from './breakdown.ts'
import type { Bucket } from './date-range.ts'
import type { TrendsQuery } from './insight-queries.ts'
import { instant } from './property-filters.ts'
import type { SeriesNode } from './query-parts.ts'
import {
  actorField,
  type InsightContext,
  identified,
  type Period,
  periodsOf,
  type Series,
  seriesOf,
  within,
} from './series.ts'
import { binnedOf, isAggregated } from './trends.ts'
import { formulasOf } from './trends-lines.ts'
import {
  type Counting,
  countingOf,
  numberOf,
  type TrendsShape,
  trailingDays,
  trailingFrom,
} from './trends-points.ts'
import { keptValues } from './trends-query.ts'

/** What pins one number of a trend. */
export type TrendPin = {
  /** Index of the series. */
  series: number
  previous: boolean
  /** Which of the buckets; undefined for the whole period, whoever is in any of its buckets. */
  at?: (buckets: Bucket[]) => number
  /** The `breakdown_value`; undefined for all. */
  breakdown?: string | number | (string | number)[]
}

export type TrendActors = {
  /** Who or what is counted, by the series. */
  kind: ActorKind
  /** The question that must be answered first, as for the trend. */
  extents: Query | undefined
  /** Rows of `actor_id`, `event_count` (what the actor adds to the number) and some of the `event_distinct_ids`. */
  tree(extentRows: unknown[][]): SelectQuery
}

const mostDistinctIds = 10

/**
 * Who is behind a number of a trend: those who make it up, by the same conditions, windows and ranks as the number.
 * Undefined where there is no such series, period or bucket.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function trendActors(query: TrendsQuery, pin: TrendPin, ctx: InsightContext): TrendActors | undefined {
  const interval = query.interval ?? 'day'
  const display = query.trendsFilter?.display
  const aggregated = isAggregated(display)
  const asked = breakdownOf(query.breakdownFilter, display)
  const breakdown = pin.breakdown === undefined ? undefined : asked
  const all = seriesOf(query, breakdown, ctx)
  const series = pinned(all, query, pin, breakdown)
  const periods = periodsOf(query, interval, aggregated, ctx)
  const period = periods[pin.previous ? 1 : 0]
  if (!all || !series || !period) return undefined
  const bucket = aggregated || !pin.at ? undefined : period.buckets[pin.at(period.buckets)]
  if (!bucket && !aggregated && pin.at) return undefined
  const binned = binnedOf(all, breakdown, periods, formulasOf(query).length > 0, ctx)
  const shape = (extents: (Extent | undefined)[][]): TrendsShape => ({
    interval,
    weekStartDay: ctx.clock.weekStartDay ?? 0,
    aggregated,
    cumulative: display === 'ActionsLineGraphCumulative',
    breakdown: breakdown?.kind === 'values' ? breakdown : undefined,
    extents,
  })
  return {
    kind: actorKindOf(actorNode(series.node, countingOf(series.node, ctx))),
    extents: binned.tree,
    tree(extentRows) {
      const extents = binned.extents(extentRows)[all.indexOf(series)]!
      return actorsTree(series, period, bucket, pin, shape([extents]), ctx)
    },
  }
}

/** Groups are behind a number that counts them, or counts by them; people behind any other, whatever the series says. */
const actorNode = (node: SeriesNode, { kind }: Counting): Pick<SeriesNode, 'math_group_type_index'> =>
  (kind === 'unique' && node.math !== 'unique_session') || kind === 'per_actor' ? node : {}

function pinned(
  all: Series[] | undefined,
  query: TrendsQuery,
  pin: TrendPin,
  breakdown: Breakdown | undefined,
): Series | undefined {
  const node = query.series[pin.series]
  const [value] = [pin.breakdown].flat()
  return all?.find(
    (one) =>
      one.node === node && (breakdown?.kind !== 'cohorts' || String(one.cohort!.value) === String(value)),
  )
}

function actorsTree(
  series: Series,
  period: Period,
  bucket: Bucket | undefined,
  pin: TrendPin,
  shape: TrendsShape,
  ctx: InsightContext,
): SelectQuery {
  const counting = countingOf(series.node, ctx)
  const window = windowOf(period, bucket, shape)
  const extents = shape.extents[0] ?? []
  const value = shape.breakdown && breakdownValue(shape.breakdown.dimensions, extents, ctx)
  const isPinned = (of: Expr) => isValue(of, pin, series, extents, period, shape, ctx)
  const ids = alias(
    'event_distinct_ids',
    parametric('groupUniqArray', [constant(mostDistinctIds)], field('distinct_id')),
  )
  const filters = and(series.filters, series.cohort?.members)
  const actor = actorField(actorNode(series.node, counting))
  if (counting.kind === 'first_time') {
    const { matching } = counting
    const firstAt = call('min', field('timestamp'))
    return select({
      select: [alias('actor_id', actor), alias('event_count', constant(1)), ids],
      from: from('events'),
      where: and(within(undefined, window.until), series.events, matching ? filters : undefined),
      groupBy: [field('actor_id')],
      having: and(
        compare(firstAt, '>=', instant(window.from)),
        !matching && filters ? compare(firstAt, '=', call('minIf', field('timestamp'), filters)) : undefined,
        value && isPinned(call('argMin', value, field('timestamp'))),
      ),
    })
  }
  const days = counting.kind === 'unique' ? trailingDays(counting, shape) : undefined
  // of all buckets of a line the first looks back the furthest
  const first = bucket ?? (shape.aggregated ? undefined : period.buckets[0])
  const since =
    days === undefined ? window.from : trailingFrom(first?.end ?? window.until, days, shape.interval)
  const number = numberOf(series.node)
  const perSession = counting.kind === 'session_duration' || series.node.math === 'unique_session'
  return select({
    select: [
      alias('actor_id', actor),
      alias('event_count', number && counting.kind === 'aggregate' ? counting.value : call('count')),
      ids,
    ],
    from: from('events'),
    where: and(
      within(since, window.until),
      series.events,
      filters,
      identified(actor),
      perSession ? identified(field('$session_id')) : undefined,
      number && call('isNotNull', call('toFloat', number)),
      value && isPinned(value),
    ),
    groupBy: [field('actor_id')],
  })
}

/** The events that a number counts: those of its bucket, or for running totals all up to the bucket's end. */
function windowOf(period: Period, bucket: Bucket | undefined, shape: TrendsShape) {
  if (!bucket) return period
  return {
    from: shape.cumulative ? period.from : DateTime.max(bucket.start, period.from),
    until: DateTime.min(bucket.end, period.until),
  }
}

/** "It has the pinned value"; of the pooled rest: none of the values that are kept apart. */
function isValue(
  value: Expr,
  pin: TrendPin,
  series: Series,
  extents: (Extent | undefined)[],
  period: Period,
  shape: TrendsShape,
  ctx: InsightContext,
): Expr {
  const count = shape.breakdown!.dimensions.length
  const texts = [pin.breakdown!].flat().map(String)
  if (texts.length !== count) {
    throw invalid(`The breakdown has ${count} values, not ${texts.length}.`, { attr: 'breakdown' })
  }
  if (texts.includes(otherValue)) {
    return not(compare(value, 'in', keptValues(series, extents, period, shape, ctx)))
  }
  return compare(
    value,
    '=',
    count === 1 ? constant(texts[0]!) : array(...texts.map((text) => constant(text))),
  )
}
