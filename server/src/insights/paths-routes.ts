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
  order,
  type SelectQuery,
  select,
  tuple,
} from '../hogql/ast.ts'
import type { FunnelSpans } from './paths-funnel.ts'
import { grouped, isKept } from './paths-items.ts'
import { identified, type Period, within } from './series.ts'

/** What paths count, with everything looked up. */
export type PathsShape = {
  period: Pick<Period, 'from' | 'until'>
  actor: Expr
  /** Only of these actors, each for a time of their own. */
  spans: FunnelSpans | undefined
  /** Which events are steps. */
  events: Expr | undefined
  /** How a step is shown, before it is grouped. */
  text: Expr
  groupings: string[]
  excluded: string[]
  start: string | undefined
  end: string | undefined
  /** Steps of a route. */
  steps: number
}

/** A pause of so long (milliseconds) ends a route, where no funnel says another. */
const defaultPause = 30 * 60 * 1000
/** What stands for the steps left out in the middle of a route. */
const gap = '...'

/** Edges that routes take, most taken first: rows of source, target, how often, mean milliseconds. */
export function edgesTree(
  shape: PathsShape,
  asked: { least: number | undefined; most: number | undefined; limit: number },
): SelectQuery {
  const route = field('route')
  const hops = call(
    'arrayZip',
    call('arrayPopBack', route),
    call('arrayPopFront', route),
    call('arrayEnumerate', call('arrayPopBack', route)),
  )
  const taken = select({
    select: [alias('hop', call('arrayJoin', hops))],
    from: fromQuery(routes(shape)),
  })
  const [source, target, number] = [1, 2, 3].map((index) => part(field('hop'), index)) as [Expr, Expr, Expr]
  const key = (index: Expr, step: Expr) =>
    call('concat', call('toString', index), constant('_'), textOf(step))
  return select({
    select: [
      alias('source', key(number, source)),
      alias('target', key(arithmetic(number, '+', constant(1)), target)),
      alias('times', call('count')),
      alias('took', call('avg', arithmetic(timeOf(target), '-', timeOf(source)))),
    ],
    from: fromQuery(taken),
    groupBy: [field('source'), field('target')],
    having: and(
      asked.least === undefined ? undefined : compare(field('times'), '>=', constant(asked.least)),
      asked.most === undefined ? undefined : compare(field('times'), '<=', constant(asked.most)),
    ),
    orderBy: [order(field('times'), 'DESC'), order(field('source')), order(field('target'))],
    limit: constant(asked.limit),
  })
}

/** A step by its place on the route, from 1, and how it is shown. */
export type StepKey = { place: number; text: string }

/**
 * Those whose routes go on from a step, come to one, or end at one: rows of `actor_id`, `event_count` (on how many
 * routes).
 */
export function pathPeople(
  shape: PathsShape,
  pins: { from?: StepKey; to?: StepKey; last?: StepKey },
): SelectQuery {
  const length = call('length', field('route'))
  const isAt = ({ place, text }: StepKey) =>
    compare(textOf(call('arrayElement', field('route'), constant(place))), '=', constant(text))
  const { from: source, to, last } = pins
  return select({
    select: [alias('actor_id', field('actor')), alias('event_count', call('count'))],
    from: fromQuery(routes(shape)),
    where: and(
      source && and(compare(length, '>', constant(source.place)), isAt(source)),
      to && and(compare(length, '>=', constant(to.place)), isAt(to)),
      last && and(compare(length, '=', constant(last.place)), isAt(last)),
    ),
    groupBy: [field('actor_id')],
  })
}

const part = (of: Expr, index: number) => call('tupleElement', of, constant(index))
/** A step is a tuple of milliseconds and text. */
const timeOf = (step: Expr) => part(step, 1)
const textOf = (step: Expr) => part(step, 2)
const texts = (steps: Expr) => call('arrayMap', lambda(['step'], textOf(field('step'))), steps)

/** A row for each route: `actor`, `route` (its steps). */
function routes(shape: PathsShape): SelectQuery {
  const { start, end, steps } = shape
  let tree = visits(shape)
  if (start !== undefined) {
    tree = cut(tree, 'visit', 'begun', start, (at) => call('arraySlice', field('visit'), at))
  }
  const begun = start === undefined ? 'visit' : 'begun'
  if (end !== undefined) {
    tree = cut(tree, begun, 'ended', end, (at) => call('arraySlice', field(begun), constant(1), at))
  }
  const whole = field(end === undefined ? begun : 'ended')
  return select({
    select: [field('actor'), alias('route', shortened(whole, steps, start, end))],
    from: fromQuery(tree),
  })
}

