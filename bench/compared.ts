import { type Load, load, median, type Row } from './processes.ts'

export const SERVER_CORE = 0
const LOAD_CORE = 1

export type Comparison = { ours: Load[]; theirs: Load[] }

/** The same load on two servers that share a core, A B A B, after both compilers are warm. */
export async function compare(
  ours: string,
  theirs: string,
  options: {
    path: string
    /** Posted; without it the address is read. */
    body?: string
    headers?: Record<string, string>
    connections: number
    rounds: number
    seconds: number
  },
): Promise<Comparison> {
  const { path, body, headers, connections, rounds } = options
  const run = (url: string, seconds = options.seconds) =>
    load(LOAD_CORE, { url: `${url}${path}`, body, headers, connections, seconds })
  await run(ours, 2)
  await run(theirs, 2)
  const result: Comparison = { ours: [], theirs: [] }
  for (let round = 0; round < rounds; round++) {
    result.ours.push(await run(ours))
    result.theirs.push(await run(theirs))
  }
  return result
}

/**
 * Both servers at half of `full` requests a second, evenly spaced, A B A B after a round that only warms up; five rounds,
 * because a stall of the machine in one of them is more than a hundredth of its requests.
 */
export async function atHalf(
  ours: string,
  theirs: string,
  full: number,
  options: { path: string; body: string; connections: number; seconds: number },
): Promise<Comparison> {
  const { path, body, connections, seconds } = options
  const paced = Math.floor(full / 2)
  const run = (url: string) =>
    load(LOAD_CORE, { url: `${url}${path}`, body, connections, seconds, rate: paced })
  await run(ours)
  const result: Comparison = { ours: [], theirs: [] }
  for (let round = 0; round < 5; round++) {
    result.ours.push(await run(ours))
    result.theirs.push(await run(theirs))
  }
  return result
}

const middle = (runs: Load[], of: 'p50' | 'p99') => median(runs.map((run) => run[of]))
export const rate = (runs: Load[]) => median(runs.map((run) => run.perSecond))

export const against = (share: number, budget?: number) => ({
  ratio: `${Math.round(share * 100)} %`,
  budget: budget === undefined ? '' : `≥ ${budget * 100} %`,
  holds: budget === undefined ? null : share >= budget,
})

export const row = (what: string, { ours, theirs }: Comparison, budget?: number): Row => ({
  what,
  ours: `${Math.round(rate(ours))} requests/s (p50 ${middle(ours, 'p50')} ms, p99 ${middle(ours, 'p99')} ms)`,
  yardstick: `${Math.round(rate(theirs))} requests/s`,
  ...against(rate(ours) / rate(theirs), budget),
})

/** A percentile of the latency at half load, which must be below `bound` milliseconds; without one it is only told. */
export const latencyRow = (
  what: string,
  { ours, theirs }: Comparison,
  of: 'p50' | 'p99',
  bound?: number,
): Row => ({
  what,
  ours: `${middle(ours, of)} ms`,
  yardstick: `${middle(theirs, of)} ms`,
  ratio: '',
  budget: bound === undefined ? '' : `< ${bound} ms`,
  holds: bound === undefined ? null : middle(ours, of) < bound,
})
