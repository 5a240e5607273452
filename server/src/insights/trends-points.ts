import type { DateTime } from 'luxon'
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
  lambda,
  parametric,
  type SelectQuery,
  select,
} from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import { type Breakdown, breakdownValue, type Extent } from './breakdown.ts'
import { type Bucket, dayStart } from './date-range.ts'
import { type FilterContext, instant } from './property-filters.ts'
import type { Interval, SeriesNode } from './query-parts.ts'
import { actorField, bucketExpr, bucketKey, identified, type Period, type Series, within } from './series.ts'

export type TrendsShape = {
  interval: Interval
  /** First day of the week: 0 Sunday, 1 Monday. */
  weekStartDay: number
  /** One figure for the whole period instead of one for each bucket. */
  aggregated: boolean
  /** Running totals: people (groups, sessions) count when they first appear. */
  cumulative: boolean
  breakdown: Extract<Breakdown, { kind: 'values' }> | undefined
  /** For each dimension with bins, by series. */
  extents: (Extent | undefined)[][]
}

const percentiles: Record<string, number> = { median: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99 }
const aggregations = new Set(['sum', 'avg', 'min', 'max', ...Object.keys(percentiles)])

const aggregation = (name: string, values: Expr): Expr =>
  percentiles[name] === undefined
    ? call(name, values)
    : parametric('quantile', [constant(percentiles[name])], values)

export const toNumber = (expr: Expr) => call('toFloat', expr)

/** Fields that a series aggregates a number of: `properties.amount` for its sum. */
export const numberOf = (node: SeriesNode): Expr | undefined =>
  aggregations.has(node.math ?? '') && node.math_property && node.math_property !== '$session_duration'
    ? /^person/.test(node.math_property_type ?? '')
      ? field('person', 'properties', node.math_property)
      : field('properties', node.math_property)
    : undefined

/** How a series counts. `actor`: distinct ones of it; `activeDays`: over so many days up to each bucket's end. */
export type Counting =
  | { kind: 'aggregate'; value: Expr }
  | { kind: 'unique'; actor: Expr; activeDays?: number }
  | { kind: 'per_actor'; actor: Expr; aggregate: string }
  | { kind: 'first_time'; matching: boolean }
  | { kind: 'session_duration'; aggregate: string }

/** @throws HedgerowError `invalid` for maths that do not exist or lack what they need. */
export function countingOf(node: SeriesNode, ctx: FilterContext): Counting {
  const math = node.math ?? 'total'
  const required = (attr: string) => invalid('This field is required.', { attr, code: 'required' })
  if (aggregations.has(math)) {
    if (!node.math_property) throw required('math_property')
    if (node.math_property === '$session_duration') {
      return { kind: 'session_duration', aggregate: math }
    }
    return { kind: 'aggregate', value: aggregation(math, toNumber(numberOf(node)!)) }
  }
  const perActor = /^(\w+)_count_per_actor$/.exec(math)?.[1]
  if (perActor && aggregations.has(perActor) && perActor !== 'sum') {
    return { kind: 'per_actor', actor: actorField(node), aggregate: perActor }
  }
  switch (math) {
    case 'total':
      return { kind: 'aggregate', value: call('count') }
    case 'dau':
      return { kind: 'unique', actor: actorField(node) }
    case 'weekly_active':
      return { kind: 'unique', actor: actorField(node), activeDays: 7 }
    case 'monthly_active':
      return { kind: 'unique', actor: actorField(node), activeDays: 30 }
    case 'unique_group':
      if (node.math_group_type_index === null || node.math_group_type_index === undefined) {
        throw required('math_group_type_index')
      }
      return { kind: 'unique', actor: actorField(node) }
    case 'unique_session':
      return { kind: 'unique', actor: field('$session_id') }
    case 'first_time_for_user':
      return { kind: 'first_time', matching: false }
    case 'first_matching_event_for_user':
      return { kind: 'first_time', matching: true }
    case 'hogql':
      if (!node.math_hogql) throw required('math_hogql')
      return { kind: 'aggregate', value: ctx.parseExpr(node.math_hogql) }
    default:
      throw invalid(`"${math}" is not a valid choice.`, { attr: 'math', code: 'invalid_choice' })
  }
}

/** The columns that a series' points are grouped by, as far as the question has them. */
type Keys = { bucket?: Expr; breakdown?: Expr }

const named = (keys: Keys) => Object.entries(keys).map(([name, expr]) => alias(name, expr as Expr))
const names = (keys: Keys) => Object.keys(keys).map((name) => field(name))
const nonEmpty = <T>(list: T[]): T[] | undefined => (list.length ? list : undefined)

