import {
  alias,
  and,
  arithmetic,
  call,
  compare,
  constant,
  type Expr,
  field,
  from,
  fromQuery,
  type JoinExpr,
  type SelectQuery,
  select,
  tuple,
} from '../hogql/ast.ts'
import type { FunnelsActorsQuery } from './funnel-queries.ts'
import { actorOf, atStep } from './funnels-actors.ts'
import { type Funnel, hasActor } from './funnels-steps.ts'
import type { SeriesNode } from './query-parts.ts'
import { type InsightContext, within } from './series.ts'

/**
 * Who entered the funnel: `actor`, whether it `converted`, and between which times it was on the way. Each has a
 * `number`: of numbers the engine counts the different ones in a fraction of the memory that ids take.
 */
export function peopleOf(asked: FunnelsActorsQuery, given: Funnel, ctx: InsightContext): SelectQuery {
  const pinned = asked.funnelStepBreakdown !== null && asked.funnelStepBreakdown !== undefined
  const funnel = pinned ? given : { ...given, breakdown: undefined }
  const last = funnel.steps.length
  const entering = asked.funnelCustomSteps?.length ? asked : { ...asked, funnelStep: asked.funnelStep ?? 1 }
  const converted = compare(call('max', field('level')), '=', constant(last))
  const furthest = (value: Expr) => call('argMax', value, field('level'))
  const people = select({
    select: [
      alias('actor', actorOf(funnel)),
      alias('converted', converted),
      alias('entered', furthest(field('at_1'))),
      alias(
        'left',
        furthest(
          call(
            'if',
            compare(field(`at_${last}`), '>', constant(0)),
            field(`at_${last}`),
            arithmetic(field('at_1'), '+', constant(funnel.window)),
          ),
        ),
      ),
    ],
    from: fromQuery(atStep(entering, funnel, ctx)),
    groupBy: [field('actor')],
  })
  return select({
    select: [field('*'), alias('number', call('toUInt32', call('rowNumberInAllBlocks')))],
    from: fromQuery(people),
  })
}

const list = (names: string[]) => tuple(...names.map(constant))
export const anyOf = (value: Expr, names: string[]) => compare(value, 'in', list(names))
export const noneOf = (value: Expr, names: string[]) =>
  names.length ? compare(value, 'not in', list(names)) : undefined

/** What people did while they were on the way, apart from the funnel's own events. */
export function onTheWay(
  funnel: Funnel,
  people: SelectQuery,
  columns: Expr[],
  where: Expr | undefined,
  ctx: InsightContext,
): SelectQuery {
  const events = select({
    select: [
      alias('actor', funnel.aggregates === 'hogql' ? field('person_id') : funnel.actor),
      alias('at', call('toUnixTimestamp64Micro', field('timestamp'))),
      ...columns,
    ],
    from: from('events'),
    where: and(
      within(funnel.period.from, funnel.period.until),
      funnel.aggregates === 'hogql' ? undefined : hasActor(funnel),
      noneOf(field('event'), ownNames(funnel.nodes, ctx)),
      where,
    ),
  })
  const names = columns.map((one) => (one.kind === 'alias' ? one.alias : ''))
  return select({
    select: [
      ...['actor', 'number', 'converted'].map((name) => alias(name, field('people', name))),
      ...names.map((name) => alias(name, field('did', name))),
    ],
    from: joined(
      fromQuery(events, 'did'),
      people,
      compare(field('did', 'actor'), '=', field('people', 'actor')),
    ),
    where: and(
      compare(field('did', 'at'), '>', field('people', 'entered')),
      compare(field('did', 'at'), '<', field('people', 'left')),
    ),
  })
}

/** A table beside the people that its rows are of. */
export const joined = (first: JoinExpr, people: SelectQuery, on: Expr): JoinExpr => ({
  ...first,
  next: { ...fromQuery(people, 'people'), joinType: 'INNER JOIN', constraint: { type: 'ON', expr: on } },
})

/** Names of the events that the steps are made of. */
function ownNames(nodes: SeriesNode[], ctx: InsightContext): string[] {
  const names = nodes.flatMap((node) =>
    node.kind === 'ActionsNode' ? (ctx.action(node.id)?.steps.map(({ event }) => event) ?? []) : [node.event],
  )
  return [...new Set(names.filter((name): name is string => typeof name === 'string' && name !== ''))].sort()
}
