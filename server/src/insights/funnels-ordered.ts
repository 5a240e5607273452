import { alias, and, call, constant, type Expr, field, lambda, or } from '../hogql/ast.ts'
import { hasBit, type Journeys, layer, was } from './funnels-journeys.ts'
import type { Funnel } from './funnels-steps.ts'

/**
 * How far journeys come where steps have an order. As in PostHog, a run is known by the time of its first step; at any
 * moment each step has one run that reached it last. An event of a step takes the run that is at the step before, if
 * that began within the window, and does not take its own: an event counts for one step of a run.
 *
 * An event between two steps that is excluded taints the run that is at the first of them. Somebody whose furthest
 * steps are all tainted is left out: an attempt that ends in an exclusion is none.
 *
 * All arrays are as long as the journey. Columns: `level`, steps done from 1, optional ones counted by their place;
 * `at_1` … `at_n`, microseconds, 0 where the run was not there.
 */
export function orderedRuns(journeys: Journeys, funnel: Funnel): Journeys {
  const count = funnel.steps.length
  let all = journeys
  for (let step = 0; step < count; step++) all = withStep(all, funnel, step)
  const judged = layer(all, [alias('level', levelExpr(funnel)), alias('run', runExpr(funnel))])
  const done = layer(judged, [], [], call('greater', was('level'), constant(0)))
  const placed = placesOf(done, funnel)
  const internal = placed.columns.filter((name) => !isAnswer(name))
  return layer(placed, timesOf(funnel), internal)
}

const isAnswer = (name: string) => /^(actor|person|value|bucket|level|at_\d+)$/.test(name)
const zero = call('toInt64', constant(0))
const positive = (value: Expr) => call('greater', value, constant(0))
const isThere = lambda(['run'], positive(field('run')))

/** The value before each element: what was known when its event happened. */
const before = (list: Expr) => call('arrayShiftRight', list, constant(1), zero)

const isBanned = ({ exclusions }: Funnel, step: number) =>
  exclusions.some((one) => one.from < step && step <= one.to)

/** What an event must be for a step, besides having its mark: of the bucket, or with the value, of this row. */
function conditionOf({ columns }: Journeys, { attribution, breakdown }: Funnel, step: number) {
  const inBucket = step === 0 && columns.includes('bucket')
  const hasValue = breakdown?.kind === 'values' && attribution.type === 'step' && attribution.step === step
  return {
    lists: [...(inBucket ? ['buckets'] : []), ...(hasValue ? ['values'] : [])],
    expr: and(
      inBucket ? call('equals', field('buckets'), was('bucket')) : undefined,
      hasValue ? call('equals', field('values'), was('value')) : undefined,
    ),
  }
}

/**
 * `run_<step>`: the run that reaches the step by this event, 0 for none. `held_<step>`: the run that is at it when
 * the next event comes: 0 for none, -1 for one that is tainted.
 */
function withStep(journeys: Journeys, funnel: Funnel, step: number): Journeys {
  const more = conditionOf(journeys, funnel, step)
  const qualifies = and(hasBit(field('mark'), step), more.expr)!
  const previous = previousSteps(funnel, step)
  const run = step === 0 ? field('at') : reachable(previous, funnel)
  const lists = ['at', 'mark', ...previous.map((one) => `held_${one}`), ...more.lists]
  const sources = lists.map((name) => was(name === 'at' ? 'times' : name === 'mark' ? 'marks' : name))
  const reached = call('arrayMap', lambda(lists, call('if', qualifies, run, zero)), ...sources)
  const withRun = layer(journeys, [alias(`run_${step}`, reached)])
  const isLast = step === funnel.steps.length - 1
  const banned = isBanned(funnel, step + 1)
  if (banned) return withTaint(withHop(withRun, funnel, step, qualifies, lists, sources), funnel, step)
  const hopped = withHop(withRun, funnel, step, qualifies, lists, sources)
  return isLast ? hopped : layer(hopped, [alias(`held_${step}`, heldExpr(funnel, step, was(`run_${step}`)))])
}

/** The step before, and as long as these may be skipped, those before it. */
function previousSteps({ optional }: Funnel, step: number): number[] {
  if (step === 0) return []
  return optional[step - 1] ? [step - 1, ...previousSteps({ optional } as Funnel, step - 1)] : [step - 1]
}

const inWindow = (run: Expr, { window }: Funnel): Expr =>
  and(positive(run), call('lessOrEquals', call('minus', field('at'), run), constant(window)))!

/** The run at the nearest step that is still within its window; a tainted one blocks the way. */
function reachable(previous: number[], funnel: Funnel): Expr {
  return previous.reduceRight((rest: Expr, step) => {
    const held = field(`held_${step}`)
    const cases = [inWindow(held, funnel), held]
    return rest === zero && !isBanned(funnel, step + 1)
      ? call('if', ...cases, rest)
      : call('multiIf', ...cases, call('less', held, zero), zero, rest)
  }, zero)
}

/** Who holds a step: the last to reach it; where order is strict, until an event that is not of it. */
function heldExpr({ order }: Funnel, step: number, runs: Expr): Expr {
  const changes =
    order === 'strict'
      ? call(
          'arrayFill',
          lambda(
            ['run', 'mark'],
            or(call('notEquals', field('run'), constant(0)), call('not', hasBit(field('mark'), step)))!,
          ),
          runs,
          was('marks'),
        )
      : call('arrayFill', lambda(['run'], call('notEquals', field('run'), constant(0))), runs)
  return before(changes)
}

/**
 * `fresh_<step>`: runs as they reach the step for the first time. `raw_<step>`: the run that holds it, tainted or not.
 */
