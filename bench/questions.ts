import { readFileSync } from 'node:fs'
import type { Warehouse } from '../server/src/warehouse/warehouse.ts'
import { dataset, engineOf } from './dataset.ts'
import { keys, median, type Row, startHedgerow } from './processes.ts'

/** One question to the API, whole, and by hand to the same engine: `sql/<sql>.sql`. */
export type Question = {
  what: string
  sql: string
  query: object
  /** Whether the SQL gives the same answer, so that the budget is about it. Default true. */
  isBudgeted?: boolean
}

const EIGHT = 8
/** The budget is about tables of this size; smaller ones show how time grows. */
const budgetedRows = 10_000_000

/**
 * Insights over HTTP against hand-written SQL on the same table; A B A B, median of five. Besides: the first time that
 * the server is asked this at all, the same answer served again, eight different questions of this kind at once, and
 * the most memory that the engine held for one, for each size of table.
 */
export async function benchQuestions(
  questions: Question[],
  { rows = [10_000_000], rounds = 5 }: { rows?: number[]; rounds?: number } = {},
): Promise<Row[]> {
  const tables: Row[] = []
  for (const size of rows) tables.push(...(await benchTable(questions, size, rounds)))
  return tables
}

async function benchTable(questions: Question[], rows: number, rounds: number): Promise<Row[]> {
  const folder = await dataset(rows)
  const server = await startHedgerow(folder)
  const engine = await engineOf(folder)
  try {
    const parts = await engine.query({
      sql: "SELECT count() FROM system.parts WHERE table = 'events' AND active",
    })
    console.log(`  ${rows} events in ${parts.rows[0]?.[0]} active parts`)
    const table: Row[] = []
    for (const question of questions) {
      const sql = readFileSync(new URL(`sql/${question.sql}.sql`, import.meta.url), 'utf8')
      const first = await timed(() => ask(server.url, question.query))
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
      const again: number[] = []
      for (let round = 0; round < rounds; round++) {
        again.push(await timed(() => ask(server.url, question.query, 'blocking')))
      }
      const memory = await peakOf(engine, () => ask(server.url, question.query))
      const atOnce = await timed(() =>
        Promise.all(Array.from({ length: EIGHT }, (_, n) => ask(server.url, earlier(question.query, n)))),
      )
      const ratio = median(ours) / median(byHand)
      table.push({
        what: `${rows / 1e6} M, ${question.what}`,
        ours: `${median(ours).toFixed(0)} ms`,
        yardstick: `${median(byHand).toFixed(0)} ms`,
        ratio: `${ratio.toFixed(2)} ×`,
        ...(rows >= budgetedRows && question.isBudgeted !== false
          ? { budget: '≤ 1.3 ×', holds: ratio <= 1.3 }
          : { budget: '', holds: null }),
        more: {
          first: `${first.toFixed(0)} ms`,
          again: `${median(again).toFixed(1)} ms`,
          '8 at once': `${atOnce.toFixed(0)} ms`,
          engine: `${memory.toFixed(0)} MB`,
        },
      })
    }
    return table
  } finally {
    await engine.close()
    await server.stop()
  }
}

/** As much work under another key: the question about so many days earlier. */
function earlier(query: object, days: number): object {
  const { dateRange, ...rest } = query as { dateRange?: { date_from: string; date_to: string } }
  if (!dateRange) throw new Error('a question of the bench must say its days')
  const moved = (day: string) => new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10)
  return {
    ...rest,
    dateRange: { date_from: moved(dateRange.date_from), date_to: moved(dateRange.date_to) },
  }
}

/** The most that the engine held for one question while `work` went on, in MB. */
async function peakOf(engine: Warehouse, work: () => Promise<void>): Promise<number> {
  let isOver = false
  let peak = 0
  const watching = (async () => {
    while (!isOver) {
      const { rows } = await engine.query({
        sql: "SELECT max(peak_memory_usage) FROM system.processes WHERE query NOT LIKE '%system.processes%'",
      })
      peak = Math.max(peak, Number(rows[0]?.[0]) / 1e6)
    }
  })()
  for (let times = 0; times < 3; times++) await work()
  isOver = true
  await watching
  return peak
}

async function ask(url: string, query: unknown, refresh = 'force_blocking'): Promise<void> {
  const response = await fetch(`${url}/api/projects/@current/query/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.personal}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, refresh }),
  })
  const answer = (await response.json()) as { results?: unknown[] }
  if (!response.ok || !answer.results?.length)
    throw new Error(`${response.status}: ${JSON.stringify(answer)}`)
}

async function run(engine: Warehouse, sql: string): Promise<void> {
  const { rows } = await engine.query({ sql })
  if (!rows.length) throw new Error('the hand-written SQL found nothing')
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
