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
import type { Interval } from './queries.ts'
import { bucketExpr, bucketKey, type InsightContext, identified, type Period, within } from './series.ts'

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

/** Who came back and when, as an answer counts them: rows of cohort (from 1), cell, people, [value]. */
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
      alias('at', shape.pooled ? constant(1) : field('cohort')),
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
      pin.cohort === undefined ? undefined : compare(field('cohort'), '=', constant(pin.cohort + 1)),
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

const valueField = (shape: RetentionShape): Expr[] =>
  shape.breakdown?.kind === 'values' ? [field('value')] : []

const upTo = (cells: Expr): Expr =>
  call('range', constant(0), call('plus', call('arrayMax', cells), constant(1)))

/** A row for each actor (with each value) and cohort of theirs: `actor`, [`value`], `cohort`, `cells`. */
function followed(shape: RetentionShape, member: Member | undefined, ctx: InsightContext): SelectQuery {
  const keys = array(...shape.period.buckets.map((bucket) => constant(bucketKey(bucket, shape.interval))))
  // a bucket that is not asked about: the engine's and our own calendars disagree about a change of clocks
  const numbers = (of: Expr) =>
    call(
      'arrayFilter',
      lambda(['at'], compare(field('at'), '>', constant(0))),
      call('arrayMap', lambda(['key'], call('indexOf', keys, field('key'))), of),
    )
  const enough =
    shape.enough === 1
      ? field('returns')
      : call(
          'arrayFilter',
          lambda(
            ['key'],
            compare(call('countEqual', field('returns'), field('key')), '>=', constant(shape.enough)),
          ),
          call('arrayDistinct', field('returns')),
        )
  const numbered = select({
    select: [
      field('actor'),
      ...valueField(shape),
      alias('cohorts', numbers(field('starts'))),
      alias('returned', numbers(enough)),
    ],
    from: fromQuery(activity(shape, member, ctx)),
    where: call('notEmpty', field('starts')),
  })
  const cohorts = select({
    select: [
      field('actor'),
      ...valueField(shape),
      field('returned'),
      alias('cohort', call('arrayJoin', field('cohorts'))),
    ],
    from: fromQuery(numbered),
  })
  return select({
    select: [field('actor'), ...valueField(shape), field('cohort'), alias('cells', cellsOf(shape))],
    from: fromQuery(cohorts),
  })
}

/** 0 for the cohort itself, then the numbers of the buckets (or brackets) after it with a return. */
function cellsOf({ brackets, cells }: RetentionShape): Expr {
  const later = arithmetic(field('at'), '-', field('cohort'))
  const cell = brackets
    ? call(
        'multiIf',
        compare(later, '<=', constant(0)),
        constant(0),
        ...brackets.flatMap((end, i) => [compare(later, '<=', constant(end)), constant(i + 1)]),
        constant(0),
      )
    : later
  const reached = call('arrayMap', lambda(['at'], cell), field('returned'))
  const kept = call(
    'arrayFilter',
    lambda(
      ['cell'],
      and(compare(field('cell'), '>', constant(0)), compare(field('cell'), '<', constant(cells)))!,
    ),
    reached,
  )
  return call('arrayConcat', array(constant(0)), brackets ? call('arrayDistinct', kept) : kept)
}

/** One pass over the events: for each actor (with each value) the keys of the buckets of `starts` and of `returns`. */
function activity(shape: RetentionShape, member: Member | undefined, ctx: InsightContext): SelectQuery {
  const { target, first, period } = shape
  const key = (time: Expr) =>
    bucketExpr(time, { interval: shape.interval, weekStartDay: ctx.clock.weekStartDay ?? 0 })
  // a first event is looked for in all of the past, a return only in the period
  const returning = first
    ? and(shape.returning, compare(field('timestamp'), '>=', instant(period.from)))
    : shape.returning
  const relevant = either(first instanceof Object ? first.of : target, returning)
  const value = followedValue(shape, ctx)
  const collect = (name: string, condition: Expr | undefined) =>
    condition && JSON.stringify(condition) !== JSON.stringify(relevant)
      ? call(`${name}If`, key(field('timestamp')), condition)
      : call(name, key(field('timestamp')))
  return select({
    select: [
      alias('actor', shape.actor),
      ...(value ? [alias('value', value.expr)] : []),
      alias('starts', first ? startOfFirst(shape, key) : collect('groupUniqArray', target)),
      alias('returns', collect(shape.enough === 1 ? 'groupUniqArray' : 'groupArray', returning)),
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
function startOfFirst({ target, first, period }: RetentionShape, key: (time: Expr) => Expr): Expr {
  const firstOf = (condition: Expr | undefined) =>
    condition ? call('minIf', field('timestamp'), condition) : call('min', field('timestamp'))
  const firstAt = firstOf(target)
  const isCohort = and(
    compare(firstAt, '>=', instant(period.from)),
    first instanceof Object ? compare(firstAt, '=', firstOf(first.of)) : undefined,
  )
  return call('if', isCohort!, array(key(firstAt)), array())
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
