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
  fromQuery,
  type Query,
  type SelectQuery,
  select,
  unionAll,
} from '../hogql/ast.ts'
import type { StickinessResult } from './answers.ts'
import type { StickinessQuery } from './insight-queries.ts'
import type { Interval, SeriesNode } from './query-parts.ts'
import {
  actionOf,
  actorField,
  bucketExpr,
  bucketKey,
  type InsightContext,
  identified,
  type LinksTo,
  nameOf,
  type Period,
  periodsOf,
  type Series,
  seriesOf,
  unlessTooMany,
  within,
} from './series.ts'

export type Stickiness = {
  /** Undefined when there is nothing to count. Its rows: series index, period index, intervals, how many. */
  tree: Query | undefined
  results(rows: unknown[][]): StickinessResult[]
}

const criteria = { gte: '>=', lte: '<=', exact: '=' } as const

/**
 * Stickiness: on how many intervals of a period people (or groups) were active.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function stickiness(query: StickinessQuery, ctx: InsightContext, linksTo?: LinksTo): Stickiness {
  const interval: Interval = query.interval ?? 'day'
  const series = seriesOf(query, undefined, ctx)
  if (!series?.length) return { tree: undefined, results: () => [] }
  const periods = periodsOf(query, interval, false, ctx)
  const span = query.intervalCount ?? 1
  const branches = series.flatMap((one, s) =>
    periods.map((period, p) =>
      select({
        select: [
          alias('series_index', constant(s)),
          alias('period_index', constant(p)),
          field('active'),
          alias('actors', call('count')),
        ],
        from: fromQuery(activeIntervals(one, period, { query, interval, span, ctx })),
        groupBy: [field('active')],
      }),
    ),
  )
  return {
    tree: unionAll(branches[0]!, ...branches.slice(1)),
    results: (rows) => {
      const numbers = series.length * periods.reduce((count, { buckets }) => count + buckets.length, 0)
      const linked = unlessTooMany(numbers, linksTo)
      return series.flatMap((one, s) =>
        periods.map((period, p) => ({
          ...resultOf(one, s, period, p, { query, interval, span, rows, ctx }),
          ...(linked && {
            persons_urls: Array.from({ length: Math.ceil(period.buckets.length / span) }, (_, i) =>
              linked({ series: s, node: one.node, period, intervals: i + 1 }),
            ),
          }),
        })),
      )
    },
  }
}

/**
 * Who was active on so many intervals: rows of `actor_id`, `event_count` (the intervals); undefined where there is no
 * such series.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function stickinessActors(
  query: StickinessQuery,
  pin: { series: number; previous: boolean; intervals: number; operator?: keyof typeof criteria | null },
  ctx: InsightContext,
): { tree: SelectQuery; node: SeriesNode } | undefined {
  const interval: Interval = query.interval ?? 'day'
  const series = seriesOf(query, undefined, ctx)?.[pin.series]
  const period = periodsOf(query, interval, false, ctx)[pin.previous ? 1 : 0]
  if (!series || !period) return undefined
  const cumulative = query.stickinessFilter?.computedAs === 'cumulative'
  const span = query.intervalCount ?? 1
  const tree = select({
    select: [alias('actor_id', field('actor')), alias('event_count', field('active'))],
    from: fromQuery(activeIntervals(series, period, { query, interval, span, ctx })),
    where: compare(
      field('active'),
      criteria[pin.operator ?? (cumulative ? 'gte' : 'exact')],
      constant(pin.intervals),
    ),
  })
  return { tree, node: series.node }
}

type Asked = { query: StickinessQuery; interval: Interval; span: number; ctx: InsightContext }

/** For each actor, on how many spans they were active. */
function activeIntervals(series: Series, period: Period, { query, interval, span, ctx }: Asked) {
  const actor = actorField(series.node)
  const bucket = bucketExpr(field('timestamp'), { interval, weekStartDay: ctx.clock.weekStartDay ?? 0 })
  const where = and(within(period.from, period.until), series.events, series.filters, identified(actor))
  const inSpan = span === 1 ? bucket : spanOf(bucket, period, interval, span)
  const criterion = query.stickinessFilter?.stickinessCriteria
  if (!criterion) {
    return select({
      select: [alias('actor', actor), alias('active', call('uniqExact', inSpan))],
      from: from('events'),
      where,
      groupBy: [field('actor')],
    })
  }
  const enough = select({
    select: [alias('actor', actor), alias('span', inSpan)],
    from: from('events'),
    where,
    groupBy: [field('actor'), field('span')],
    having: compare(call('count'), criteria[criterion.operator], constant(criterion.value)),
  })
  return select({
    select: [field('actor'), alias('active', call('count'))],
    from: fromQuery(enough),
    groupBy: [field('actor')],
  })
}

/** The number of the span of several buckets that a bucket is in. */
function spanOf(bucket: Expr, period: Period, interval: Interval, span: number): Expr {
  const keys = array(...period.buckets.map((one) => constant(bucketKey(one, interval))))
  return call('intDiv', call('minus', call('indexOf', keys, bucket), constant(1)), constant(span))
}

function resultOf(
  series: Series,
  s: number,
  period: Period,
  p: number,
  { query, interval, span, rows, ctx }: Asked & { rows: unknown[][] },
): StickinessResult {
  const length = Math.ceil(period.buckets.length / span)
  const exactly = new Array<number>(length).fill(0)
  for (const [rowSeries, rowPeriod, active, actors] of rows) {
    if (Number(rowSeries) !== s || Number(rowPeriod) !== p) continue
    const at = Number(active) - 1
    if (at >= 0 && at < length) exactly[at]! += Number(actors)
  }
  const cumulative = query.stickinessFilter?.computedAs === 'cumulative'
  const data = cumulative ? exactly.map((_, i) => sum(exactly.slice(i))) : exactly
  const unit = interval === 'minute' ? 'hour' : interval
  return {
    action: actionOf(series.node, s, ctx),
    label: nameOf(series.node, ctx),
    count: sum(data),
    data,
    labels: data.map((_, i) => `${i + 1} ${unit}${i === 0 ? '' : 's'}${cumulative ? ' or more' : ''}`),
    days: data.map((_, i) => i + 1),
    ...(query.compareFilter?.compare && {
      compare: true,
      compare_label: p === 0 ? ('current' as const) : ('previous' as const),
    }),
    order: s,
  }
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
