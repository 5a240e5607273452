import { readFileSync } from 'node:fs'
import type { Warehouse } from '../server/src/warehouse/warehouse.ts'
import { dataset, engineOf } from './dataset.ts'
import { keys, median, type Row, startHedgerow } from './processes.ts'

/** One question to the API, whole, and by hand to the same engine: `sql/<sql>.sql`. */
export type Question = { what: string; sql: string; query: object }

/** Insights over HTTP against hand-written SQL on the same table; A B A B, median of five. */
export async function benchQuestions(
  questions: Question[],
  { rows = 10_000_000, rounds = 5 } = {},
): Promise<Row[]> {
  const folder = await dataset(rows)
  const server = await startHedgerow(folder)
  try {
    const engine = await engineOf(folder)
    const parts = await engine.query({
      sql: "SELECT count() FROM system.parts WHERE table = 'events' AND active",
    })
    console.log(`  ${rows} events in ${parts.rows[0]?.[0]} active parts`)
    const table: Row[] = []
    for (const question of questions) {
      const sql = readFileSync(new URL(`sql/${question.sql}.sql`, import.meta.url), 'utf8')
      const ours: number[] = []
      const byHand: number[] = []
      // a server that has just started still compiles its own code; so does the embedded database
      for (let warm = 0; warm < 15; warm++) {
        await ask(server.url, question.query)
        await run(engine, sql)
      }
      for (let round = 0; round < rounds; round++) {
        ours.push(await timed(() => ask(server.url, question.query)))
        byHand.push(await timed(() => run(engine, sql)))
      }
      const ratio = median(ours) / median(byHand)
      table.push({
        what: question.what,
        ours: `${median(ours).toFixed(0)} ms`,
        yardstick: `${median(byHand).toFixed(0)} ms`,
        ratio: `${ratio.toFixed(2)} ×`,
        budget: '≤ 1.3 ×',
        holds: ratio <= 1.3,
      })
    }
    await engine.close()
    return table
  } finally {
    await server.stop()
  }
}

async function ask(url: string, query: unknown): Promise<void> {
  const response = await fetch(`${url}/api/projects/@current/query/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.personal}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, refresh: 'force_blocking' }),
  })
  const answer = (await response.json()) as { results?: unknown[] }
  if (!response.ok || !answer.results?.length)
    throw new Error(`${response.status}: ${JSON.stringify(answer)}`)
}

async function run(engine: Warehouse, sql: string): Promise<void> {
  const { rows } = await engine.query({ sql })
  if (!rows.length) throw new Error('the hand-written SQL found nothing')
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
