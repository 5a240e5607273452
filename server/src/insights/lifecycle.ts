import {
  alias,
  and,
  arithmetic,
  array,
  call,
  compare,
  constant,
  type Expr,
  field,
  from,
  fromQuery,
  lambda,
  not,
  type Query,
  type SelectQuery,
  select,
  unionAll,
} from '../hogql/ast.ts'
import { type LifecycleResult, lifecycleStatuses } from './answers.ts'
import { type Bucket, bucketDay, bucketLabel, startOf } from './date-range.ts'
import type { Interval, LifecycleQuery } from './queries.ts'
import {
  actionOf,
  bucketExpr,
  bucketKey,
  type InsightContext,
  nameOf,
  type Period,
  periodsOf,
  type Series,
  seriesOf,
  within,
} from './series.ts'

export type Lifecycle = {
  /** Undefined when there is nothing to count. Its rows: series index, bucket's number from 1, status, how many. */
  tree: Query | undefined
  results(rows: unknown[][]): LifecycleResult[]
}

/**
 * Lifecycle: who is new in a bucket (made in it), returning (active in the one before), resurrecting (active again
 * after a pause), and who went dormant (active in the one before, not in this).
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function lifecycle(query: LifecycleQuery, ctx: InsightContext): Lifecycle {
  const interval: Interval = query.interval ?? 'day'
  const series = seriesOf(query, undefined, ctx)
  const [period] = periodsOf(query, interval, false, ctx)
  if (!series?.length || !period) return { tree: undefined, results: () => [] }
  const branches = series.map((one, s) => statuses(one, s, period, interval, ctx))
  return {
    tree: unionAll(branches[0]!, ...branches.slice(1)),
    results: (rows) =>
      series.flatMap((one, s) =>
        lifecycleStatuses.map((status) => {
          const data = period.buckets.map(() => 0)
          for (const [rowSeries, at, rowStatus, people] of rows) {
            if (Number(rowSeries) !== s || rowStatus !== status) continue
            const index = Number(at) - 1
            if (index in data) data[index] = Number(people) * (status === 'dormant' ? -1 : 1)
          }
          return {
            action: { ...actionOf(one.node, s, ctx), math: one.node.math ?? 'total' },
            label: `${nameOf(one.node, ctx)} - ${status}`,
            status,
            count: data.reduce((total, value) => total + value, 0),
            data,
            labels: period.buckets.map((bucket) => bucketLabel(bucket.start, interval)),
            days: period.buckets.map((bucket) => bucketDay(bucket.start, interval)),
            order: s,
          }
        }),
      ),
  }
}

/**
 * One pass over the events: for each person the numbers of the buckets that they were active in (the bucket before
 * the first is 0), then a row for each thing that happened to them.
 */
function statuses(
  series: Series,
  s: number,
  period: Period,
  interval: Interval,
  ctx: InsightContext,
): SelectQuery {
  const weekStartDay = ctx.clock.weekStartDay ?? 0
  const before = bucketBefore(period.buckets[0]!, interval, ctx)
  const keys = array(...[before, ...period.buckets].map((bucket) => constant(bucketKey(bucket, interval))))
  // 1 for the bucket before the first, so that 0 can mean "none of these"
  const numberOf = (time: Expr) =>
    call('toInt32', call('indexOf', keys, bucketExpr(time, { interval, weekStartDay })))
  const people = select({
    select: [
      alias('actor', field('person_id')),
      alias('made', call('min', numberOf(field('person', 'created_at')))),
      alias('active', call('groupUniqArray', numberOf(field('timestamp')))),
    ],
    from: from('events'),
    where: and(within(before.start, period.until), series.events, series.filters),
    groupBy: [field('actor')],
  })
  const at = field('at')
  const present = call(
    'arrayMap',
    lambda(
      ['at'],
      call(
        'tuple',
        at,
        call(
          'multiIf',
          compare(at, '=', field('made')),
          constant('new'),
          call('has', field('active'), arithmetic(at, '-', constant(1))),
          constant('returning'),
          constant('resurrecting'),
        ),
      ),
    ),
    call('arrayFilter', lambda(['at'], compare(at, '>', constant(1))), field('active')),
  )
  const gone = call(
    'arrayMap',
    lambda(['at'], call('tuple', arithmetic(at, '+', constant(1)), constant('dormant'))),
    call(
      'arrayFilter',
      lambda(
        ['at'],
        and(
          compare(at, '>', constant(0)),
          compare(at, '<=', constant(period.buckets.length)),
          not(call('has', field('active'), arithmetic(at, '+', constant(1)))),
        )!,
      ),
      field('active'),
    ),
  )
  const happened = select({
    select: [alias('happening', call('arrayJoin', call('arrayConcat', present, gone)))],
    from: fromQuery(people),
  })
  return select({
    select: [
      alias('series_index', constant(s)),
      alias('at', arithmetic(call('tupleElement', field('happening'), constant(1)), '-', constant(1))),
      alias('status', call('tupleElement', field('happening'), constant(2))),
      alias('people', call('count')),
    ],
    from: fromQuery(happened),
    groupBy: [field('at'), field('status')],
  })
}

function bucketBefore(first: Bucket, interval: Interval, ctx: InsightContext): Bucket {
  return { start: startOf(first.start.minus({ milliseconds: 1 }), interval, ctx.clock), end: first.start }
}
