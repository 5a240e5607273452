import { DateTime } from 'luxon'
import {
  alias,
  and,
  arithmetic,
  array,
  type CompareOperator,
  call,
  compare,
  constant,
  type Expr,
  field,
  from,
  fromQuery,
  lambda,
  not,
  or,
  type Query,
  select,
} from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import { type Action, actionExpr } from './actions.ts'
import {
  type Behaviour,
  type CohortCondition,
  type CohortDefinition,
  type CountOperator,
  type Happening,
  type Span,
  secondsOf,
  type Window,
} from './cohort-definition.ts'
import { parseDate } from './date-range.ts'
import { type FilterContext, instant, propertyExpr } from './property-filters.ts'

export type CohortContext = Omit<FilterContext, 'table'> & {
  /** Undefined for an action that does not exist. */
  action(id: number): Action | undefined
  /** "This person is in that cohort". @throws HedgerowError where it can't be said. */
  member(id: number): Expr
}

/**
 * The people of a cohort, of all who have a profile: one row of `id` each. Windows end now; the past begins after the
 * moment that lies a window back. A behaviour is somebody's who was merged into them as well.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export const cohortMembers = (definition: CohortDefinition, ctx: CohortContext): Query =>
  select({ select: [field('id')], from: from('persons'), where: membership(definition, ctx) })

/** "This person is one of them", on a row of `persons`. */
export function membership(definition: CohortDefinition, ctx: CohortContext): Expr {
  if (!('values' in definition)) return conditionExpr(definition, ctx)
  const parts = definition.values.map((value) => membership(value, ctx))
  return (definition.type === 'AND' ? and(...parts) : or(...parts)) ?? constant(false)
}

function conditionExpr(condition: CohortCondition, ctx: CohortContext): Expr {
  const expr = positiveExpr(condition, ctx)
  return condition.negated ? not(expr) : expr
}

function positiveExpr(condition: CohortCondition, ctx: CohortContext): Expr {
  switch (condition.type) {
    case 'person':
      // a filter without a value says nothing, as everywhere
      return propertyExpr(condition.filter, { ...ctx, table: 'persons' }) ?? constant(true)
    case 'cohort':
      return ctx.member(condition.id)
    case 'behavioral':
      return compare(field('id'), 'in', behaviourQuery(condition.behaviour, ctx))
  }
}

const personId = field('person_id')
const timestamp = field('timestamp')
const countOperators: Record<CountOperator, CompareOperator> = {
  gte: '>=',
  lte: '<=',
  gt: '>',
  lt: '<',
  eq: '=',
}

const nowOf = (ctx: CohortContext) => DateTime.fromJSDate(ctx.clock.now, { zone: 'utc' })
const back = ({ amount, unit }: Span, ctx: CohortContext, times = 1) =>
  nowOf(ctx).minus({ [`${unit}s`]: amount * times })

/** "The event is one of these." */
function isOne(event: Happening, ctx: CohortContext): Expr {
  return and(named(event, ctx), filtersOf(event, ctx))!
}

function named({ type, key }: Happening, ctx: CohortContext): Expr {
  if (type === 'events') return compare(field('event'), '=', constant(key))
  const action = ctx.action(Number(key))
  if (!action) throw invalid(`Action ${key} does not exist.`, { attr: 'filters' })
  return actionExpr(action, { ...ctx, table: 'events' })
}

const filtersOf = ({ filters }: Happening, ctx: CohortContext) =>
  propertyExpr(filters, { ...ctx, table: 'events' })

/** Where a window begins, and "the event is in it". Dates without a time are whole days in the project's zone. */
function bounds(window: Window, ctx: CohortContext): { begun: Expr; ended: Expr } {
  const now = compare(timestamp, '<=', instant(nowOf(ctx)))
  if (!('from' in window)) {
    return { begun: compare(timestamp, '>', instant(back(window, ctx))), ended: now }
  }
  const lower = parseDate(window.from, ctx.clock, 'filters')
  const begun = compare(
    timestamp,
    '>=',
    instant(lower.precision === 'day' ? lower.time.startOf('day') : lower.time),
  )
  if (!window.to) return { begun, ended: now }
  const upper = parseDate(window.to, ctx.clock, 'filters')
  const ended =
    upper.precision === 'day'
      ? compare(timestamp, '<', instant(upper.time.plus({ days: 1 }).startOf('day')))
      : compare(timestamp, '<=', instant(upper.time))
  return { begun, ended: and(ended, now)! }
}

const peopleOf = (where: Expr | undefined, having?: Expr): Query =>
  select({ select: [personId], from: from('events'), where, groupBy: [personId], having })

