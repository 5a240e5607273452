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

/**
 * From the ack to the answer: how many events a second become queryable, with their persons and definitions, against
 * the rate at which the engine takes the very same rows in the same format; and how long one event takes.
 */
export async function benchEndToEnd({ events = 100_000, probes = 60 } = {}): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hedgerow-bench-'))
  const server = await startHedgerow(folder)
  try {
    await send(server.url, 0, 5000)
    await visible(server.url, 5000)
    const latencies = await probe(server.url, probes)
    const before = 5000 + probes

    const started = performance.now()
    await send(server.url, before, events)
    const taken = (performance.now() - started) / 1000
    await visible(server.url, before + events)
    const seconds = (performance.now() - started) / 1000

    const memory = memoryOf(server.pid).all
    const engine = await engineOf(folder)
    const size = await engine.query({
      sql: "SELECT sum(bytes_on_disk) FROM system.parts WHERE database = 'hedgerow' AND active",
    })
    const log = statSync(join(folder, 'event-log/data.mdb')).blocks * 512
    const raw = await rawInsertRate(engine)
    await engine.close()
    const rate = events / seconds
    return [
      {
        what: 'end to end: ack → person → queryable',
        ours: `${Math.round(rate)} events/s (taken at ${Math.round(events / taken)}/s)`,
        yardstick: `${Math.round(raw)} rows/s`,
        ratio: `${Math.round((rate / raw) * 100)} %`,
        budget: '≥ 60 %',
        holds: rate / raw >= 0.6,
      },
      fact('memory of the process tree after it', `${Math.round(memory)} MB`),
      fact(
        'warehouse on disk',
        `${Math.round(Number(size.rows[0]?.[0]) / (before + events))} bytes an event`,
      ),
      fact('event log on disk, its backlog and receipts', `${Math.round(log / 1024 ** 2)} MB`),
      latency('visible after the ack, p50', percentile(latencies, 0.5), 300),
      latency('visible after the ack, p99', percentile(latencies, 0.99), 1000),
    ]
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
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

/** Inserts the rows of `events` again, as JSON lines in batches of 20,000, into the same table. */
async function rawInsertRate(engine: Warehouse): Promise<number> {
  const { rows } = await engine.query({
    sql: "SELECT formatRowNoNewline('JSONEachRow', *) FROM events WHERE event LIKE 'event%' LIMIT 60000",
    limits: { maxResultRows: 60_000 },
  })
  const lines = rows.map((row) => String(row[0]))
  let inserted = 0
  const started = performance.now()
  for (let from = 0; from < lines.length; from += 20_000) {
    const part = lines.slice(from, from + 20_000)
    await engine.insert({ table: 'events', rows: part, token: `bench-${from}` })
    inserted += part.length
  }
  return inserted / ((performance.now() - started) / 1000)
}
