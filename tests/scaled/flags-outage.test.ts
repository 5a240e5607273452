import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../../server/test/postgres.ts'
import { api, eventually, type Json } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'

/** Flags while the engine is away, while the database is away, and after a start without the database. */
let postgres: TestPostgres
let server: RunningServer
let env: Record<string, string>

const condition = (operator: string, value: string, rollout_percentage = 100) => ({
  properties: [{ key: 'plan', type: 'person', operator, value }],
  rollout_percentage,
})

beforeAll(async () => {
  postgres = await startPostgres()
  env = { DATABASE_URL: await postgres.freshUrl(), LOG_LEVEL: 'error' }
  server = await startServer({ env })
  const flags = [
    { key: 'pro', filters: { groups: [condition('exact', 'pro')] } },
    {
      key: 'split',
      filters: {
        groups: [{ properties: [], rollout_percentage: 100 }],
        multivariate: {
          variants: ['a', 'b'].map((key) => ({ key, rollout_percentage: 50 })),
        },
      },
    },
  ]
  for (const flag of flags) await api(server.url, 'POST', '/api/projects/@current/feature_flags/', flag)
})
afterAll(async () => {
  await server?.kill()
  await postgres?.stop()
})

async function ask(person_properties?: object) {
  const started = performance.now()
  const response = await fetch(`${server.url}/flags/?v=2`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: init.projectApiKey, distinct_id: 'user-1', person_properties }),
  })
  const body = (await response.json()) as Json
  return {
    status: response.status,
    values: Object.fromEntries(
      Object.entries(body.flags as Record<string, { enabled: boolean; variant?: string }>).map(
        ([key, { enabled, variant }]) => [key, variant ?? enabled],
      ),
    ),
    failed: body.errorsWhileComputingFlags,
    age: Number(response.headers.get('x-definitions-age')),
    ms: performance.now() - started,
  }
}

const asked = { status: 200, values: { pro: true, split: 'a' }, failed: false }

test('the engine stands still: nobody notices', async () => {
  const engine = server.enginePid()
  process.kill(engine, 'SIGSTOP')
  try {
    for (let n = 0; n < 20; n++) {
      const answer = await ask({ plan: 'pro' })
      expect(answer).toMatchObject({ ...asked, age: 0 })
      expect(answer.ms).toBeLessThan(1_000)
    }
  } finally {
    process.kill(engine, 'SIGCONT')
  }
})

test('the database is away: what need not be looked up is answered, with the age of the definitions', async () => {
  await postgres.goAway()
  expect(await ask({ plan: 'pro' })).toMatchObject(asked)
  await eventually(async () => (await ask({ plan: 'pro' })).age > 0, 'an age of the definitions', 60_000)
  const unsaid = await ask()
  expect(unsaid).toMatchObject({ status: 200, values: { split: 'a' }, failed: true })
  // A look-up is given up in time.
  expect(unsaid.ms).toBeLessThan(5_000)
})

test('a start without the database: the last good copy is answered, engine or not', async () => {
  await server.kill()
  server = await startServer({ env, dataDir: server.dataDir })
  process.kill(server.enginePid(), 'SIGSTOP')
  const answer = await ask({ plan: 'pro' })
  expect(answer).toMatchObject(asked)
  expect(answer.age).toBeGreaterThan(0)
  process.kill(server.enginePid(), 'SIGCONT')
  await postgres.comeBack()
  await eventually(
    async () => (await ask({ plan: 'pro' })).age === 0,
    'definitions that are up to date',
    60_000,
  )
  const { results } = await api(server.url, 'GET', '/api/projects/@current/feature_flags/?search=pro')
  await api(server.url, 'PATCH', `/api/projects/@current/feature_flags/${results[0].id}/`, { active: false })
  await eventually(async () => (await ask({ plan: 'pro' })).values.pro !== true, 'the change')
})
