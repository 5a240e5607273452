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
  let all = journeys
  for (const [step] of funnel.steps.entries()) all = withStep(all, funnel, step)
  const judged = layer(all, [alias('level', levelExpr(funnel)), alias('run', runExpr(funnel))])
  const placed = funnel.optional.some(Boolean) ? withPlaces(judged, funnel) : judged
  const internal = placed.columns.filter((name) => !isAnswer(name))
  return layer(placed, timesOf(funnel), internal, call('greater', was('level'), constant(0)))
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
 * `run_<step>`: the run that reaches the step by this event, 0 for none. Where exclusions can taint a run at the step:
 * `held_<step>`, the run that is at it when the next event comes, 0 for none, -1 for a tainted one; `hop_<step>`,
 * whether a tainted run goes on to it. Few layers, because the engine plans each.
 */
function withStep(journeys: Journeys, funnel: Funnel, step: number): Journeys {
  const reached = withRuns(journeys, funnel, step, previousSteps(funnel, step))
  return isBanned(funnel, step + 1) ? withTaint(reached, funnel, step) : reached
}

const heldAt = (funnel: Funnel, step: number): Expr =>
  isBanned(funnel, step + 1) ? was(`held_${step}`) : heldExpr(funnel, step, was(`run_${step}`))

function withRuns(journeys: Journeys, funnel: Funnel, step: number, previous: number[]): Journeys {
  const more = conditionOf(journeys, funnel, step)
  const qualifies = and(hasBit(field('mark'), step), more.expr)!
  const raw = previous.filter((one) => taints(funnel, one)).map((one) => `raw_${one}`)
  const lists = ['at', 'mark', ...previous.map((one) => `held_${one}`), ...raw, ...more.lists]
  const run = step === 0 ? field('at') : reachable(previous, funnel)
  const held = new Map(previous.map((one) => [`held_${one}`, heldAt(funnel, one)]))
  const tried = call(
    'arrayMap',
    lambda(lists, call('if', qualifies, run, zero)),
    ...lists.map((name) => held.get(name) ?? was(columns[name] ?? name)),
  )
  if (!raw.length) return layer(journeys, [alias(`run_${step}`, tried)])
  const withTried = layer(journeys, [alias('tried', tried)])
  return layer(
    withTried,
    [
      alias(
        `run_${step}`,
        call('arrayMap', lambda(['run'], call('greatest', field('run'), zero)), was('tried')),
      ),
      alias(`hop_${step}`, call('has', was('tried'), tainted)),
    ],
    ['tried'],
  )
}

/** Names of a journey's lists where one of their elements is meant. */
const columns: Record<string, string> = { at: 'times', mark: 'marks', ban: 'bans' }
const tainted = call('toInt64', constant(-1))

/** The step before, and as long as these may be skipped, those before it. */
function previousSteps({ optional }: Pick<Funnel, 'optional'>, step: number): number[] {
  if (step === 0) return []
  return optional[step - 1] ? [step - 1, ...previousSteps({ optional }, step - 1)] : [step - 1]
}

const inWindow = (run: Expr, { window }: Funnel): Expr =>
  and(positive(run), call('lessOrEquals', call('minus', field('at'), run), constant(window)))!

/** The run at the nearest step that is still within its window; -1 where that is tainted. */
function reachable(previous: number[], funnel: Funnel): Expr {
  return previous.reduceRight((rest: Expr, step) => {
    const held = field(`held_${step}`)
    const cases = [inWindow(held, funnel), held]
    if (!taints(funnel, step)) return call('if', ...cases, rest)
    const isTainted = and(call('less', held, zero), inWindow(field(`raw_${step}`), funnel))!
    return call('multiIf', ...cases, isTainted, tainted, rest)
  }, zero)
}

/** Whether a run can be tainted at a step and stay there; where order is strict, an exclusion ends it itself. */
const taints = (funnel: Funnel, step: number) => funnel.order !== 'strict' && isBanned(funnel, step + 1)

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
        tainted,
        field('run'),
      ),
    ),
    was(`fresh_${step}`),
    was('bans'),
  )
  const strict = funnel.order === 'strict'
  return layer(fresh, [alias(`held_${step}`, strict ? was(`raw_${step}`) : heldExpr(funnel, step, changes))])
}

const hops = (funnel: Funnel, step: number) => previousSteps(funnel, step).some((one) => taints(funnel, one))

/** The first run that reached the step and was not tainted while it was the furthest. */
function cleanRun(funnel: Funnel, step: number): Expr {
  if (!isBanned(funnel, step + 1)) return call('arrayFirst', isThere, was(`run_${step}`))
  if (funnel.order === 'strict') {
    const ended = call(
      'arrayFilter',
      lambda(['raw', 'at', 'ban'], and(hasBit(field('ban'), step + 1), inWindow(field('raw'), funnel))!),
      was(`raw_${step}`),
      was('times'),
      was('bans'),
    )
    return call(
      'arrayFirst',
      lambda(['run'], and(positive(field('run')), call('not', call('has', ended, field('run'))))!),
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

const placeOf = (step: number) => call('indexOf', was(`run_${step}`), was('run'))

/**
 * `place_<step>`: which event of the journey is the run's at the step, from 1; the last step first. A run may come by
 * an optional step after it has passed it: then it was not there.
 */
function withPlaces(journeys: Journeys, funnel: Funnel): Journeys {
  let placed = journeys
  for (let step = funnel.steps.length - 1; step >= 1; step--) {
    const later = funnel.steps.map((_, i) => i).filter((i) => i > step)
    const onTheWay = funnel.optional[step]
      ? call('if', call('less', placeOf(step), nextPlace(later)), placeOf(step), constant(0))
      : placeOf(step)
    const reached = call('greater', was('level'), constant(step))
    placed = layer(placed, [alias(`place_${step}`, call('if', reached, onTheWay, constant(0)))])
  }
  return placed
}

const nextPlace = (later: number[]): Expr =>
  later.reduceRight(
    (rest: Expr, step) => call('if', positive(was(`place_${step}`)), was(`place_${step}`), rest),
    constant(2 ** 31),
  )

function timesOf(funnel: Funnel): Expr[] {
  const skips = funnel.optional.some(Boolean)
  const rest = funnel.steps.slice(1).map((_, i) => {
    const step = i + 1
    const isThere = skips ? positive(was(`place_${step}`)) : call('greater', was('level'), constant(step))
    const place = skips ? was(`place_${step}`) : placeOf(step)
    return alias(`at_${step + 1}`, call('if', isThere, call('arrayElement', was('times'), place), zero))
  })
  return [alias('at_1', was('run')), ...rest]
}
