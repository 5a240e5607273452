import {
  alias,
  call,
  compare,
  constant,
  type Expr,
  field,
  fromQuery,
  order,
  type Query,
  type SelectQuery,
  select,
} from '../hogql/ast.ts'
import type { FunnelStep, FunnelTimes } from './answers.ts'
import type { FunnelsQuery } from './funnel-queries.ts'
import { cohortValue, runsOf, secondsTo, wasAt } from './funnels-runs.ts'
import { type Funnel, funnelOf } from './funnels-steps.ts'
import { funnelTimes } from './funnels-times.ts'
import { funnelTrends } from './funnels-trends.ts'
import { countTo, defaultLimit, type FunnelValue, otherOf, rankExpr, secondsOf } from './funnels-values.ts'
import { type InsightContext, nameOf, type Period } from './series.ts'

/** Where the people of a step are asked for, as answers of the older API say it; `left`: who left before it. */
export type FunnelLinksTo = (pin: {
  step: number
  left: boolean
  breakdown: FunnelValue | undefined
  period: Period
}) => string

export type FunnelQuestion = {
  /** Undefined when there is nothing to count. */
  tree: Query | undefined
  results(rows: unknown[][]): unknown[] | FunnelTimes
}

/**
 * A funnel in one of its three views: steps, conversion over time, or how long it takes.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function funnels(query: FunnelsQuery, ctx: InsightContext, linksTo?: FunnelLinksTo): FunnelQuestion {
  const funnel = funnelOf(query, ctx)
  if (!funnel) return { tree: undefined, results: () => [] }
  switch (query.funnelsFilter?.funnelVizType ?? 'steps') {
    case 'trends':
      return funnelTrends(query, funnel, ctx)
    case 'time_to_convert':
      return funnelTimes(query, funnel, ctx)
    default:
      return funnelSteps(query, funnel, ctx, linksTo)
  }
}

function funnelSteps(
  query: FunnelsQuery,
  funnel: Funnel,
  ctx: InsightContext,
  linksTo: FunnelLinksTo | undefined,
): FunnelQuestion {
  const runs = runsOf(funnel, undefined, ctx)
  const later = funnel.steps.map((_, step) => step).slice(1)
  const counts = funnel.steps.map((_, step) => alias(`count_${step}`, countTo(step, funnel)))
  const tree =
    funnel.breakdown?.kind === 'values'
      ? pooled(query, funnel, runs, counts, later)
      : select({
          select: [
            ...(funnel.breakdown ? [field('value')] : []),
            ...counts,
            ...later.map((step) => alias(`average_${step}`, ofTimes('avgIf', step, funnel))),
            ...later.map((step) => alias(`median_${step}`, ofTimes(`${median}If`, step, funnel))),
          ],
          from: fromQuery(runs),
          groupBy: funnel.breakdown ? [field('value')] : undefined,
        })
  return {
    tree,
    results(rows) {
      if (!funnel.breakdown) return stepsOf(rows[0] ?? [], undefined, funnel, ctx, linksTo)
      return sorted(rows, funnel).map(([value, ...numbers]) =>
        stepsOf(numbers, value as FunnelValue, funnel, ctx, linksTo),
      )
    },
  }
}

/** The exact one, of two in the middle their mean: the engine's own is a guess from some thousands. */
const median = 'quantileExactInclusive'

/**
 * Of those who got to a step, what it took them: 0 for two events of one instant. So it was in PostHog's funnels of
 * 2023; its present ones know such a run by its 0 as one that never got there, and leave it out.
 */
const ofTimes = (aggregate: string, step: number, funnel: Funnel): Expr =>
  call(aggregate, secondsTo(step, funnel), wasAt(step))

/**
 * Values are kept apart by how many went furthest with them, the rest is one. Times are pooled as lists, so that the
 * pool's median is one of its people.
 */
function pooled(
  query: FunnelsQuery,
  funnel: Funnel,
  runs: Query,
  counts: Expr[],
  later: number[],
): SelectQuery {
  const limit = query.breakdownFilter?.breakdown_limit ?? defaultLimit
  const byValue = select({
    select: [
      field('value'),
      ...counts,
      ...later.map((step) => alias(`times_${step}`, ofTimes('groupArrayIf', step, funnel))),
    ],
    from: fromQuery(runs),
    groupBy: [field('value')],
  })
  const ranked = select({
    select: [field('*'), alias('rank', rankExpr(funnel))],
    from: fromQuery(byValue),
  })
  const kept = compare(field('rank'), '<=', constant(limit))
  return select({
    select: [
      alias('label', call('if', kept, field('value'), otherOf(funnel))),
      ...funnel.steps.map((_, step) => call('sum', field(`count_${step}`))),
      ...later.map((step) => call('avgArray', field(`times_${step}`))),
      ...later.map((step) => call(`${median}Array`, field(`times_${step}`))),
      alias('first_rank', call('min', field('rank'))),
    ],
    from: fromQuery(ranked),
    where: query.breakdownFilter?.breakdown_hide_other_aggregation ? kept : undefined,
    groupBy: [field('label')],
    orderBy: [order(field('first_rank'))],
  })
}

/** Cohorts as they were asked for, those without anybody too. */
function sorted(rows: unknown[][], { breakdown, steps }: Funnel): unknown[][] {
  if (breakdown?.kind !== 'cohorts') return rows
  return breakdown.cohorts.map((cohort) => {
    const id = cohortValue(cohort)
    return rows.find(([value]) => Number(value) === id) ?? [id, ...steps.map(() => 0)]
  })
}

function stepsOf(
  row: unknown[],
  value: FunnelValue | undefined,
  funnel: Funnel,
  ctx: InsightContext,
  linksTo: FunnelLinksTo | undefined,
): FunnelStep[] {
  const count = funnel.steps.length
  const cohort = funnel.breakdown?.kind === 'cohorts' ? Number(value) : undefined
  const shown =
    cohort === undefined ? value : cohort === 0 ? 'all users' : (ctx.cohort(cohort)?.name ?? String(cohort))
  const breakdown = cohort === undefined ? value : cohort === 0 ? 'all' : cohort
  return funnel.nodes.map((node, step) => {
    const isAction = node.kind === 'ActionsNode'
    const pin = { step: step + 1, breakdown, period: funnel.period }
    const anyOrder = funnel.order === 'unordered'
    const time = (at: number) => (step === 0 ? null : secondsOf(row[at + step - 1]))
    return {
      action_id: anyOrder ? null : isAction ? node.id : (node.event ?? null),
      name: anyOrder ? `Completed ${step + 1} step${step === 0 ? '' : 's'}` : nameOf(node, ctx),
      custom_name: anyOrder ? null : (node.custom_name ?? null),
      order: step,
      people: [],
      count: Number(row[step] ?? 0),
      type: isAction ? ('actions' as const) : ('events' as const),
      average_conversion_time: time(count),
      median_conversion_time: time(count * 2 - 1),
      ...(breakdown !== undefined && { breakdown: shown, breakdown_value: breakdown }),
      ...(linksTo && {
        converted_people_url: linksTo({ ...pin, left: false }),
        dropped_people_url: step === 0 ? null : linksTo({ ...pin, left: true }),
      }),
    }
  })
}
