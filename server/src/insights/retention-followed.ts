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
  or,
  type SelectQuery,
  select,
} from '../hogql/ast.ts'
import { type Breakdown, breakdownValue } from './breakdown.ts'
import { instant } from './property-filters.ts'
import type { Interval } from './query-parts.ts'
import { type BucketSets, bits, lists, widestBits } from './retention-sets.ts'
import { bucketNumber, type InsightContext, identified, type Period, within } from './series.ts'

/** What retention counts, with everything looked up. */
export type RetentionShape = {
  interval: Interval
  /** Its buckets are the cohorts. */
  period: Period
  /** Whom or what is counted. */
  actor: Expr
  /** "It puts its actor into a cohort", "it is a return"; undefined: every event does, or is. */
  target: Expr | undefined
  returning: Expr | undefined
  /** For the first event only: the target without its own filters, which the very first of which must pass them. */
  first: { of: Expr | undefined } | 'matching' | undefined
  /** What the question's filters leave. */
  filters: Expr | undefined
  /** So many returning events in a bucket are a return. */
  enough: number
  /** Cells of a cohort: the cohort itself, then the buckets, or brackets, after it. */
  cells: number
  /** How many buckets after the cohort's each bracket ends. */
  brackets: number[] | undefined
  cumulative: boolean
  /**
   * Cells by each actor's own clock: so many whole hours or days after they began, as these pass on a clock and a
   * calendar. Undefined: by the calendar.
   */
  rolling: { unit: 'hour' | 'day'; each: number } | undefined
  /** A number of the events that is summed up in each cell; `otherEvents`: returns are not of the target's kind. */
  summed: { value: Expr; average: boolean; otherEvents: boolean } | undefined
  breakdown: Breakdown | undefined
  /** All cohorts of a value as one. */
  pooled: boolean
}

/** One value of a breakdown by cohort: its text, and who is in it. */
export type Member = { label: string; is: Expr | undefined }

/** How an actor's buckets are kept: as the bits of a number where there are few, and only whether counts. */
const setsOf = ({ period, enough }: RetentionShape): BucketSets =>
  period.buckets.length <= widestBits && enough === 1 ? bits : lists

export const valueField = (shape: RetentionShape): Expr[] =>
  shape.breakdown?.kind === 'values' ? [field('value')] : []

/**
 * A row for each actor (with each value) and cohort of theirs: `actor`, [`value`], `cohort`, `cells`; where numbers are
 * summed up, `sums` of these for each of `cells`.
 */
export function followed(
  shape: RetentionShape,
  member: Member | undefined,
  ctx: InsightContext,
): SelectQuery {
  if (shape.rolling) return byOwnClock(shape, shape.rolling, member, ctx)
  const cohorts = byCalendar(shape, member, ctx)
  return shape.summed ? withSums(cohorts, shape, shape.summed.otherEvents) : cohorts
}

/** How many intervals of the answer are followed: those of `cells`, or all of the brackets. */
const followedIntervals = ({ brackets, cells }: RetentionShape) => (brackets ? brackets.at(-1)! + 1 : cells)

/** Cohorts and returns are buckets of the calendar; somebody is in the cohort of every bucket that they began in. */
function byCalendar(shape: RetentionShape, member: Member | undefined, ctx: InsightContext): SelectQuery {
  const { target, first, enough, brackets } = shape
  const { collect, list, gaps } = setsOf(shape)
  const bucket = numberOf(field('timestamp'), shape, ctx)
  const { returning, needed } = conditions(shape)
  const numbers = shape.summed ? ['started', 'returned'] : []
  const own = [
    alias('starts', first ? startOfFirst(shape, ctx) : collect(bucket, needed(target), 1)),
    alias('returns', collect(bucket, needed(returning), enough)),
    ...(shape.summed ? numbersOf(shape, shape.summed.value, bucket) : []),
  ]
  const cohorts = select({
    select: [
      field('actor'),
      ...valueField(shape),
      ...['returns', ...numbers].map((name) => field(name)),
      alias('cohort', call('arrayJoin', list(field('starts')))),
    ],
    from: fromQuery(activity(shape, member, own, ctx)),
  })
  const reached = gaps(field('returns'), field('cohort'), followedIntervals(shape))
  return select({
    select: [
      field('actor'),
      ...valueField(shape),
      ...['cohort', ...numbers].map((name) => field(name)),
      alias('cells', brackets ? bracketsOf(reached, brackets) : reached),
    ],
    from: fromQuery(cohorts),
  })
}

