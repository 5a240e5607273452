import {
  alias,
  and,
  call,
  compare,
  constant,
  type Expr,
  field,
  fromQuery,
  not,
  type SelectQuery,
  select,
} from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import type { ActorKind } from './actors-query.ts'
import { parseDate } from './date-range.ts'
import type { FunnelsActorsQuery } from './funnel-queries.ts'
import { runsOf } from './funnels-runs.ts'
import { type Funnel, funnelOf } from './funnels-steps.ts'
import { timed } from './funnels-times.ts'
import { conversion, trendRuns } from './funnels-trends.ts'
import { hasValue } from './funnels-values.ts'
import { bucketKey, type InsightContext } from './series.ts'

/** Whom a funnel counts; of something of a user's own, a person behind it. */
export const kindOf = (query: FunnelsActorsQuery['source']): ActorKind => {
  const index = query.aggregation_group_type_index
  return index === null || index === undefined ? { type: 'person' } : { type: 'group', groupTypeIndex: index }
}

export const actorOf = ({ aggregates }: Funnel): Expr => field(aggregates === 'hogql' ? 'person' : 'actor')

/**
 * Who got to a step of a funnel, or left before it: rows of `actor_id`, `event_count` (how far they came), and of a
 * funnel about the time it takes `conversion_time`. Undefined where there is no such funnel, or no such bucket.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function funnelActors(asked: FunnelsActorsQuery, ctx: InsightContext): SelectQuery | undefined {
  const query = asked.source
  const funnel = funnelOf(query, ctx)
  if (!funnel) return undefined
  const shown = query.funnelsFilter?.funnelVizType
  if (shown === 'time_to_convert') return inTime(asked, funnel, ctx)
  const runs = shown === 'trends' ? inBucket(asked, funnel, ctx) : atStep(asked, funnel, ctx)
  return (
    runs &&
    select({
      select: [alias('actor_id', actorOf(funnel)), alias('event_count', call('max', field('level')))],
      from: fromQuery(runs),
      groupBy: [field('actor_id')],
    })
  )
}

/** Such a funnel has no breakdown; without a step, they are those whose times are in it. */
function inTime(asked: FunnelsActorsQuery, funnel: Funnel, ctx: InsightContext): SelectQuery {
  const { to, seconds } = timed(asked.source, funnel)
  const step = asked.funnelCustomSteps?.length ? asked.funnelStep : (asked.funnelStep ?? to + 1)
  const runs = atStep(
    { ...asked, funnelStep: step, funnelStepBreakdown: undefined },
    { ...funnel, breakdown: undefined },
    ctx,
  )
  const took = call('if', compare(field('level'), '>', constant(to)), seconds, constant(null))
  return select({
    select: [
      alias('actor_id', actorOf(funnel)),
      alias('event_count', call('max', field('level'))),
      alias('conversion_time', call('min', took)),
    ],
    from: fromQuery(runs),
    groupBy: [field('actor_id')],
  })
}

/** The runs that a question about people is about, each once or several times; `level` says how far they came. */
export function atStep(asked: FunnelsActorsQuery, funnel: Funnel, ctx: InsightContext): SelectQuery {
  const runs = runsOf(funnel, undefined, ctx)
  const { funnelStepBreakdown: value } = asked
  return select({
    select: [field('*')],
    from: fromQuery(runs),
    where: and(
      stepReached(asked, funnel),
      value === null || value === undefined
        ? undefined
        : hasValue(asFunnelValue(value), asked.source, funnel, runs),
    ),
  })
}

export const asFunnelValue = (value: string | number | (string | number)[]) =>
  Array.isArray(value) ? value.map(String) : value

function stepReached(
  { funnelStep: step, funnelCustomSteps: steps }: FunnelsActorsQuery,
  funnel: Funnel,
): Expr {
  const level = field('level')
  if (steps?.length) return compare(level, 'in', { kind: 'tuple', exprs: steps.map((one) => constant(one)) })
  const attr = 'funnelStep'
  if (step === null || step === undefined)
    throw invalid('This field is required.', { attr, code: 'required' })
  if (step === 0) throw invalid("Funnel steps are 1-indexed, so step 0 doesn't exist", { attr })
  if (step === -1) {
    throw invalid(
      'The first valid drop-off argument for funnelStep is -2. -2 refers to persons who performed the first step but never made it to the second.',
      { attr },
    )
  }
  const at = Math.abs(step)
  const optional = funnel.optional[at - 1] ?? false
  const reached = optional ? compare(field(`at_${at}`), '>', constant(0)) : compare(level, '>=', constant(at))
  if (step > 0) return reached
  return and(compare(level, '>=', constant(stepBefore(at, funnel))), not(reached))!
}

/** The step, counted from 1, from which one comes to another: the nearest before it that may not be skipped. */
export function stepBefore(step: number, { optional }: Funnel): number {
  let before = step - 1
  while (before > 1 && optional[before - 1]) before--
  return before
}

function inBucket(asked: FunnelsActorsQuery, funnel: Funnel, ctx: InsightContext): SelectQuery | undefined {
  const {
    funnelTrendsDropOff: dropOff,
    funnelTrendsEntrancePeriodStart: start,
    funnelStepBreakdown: value,
  } = asked
  if (!start) {
    throw invalid('This field is required.', { attr: 'funnelTrendsEntrancePeriodStart', code: 'required' })
  }
  const { time } = parseDate(start, ctx.clock, 'funnelTrendsEntrancePeriodStart')
  const bucket = funnel.period.buckets.find((one) => one.start <= time && time < one.end)
  if (!bucket) return undefined
  const runs = trendRuns(asked.source, funnel, ctx)
  const { began, converted } = conversion(asked.source, funnel)
  return select({
    select: [field('*')],
    from: fromQuery(runs),
    where: and(
      compare(field('bucket'), '=', constant(bucketKey(bucket, asked.source.interval ?? 'day'))),
      dropOff ? and(began, not(converted)) : converted,
      value === null || value === undefined
        ? undefined
        : hasValue(asFunnelValue(value), asked.source, funnel, runs),
    ),
  })
}
