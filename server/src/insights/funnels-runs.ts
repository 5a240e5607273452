import {
  alias,
  arithmetic,
  compare,
  constant,
  type Expr,
  field,
  fromQuery,
  type Query,
  select,
  unionAll,
} from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import { journeysOf } from './funnels-journeys.ts'
import { orderedRuns } from './funnels-ordered.ts'
import type { Funnel } from './funnels-steps.ts'
import { unorderedRuns } from './funnels-unordered.ts'
import { inCohort } from './property-filters.ts'
import type { Interval } from './query-parts.ts'
import type { InsightContext } from './series.ts'

/**
 * How far each actor came: one row for an actor, or for each value (and bucket of entry) that it runs with. Columns:
 * `actor`, `level`, `at_1` … `at_n`; `value` with a breakdown, `bucket` for trends, `person` where actors are
 * something of a user's own.
 */
export function runsOf(
  funnel: Funnel,
  trends: { interval: Interval; weekStartDay: number } | undefined,
  ctx: InsightContext,
): Query {
  const { breakdown } = funnel
  if (breakdown?.kind !== 'cohorts') return runs(funnel, trends, undefined, ctx).tree
  const branches = breakdown.cohorts.map((cohort) => {
    if (cohort !== 'all' && !ctx.cohort(cohort)) {
      throw invalid(`Cohort ${cohort} does not exist.`, { attr: 'breakdown' })
    }
    const members = cohort === 'all' ? undefined : inCohort('events', cohort)
    const { tree, columns } = runs(funnel, trends, members, ctx)
    return select({
      select: [...columns.map((name) => field(name)), alias('value', constant(cohortValue(cohort)))],
      from: fromQuery(tree),
    })
  })
  return unionAll(branches[0]!, ...branches.slice(1))
}

/** Everyone is cohort 0 here, so that values are of one type. */
export const cohortValue = (cohort: number | 'all'): number => (cohort === 'all' ? 0 : cohort)

function runs(
  funnel: Funnel,
  trends: { interval: Interval; weekStartDay: number } | undefined,
  members: Expr | undefined,
  ctx: InsightContext,
) {
  const journeys = journeysOf(funnel, trends, members, ctx)
  return funnel.order === 'unordered' ? unorderedRuns(journeys, funnel) : orderedRuns(journeys, funnel)
}

const timeAt = (step: number) => field(`at_${step + 1}`)

/** Whether a run was at a step (counted from 0). */
export const wasAt = (step: number): Expr => compare(timeAt(step), '>', constant(0))

/** What a run that was at a step (counted from 0) took to it from the one before, in seconds. */
export function secondsTo(step: number, { optional }: Funnel): Expr {
  let previous = step - 1
  while (optional[previous]) previous--
  return arithmetic(arithmetic(timeAt(step), '-', timeAt(previous)), '/', constant(1_000_000))
}