/** The numbers of target and returning events, each with its bucket and time: `started`, `returned`. */
function numbersOf(shape: RetentionShape, value: Expr, bucket: Expr): Expr[] {
  const { target, first, period } = shape
  const { returning, needed } = conditions(shape)
  const since = compare(field('timestamp'), '>=', instant(period.from))
  const entry = call('tuple', bucket, value, call('toUnixTimestamp64Micro', field('timestamp')))
  const collected = (condition: Expr | undefined) =>
    condition ? call('groupArrayIf', entry, condition) : call('groupArray', entry)
  return [
    alias('started', collected(first ? and(target, since) : needed(target))),
    alias('returned', collected(needed(returning))),
  ]
}

/**
 * As PostHog sums up: in the cohort's own interval, all target events of it; then all returns. Returns that are of
 * another kind count in the cohort's interval too, after its first target event.
 */
function withSums(cohorts: SelectQuery, shape: RetentionShape, otherEvents: boolean): SelectQuery {
  const { brackets } = shape
  const [bucket, value, time] = [1, 2, 3].map((i) => part(field('one'), i)) as [Expr, Expr, Expr]
  const each = (of: Expr, what: Expr) => call('arrayMap', lambda(['one'], what), of)
  const where = (of: Expr, condition: Expr) => call('arrayFilter', lambda(['one'], condition), of)
  const isOwn = compare(bucket, '=', field('cohort'))
  const gap = arithmetic(bucket, '-', field('cohort'))
  const isLater = and(compare(gap, '>', constant(0)), compare(gap, '<', constant(followedIntervals(shape))))!
  const isAfterStart = and(isOwn, compare(time, '>', field('began')))
  const began = select({
    select: [field('*'), alias('began', call('arrayMin', each(where(field('started'), isOwn), time)))],
    from: fromQuery(cohorts),
  })
  const own = each(where(field('started'), isOwn), call('tuple', constant(0), value))
  const returns = each(
    where(field('returned'), otherEvents ? or(isLater, isAfterStart)! : isLater),
    call('tuple', brackets ? bracketOf(gap, brackets) : gap, value),
  )
  const numbers = select({
    select: [
      ...['actor', 'cohort', 'cells'].map((name) => field(name)),
      ...valueField(shape),
      alias('numbers', call('arrayConcat', own, returns)),
    ],
    from: fromQuery(began),
  })
  return select({
    select: [
      ...['actor', 'cohort', 'cells'].map((name) => field(name)),
      ...valueField(shape),
      alias('sums', sumsOf(field('numbers'), field('cells'))),
    ],
    from: fromQuery(numbers),
  })
}

/** Of pairs of a cell and a number, the sum for each of these cells. */
export const sumsOf = (pairs: Expr, cells: Expr): Expr =>
  call(
    'arrayMap',
    lambda(
      ['cell'],
      call(
        'arraySum',
        lambda(
          ['pair'],
          call(
            'if',
            compare(part(field('pair'), 1), '=', field('cell')),
            part(field('pair'), 2),
            constant(0),
          ),
        ),
        pairs,
      ),
    ),
    cells,
  )

const part = (of: Expr, index: number) => call('tupleElement', of, constant(index))

/**
 * Cells by each actor's own clock: they begin once, with their first target event of the period, and are in the cohort
 * of the bucket in which that is. As in PostHog, whole hours (of weeks and months, days) that pass on the clock count:
 * from 10:59 to 11:01 it is one.
 */
function byOwnClock(
  shape: RetentionShape,
  { unit, each }: NonNullable<RetentionShape['rolling']>,
  member: Member | undefined,
  ctx: InsightContext,
): SelectQuery {
  const { target, first, period, enough, brackets } = shape
  const { returning, needed } = conditions(shape)
  const clock = (time: Expr) => call(unit === 'hour' ? 'toRelativeHourNum' : 'toRelativeDayNum', time)
  const gather = enough === 1 ? 'groupUniqArray' : 'groupArray'
  const condition = needed(returning)
  const moments = clock(field('timestamp'))
  const own = [
    alias('began', firstOf(target)),
    ...(first instanceof Object ? [alias('first_of_all', firstOf(first.of))] : []),
    alias('moments', condition ? call(`${gather}If`, moments, condition) : call(gather, moments)),
  ]
  const later = arithmetic(field('moment'), '-', clock(field('began')))
  const gaps = select({
    select: [
      field('actor'),
      ...valueField(shape),
      alias('cohort', numberOf(field('began'), shape, ctx)),
      alias(
        'gaps',
        call('arrayMap', lambda(['moment'], call('intDiv', later, constant(each))), field('moments')),
      ),
    ],
    from: fromQuery(activity(shape, member, own, ctx)),
    where: and(
      compare(field('began'), '>=', instant(period.from)),
      first instanceof Object ? compare(field('began'), '=', field('first_of_all')) : undefined,
    ),
  })
  const isAsked = and(
    compare(field('gap'), '>', constant(0)),
    compare(field('gap'), '<', constant(followedIntervals(shape))),
    enough === 1
      ? undefined
      : compare(call('countEqual', field('gaps'), field('gap')), '>=', constant(enough)),
  )!
  const asked = call('arrayFilter', lambda(['gap'], isAsked), call('arrayDistinct', field('gaps')))
  const reached = call('arrayConcat', array(call('toInt64', constant(0))), asked)
  return select({
    select: [
      field('actor'),
      ...valueField(shape),
      field('cohort'),
      alias('cells', brackets ? bracketsOf(reached, brackets) : reached),
    ],
    from: fromQuery(gaps),
  })
}