/** Those with a step, cut at the first time it is there. */
function cut(tree: SelectQuery, column: string, name: string, step: string, at: (index: Expr) => Expr) {
  return select({
    select: [field('actor'), alias(name, at(call('indexOf', texts(field(column)), constant(step))))],
    from: fromQuery(tree),
    where: call('has', texts(field(column)), constant(step)),
  })
}

/** The first steps; the last where only an end is asked for; both, with a gap, between two points. */
function shortened(whole: Expr, steps: number, start: string | undefined, end: string | undefined): Expr {
  if (end === undefined) return call('arraySlice', whole, constant(1), constant(steps))
  if (start === undefined) return call('arraySlice', whole, constant(-steps))
  const half = Math.floor(steps / 2)
  const skipped = tuple(timeOf(call('arrayElement', whole, constant(half + 1))), constant(gap))
  return call(
    'if',
    compare(call('length', whole), '>', constant(steps)),
    call(
      'arrayConcat',
      call('arraySlice', whole, constant(1), constant(half)),
      array(skipped),
      ...(half > 0 ? [call('arraySlice', whole, constant(-half), constant(half))] : []),
    ),
    whole,
  )
}

/** A row for each stretch of steps without a long pause: `actor`, `visit`; a step repeated at once is its last. */
function visits(shape: PathsShape): SelectQuery {
  const collected = select({
    select: [
      field('actor'),
      alias('steps', call('arraySort', call('groupArray', call('tuple', field('at'), field('item'))))),
    ],
    from: fromQuery(events(shape)),
    groupBy: [field('actor')],
  })
  const pauses = call(
    'arrayDifference',
    call('arrayMap', lambda(['step'], timeOf(field('step'))), field('steps')),
  )
  const split = call(
    'arraySplit',
    lambda(
      ['step', 'pause'],
      compare(field('pause'), '>=', constant(shape.spans?.longestPause ?? defaultPause)),
    ),
    field('steps'),
    pauses,
  )
  const stretches = select({
    select: [field('actor'), alias('stretch', call('arrayJoin', split))],
    from: fromQuery(collected),
  })
  const numbers = call('arrayEnumerateDense', texts(field('stretch')))
  const changes = call(
    'arrayFilter',
    lambda(['step', 'this', 'following'], compare(field('this'), '!=', field('following'))),
    field('stretch'),
    numbers,
    call('arrayPushBack', call('arrayPopFront', numbers), constant(0)),
  )
  return select({ select: [field('actor'), alias('visit', changes)], from: fromQuery(stretches) })
}

/** Of events with their time in microseconds (`exactly`), those of the actors of spans while these last. */
const inSpans = (all: SelectQuery, { tree, hasStart, hasEnd }: FunnelSpans, item: string): SelectQuery =>
  select({
    select: ['actor', 'at', item].map((name) => alias(name, field('did', name))),
    from: {
      ...fromQuery(all, 'did'),
      next: {
        ...fromQuery(tree, 'spans'),
        joinType: 'INNER JOIN',
        constraint: { type: 'ON', expr: compare(field('did', 'actor'), '=', field('spans', 'actor')) },
      },
    },
    where: and(
      hasStart ? compare(field('did', 'exactly'), '>=', field('spans', 'since')) : undefined,
      hasEnd ? compare(field('did', 'exactly'), '<=', field('spans', 'until')) : undefined,
    ),
  })

/** A row for each step: `actor`, `at` (milliseconds), `item`. */
function events(shape: PathsShape): SelectQuery {
  const { actor, events: isStep, period, spans, text, groupings, excluded } = shape
  const item = groupings.length ? 'plain' : 'item'
  const all = select({
    select: [
      alias('actor', actor),
      alias('at', call('toUnixTimestamp64Milli', field('timestamp'))),
      ...(spans ? [alias('exactly', call('toUnixTimestamp64Micro', field('timestamp')))] : []),
      alias(item, text),
    ],
    from: from('events'),
    where: and(within(period.from, period.until), isStep, identified(actor)),
  })
  const shown = spans ? inSpans(all, spans, item) : all
  const inGroups = groupings.length
    ? select({
        select: [field('actor'), field('at'), alias('item', grouped(field('plain'), groupings))],
        from: fromQuery(shown),
      })
    : shown
  if (!excluded.length) return inGroups
  return select({
    select: [field('actor'), field('at'), field('item')],
    from: fromQuery(inGroups),
    where: isKept(field('item'), excluded),
  })
}
