import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  keys,
  type Load,
  load,
  median,
  type Row,
  startBare,
  startCapture,
  startHedgerow,
} from './processes.ts'
import { sampleEvent } from './sample-events.ts'

const SERVER_CORE = 0
const LOAD_CORE = 1

/**
 * Durable capture against a handler that only parses. The servers run on one core, the load on the other, A B A B, so
 * that the machine's moods fall on all. Measured twice: capture and its log alone, and the whole server, which at the
 * same time makes people, rows and answers of what it has taken, on the same core.
 */
export async function benchCapture({ rounds = 5, seconds = 4 } = {}): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hedgerow-bench-'))
  const bare = await startBare(SERVER_CORE)
  const alone = await startCapture(join(folder, 'log'), SERVER_CORE)
  const whole = await startHedgerow(join(folder, 'whole'), SERVER_CORE)
  try {
    const measure = (url: string, size: number, connections: number) =>
      compare(url, bare.url, { size, connections, rounds, seconds })
    const cost = parseAndStringify(body(100))
    const single = await measure(alone.url, 1, 64)
    const half = await load(LOAD_CORE, {
      url: `${alone.url}/batch/`,
      body: body(1),
      connections: 64,
      seconds,
      rate: Math.floor(median(single.ours.map((run) => run.perSecond)) / 2),
    })
    const fewer: Row[] = []
    for (const connections of [1, 16]) {
      const compared = await compare(alone.url, bare.url, { size: 1, connections, rounds: 2, seconds })
      fewer.push(row(`… ${connections === 1 ? 'one connection' : `${connections} connections`}`, compared))
    }
    const batches = await measure(alone.url, 100, 8)
    const singleWhole = await measure(whole.url, 1, 64)
    const batchesWhole = await measure(whole.url, 100, 8)
    return [
      row('durable capture, one event a request, 64 connections', single, 0.5),
      ...fewer,
      {
        what: '… p50 at half that load',
        ours: `${half.p50} ms`,
        yardstick: '',
        ratio: '',
        budget: '< 5 ms',
        holds: half.p50 < 5,
      },
      row('… while what it takes is processed, on the same core', singleWhole),
      batchRow('durable capture, batches of 100, against JSON.parse + stringify', batches, cost, 0.4),
      batchRow('… while what it takes is processed, on the same core', batchesWhole, cost),
    ]
  } finally {
    await Promise.all([whole.stop(), alone.stop(), bare.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}

const body = (size: number) =>
  JSON.stringify({
    api_key: keys.project,
    batch: Array.from({ length: size }, (_, i) => sampleEvent(i)),
    sent_at: new Date().toISOString(),
  })

type Comparison = { ours: Load[]; theirs: Load[] }

async function compare(
  ours: string,
  theirs: string,
  options: { size: number; connections: number; rounds: number; seconds: number },
): Promise<Comparison> {
  const run = (url: string, seconds = options.seconds) =>
    load(LOAD_CORE, {
      url: `${url}/batch/`,
      body: body(options.size),
      connections: options.connections,
      seconds,
    })
  await run(ours, 2) // both compilers warm
  await run(theirs, 2)
  const result: Comparison = { ours: [], theirs: [] }
  for (let round = 0; round < options.rounds; round++) {
    result.ours.push(await run(ours))
    result.theirs.push(await run(theirs))
  }
  return result
}

const middle = (runs: Load[], of: 'p50' | 'p99') => median(runs.map((run) => run[of]))
const rate = (runs: Load[]) => median(runs.map((run) => run.perSecond))

const against = (share: number, budget?: number) => ({
  ratio: `${Math.round(share * 100)} %`,
  budget: budget === undefined ? '' : `≥ ${budget * 100} %`,
  holds: budget === undefined ? null : share >= budget,
})

const row = (what: string, { ours, theirs }: Comparison, budget?: number): Row => ({
  what,
  ours: `${Math.round(rate(ours))} requests/s (p50 ${middle(ours, 'p50')} ms, p99 ${middle(ours, 'p99')} ms)`,
  yardstick: `${Math.round(rate(theirs))} requests/s`,
  ...against(rate(ours) / rate(theirs), budget),
})

const batchRow = (what: string, { ours }: Comparison, cost: number, budget?: number): Row => ({
  what,
  ours: `${Math.round(rate(ours) * 100)} events/s`,
  yardstick: `${Math.round(cost * 100)} events/s`,
  ...against(rate(ours) / cost, budget),
})

/** How often a second one core can parse and write this text again. */
function parseAndStringify(text: string): number {
  const started = performance.now()
  let times = 0
  while (performance.now() - started < 2000) {
    JSON.stringify(JSON.parse(text))
    times++
  }
  return times / ((performance.now() - started) / 1000)
}
