import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { against, atHalf, type Comparison, compare, latencyRow, rate, row, SERVER_CORE } from './compared.ts'
import { keys, type Row, startBare, startCapture, startHedgerow } from './processes.ts'
import { sampleEvent } from './sample-events.ts'

/**
 * Durable capture against a handler that only parses. The servers run on one core, the load on the other, A B A B, so
 * that the machine's moods fall on all. Measured twice: capture and its log alone, and the whole server, which at the
 * same time makes people, rows and answers of what it has taken, on the same core.
 */
export async function benchCapture({ rounds = 5, seconds = 4 } = {}): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hedgerow-bench-'))
  const bare = await startBare(SERVER_CORE, join(folder, 'bare'))
  const alone = await startCapture(join(folder, 'log'), SERVER_CORE)
  const whole = await startHedgerow(join(folder, 'whole'), SERVER_CORE)
  try {
    const measure = (url: string, size: number, connections: number, yardstick = bare.url) =>
      compare(url, yardstick, { path: '/batch/', body: body(size), connections, rounds, seconds })
    const cost = parseAndStringify(body(100))
    const single = await measure(alone.url, 1, 64)
    const durable = await measure(alone.url, 1, 64, `${bare.url}/durable`)
    const one = { path: '/batch/', body: body(1), connections: 64, seconds }
    const half = await atHalf(alone.url, bare.url, rate(single.ours), one)
    const fewer: Row[] = []
    for (const connections of [1, 16]) {
      const asked = { path: '/batch/', body: body(1), connections, rounds: 2, seconds }
      const compared = await compare(alone.url, bare.url, asked)
      fewer.push(row(`… ${connections === 1 ? 'one connection' : `${connections} connections`}`, compared))
    }
    const batches = await measure(alone.url, 100, 8)
    const singleWhole = await measure(whole.url, 1, 64)
    const batchesWhole = await measure(whole.url, 100, 8)
    return [
      row('durable capture, one event a request, 64 connections', single),
      row('… against a bare handler that syncs what it takes (ADR 15)', durable, 0.7),
      ...fewer,
      latencyRow('… p50 at half that load', half, 'p50', 5),
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
