import {
  alias,
  arithmetic,
  call,
  compare,
  constant,
  type Expr,
  field,
  fromQuery,
  lambda,
  select,
} from '../hogql/ast.ts'
import type { FunnelTimes } from './answers.ts'
import type { FunnelsQuery } from './funnel-queries.ts'
import { runsOf } from './funnels-runs.ts'
import type { Funnel } from './funnels-steps.ts'
import { secondsOf } from './funnels-values.ts'
import type { InsightContext } from './series.ts'

const mostBins = 90
const mostOwnBins = 60

/**
 * How long it takes from one step to another, as a histogram of bins of equal width in whole seconds. Unless asked
 * otherwise, there are as many bins as the cube root of how many converted.
 */
export function funnelTimes(query: FunnelsQuery, funnel: Funnel, ctx: InsightContext) {
  const filter = query.funnelsFilter ?? {}
  const { to, seconds } = timed(query, funnel)
  const times = select({
    select: [alias('seconds', call('groupArray', seconds))],
    from: fromQuery(runsOf({ ...funnel, breakdown: undefined }, undefined, ctx)),
    where: compare(field('level'), '>', constant(to)),
  })
  const count = call('length', field('seconds'))
  const least = (a: Expr, b: Expr) => call('least', a, b)
  const bins =
    typeof filter.binCount === 'number'
      ? constant(Math.min(Math.max(filter.binCount, 1), mostBins))
      : least(constant(mostOwnBins), call('greatest', constant(1), call('ceil', call('cbrt', count))))
  const shape = select({
    select: [
      field('seconds'),
      alias('bins', call('toInt64', bins)),
      alias('lowest', call('floor', call('arrayMin', field('seconds')))),
      alias('highest', call('ceil', call('arrayMax', field('seconds')))),
    ],
    from: fromQuery(times),
  })
  const width = call(
    'ceil',
    arithmetic(arithmetic(field('highest'), '-', field('lowest')), '/', field('bins')),
  )
  const wide = select({
    select: [
      field('seconds'),
      field('bins'),
      field('lowest'),
      alias('width', call('if', compare(width, '>', constant(0)), width, constant(60))),
    ],
    from: fromQuery(shape),
  })
  const binOf = call(
    'toInt64',
    call('floor', arithmetic(arithmetic(field('one'), '-', field('lowest')), '/', field('width'))),
  )
  const binned = select({
    select: [field('*'), alias('indexes', call('arrayMap', lambda(['one'], binOf), field('seconds')))],
    from: fromQuery(wide),
  })
  const inBin = call('countEqual', field('indexes'), field('bin'))
  // one bin more than asked, for the longest of all
  const numbers = call('range', call('toUInt64', arithmetic(field('bins'), '+', constant(1))))
  const tree = select({
    select: [
      field('lowest'),
      field('width'),
      call('arrayAvg', field('seconds')),
      call('arrayMap', lambda(['bin'], inBin), numbers),
    ],
    from: fromQuery(binned),
  })
  return { tree, results: ([row]: unknown[][]) => timesOf(row ?? []) }
}

/** Between which steps (the last, counted from 0) the time is, and how long a run that was at both took, in seconds. */
export function timed({ funnelsFilter }: FunnelsQuery, funnel: Funnel): { to: number; seconds: Expr } {
  const from = funnelsFilter?.funnelFromStep ?? 0
  const to = funnelsFilter?.funnelToStep ?? funnel.steps.length - 1
  const at = (step: number) => field(`at_${step + 1}`)
  return { to, seconds: arithmetic(arithmetic(at(to), '-', at(from)), '/', constant(1_000_000)) }
}

function timesOf([lowest, width, average, counts]: unknown[]): FunnelTimes {
  return {
    bins: ((counts ?? []) as unknown[]).map((count, i): [number, number] => [
      Math.round(Number(lowest) + i * Number(width)),
      Number(count),
    ]),
    average_conversion_time: secondsOf(average),
  }
}
