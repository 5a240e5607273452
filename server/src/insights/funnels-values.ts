import {
  alias,
  array,
  call,
  compare,
  constant,
  type Expr,
  field,
  fromQuery,
  or,
  order,
  type Query,
  select,
} from '../hogql/ast.ts'
import type { FunnelsQuery } from './funnel-queries.ts'
import { isListed } from './funnels-journeys.ts'
import type { Funnel } from './funnels-steps.ts'

/** A value of a funnel's breakdown: a list of texts, a group's property, or a cohort's id (`all` for everyone). */
export type FunnelValue = string | number | string[]

/** What stands for all values beyond the limit. */
const otherFunnelValue = 'Other'
export const defaultLimit = 25

/** How many got to a step: optional steps are those passed by, others are got to by whoever comes further. */
export function countTo(step: number, funnel: Funnel): Expr {
  const reached = funnel.optional[step]
    ? compare(field(`at_${step + 1}`), '>', constant(0))
    : compare(field('level'), '>', constant(step))
  return call('countIf', reached)
}

/** Values by how many went furthest with them, most first. */
export const rankExpr = (funnel: Funnel): Expr => ({
  kind: 'window_function',
  name: 'row_number',
  args: [],
  over: {
    orderBy: [
      ...funnel.steps.map((_, step) => order(field(`count_${step}`), 'DESC')).reverse(),
      order(field('value')),
    ],
  },
})

export const otherOf = ({ breakdown }: Funnel): Expr => {
  const dimensions = breakdown?.kind === 'values' ? breakdown.dimensions : []
  return isListed(dimensions)
    ? array(...dimensions.map(() => constant(otherFunnelValue)))
    : constant(otherFunnelValue)
}

/** Whether a run is of this value of the breakdown; of those that are not kept apart, for `Other`. */
export function hasValue(
  value: FunnelValue,
  query: FunnelsQuery,
  funnel: Funnel,
  runs: Query,
): Expr | undefined {
  const { breakdown } = funnel
  if (!breakdown) return undefined
  if (breakdown.kind === 'cohorts') {
    const [cohort] = [value].flat()
    const id = cohort === 'all' || cohort === 'all users' ? 0 : Number(cohort)
    return compare(field('value'), '=', constant(id))
  }
  const texts = [value].flat().map(String)
  const listed = isListed(breakdown.dimensions)
  const same = compare(
    field('value'),
    '=',
    listed ? array(...texts.map((text) => constant(text))) : constant(texts[0] ?? ''),
  )
  if (texts.some((text) => text !== otherFunnelValue)) return same
  const byValue = select({
    select: [field('value'), ...funnel.steps.map((_, step) => alias(`count_${step}`, countTo(step, funnel)))],
    from: fromQuery(runs),
    groupBy: [field('value')],
  })
  const kept = select({
    select: [field('value')],
    from: fromQuery(
      select({ select: [field('value'), alias('rank', rankExpr(funnel))], from: fromQuery(byValue) }),
    ),
    where: compare(field('rank'), '<=', constant(query.breakdownFilter?.breakdown_limit ?? defaultLimit)),
  })
  return or(same, compare(field('value'), 'not in', kept))
}

/** Means of nothing are no number. */
export function secondsOf(cell: unknown): number | null {
  const seconds = cell === null || cell === undefined ? Number.NaN : Number(cell)
  return Number.isFinite(seconds) ? seconds : null
}
