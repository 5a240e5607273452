import {
  alias,
  arithmetic,
  constant,
  type Expr,
  field,
  fromQuery,
  type SelectQuery,
  select,
} from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import type { FunnelsQuery } from './funnel-queries.ts'
import { atStep, stepBefore } from './funnels-actors.ts'
import { type Funnel, funnelOf } from './funnels-steps.ts'
import type { FunnelPathsFilter, PathsQuery } from './insight-queries.ts'
import type { InsightContext } from './series.ts'

/** Whom paths along a funnel follow, and from when until when. */
export type FunnelSpans = {
  /** One row for each actor: `actor`, and `since` and `until` (microseconds, both included) where there is such a bound. */
  tree: SelectQuery
  hasStart: boolean
  hasEnd: boolean
  /** A pause of so long (milliseconds) ends a route: the funnel's window. */
  longestPause: number
}

const required = (attr: string) => invalid('This field is required.', { attr, code: 'required' })

/**
 * The part of people's events that paths along a funnel are about, as PostHog had it in 2023: up to a step, from it on,
 * or from the step before to it. Who dropped out before the step is followed from where they got to; and up to the end of
 * the window from there, for that long they might still have come. (Newer versions of PostHog let those who dropped out
 * begin after the window.) Undefined where there is no such funnel (any more).
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function funnelSpans(asked: FunnelPathsFilter, ctx: InsightContext): FunnelSpans | undefined {
  const { funnelPathType: type, funnelStep: step } = asked
  if (!type) throw required('funnelPathType')
  if (step === null || step === undefined) throw required('funnelStep')
  const source = inSteps(asked.funnelSource)
  const funnel = funnelOf(source, ctx)
  if (!funnel) return undefined
  if (funnel.aggregates === 'hogql') {
    throw invalid('Paths follow people or groups: funnelAggregateByHogQL has neither.', {
      attr: 'funnelAggregateByHogQL',
    })
  }
  const runs = atStep({ kind: 'FunnelsActorsQuery', source, funnelStep: step }, funnel, ctx)
  if (Math.abs(step) > funnel.steps.length) {
    throw invalid(`The funnel has ${funnel.steps.length} steps.`, { attr: 'funnelStep' })
  }
  const at = step > 0 ? step : stepBefore(-step, funnel)
  const { since, until } = boundsOf(type, at, step < 0, funnel)
  return {
    tree: select({
      select: [
        field('actor'),
        ...(since ? [alias('since', since)] : []),
        ...(until ? [alias('until', until)] : []),
      ],
      from: fromQuery(runs),
    }),
    hasStart: since !== undefined,
    hasEnd: until !== undefined,
    longestPause: funnel.window / 1000,
  }
}

function boundsOf(
  type: NonNullable<FunnelPathsFilter['funnelPathType']>,
  step: number,
  droppedOut: boolean,
  funnel: Funnel,
): { since?: Expr; until?: Expr } {
  const timeAt = (one: number) => field(`at_${one}`)
  switch (type) {
    case 'funnel_path_after_step':
      return { since: timeAt(step) }
    case 'funnel_path_before_step':
      return {
        until: droppedOut ? arithmetic(timeAt(step), '+', constant(funnel.window)) : timeAt(step),
      }
    case 'funnel_path_between_steps':
      if (step === 1) throw invalid('There is no step before the first.', { attr: 'funnelStep' })
      return { since: timeAt(stepBefore(step, funnel)), until: timeAt(step) }
  }
}

/** However the funnel is drawn, it is its steps that count; its values make no difference to who gets there. */
const inSteps = (source: FunnelsQuery): FunnelsQuery => ({
  ...source,
  breakdownFilter: undefined,
  funnelsFilter: { ...source.funnelsFilter, funnelVizType: 'steps' },
})

/**
 * Whom paths follow: people, or groups of a type. Along a funnel, those who run through it.
 * @throws HedgerowError `invalid` where the two differ.
 */
export function followed({
  aggregation_group_type_index: own,
  funnelPathsFilter: along,
}: PathsQuery): number | undefined {
  if (!along) return own ?? undefined
  const index = along.funnelSource.aggregation_group_type_index ?? undefined
  if (own !== null && own !== undefined && own !== index) {
    throw invalid('Paths along a funnel follow what runs through it: people, or groups of the same type.', {
      attr: 'aggregation_group_type_index',
    })
  }
  return index
}
