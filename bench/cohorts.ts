import { setTimeout as sleep } from 'node:timers/promises'
import { dataset, engineOf } from './dataset.ts'
import { keys, median, type Row, startHedgerow } from './processes.ts'

const persons = `
INSERT INTO persons (team_id, id, created_at, properties, properties_map, is_identified, is_deleted, version)
WITH concat('user-', toString(number)) AS distinct,
  map('email', concat(distinct, '@example.com'), 'plan', ['free', 'pro', 'team'][1 + number % 3]) AS p
SELECT 1, reinterpretAsUUID(sipHash128(distinct)), toDateTime64('2026-03-03 00:00:00', 3, 'UTC'), toJSONString(p), p,
  true, false, 1
FROM numbers(10000, 190000)`

const behaviour = (more: object) => ({
  key: 'event 20',
  type: 'behavioral',
  event_type: 'events',
  time_value: 1,
  time_interval: 'year',
  ...more,
})
const cohorts = {
  'all who have a profile (190,000)': { key: 'email', type: 'person', operator: 'is_set', value: 'is_set' },
  'a third of them, by a property': { key: 'plan', type: 'person', operator: 'exact', value: 'pro' },
  'who did an event': behaviour({ value: 'performed_event' }),
  'who did it three times': behaviour({
    value: 'performed_event_multiple',
    operator: 'gte',
    operator_value: 3,
  }),
  'who did it, and another within three days': behaviour({
    value: 'performed_event_sequence',
    seq_event: 'event 21',
    seq_event_type: 'events',
    seq_time_value: 3,
    seq_time_interval: 'day',
  }),
}

/** How long it takes until a new cohort is calculated, and a trend that is filtered by it against one that is not. */
export async function benchCohorts({ rows = 10_000_000, rounds = 5 } = {}): Promise<Row[]> {
  const folder = await dataset(rows)
  const server = await startHedgerow(folder)
  try {
    const engine = await engineOf(folder)
    const [[stored] = []] = (await engine.query({ sql: 'SELECT count() FROM persons' })).rows
    if (Number(stored) === 0) await engine.command(persons)
    const table: Row[] = []
    for (const [what, condition] of Object.entries(cohorts)) {
      const times: number[] = []
      let made = { id: 0, count: 0 }
      for (let round = 0; round < rounds + 1; round++) {
        const start = performance.now()
        made = await calculated(server.url, condition)
        if (round > 0) times.push(performance.now() - start)
      }
      const filtered: number[] = []
      const plain: number[] = []
      for (let round = 0; round < rounds + 3; round++) {
        filtered.push(await trend(server.url, [{ key: 'id', type: 'cohort', value: made.id }]))
        plain.push(await trend(server.url, []))
      }
      table.push({
        what: `cohort of ${made.count}: ${what}, from POST to calculated`,
        ours: `${median(times).toFixed(0)} ms`,
        yardstick: '',
        ratio: '',
        budget: '',
        holds: null,
      })
      const ratio = median(filtered) / median(plain)
      table.push({
        what: 'a trend of a month filtered by it, against unfiltered',
        ours: `${median(filtered).toFixed(0)} ms`,
        yardstick: `${median(plain).toFixed(0)} ms`,
        ratio: `${ratio.toFixed(2)} ×`,
        budget: '',
        holds: null,
      })
    }
    await engine.close()
    return table
  } finally {
    await server.stop()
  }
}

type Cohort = { id: number; count: number; is_calculating: boolean; last_error: string | null }

async function call(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}/api/projects/1/${path}`, {
    method,
    headers: { authorization: `Bearer ${keys.personal}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  return response.json()
}

async function calculated(url: string, condition: object): Promise<{ id: number; count: number }> {
  const filters = { properties: { type: 'AND', values: [{ type: 'AND', values: [condition] }] } }
  let cohort = (await call(url, 'POST', 'cohorts/', { name: 'bench', filters })) as Cohort
  while (cohort.is_calculating) {
    await sleep(5)
    cohort = (await call(url, 'GET', `cohorts/${cohort.id}/`)) as Cohort
  }
  if (cohort.last_error) throw new Error(cohort.last_error)
  return cohort
}

async function trend(url: string, properties: object[]): Promise<number> {
  const start = performance.now()
  await call(url, 'POST', 'query/', {
    query: {
      kind: 'TrendsQuery',
      series: [{ kind: 'EventsNode', event: 'event 20' }],
      dateRange: { date_from: '2026-06-01', date_to: '2026-06-30' },
      properties,
    },
  })
  return performance.now() - start
}
