import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { keys, type Load, load, median, type Row, startHedgerow } from './processes.ts'
import { sampleEvent } from './sample-events.ts'

const LOAD_CORE = 1
const QUERIES = 50

/** What costs the engine, the compiler or the parser most; each runs into a limit or is refused. */
const worst = [
  'select sum(cityHash64(number)) from numbers(100000000000)',
  'select groupArray(toString(number)) from numbers(1000000000)',
  'select count() from numbers(1000000) a cross join numbers(1000000) b',
  'select uniqExact(sipHash128(number)) from numbers(10000000000)',
  'select number from numbers(1000000000) order by cityHash64(number) limit 50000',
  `select countIf(match(repeat(toString(number), 1000), '(a|aa)+$')) from numbers(100000000)`,
  'select arrayJoin(range(100000)) as x, count() from numbers(1000000) group by x, number',
  `with ${Array.from({ length: 25 }, (_, i) => `a${i + 1} as (select x.y from a${i} x join a${i} z on 1)`)
    .join(', ')
    .replace('a1 as', 'a0 as (select 1 as y), a1 as')} select * from a25`,
  `select ${'('.repeat(240)}1${')'.repeat(240)}`,
  `select ${Array.from({ length: 4000 }, (_, i) => `if(event = 'e${i}', ${i}, null)`)
    .join(', ')
    .slice(0, 60_000)
    .replace(/,[^,]*,[^,]*,[^,]*$/, '')} from events`,
]

/**
 * Capture's latency at a steady rate, idle and while 50 worst-case queries arrive at once: A B A B. The whole server, not
 * pinned, for what is asked is how the system shares its cores.
 */
export async function benchIsolation({ rounds = 3, seconds = 10, rate = 200 } = {}): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hedgerow-bench-'))
  const server = await startHedgerow(join(folder, 'data'))
  try {
    const body = JSON.stringify({ api_key: keys.project, batch: [sampleEvent(1)] })
    const capture = (duration = seconds) =>
      load(LOAD_CORE, { url: `${server.url}/batch/`, body, connections: 16, seconds: duration, rate })
    await capture(3)
    const idle: Load[] = []
    const pressed: Load[] = []
    const outcomes = new Map<number, number>()
    for (let round = 0; round < rounds; round++) {
      idle.push(await capture())
      const leave = new AbortController()
      const asked = Array.from({ length: QUERIES }, (_, i) =>
        ask(server.url, worst[i % worst.length]!, leave.signal).then((status) =>
          outcomes.set(status, (outcomes.get(status) ?? 0) + 1),
        ),
      )
      await sleep(200)
      pressed.push(await capture())
      leave.abort()
      await Promise.all(asked)
      await sleep(3000)
    }
    const p99 = (runs: Load[]) => median(runs.map((run) => run.p99))
    const p50 = (runs: Load[]) => median(runs.map((run) => run.p50))
    const answered = [...outcomes]
      .map(([status, count]) => `${count} × ${status || 'no answer yet'}`)
      .join(', ')
    const row = (what: string, ours: number, yardstick: number, most?: number): Row => {
      const ratio = ours / Math.max(1, yardstick)
      return {
        what,
        ours: `${ours} ms`,
        yardstick: `${yardstick} ms idle`,
        ratio: `${ratio.toFixed(1)} ×`,
        budget: most === undefined ? '' : `≤ ${most} ×`,
        holds: most === undefined ? null : ratio <= most,
      }
    }
    return [
      row(
        `capture's p99 at ${rate}/s while ${QUERIES} worst queries run (${answered})`,
        p99(pressed),
        p99(idle),
        2,
      ),
      row('… p50', p50(pressed), p50(idle)),
    ]
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The status of the answer, 0 for one that is not waited for any longer. */
async function ask(url: string, query: string, signal: AbortSignal): Promise<number> {
  try {
    const response = await fetch(`${url}/api/projects/@current/query/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${keys.personal}` },
      body: JSON.stringify({ query: { kind: 'HogQLQuery', query } }),
      signal,
    })
    await response.arrayBuffer()
    return response.status
  } catch (error) {
    if ((error as Error).name === 'AbortError') return 0
    throw error
  }
}
