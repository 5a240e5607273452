import {
  alias,
  and,
  arithmetic,
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
import type { LifecycleQuery } from './insight-queries.ts'
import type { Interval } from './query-parts.ts'
import {
  actionOf,
  actorField,
  bucketNumber,
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

export type Lifecycle = {
  /** Undefined when there is nothing to count. Its rows: series index, bucket's number from 1, status, how many. */
  tree: Query | undefined
  results(rows: unknown[][]): LifecycleResult[]
}

/**
 * Lifecycle: who is new in a bucket (made in it), returning (active in the one before), resurrecting (active again
 * after a pause), and who went dormant (active in the one before, not in this). Of people, or of groups of a type: one
 * that is not known was never made, and so is never new.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function lifecycle(query: LifecycleQuery, ctx: InsightContext, linksTo?: LinksTo): Lifecycle {
  const interval: Interval = query.interval ?? 'day'
  const series = seriesOf(query, undefined, ctx)
  const [period] = periodsOf(query, interval, false, ctx)
  if (!series?.length || !period) return { tree: undefined, results: () => [] }
  const asked = { period, interval, groupTypeIndex: query.aggregation_group_type_index, ctx }
  const branches = period.buckets.length ? series.map((one, s) => statuses(one, s, asked)) : []
  return {
    tree: branches.length ? unionAll(branches[0]!, ...branches.slice(1)) : undefined,
    results: (rows) => {
      const numbers = series.length * lifecycleStatuses.length * period.buckets.length
      const linked = unlessTooMany(numbers, linksTo)
      return series.flatMap((one, s) =>
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
            ...(linked && {
              persons_urls: period.buckets.map((bucket) =>
                linked({ series: s, node: one.node, period, bucket, status }),
              ),
            }),
          }
        }),
      )
    },
  }
}

/**
 * Who was that in a bucket: rows of `actor_id`, `event_count`; undefined where there is no such series or bucket.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function lifecycleActors(
  query: LifecycleQuery,
  pin: { series: number; status: LifecycleResult['status']; at: (buckets: Bucket[]) => number },
  ctx: InsightContext,
): SelectQuery | undefined {
  const interval: Interval = query.interval ?? 'day'
  const series = seriesOf(query, undefined, ctx)?.[pin.series]
  const [period] = periodsOf(query, interval, false, ctx)
  if (!series || !period) return undefined
  const bucket = pin.at(period.buckets)
  if (bucket < 0) return undefined
  const asked = { period, interval, groupTypeIndex: query.aggregation_group_type_index, ctx }
  const happening = (part: number) => call('tupleElement', field('happening'), constant(part))
  return select({
    select: [alias('actor_id', field('actor')), alias('event_count', constant(1))],
    from: fromQuery(happenings(series, asked, [field('actor')])),
    // the engine numbers buckets from 1, and the one before the first is among them
    where: and(
      compare(happening(1), '=', constant(bucket + 2)),
      compare(happening(2), '=', constant(pin.status)),
    ),
  })
}

/** `groupTypeIndex`: whose lifecycle it is, where not people's. */
type Asked = {
  period: Period
  interval: Interval
  groupTypeIndex: number | null | undefined
  ctx: InsightContext
}

function statuses(series: Series, s: number, asked: Asked): SelectQuery {
  return select({
    select: [
      alias('series_index', constant(s)),
      alias('at', arithmetic(call('tupleElement', field('happening'), constant(1)), '-', constant(1))),
      alias('status', call('tupleElement', field('happening'), constant(2))),
      alias('people', call('count')),
    ],
    from: fromQuery(happenings(series, asked)),
    groupBy: [field('at'), field('status')],
  })
}

/**
 * One pass over the events: for each person the numbers of the buckets that they were active in (the bucket before
 * the first is 0), then a row for each thing that happened to them:
 * `happening`, the bucket's number and the status.
 */
function happenings(
  series: Series,
  { period, interval, groupTypeIndex, ctx }: Asked,
  more: Expr[] = [],
): SelectQuery {
  const before = bucketBefore(period.buckets[0]!, interval, ctx)
  const isPerson = groupTypeIndex === null || groupTypeIndex === undefined
  // 1 for the bucket before the first, so that 0 can mean "none of these"
  const numberOf = (time: Expr) =>
    call('toInt32', arithmetic(bucketNumber(time, before.start, interval, ctx), '+', constant(1)))
  const createdAt = field(isPerson ? 'person' : `group_${groupTypeIndex}`, 'created_at')
  const actor = actorField({ math_group_type_index: groupTypeIndex })
  const people = select({
    select: [
      alias('actor', actor),
      alias('made', numberOf(call('min', createdAt))),
      alias('active', call('groupUniqArray', numberOf(field('timestamp')))),
    ],
    from: from('events'),
    where: and(within(before.start, period.until), series.events, series.filters, identified(actor)),
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
  return select({
    select: [...more, alias('happening', call('arrayJoin', call('arrayConcat', present, gone)))],
    from: fromQuery(people),
  })
}

function bucketBefore(first: Bucket, interval: Interval, ctx: InsightContext): Bucket {
  return { start: startOf(first.start.minus({ milliseconds: 1 }), interval, ctx.clock), end: first.start }
}