/** The ids of the people who behave so. */
function behaviourQuery(what: Behaviour, ctx: CohortContext): Query {
  switch (what.kind) {
    case 'performed_event': {
      const { begun, ended } = bounds(what.window, ctx)
      return peopleOf(and(isOne(what.event, ctx), begun, ended))
    }
    case 'performed_event_multiple': {
      const { begun, ended } = bounds(what.window, ctx)
      return peopleOf(
        and(isOne(what.event, ctx), begun, ended),
        compare(call('count'), countOperators[what.operator], constant(what.times)),
      )
    }
    case 'performed_event_first_time': {
      // The very first of its kind is what counts, and only that one has to pass the filters.
      const { begun, ended } = bounds(what.window, ctx)
      const first = call('min', timestamp)
      const filters = filtersOf(what.event, ctx)
      return peopleOf(
        and(named(what.event, ctx), ended),
        and(
          onFirst(begun, first),
          filters && compare(call('minIf', timestamp, filters), '=', first),
          filters && compare(call('countIf', filters), '>', constant(0)),
        ),
      )
    }
    case 'performed_event_sequence':
      return sequence(what, ctx)
    case 'performed_event_regularly':
      return regularly(what, ctx)
    case 'stopped_performing_event': {
      const since = instant(back(what.recent, ctx))
      const { begun, ended } = bounds(what.window, ctx)
      return peopleOf(and(isOne(what.event, ctx), begun, ended), compare(call('max', timestamp), '<=', since))
    }
    case 'restarted_performing_event': {
      const paused = instant(back(what.window, ctx))
      const again = instant(back(what.recent, ctx))
      const some = (...when: Expr[]) => call('countIf', and(...when)!)
      const none = constant(0)
      return peopleOf(
        and(isOne(what.event, ctx), bounds(what.window, ctx).ended),
        and(
          compare(some(compare(timestamp, '<=', paused)), '>', none),
          compare(some(compare(timestamp, '>', paused), compare(timestamp, '<=', again)), '=', none),
          compare(some(compare(timestamp, '>', again)), '>', none),
        ),
      )
    }
  }
}

/** A condition on `timestamp`, said of the first one. */
const onFirst = (begun: Expr, first: Expr): Expr =>
  begun.kind === 'compare' ? { ...begun, left: first } : begun

/**
 * Some event, and then another within so long. For each of the latter the nearest of the former before it is looked
 * at: sorting once, however many there are.
 */
function sequence(what: Extract<Behaviour, { kind: 'performed_event_sequence' }>, ctx: CohortContext): Query {
  const first = isOne(what.event, ctx)
  const second = isOne(what.next, ctx)
  const { begun, ended } = bounds(what.window, ctx)
  const events = select({
    select: [
      personId,
      alias('at', call('toUnixTimestamp64Micro', timestamp)),
      alias('is_first', first),
      alias('is_second', second),
    ],
    from: from('events'),
    where: and(or(first, second), begun, ended),
  })
  const before = select({
    select: [
      personId,
      field('at'),
      field('is_second'),
      alias('since', {
        kind: 'window_function',
        name: 'max',
        args: [call('if', field('is_first'), field('at'), constant(0))],
        over: {
          partitionBy: [personId],
          orderBy: [{ expr: field('at'), order: 'ASC' }],
          frame: {
            method: 'RANGE',
            start: { type: 'PRECEDING', value: null },
            end: { type: 'PRECEDING', value: 1 },
          },
        },
      }),
    ],
    from: fromQuery(events, 'told'),
  })
  const within = what.within.amount * secondsOf[what.within.unit] * 1_000_000
  return select({
    select: [personId],
    from: fromQuery(before, 'pairs'),
    where: and(
      field('is_second'),
      compare(field('since'), '>', constant(0)),
      compare(arithmetic(field('at'), '-', field('since')), '<=', constant(within)),
    ),
    groupBy: [personId],
  })
}

/** So often in so many of the last periods; a period without the event never counts. */
function regularly(
  what: Extract<Behaviour, { kind: 'performed_event_regularly' }>,
  ctx: CohortContext,
): Query {
  // the k-th period ends k periods ago; where it begins belongs to the one before
  const starts = Array.from({ length: what.totalPeriods }, (_, k) => back(what.period, ctx, k + 1))
  const period = call(
    'arrayFirstIndex',
    lambda(['start'], compare(call('toUnixTimestamp64Micro', timestamp), '>', field('start'))),
    array(...starts.map((start) => constant(start.toMillis() * 1000))),
  )
  const { begun, ended } = bounds({ ...what.period, amount: what.period.amount * what.totalPeriods }, ctx)
  const periods = select({
    select: [personId, alias('period', period)],
    from: from('events'),
    where: and(isOne(what.event, ctx), begun, ended),
    groupBy: [personId, field('period')],
    having: compare(call('count'), countOperators[what.operator], constant(what.times)),
  })
  return select({
    select: [personId],
    from: fromQuery(periods, 'periods'),
    groupBy: [personId],
    having: compare(call('count'), '>=', constant(what.minPeriods)),
  })
}
