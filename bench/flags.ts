import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { atHalf, compare, latencyRow, rate, row, SERVER_CORE } from './compared.ts'
import { keys, median, type Row, root, startBare, startHedgerow } from './processes.ts'

/** So much of what a bare handler carries is to be carried with 50 flags. */
const share = 0.4

const headers = { authorization: `Bearer ${keys.personal}`, 'content-type': 'application/json' }
const asked = JSON.stringify({
  token: keys.project,
  distinct_id: 'user-1',
  person_properties: { plan: 'pro', email: 'ada@example.com', seats: 12 },
  groups: {},
})

/**
 * `/flags` of a project with 1, 50 and 500 flags, whose conditions are about a person's properties and, each fifth, about a
 * cohort, against a handler that parses the request and answers the same text; the definitions with their ETag; and how long
 * and with how much memory a project with 10,000 flags and 1,000 cohorts is read and made ready.
 */
export async function benchFlags({ rounds = 3, seconds = 4 } = {}): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hedgerow-bench-'))
  const bare = await startBare(SERVER_CORE)
  const server = await startHedgerow(folder, SERVER_CORE)
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers,
      body: body && JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as { id: number }
  }
  const path = '/flags/?v=2'
  try {
    const cohort = await call('POST', '/api/projects/@current/cohorts/', {
      name: 'seats',
      filters: { properties: { type: 'AND', values: [property('seats', 'gt', 10)] } },
    })
    const rows: Row[] = []
    let made = 0
    for (const flags of [1, 50, 500]) {
      for (; made < flags; made++) {
        await call('POST', '/api/projects/@current/feature_flags/', flag(made, cohort.id))
      }
      const answer = await (await fetch(server.url + path, { method: 'POST', headers, body: asked })).text()
      await fetch(`${bare.url}/flags/`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: answer,
      })
      const load64 = { path, body: asked, connections: 64, rounds, seconds }
      const compared = await compare(server.url, bare.url, load64)
      rows.push(
        row(`/flags, ${flags} ${flags === 1 ? 'flag' : 'flags'}`, compared, flags === 50 ? share : undefined),
      )
      if (flags !== 50) continue
      const half = (of: number) => atHalf(server.url, bare.url, of, load64)
      rows.push(
        latencyRow('… p99 at half of the budget', await half(share * rate(compared.theirs)), 'p99', 10),
        latencyRow('… p99 at half of what it carried', await half(rate(compared.ours)), 'p99'),
        await definitions(server.url),
      )
    }
    rows.push(...(await rebuilt()))
    return rows
  } finally {
    await Promise.all([server.stop(), bare.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}

const property = (key: string, operator: string, value: unknown) => ({ key, type: 'person', operator, value })

const flag = (n: number, cohort: number) => ({
  key: `flag-${n}`,
  filters: {
    groups: [
      {
        properties:
          n % 5 === 0
            ? [{ key: 'id', type: 'cohort', value: cohort }]
            : [property('plan', 'exact', ['pro', 'team']), property('email', 'icontains', '@example.com')],
        rollout_percentage: 10 * (1 + (n % 10)),
      },
    ],
    ...(n % 4 === 0 && {
      multivariate: { variants: ['control', 'test'].map((key) => ({ key, rollout_percentage: 50 })) },
    }),
  },
})

const bounded = (what: string, value: number, bound: number, unit = 'ms'): Row => ({
  what,
  ours: `${Number(value.toFixed(1))} ${unit}`,
  yardstick: '',
  ratio: '',
  budget: `< ${bound} ${unit}`,
  holds: value < bound,
})

/** What a server's SDK asks every half a minute: one connection, nothing new. */
async function definitions(url: string): Promise<Row> {
  const at = `${url}/flags/definitions?token=${keys.project}&send_cohorts`
  const etag = (await fetch(at, { headers })).headers.get('etag')!
  const times: number[] = []
  for (let n = 0; n < 500; n++) {
    const started = performance.now()
    const response = await fetch(at, { headers: { ...headers, 'if-none-match': etag } })
    if (response.status !== 304) throw new Error(`definitions: ${response.status}`)
    times.push(performance.now() - started)
  }
  return bounded('definitions that are known, p50', median(times.slice(100)), 1)
}

async function rebuilt(): Promise<Row[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--expose-gc', join(root, 'bench/flag-rebuild.ts')],
    { cwd: root, maxBuffer: 1e7 },
  )
  const { ms, mb } = JSON.parse(stdout) as { ms: number; mb: number }
  const what = '10,000 flags and 1,000 cohorts read and made ready'
  return [bounded(what, ms, 2000), bounded('… memory', mb, 256, 'MB')]
}
