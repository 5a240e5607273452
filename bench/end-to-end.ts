import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Warehouse } from '../server/src/warehouse/warehouse.ts'
import { memoryOf } from '../tests/support/memory.ts'
import { engineOf } from './dataset.ts'
import { keys, percentile, type Row, startHedgerow } from './processes.ts'
import { sampleEvent } from './sample-events.ts'

const BATCH = 500
const CONNECTIONS = 4
/** Rows an insert: about what the pipeline brings when it is behind, and many. The faster is the yardstick. */
const rawBatches = [5000, 20_000]

/**
 * From the ack to the answer: how many events a second become queryable, with their persons and definitions, against
 * the rate at which the engine takes the very same rows in the same format; and how long one event takes. Both rates
 * are taken in turns, each when the engine has merged what came before: alone, either varies twofold.
 */
export async function benchEndToEnd({ events = 50_000, probes = 60, rounds = 3 } = {}): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hedgerow-bench-'))
  const server = await startHedgerow(folder)
  const engine = await engineOf(folder)
  try {
    let sent = 5000
    await send(server.url, 0, sent)
    await visible(server.url, sent)
    const latencies = await probe(server.url, probes)
    // the same events under other names; and what is inserted past the server counts among those that are visible
    let others = probes
    const ours: { rate: number; taken: number }[] = []
    const yardsticks = rawBatches.map((): number[] => [])
    for (let round = 0; round < rounds; round++) {
      await merged(engine)
      const started = performance.now()
      await send(server.url, sent, events)
      const taken = (performance.now() - started) / 1000
      sent += events
      await visible(server.url, sent + others)
      ours.push({ rate: (events * 1000) / (performance.now() - started), taken: events / taken })
      for (const [at, batch] of rawBatches.entries()) {
        await merged(engine)
        const raw = await rawInsertRate(engine, { wanted: events, batch, token: `bench ${round}` })
        yardsticks[at]!.push(raw.rate)
        others += raw.rows
      }
    }
    const memory = memoryOf(server.pid).all
    const size = await engine.query({
      sql: "SELECT sum(bytes_on_disk) FROM system.parts WHERE database = 'hedgerow' AND active",
    })
    const log = statSync(join(folder, 'event-log/data.mdb')).blocks * 512
    const rates = ours.map(({ rate }) => rate)
    const rate = percentile(rates, 0.5)
    const yardstick = yardsticks.reduce((a, b) => (percentile(b, 0.5) > percentile(a, 0.5) ? b : a))
    const raw = percentile(yardstick, 0.5)
    return [
      {
        what: 'end to end: ack → person → queryable',
        ours: `${Math.round(rate)} events/s (${spread(rates)}; taken at ${Math.round(
          percentile(
            ours.map(({ taken }) => taken),
            0.5,
          ),
        )}/s)`,
        yardstick: `${Math.round(raw)} rows/s (${spread(yardstick)})`,
        ratio: `${Math.round((rate / raw) * 100)} %`,
        budget: '≥ 60 %',
        holds: rate / raw >= 0.6,
      },
      fact('memory of the process tree after it', `${Math.round(memory)} MB`),
      fact('warehouse on disk', `${Math.round(Number(size.rows[0]?.[0]) / (sent + others))} bytes an event`),
      fact('event log on disk, its backlog and receipts', `${Math.round(log / 1024 ** 2)} MB`),
      latency('visible after the ack, p50', percentile(latencies, 0.5), 300),
      latency('visible after the ack, p99', percentile(latencies, 0.99), 1000),
    ]
  } finally {
    await engine.close()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const spread = (rates: number[]) => rates.map((rate) => Math.round(rate)).join(', ')

/** Until the engine has nothing to merge. */
async function merged(engine: Warehouse): Promise<void> {
  for (let quiet = 0; quiet < 10; ) {
    const { rows } = await engine.query({ sql: 'SELECT count() FROM system.merges' })
    quiet = Number(rows[0]?.[0]) === 0 ? quiet + 1 : 0
    await sleep(100)
  }
}

const fact = (what: string, ours: string): Row => ({
  what,
  ours,
  yardstick: '',
  ratio: '',
  budget: '',
  holds: null,
})

const latency = (what: string, ms: number, budget: number): Row => ({
  what,
  ours: `${Math.round(ms)} ms`,
  yardstick: '',
  ratio: '',
  budget: `< ${budget} ms`,
  holds: ms < budget,
})

async function send(url: string, from: number, count: number): Promise<void> {
  let next = from
  const connection = async () => {
    while (next < from + count) {
      const first = next
      next += BATCH
      const batch = Array.from({ length: Math.min(BATCH, from + count - first) }, (_, i) =>
        sampleEvent(first + i),
      )
      const response = await fetch(`${url}/batch/`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ api_key: keys.project, batch }),
      })
      if (response.status !== 200)
        throw new Error(`capture answered ${response.status}: ${await response.text()}`)
      await response.text()
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection))
}

async function count(url: string, where = ''): Promise<number> {
  const response = await fetch(`${url}/api/projects/@current/query/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.personal}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: { kind: 'HogQLQuery', query: `select count() from events ${where}` } }),
  })
  const answer = (await response.json()) as { results?: [[string | number]] }
  if (!answer.results) throw new Error(JSON.stringify(answer))
  return Number(answer.results[0][0])
}

async function visible(url: string, wanted: number): Promise<void> {
  // Each look costs the engine a query; a tenth of a second is little of what is measured here.
  while ((await count(url)) < wanted) await sleep(100)
}

async function probe(url: string, times: number): Promise<number[]> {
  const latencies: number[] = []
  for (let n = 0; n < times; n++) {
    const event = `probe ${n}`
    await fetch(`${url}/e/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ api_key: keys.project, ...sampleEvent(n), event }),
    })
    const acknowledged = performance.now()
    while ((await count(url, `where event = '${event}'`)) < 1) await sleep(5)
    latencies.push(performance.now() - acknowledged)
  }
  return latencies
}

/** Inserts rows of `events` again, as JSON lines into the same table. */
async function rawInsertRate(
  engine: Warehouse,
  { wanted, batch, token }: { wanted: number; batch: number; token: string },
) {
  const { rows } = await engine.query({
    sql: `SELECT formatRowNoNewline('JSONEachRow', *) FROM events WHERE event LIKE 'event%' LIMIT ${wanted}`,
    limits: { maxResultRows: wanted },
  })
  const lines = rows.map((row) => String(row[0]))
  const started = performance.now()
  for (let from = 0; from < lines.length; from += batch) {
    const part = lines.slice(from, from + batch)
    await engine.insert({ table: 'events', rows: part, token: `${token} ${batch} ${from}` })
  }
  return { rows: lines.length, rate: (lines.length * 1000) / (performance.now() - started) }
}