function withTaint(journeys: Journeys, funnel: Funnel, step: number): Journeys {
  const last = call('arrayFill', isThere, was(`run_${step}`))
  const fresh = layer(journeys, [
    alias(
      `fresh_${step}`,
      call(
        'arrayMap',
        lambda(['run', 'last'], call('if', call('equals', field('run'), field('last')), zero, field('run'))),
        was(`run_${step}`),
        before(last),
      ),
    ),
    alias(`raw_${step}`, heldExpr(funnel, step, was(`run_${step}`))),
  ])
  const changes = call(
    'arrayMap',
    lambda(
      ['run', 'ban'],
      call(
        'if',
        call('and', call('equals', field('run'), constant(0)), hasBit(field('ban'), step + 1)),
        call('toInt64', constant(-1)),
        field('run'),
      ),
    ),
    was(`fresh_${step}`),
    was('bans'),
  )
  const strict = funnel.order === 'strict'
  return layer(fresh, [alias(`held_${step}`, strict ? was(`raw_${step}`) : heldExpr(funnel, step, changes))])
}

/** `hop_<step>`: whether a tainted run goes on to the step. Where order is strict, an exclusion ends the run itself. */
function withHop(
  journeys: Journeys,
  funnel: Funnel,
  step: number,
  qualifies: Expr,
  lists: string[],
  sources: Expr[],
): Journeys {
  if (!hops(funnel, step)) return journeys
  const hop = call(
    'arrayExists',
    lambda(
      [...lists, 'raw'],
      and(qualifies, call('less', field(`held_${step - 1}`), zero), inWindow(field('raw'), funnel))!,
    ),
    ...sources,
    was(`raw_${step - 1}`),
  )
  return layer(journeys, [alias(`hop_${step}`, hop)])
}

const hops = (funnel: Funnel, step: number) => funnel.order !== 'strict' && isBanned(funnel, step)

/** The first run that reached the step and was not tainted while it was the furthest. */
function cleanRun(funnel: Funnel, step: number): Expr {
  if (!isBanned(funnel, step + 1)) return call('arrayFirst', isThere, was(`run_${step}`))
  if (funnel.order === 'strict') {
    const tainted = call(
      'arrayFilter',
      lambda(['raw', 'at', 'ban'], and(hasBit(field('ban'), step + 1), inWindow(field('raw'), funnel))!),
      was(`raw_${step}`),
      was('times'),
      was('bans'),
    )
    return call(
      'arrayFirst',
      lambda(['run'], and(positive(field('run')), call('not', call('has', tainted, field('run'))))!),
      was(`fresh_${step}`),
    )
  }
  const nextBan = call(
    'arrayReverseFill',
    lambda(['at'], positive(field('at'))),
    call(
      'arrayMap',
      lambda(['at', 'ban'], call('if', hasBit(field('ban'), step + 1), field('at'), zero)),
      was('times'),
      was('bans'),
    ),
  )
  return call(
    'arrayFirst',
    lambda(
      ['run', 'at'],
      and(
        positive(field('run')),
        call(
          'not',
          and(
            positive(field('at')),
            call('lessOrEquals', call('minus', field('at'), field('run')), constant(funnel.window)),
          )!,
        ),
      )!,
    ),
    was(`fresh_${step}`),
    nextBan,
  )
}

/** From the last step to the first: the furthest that was reached decides. */
function furthest(funnel: Funnel, found: (step: number) => Expr): Expr {
  const cases = funnel.steps
    .flatMap((_, step) => [
      // a tainted run that came further than any other: nothing counts
      ...(hops(funnel, step) ? [[was(`hop_${step}`), zero]] : []),
      [call('arrayExists', isThere, was(`run_${step}`)), found(step)],
    ])
    .reverse()
  return call('multiIf', ...cases.flat(), zero)
}

const levelExpr = (funnel: Funnel): Expr =>
  furthest(funnel, (step) =>
    isBanned(funnel, step + 1)
      ? call('if', positive(cleanRun(funnel, step)), call('toInt64', constant(step + 1)), zero)
      : call('toInt64', constant(step + 1)),
  )

const runExpr = (funnel: Funnel): Expr => furthest(funnel, (step) => cleanRun(funnel, step))

/** `place_<step>`: which event of the journey is the run's at the step, from 1; the last step first. */
function placesOf(journeys: Journeys, funnel: Funnel): Journeys {
  let placed = journeys
  for (let step = funnel.steps.length - 1; step >= 1; step--) {
    const reached = call('greater', was('level'), constant(step))
    const found = call('indexOf', was(`run_${step}`), was('run'))
    const later = funnel.steps.map((_, i) => i).filter((i) => i > step)
    // a run may come by an optional step after it has passed it
    const onTheWay = funnel.optional[step]
      ? call('if', call('less', found, nextPlace(later)), found, constant(0))
      : found
    placed = layer(placed, [alias(`place_${step}`, call('if', reached, onTheWay, constant(0)))])
  }
  return placed
}

const nextPlace = (later: number[]): Expr =>
  later.reduceRight(
    (rest: Expr, step) => call('if', positive(was(`place_${step}`)), was(`place_${step}`), rest),
    constant(2 ** 31),
  )

const timesOf = (funnel: Funnel): Expr[] => [
  alias('at_1', was('run')),
  ...funnel.steps.slice(1).map((_, i) => {
    const place = was(`place_${i + 1}`)
    return alias(`at_${i + 2}`, call('if', positive(place), call('arrayElement', was('times'), place), zero))
  }),
]
