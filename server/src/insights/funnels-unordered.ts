import { alias, and, call, constant, type Expr, field, lambda } from '../hogql/ast.ts'
import { hasBit, type Journeys, layer, was } from './funnels-journeys.ts'
import type { Funnel } from './funnels-steps.ts'

/**
 * How far journeys come where steps may happen in any order. Each event of a step begins an attempt: how many different
 * steps are done from it on, within the window. An excluded event within the window voids the attempt, unless all
 * steps were done before. The first attempt with the most steps counts.
 *
 * An event that fits several steps is taken for the one of them that was done longest ago.
 *
 * Columns as of `orderedRuns`; `at_1` … are the times at which the attempt's steps were done, in order.
 */
export function unorderedRuns(journeys: Journeys, funnel: Funnel): Journeys {
  const count = funnel.steps.length
  const taken = funnel.disjoint ? journeys : withOneStepEach(journeys, funnel)
  const withNext = layer(taken, [
    ...funnel.steps.map((_, step) => alias(`next_${step}`, nextOf(isOf(step)))),
    ...(funnel.exclusions.length
      ? [alias('next_ban', nextOf(call('notEquals', field('of'), constant(0)), 'bans'))]
      : []),
  ])
  const counted = layer(withNext, [alias('counts', countsExpr(withNext, funnel))])
  const best = layer(counted, [alias('level', call('toInt64', call('arrayMax', was('counts'))))])
  const first = layer(
    best,
    [alias('place', call('indexOf', was('counts'), was('level')))],
    [],
    call('greater', was('level'), constant(0)),
  )
  const times = layer(first, [alias('done', doneExpr(funnel))])
  const internal = times.columns.filter((name) => !/^(actor|person|value|bucket|level)$/.test(name))
  return layer(
    times,
    Array.from({ length: count }, (_, i) =>
      alias(`at_${i + 1}`, call('arrayElement', was('done'), constant(i + 1))),
    ),
    internal,
  )
}

const zero = call('toInt64', constant(0))
const positive = (value: Expr) => call('greater', value, constant(0))
const isOf = (step: number) => hasBit(field('of'), step)

/** For each event, when the next like it (or it itself) happens; 0 for never. */
const nextOf = (isOne: Expr, list = 'marks'): Expr =>
  call(
    'arrayReverseFill',
    lambda(['at'], positive(field('at'))),
    call('arrayMap', lambda(['at', 'of'], call('if', isOne, field('at'), zero)), was('times'), was(list)),
  )

const steps = ({ steps: all }: Funnel) => all.map((_, step) => `next_${step}`)

const isDone = (next: Expr, { window }: Funnel): Expr =>
  and(positive(next), call('lessOrEquals', call('minus', next, field('at')), constant(window)))!

function countsExpr({ columns }: Journeys, funnel: Funnel): Expr {
  const names = steps(funnel)
  const done = names
    .map((name): Expr => call('toInt64', isDone(field(name), funnel)))
    .reduce((sum, one) => call('plus', sum, one))
  const begins = and(
    call('notEquals', field('mark'), constant(0)),
    columns.includes('bucket') ? call('equals', field('buckets'), was('bucket')) : undefined,
    columns.includes('values') ? call('equals', field('values'), was('value')) : undefined,
  )!
  const lists = [
    'at',
    'mark',
    ...names,
    ...(funnel.exclusions.length ? ['next_ban'] : []),
    ...(columns.includes('bucket') ? ['buckets'] : []),
    ...(columns.includes('values') ? ['values'] : []),
  ]
  const attempt = funnel.exclusions.length ? unlessVoid(done, names, funnel) : done
  return call(
    'arrayMap',
    lambda(lists, call('if', begins, attempt, zero)),
    ...lists.map((name) => was(name === 'at' ? 'times' : name === 'mark' ? 'marks' : name)),
  )
}

function unlessVoid(done: Expr, names: string[], funnel: Funnel): Expr {
  const ban = field('next_ban')
  const all = names.map((name) => isDone(field(name), funnel))
  const last = names.length > 1 ? call('greatest', ...names.map((name) => field(name))) : field(names[0]!)
  const completed = and(...all)!
  const isVoid = and(isDone(ban, funnel), call('not', and(completed, call('less', last, ban))!))!
  return call('if', isVoid, zero, done)
}

const doneExpr = (funnel: Funnel): Expr => {
  const at = (list: string) => call('arrayElement', was(list), was('place'))
  const within = steps(funnel).map((name) => at(name))
  return call(
    'arraySort',
    call(
      'arrayFilter',
      lambda(
        ['next'],
        and(
          positive(field('next')),
          call('lessOrEquals', call('minus', field('next'), at('times')), constant(funnel.window)),
        )!,
      ),
      { kind: 'array', exprs: within },
    ),
  )
}

/** Leaves each event the mark of one step: of those that it fits, the one that was done longest ago, or never. */
function withOneStepEach(journeys: Journeys, funnel: Funnel): Journeys {
  const count = funnel.steps.length
  // what was taken so far, and when each step was last taken
  const taken = call('tupleElement', field('so_far'), constant(1))
  const last = call('tupleElement', field('so_far'), constant(2))
  const fits = (step: number) => hasBit(field('mark'), step)
  const ages = funnel.steps.map((_, step) =>
    call(
      'if',
      fits(step),
      call('arrayElement', last, constant(step + 1)),
      call('toInt64', constant(2n ** 62n)),
    ),
  )
  const oldest = call(
    'indexOf',
    { kind: 'array', exprs: ages },
    call('arrayMin', { kind: 'array', exprs: ages }),
  )
  const chosen = call('if', call('equals', field('mark'), constant(0)), constant(0), oldest)
  const next = call(
    'tuple',
    call('arrayPushBack', taken, call('toUInt64', chosen)),
    call(
      'arrayMap',
      lambda(['when', 'step'], call('if', call('equals', field('step'), chosen), field('at'), field('when'))),
      last,
      { kind: 'array', exprs: funnel.steps.map((_, step) => constant(step + 1)) },
    ),
  )
  const start = call(
    'tuple',
    call('emptyArrayUInt64'),
    call('arrayMap', lambda(['step'], zero), call('range', constant(count))),
  )
  const folded = call('arrayFold', lambda(['so_far', 'at', 'mark'], next), was('times'), was('marks'), start)
  const chosenOnes = layer(journeys, [alias('chosen', call('tupleElement', folded, constant(1)))])
  // looked up, because a shift would be computed for no step as well
  const marks: Expr = { kind: 'array', exprs: [0, ...funnel.steps.map((_, step) => 2 ** step)].map(constant) }
  const markOf = call('arrayElement', marks, call('plus', field('step'), constant(1)))
  return layer(
    chosenOnes,
    [alias('marks', call('arrayMap', lambda(['step'], markOf), was('chosen')))],
    ['chosen'],
  )
}
