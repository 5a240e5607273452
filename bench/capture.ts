import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keys, type Load, load, median, type Row, startBare, startHedgerow } from './processes.ts'
import { sampleEvent } from './sample-events.ts'

const SERVER_CORE = 0
const LOAD_CORE = 1

/**
 * Durable capture against a handler that only parses. Both servers run on one core, the load on the other, A B A B,
 * so that the machine's moods fall on both. The pipeline works on what capture has taken meanwhile, on the same core.
 */
export async function benchCapture({ rounds = 5, seconds = 4 } = {}): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hedgerow-bench-'))
  const hedgerow = await startHedgerow(folder, SERVER_CORE)
  const bare = await startBare(SERVER_CORE)
  try {
    const single = await compare(hedgerow.url, bare.url, { size: 1, connections: 64, rounds, seconds })
    const half = await load(LOAD_CORE, {
      url: `${hedgerow.url}/batch/`,
      body: body(1),
      connections: 64,
      seconds,
      rate: Math.floor(median(single.ours.map((run) => run.perSecond)) / 2),
    })
    const batches = await compare(hedgerow.url, bare.url, { size: 100, connections: 8, rounds, seconds })
    const cost = parseAndStringify(body(100))
    const batchRate = median(batches.ours.map((run) => run.perSecond))
    return [
      row('durable capture, one event a request, 64 connections', single, 0.5),
      {
        what: '… p50 at half that load',
        ours: `${half.p50} ms`,
        yardstick: '',
        ratio: '',
        budget: '< 5 ms',
        holds: half.p50 < 5,
      },
      {
        what: 'durable capture, batches of 100, against JSON.parse + stringify',
        ours: `${Math.round(batchRate * 100)} events/s`,
        yardstick: `${Math.round(cost * 100)} events/s`,
        ratio: `${Math.round((batchRate / cost) * 100)} %`,
        budget: '≥ 40 %',
        holds: batchRate / cost >= 0.4,
      },
    ]
  } finally {
    await Promise.all([hedgerow.stop(), bare.stop()])
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

function row(what: string, { ours, theirs }: Comparison, budget: number): Row {
  const mine = median(ours.map((run) => run.perSecond))
  const bare = median(theirs.map((run) => run.perSecond))
  return {
    what,
    ours: `${Math.round(mine)} requests/s`,
    yardstick: `${Math.round(bare)} requests/s`,
    ratio: `${Math.round((mine / bare) * 100)} %`,
    budget: `≥ ${budget * 100} %`,
    holds: mine / bare >= budget,
  }
}

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