/** The number of the bracket that a gap falls into; 0 for none. */
function bracketOf(gap: Expr, brackets: number[]): Expr {
  const isUpTo = (end: number) => compare(gap, '<=', constant(end))
  const cases = brackets.flatMap((end, i) => [isUpTo(end), constant(i + 1)])
  return call('multiIf', isUpTo(0), constant(0), ...cases, constant(0))
}

const bracketsOf = (gaps: Expr, brackets: number[]): Expr =>
  call('arrayDistinct', call('arrayMap', lambda(['gap'], bracketOf(field('gap'), brackets)), gaps))

/** Which events count; `needed` is what must be asked of each of those that `activity` reads. */
function conditions({ target, first, period, ...shape }: RetentionShape) {
  // a first event is looked for in all of the past, a return only in the period
  const returning = first
    ? and(shape.returning, compare(field('timestamp'), '>=', instant(period.from)))
    : shape.returning
  const relevant = either(first instanceof Object ? first.of : target, returning)
  const needed = (condition: Expr | undefined) =>
    JSON.stringify(condition) === JSON.stringify(relevant) ? undefined : condition
  return { returning, relevant, needed }
}

/** One pass over the events: for each actor (with each value) what is gathered of them. */
function activity(
  shape: RetentionShape,
  member: Member | undefined,
  gathered: Expr[],
  ctx: InsightContext,
): SelectQuery {
  const { first, period } = shape
  const value = followedValue(shape, ctx)
  return select({
    select: [alias('actor', shape.actor), ...(value ? [alias('value', value.expr)] : []), ...gathered],
    from: from('events'),
    where: and(
      within(first ? undefined : period.from, period.until),
      conditions(shape).relevant,
      shape.filters,
      member?.is,
      identified(shape.actor),
    ),
    groupBy: [field('actor'), ...(value?.grouped ? [field('value')] : [])],
  })
}

const firstOf = (condition: Expr | undefined) =>
  condition ? call('minIf', field('timestamp'), condition) : call('min', field('timestamp'))

/** The bucket of the first event, where it is in the period. */
function startOfFirst(shape: RetentionShape, ctx: InsightContext): Expr {
  const { target, first, period } = shape
  const firstAt = firstOf(target)
  const isCohort = and(
    compare(firstAt, '>=', instant(period.from)),
    first instanceof Object ? compare(firstAt, '=', firstOf(first.of)) : undefined,
  )
  return setsOf(shape).oneIf(isCohort!, numberOf(firstAt, shape, ctx))
}

/** The number of a moment's bucket, from 0; what is before the period counts as 0 too. */
function numberOf(time: Expr, { interval, period, first }: RetentionShape, ctx: InsightContext): Expr {
  const number = bucketNumber(time, period.from, interval, ctx)
  return first ? call('greatest', number, constant(0)) : number
}

/** Values are followed each by itself, but for the very first event: its value is its actor's. */
function followedValue({ breakdown, first }: RetentionShape, ctx: InsightContext) {
  if (breakdown?.kind !== 'values') return undefined
  const expr = breakdownValue(breakdown.dimensions, [], ctx)
  if (!(first instanceof Object)) return { expr, grouped: true }
  const ofFirst = first.of
    ? call('argMinIf', expr, field('timestamp'), first.of)
    : call('argMin', expr, field('timestamp'))
  return { expr: ofFirst, grouped: false }
}

/** Undefined where one of them holds always. */
function either(one: Expr | undefined, other: Expr | undefined): Expr | undefined {
  if (!one || !other) return undefined
  return JSON.stringify(one) === JSON.stringify(other) ? one : or(one, other)
}