/** A series in a period: rows of `bucket`, `breakdown` (as far as asked) and `value`. */
export function points(
  series: Series,
  extents: (Extent | undefined)[],
  period: Period,
  shape: TrendsShape,
  ctx: FilterContext,
): SelectQuery {
  const keys: Keys = {
    ...(!shape.aggregated && { bucket: bucketExpr(field('timestamp'), shape) }),
    ...(shape.breakdown && { breakdown: breakdownValue(shape.breakdown.dimensions, extents, ctx) }),
  }
  const condition = and(series.events, series.filters, series.cohort?.members)
  const counting = countingOf(series.node, ctx)
  switch (counting.kind) {
    case 'aggregate':
      return select({
        select: [...named(keys), alias('value', toNumber(counting.value))],
        from: from('events'),
        where: and(within(period.from, period.until), condition),
        groupBy: nonEmpty(names(keys)),
      })
    case 'unique': {
      const where = and(condition, identified(counting.actor))
      if (shape.cumulative && keys.bucket) return firstSeen(keys, counting.actor, where, period)
      const days = trailingDays(counting, shape)
      if (days !== undefined) return active(keys, counting.actor, days, where, period, shape)
      return select({
        select: [...named(keys), alias('value', toNumber(call('uniqExact', counting.actor)))],
        from: from('events'),
        where: and(within(period.from, period.until), where),
        groupBy: nonEmpty(names(keys)),
      })
    }
    case 'per_actor':
      return overGroups(
        keys,
        counting.actor,
        call('count'),
        counting.aggregate,
        and(within(period.from, period.until), condition, identified(counting.actor)),
      )
    case 'session_duration':
      return overSessions(keys, counting.aggregate, and(within(period.from, period.until), condition), period)
    case 'first_time':
      return firstTime(keys, counting.matching, series, period)
  }
}

/** One value for each actor (or session) in a bucket, then the aggregate of these. */
function overGroups(
  keys: Keys,
  by: Expr,
  each: Expr,
  aggregate: string,
  where: Expr | undefined,
): SelectQuery {
  const inner = select({
    select: [...named(keys), alias('grouped_by', by), alias('each', each)],
    from: from('events'),
    where,
    groupBy: [...names(keys), field('grouped_by')],
  })
  return select({
    select: [...names(keys), alias('value', toNumber(aggregation(aggregate, field('each'))))],
    from: fromQuery(inner),
    groupBy: nonEmpty(names(keys)),
  })
}

/** How much earlier or later than the period a session's first and last events may be. */
const sessionReach = { days: 3 }

/**
 * Sessions that have such an event in a bucket, each once, by their length in seconds: from the first to the last of
 * all their events.
 */
function overSessions(keys: Keys, aggregate: string, where: Expr | undefined, period: Period): SelectQuery {
  const inASession = identified(field('$session_id'))
  const counted = select({
    select: [...named(keys), alias('session_id', field('$session_id'))],
    from: from('events'),
    where: and(where, inASession),
    groupBy: [...names(keys), field('session_id')],
  })
  const sessions = select({
    select: [
      alias('session_id', field('$session_id')),
      alias(
        'duration',
        call(
          'dateDiff',
          constant('second'),
          call('min', field('timestamp')),
          call('max', field('timestamp')),
        ),
      ),
    ],
    from: from('events'),
    where: and(within(period.from.minus(sessionReach), period.until.plus(sessionReach)), inASession),
    groupBy: [field('session_id')],
  })
  return select({
    select: [
      ...Object.keys(keys).map((name) => alias(name, field('counted', name))),
      alias('value', toNumber(aggregation(aggregate, field('sessions', 'duration')))),
    ],
    from: {
      ...fromQuery(counted, 'counted'),
      next: {
        ...fromQuery(sessions, 'sessions'),
        joinType: 'INNER JOIN',
        constraint: {
          type: 'ON',
          expr: compare(field('counted', 'session_id'), '=', field('sessions', 'session_id')),
        },
      },
    },
    groupBy: nonEmpty(names(keys)),
  })
}

/** Actors by the bucket in which they first appear within the period; running totals add up from these. */
function firstSeen(keys: Keys, actor: Expr, where: Expr | undefined, period: Period): SelectQuery {
  const { bucket, ...others } = keys
  const inner = select({
    select: [...named(others), alias('actor', actor), alias('bucket', call('min', bucket!))],
    from: from('events'),
    where: and(within(period.from, period.until), where),
    groupBy: [...names(others), field('actor')],
  })
  return select({
    select: [...names(keys), alias('value', toNumber(call('count')))],
    from: fromQuery(inner),
    groupBy: names(keys),
  })
}

