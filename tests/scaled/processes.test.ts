import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startLoad, verify } from '../faults/load.ts'
import { capture, eventually, hogql } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { type SharedStores, startSharedStores } from '../support/stores.ts'

let stores: SharedStores
const running = new Set<RunningServer>()
beforeAll(async () => {
  stores = await startSharedStores()
})
afterEach(async () => {
  await Promise.all([...running].map((server) => server.kill()))
  running.clear()
})
afterAll(() => stores?.close())

async function start(roles: string): Promise<RunningServer> {
  const server = await startServer({ env: { ...stores.env, ROLES: roles, LOG_LEVEL: 'warn' } })
  running.add(server)
  return server
}

test('processes that each do a part make one server, and outlive each other', async () => {
  const api = await start('api,jobs')
  const captures = await Promise.all([start('capture'), start('capture')])
  const pipelines = [await start('pipeline')]
  const tag = 'parts'
  const loads = captures.map((server) => startLoad(server.url, { tag, connections: 2, pauseMs: 20 }))
  await sleep(1500)
  pipelines.push(await start('pipeline'))
  await sleep(6000)
  // One of each dies as nothing can be caught.
  await pipelines[0]!.kill()
  await sleep(1500)
  await captures[0]!.kill()
  await sleep(500)
  await Promise.all(loads.map((load) => load.stop()))
  const acknowledged = new Set(loads.flatMap((load) => [...load.acknowledged]))
  expect(acknowledged.size).toBeGreaterThan(200)
  const found = await verify(api.url, tag, acknowledged, 90_000)
  expect(found).toEqual({ acknowledged: acknowledged.size, found: acknowledged.size, doubled: 0, persons: 0 })

  // A batch of many people is stored by several partitions, whole.
  const batch = Array.from({ length: 60 }, (_, n) => ({
    event: 'spread',
    distinct_id: `spread-${n}`,
    properties: { n, large: 12345678901234567890n },
  }))
  const body = JSON.stringify({ batch }, (_, value) =>
    typeof value === 'bigint' ? `\u0000${value}\u0000` : value,
  ).replace(/"\\u0000(\d+)\\u0000"/g, '$1')
  const answer = await fetch(`${captures[1]!.url}/batch/`, {
    method: 'POST',
    body: body.replace('{', '{"api_key":"phc_black_box_tests",'),
  })
  expect(answer.status).toBe(200)
  await eventually(async () => {
    const rows = await hogql(
      api.url,
      "select count(), count(distinct properties.n), any(properties.large) from events where event = 'spread'",
    )
    return JSON.stringify(rows) === '[[60,60,"12345678901234567890"]]'
  }, 'the batch is stored')
  const unknown = await fetch(`${captures[1]!.url}/api/projects/`)
  expect(unknown.status).toBe(404)
  expect((await capture(api.url, '/e/', { event: 'x', distinct_id: 'y' })).status).toBe(404)
  expect((await fetch(`${pipelines[1]!.url}/_health`)).status).toBe(200)
})

test('a question that one process answers later is followed and cancelled in another', async () => {
  const [one, other] = [await start('api,jobs'), await start('api')]
  const path = '/api/projects/@current/query/'
  const call = async (server: RunningServer, method: string, to: string, body?: object) => {
    const headers = { authorization: `Bearer ${init.personalApiKey}`, 'content-type': 'application/json' }
    const answer = await fetch(server.url + to, { method, headers, body: body && JSON.stringify(body) })
    const text = await answer.text()
    return { status: answer.status, body: text ? JSON.parse(text) : undefined }
  }
  const asked = async (id: string, rows: number) => {
    const query = { kind: 'HogQLQuery', query: `select max(sipHash64(number)) > 0 from numbers(${rows})` }
    const answer = await call(one, 'POST', path, { query, refresh: 'force_async', client_query_id: id })
    expect(answer.status).toBe(202)
  }
  const status = async (server: RunningServer, id: string) =>
    (await call(server, 'GET', `${path}${id}/`)).body.query_status

  await asked('short', 1000)
  await eventually(async () => (await status(other, 'short'))?.complete, 'its answer is there too')
  expect(await status(other, 'short')).toMatchObject({ error: false, results: { results: [[1]] } })

  await asked('endless', 1_000_000_000_000)
  await eventually(
    async () => (await status(other, 'endless'))?.query_progress?.rows_read > 0,
    'the other one knows how far it is',
  )
  expect((await call(other, 'DELETE', `${path}endless/`)).status).toBe(204)
  await eventually(async () => (await status(one, 'endless')).complete, 'it is cancelled')
  expect(await status(other, 'endless')).toMatchObject({
    ...{ complete: true, error: true },
    error_message: 'The query was cancelled.',
  })
})

test('a process that does only a part must be told where the stores are', async () => {
  await expect(startServer({ env: { ROLES: 'capture' } })).rejects.toThrow(
    'set CLICKHOUSE_URL, DATABASE_URL and NATS_URL',
  )
})
