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
  order,
  type Query,
  type SelectQuery,
  select,
  unionAll,
} from '../hogql/ast.ts'
import { type Breakdown, breakdownValue, otherOf, otherValue } from './breakdown.ts'
import { instant } from './property-filters.ts'
import type { Interval } from './query-parts.ts'
import { type BucketSets, bits, lists, widestBits } from './retention-sets.ts'
import { type InsightContext, identified, type Period, within } from './series.ts'

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
  breakdown: Breakdown | undefined
  /** All cohorts of a value as one. */
  pooled: boolean
}

/** One value of a breakdown by cohort: its text, and who is in it. */
export type Member = { label: string; is: Expr | undefined }

/** Who came back and when, as an answer counts them: rows of cohort, cell, people, [value]. */
export function retentionTree(shape: RetentionShape, members: Member[], ctx: InsightContext): Query {
  const { breakdown } = shape
  if (breakdown?.kind === 'values') return limited(counted(shape, undefined, ctx), breakdown)
  if (breakdown?.kind !== 'cohorts') return counted(shape, undefined, ctx)
  const branches = members.map((member) => counted(shape, member, ctx))
  return unionAll(branches[0]!, ...branches.slice(1))
}

function counted(shape: RetentionShape, member: Member | undefined, ctx: InsightContext): SelectQuery {
  const spread = select({
    select: [
      field('cohort'),
      ...(shape.pooled ? [field('actor')] : []),
      ...valueField(shape),
      alias('cell', call('arrayJoin', shape.cumulative ? upTo(field('cells')) : field('cells'))),
    ],
    from: fromQuery(followed(shape, member, ctx)),
  })
  return select({
    select: [
      alias('at', shape.pooled ? constant(0) : field('cohort')),
      field('cell'),
      alias('people', shape.pooled ? call('uniqExact', field('actor')) : call('count')),
      ...(member ? [alias('label', constant(member.label))] : valueField(shape)),
    ],
    from: fromQuery(spread),
    groupBy: [...(shape.pooled ? [] : [field('at')]), field('cell'), ...valueField(shape)],
  })
}

/**
 * The people of a cohort (of all, where none is given): rows of `actor_id`, `event_count`, `appearances` (the cells that
 * they are in) and for each cell whether they are in it: `day_0`, `day_1`, …
 */
export function retentionPeople(
  shape: RetentionShape,
  pin: { cohort?: number; value?: string[]; member?: Member },
  ctx: InsightContext,
): SelectQuery {
  const appearances = call(
    'arraySort',
    call('arrayDistinct', call('arrayFlatten', call('groupArray', field('cells')))),
  )
  const people = select({
    select: [alias('actor_id', field('actor')), alias('appearances', appearances)],
    from: fromQuery(followed(shape, pin.member, ctx)),
    where: and(
      pin.cohort === undefined ? undefined : compare(field('cohort'), '=', constant(pin.cohort)),
      pin.value && isValue(pin.value, shape, ctx),
    ),
    groupBy: [field('actor_id')],
  })
  return select({
    select: [
      field('actor_id'),
      field('appearances'),
      alias('event_count', call('length', field('appearances'))),
      ...Array.from({ length: shape.cells }, (_, cell) =>
        alias(`${shape.interval}_${cell}`, call('has', field('appearances'), constant(cell))),
      ),
    ],
    from: fromQuery(people),
  })
}

function isValue(value: string[], shape: RetentionShape, ctx: InsightContext): Expr | undefined {
  const { breakdown } = shape
  if (breakdown?.kind !== 'values') return undefined
  const texts = value.map((one) => constant(one))
  if (texts.length !== breakdown.dimensions.length) return constant(false)
  if (value.every((one) => one === otherValue)) {
    const kept = select({
      select: [field('value')],
      from: fromQuery(rankedValues(counted(shape, undefined, ctx))),
      where: isKept(breakdown),
    })
    return compare(field('value'), 'not in', kept)
  }
  return compare(field('value'), '=', texts.length === 1 ? texts[0]! : array(...texts))
}

/** How an actor's buckets are kept: as the bits of a number where there are few, and only whether counts. */
const setsOf = ({ period, enough }: RetentionShape): BucketSets =>
  period.buckets.length <= widestBits && enough === 1 ? bits : lists

const valueField = (shape: RetentionShape): Expr[] =>
  shape.breakdown?.kind === 'values' ? [field('value')] : []

const upTo = (cells: Expr): Expr =>
  call('range', constant(0), call('plus', call('arrayMax', cells), constant(1)))

/** A row for each actor (with each value) and cohort of theirs: `actor`, [`value`], `cohort`, `cells`. */
function followed(shape: RetentionShape, member: Member | undefined, ctx: InsightContext): SelectQuery {
  const { list, gaps } = setsOf(shape)
  const cohorts = select({
    select: [
      field('actor'),
      ...valueField(shape),
      field('returns'),
      alias('cohort', call('arrayJoin', list(field('starts')))),
    ],
    from: fromQuery(activity(shape, member, ctx)),
  })
  const { brackets, cells } = shape
  const asked = brackets ? brackets.at(-1)! + 1 : cells
  const reached = gaps(field('returns'), field('cohort'), asked)
  return select({
    select: [
      field('actor'),
      ...valueField(shape),
      field('cohort'),
      alias('cells', brackets ? bracketsOf(reached, brackets) : reached),
    ],
    from: fromQuery(cohorts),
  })
}