/** How many days each bucket looks back; undefined where it counts what is in it. */
export function trailingDays(
  counting: Extract<Counting, { kind: 'unique' }>,
  { interval, cumulative, aggregated }: TrendsShape,
): number | undefined {
  if (cumulative && !aggregated) return undefined
  if (interval === 'month' || (counting.activeDays === 7 && interval === 'week')) return undefined
  return counting.activeDays
}

/** Where the window of so many days begins that ends with a bucket. */
export function trailingFrom(end: DateTime, days: number, interval: Interval): DateTime {
  // within hourly buckets the window is exact hours back; else whole days, the last one included
  if (isHourly(interval)) return end.minus({ hours: 1 }).minus({ days })
  // the day that the count ends on may have no midnight, or two
  return dayStart(dayStart(end.minus({ milliseconds: 1 })).minus({ days: days - 1 }))
}

const isHourly = (interval: Interval) => interval === 'hour' || interval === 'minute'

/**
 * Actors that were active in the days up to each bucket's end. Each day's (or hour's) actors are collected once, as
 * a state; a bucket merges the states of its window.
 */
function active(
  keys: Keys,
  actor: Expr,
  days: number,
  where: Expr | undefined,
  period: Period,
  shape: TrendsShape,
): SelectQuery {
  const hourly = isHourly(shape.interval)
  const first = (end: DateTime) => trailingFrom(end, days, shape.interval)
  const { bucket: _, ...others } = keys
  if (shape.aggregated) {
    return select({
      select: [...named(others), alias('value', toNumber(call('uniqExact', actor)))],
      from: from('events'),
      where: and(within(first(period.until), period.until), where),
      groupBy: nonEmpty(names(others)),
    })
  }
  const step = call('toUnixTimestamp', call(hourly ? 'toStartOfHour' : 'toStartOfDay', field('timestamp')))
  const collected = select({
    select: [...named(others), alias('active_at', step), alias('actors', call('uniqExactState', actor))],
    from: from('events'),
    where: and(within(first(period.buckets[0]!.end), period.until), where),
    groupBy: [...names(others), field('active_at')],
  })
  const numbers = (of: (bucket: Bucket) => number) =>
    array(...period.buckets.map((bucket) => constant(of(bucket))))
  const inWindow = lambda(
    ['at'],
    and(
      compare(
        field('active_at'),
        '>=',
        call(
          'arrayElement',
          numbers((b) => first(b.end).toSeconds()),
          field('at'),
        ),
      ),
      compare(
        field('active_at'),
        '<',
        call(
          'arrayElement',
          numbers((b) => b.end.toSeconds()),
          field('at'),
        ),
      ),
    )!,
  )
  const windows = call(
    'arrayFilter',
    inWindow,
    call('range', constant(1), constant(period.buckets.length + 1)),
  )
  const spread = select({
    select: [...names(others), alias('at', call('arrayJoin', windows)), field('actors')],
    from: fromQuery(collected),
  })
  return select({
    select: [
      alias(
        'bucket',
        call(
          'arrayElement',
          numbers((b) => bucketKey(b, shape.interval)),
          field('at'),
        ),
      ),
      ...names(others),
      alias('value', toNumber(call('uniqExactMerge', field('actors')))),
    ],
    from: fromQuery(spread),
    groupBy: names(keys),
  })
}

/**
 * People by the bucket of their first such event ever. `matching`: the first that passes the filters; otherwise the
 * first of all, and it must pass them.
 */
function firstTime(keys: Keys, matching: boolean, series: Series, period: Period): SelectQuery {
  const filters = and(series.filters, series.cohort?.members)
  const firstAt = call('min', field('timestamp'))
  const inner = select({
    select: [
      alias('actor', field('person_id')),
      ...(keys.bucket ? [alias('bucket', call('min', keys.bucket))] : []),
      ...(keys.breakdown ? [alias('breakdown', call('argMin', keys.breakdown, field('timestamp')))] : []),
    ],
    from: from('events'),
    where: and(within(undefined, period.until), series.events, matching ? filters : undefined),
    groupBy: [field('actor')],
    having: and(
      compare(firstAt, '>=', instant(period.from)),
      !matching && filters ? compare(firstAt, '=', call('minIf', field('timestamp'), filters)) : undefined,
    ),
  })
  return select({
    select: [...names(keys), alias('value', toNumber(call('count')))],
    from: fromQuery(inner),
    groupBy: nonEmpty(names(keys)),
  })
}