/** The numbers of the brackets that gaps fall into. */
function bracketsOf(gaps: Expr, brackets: number[]): Expr {
  const isUpTo = (end: number) => compare(field('gap'), '<=', constant(end))
  const cases = brackets.flatMap((end, i) => [isUpTo(end), constant(i + 1)])
  const bracket = call('multiIf', isUpTo(0), constant(0), ...cases, constant(0))
  return call('arrayDistinct', call('arrayMap', lambda(['gap'], bracket), gaps))
}

/** One pass over the events: for each actor (with each value) the buckets of `starts` and of `returns`, as sets. */
function activity(shape: RetentionShape, member: Member | undefined, ctx: InsightContext): SelectQuery {
  const { target, first, period } = shape
  // a first event is looked for in all of the past, a return only in the period
  const returning = first
    ? and(shape.returning, compare(field('timestamp'), '>=', instant(period.from)))
    : shape.returning
  const relevant = either(first instanceof Object ? first.of : target, returning)
  const value = followedValue(shape, ctx)
  const { collect } = setsOf(shape)
  const bucket = numberOf(field('timestamp'), shape, ctx)
  const needed = (condition: Expr | undefined) =>
    JSON.stringify(condition) === JSON.stringify(relevant) ? undefined : condition
  return select({
    select: [
      alias('actor', shape.actor),
      ...(value ? [alias('value', value.expr)] : []),
      alias('starts', first ? startOfFirst(shape, ctx) : collect(bucket, needed(target), 1)),
      alias('returns', collect(bucket, needed(returning), shape.enough)),
    ],
    from: from('events'),
    where: and(
      within(first ? undefined : period.from, period.until),
      relevant,
      shape.filters,
      member?.is,
      identified(shape.actor),
    ),
    groupBy: [field('actor'), ...(value?.grouped ? [field('value')] : [])],
  })
}

/** The bucket of the first event, where it is in the period. */
function startOfFirst(shape: RetentionShape, ctx: InsightContext): Expr {
  const { target, first, period } = shape
  const firstOf = (condition: Expr | undefined) =>
    condition ? call('minIf', field('timestamp'), condition) : call('min', field('timestamp'))
  const firstAt = firstOf(target)
  const isCohort = and(
    compare(firstAt, '>=', instant(period.from)),
    first instanceof Object ? compare(firstAt, '=', firstOf(first.of)) : undefined,
  )
  return setsOf(shape).oneIf(isCohort!, numberOf(firstAt, shape, ctx))
}

/** The number of a moment's bucket, from 0; what is before the period counts as 0 too. */
function numberOf(time: Expr, { interval, period, first }: RetentionShape, ctx: InsightContext): Expr {
  const since = (unit: string) =>
    call('dateDiff', constant(unit), instant(period.from), time, constant(ctx.clock.timezone))
  const number = {
    minute: () => since('hour'),
    // not `since('hour')`: a zone may change its clocks by half an hour
    hour: () =>
      call(
        'intDiv',
        arithmetic(call('toUnixTimestamp', time), '-', constant(period.from.toSeconds())),
        constant(3600),
      ),
    day: () => since('day'),
    week: () => call('intDiv', since('day'), constant(7)),
    month: () => since('month'),
  }[interval]()
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

/** The values by size, largest first, ties by name: `value`, `points`, `rank`. */
function rankedValues(counted: SelectQuery): SelectQuery {
  const values = select({
    select: [
      field('value'),
      alias('points', call('groupArray', call('tuple', field('at'), field('cell'), field('people')))),
      alias('size', call('sumIf', field('people'), compare(field('cell'), '=', constant(0)))),
    ],
    from: fromQuery(counted),
    groupBy: [field('value')],
  })
  return select({
    select: [
      field('value'),
      field('points'),
      alias('rank', {
        kind: 'window_function',
        name: 'row_number',
        args: [],
        over: { orderBy: [order(field('size'), 'DESC'), order(field('value'))] },
      }),
    ],
    from: fromQuery(values),
  })
}

type ByValue = Extract<Breakdown, { kind: 'values' }>

const isKept = ({ limit }: ByValue) => compare(field('rank'), '<=', constant(limit))

/** The largest values apart, the rest summed up, inside the engine. */
function limited(counted: SelectQuery, breakdown: ByValue): SelectQuery {
  const kept = isKept(breakdown)
  const spread = select({
    select: [
      alias('label', call('if', kept, field('value'), otherOf(breakdown.dimensions.length))),
      alias('point', call('arrayJoin', field('points'))),
    ],
    from: fromQuery(rankedValues(counted)),
    where: breakdown.hideOther ? kept : undefined,
  })
  const part = (index: number) => call('tupleElement', field('point'), constant(index))
  return select({
    select: [
      alias('at', part(1)),
      alias('cell', part(2)),
      alias('people', call('sum', part(3))),
      field('label'),
    ],
    from: fromQuery(spread),
    groupBy: [field('at'), field('cell'), field('label')],
  })
}
