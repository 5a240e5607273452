import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PostHog } from 'posthog-node'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { api, eventually, hogql } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

test("today's posthog-node, unchanged: capture, identify, alias, groups, shutdown", async () => {
  const client = new PostHog(init.projectApiKey, { host: server.url, flushAt: 3 })
  const problems: unknown[] = []
  client.on('error', (error: unknown) => problems.push(error))
  client.capture({ distinctId: 'user-1', event: 'signed up', properties: { plan: 'pro', seats: 3 } })
  client.identify({
    distinctId: 'user-1',
    properties: { email: 'grace@example.com', $set_once: { source: 'docs' } },
  })
  client.capture({ distinctId: 'anonymous-7', event: 'viewed pricing' })
  client.alias({ distinctId: 'user-1', alias: 'anonymous-7' })
  client.groupIdentify({ groupType: 'company', groupKey: 'acme', properties: { name: 'Acme' } })
  client.capture({ distinctId: 'user-1', event: 'invited', groups: { company: 'acme' } })
  await client.captureImmediate({ distinctId: 'user-1', event: 'paid', properties: { amount: 12.5 } })
  await client.shutdown()
  expect(problems).toEqual([])

  await eventually(
    async () => Number((await hogql(server.url, 'select count() from events'))[0]?.[0]) >= 7,
    'the seven events',
  )
  const events = await api(server.url, 'GET', '/api/projects/@current/events/?event=signed%20up')
  expect(events.results).toHaveLength(1)
  expect(events.results[0]).toMatchObject({
    event: 'signed up',
    distinct_id: 'user-1',
    properties: { plan: 'pro', seats: 3, $lib: 'posthog-node' },
  })

  const persons = await api(server.url, 'GET', '/api/projects/@current/persons/?distinct_id=anonymous-7')
  expect(persons.results).toHaveLength(1)
  expect(persons.results[0].distinct_ids.sort()).toEqual(['anonymous-7', 'user-1'])
  expect(persons.results[0].properties).toMatchObject({ email: 'grace@example.com', source: 'docs' })

  // the events of both ids are one person's, also those sent before the two were known to be one
  const [people] = await hogql(
    server.url,
    "select count(distinct person_id) from events where event in ('signed up', 'viewed pricing', 'paid')",
  )
  expect(Number(people?.[0])).toBe(1)
  const [invited] = await hogql(server.url, "select $group_0 from events where event = 'invited'")
  expect(invited?.[0]).toBe('acme')
})

test('a batch sent again after a lost answer counts once', async () => {
  const uuid = '0190c2f0-5a44-7cc0-9d6e-4a9f1b1f0a01'
  const client = new PostHog(init.projectApiKey, { host: server.url })
  for (let attempt = 0; attempt < 2; attempt++) {
    await client.captureImmediate({ distinctId: 'user-2', event: 'retried', uuid })
  }
  await client.shutdown()
  await eventually(
    async () => (await hogql(server.url, "select uuid from events where event = 'retried'")).length === 1,
    'the event',
  )
  await client.shutdown()
  const rows = await hogql(server.url, "select count() from events where event = 'retried'")
  expect(Number(rows[0]?.[0])).toBe(1)
})

/** In front of the server: the n-th request is taken, or refused with this status, or taken and its answer lost. */
async function unreliable(fates: Array<'taken' | 'lost' | 503>) {
  const requests: string[] = []
  const proxy = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const fate = fates[requests.length] ?? 'taken'
    requests.push(`${request.url} ${fate}`)
    if (fate === 503) return response.writeHead(503, { 'retry-after': '0' }).end('{}')
    const { connection: _, host: _host, ...headers } = request.headers
    const answer = await fetch(server.url + request.url, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body,
    })
    if (fate === 'lost') return request.socket.destroy()
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    requests,
    close: () => {
      proxy.closeAllConnections()
      proxy.close()
    },
  }
}

test.each(['v0', 'v1'])('%s: refused once, its answer lost once, sent again, counted once', async (mode) => {
  const between = await unreliable([503, 'lost', 'taken'])
  vi.stubEnv('POSTHOG_CAPTURE_MODE', mode)
  const client = new PostHog(init.projectApiKey, { host: between.url, fetchRetryDelay: 50 })
  vi.unstubAllEnvs()
  const name = `tried thrice by ${mode}`
  client.capture({ distinctId: 'user-3', event: name })
  client.capture({ distinctId: 'user-3', event: name })
  await client.shutdown()
  between.close()
  const path = mode === 'v1' ? '/i/v1/analytics/events' : '/batch/'
  expect(between.requests).toEqual([`${path} 503`, `${path} lost`, `${path} taken`])
  const count = async () =>
    Number((await hogql(server.url, `select count() from events where event = '${name}'`))[0]?.[0])
  await eventually(async () => (await count()) >= 2, 'the events')
  expect(await count()).toBe(2)
})

test('shutdown sends all that waits, in batches', async () => {
  const client = new PostHog(init.projectApiKey, { host: server.url, flushAt: 1000, flushInterval: 60_000 })
  for (let n = 0; n < 250; n++)
    client.capture({ distinctId: `crowd-${n % 7}`, event: 'waited', properties: { n } })
  await client.shutdown()
  const read = async () =>
    hogql(server.url, "select count(), sum(toInt(properties.n)) from events where event = 'waited'")
  await eventually(async () => Number((await read())[0]?.[0]) >= 250, 'the 250 events')
  expect((await read()).map((row) => row.map(Number))).toEqual([[250, (250 * 249) / 2]])
})

test('an event that is too big is found by halving, and the others arrive', async () => {
  const client = new PostHog(init.projectApiKey, { host: server.url, flushAt: 100, fetchRetryDelay: 50 })
  client.on('error', () => undefined)
  for (let n = 0; n < 4; n++) client.capture({ distinctId: 'user-4', event: 'small', properties: { n } })
  client.capture({ distinctId: 'user-4', event: 'huge', properties: { text: 'x'.repeat(1.5 * 1024 ** 2) } })
  for (let n = 4; n < 8; n++) client.capture({ distinctId: 'user-4', event: 'small', properties: { n } })
  // Told of the event that nobody takes, it lets go of it, and of nothing else.
  await expect(client.flush()).rejects.toMatchObject({ status: 413 })
  await client.shutdown()
  const read = () => hogql(server.url, "select event, properties.n from events where distinct_id = 'user-4'")
  await eventually(async () => (await read()).length >= 8, 'the small events')
  expect((await read()).map(([event, n]) => `${event} ${n}`).sort()).toEqual(
    Array.from({ length: 8 }, (_, n) => `small ${n}`),
  )
})

test('in its V1 mode: stored like all, and told what was refused', async () => {
  vi.stubEnv('POSTHOG_CAPTURE_MODE', 'v1')
  const client = new PostHog(init.projectApiKey, { host: server.url, flushAt: 20 })
  vi.unstubAllEnvs()
  const problems: unknown[] = []
  client.on('error', (error: unknown) => problems.push(error))
  client.capture({ distinctId: 'user-v1', event: 'opened by v1', properties: { n: 1 } })
  client.identify({ distinctId: 'user-v1', properties: { plan: 'team' } })
  client.capture({ distinctId: 'anonymous-v1', event: 'browsed by v1' })
  client.alias({ distinctId: 'user-v1', alias: 'anonymous-v1' })
  client.groupIdentify({ groupType: 'company', groupKey: 'v1 inc', properties: { name: 'V1' } })
  client.capture({ distinctId: 'user-v1', event: 'x'.repeat(201) })
  await client.shutdown()
  expect(problems).toEqual([
    expect.objectContaining({ drops: [expect.objectContaining({ details: 'event_name_too_long' })] }),
  ])

  await eventually(
    async () => (await hogql(server.url, "select 1 from events where event = 'opened by v1'")).length > 0,
    'the event',
  )
  const { results } = await api(server.url, 'GET', '/api/projects/@current/events/?distinct_id=user-v1')
  expect(results.map((one: { event: string }) => one.event).sort()).toEqual([
    '$create_alias',
    '$identify',
    'opened by v1',
  ])
  expect(results.find((one: { event: string }) => one.event === 'opened by v1').properties).toMatchObject({
    n: 1,
    $lib: 'posthog-node',
    $lib_version: expect.stringMatching(/^5\./),
  })

  const persons = await api(server.url, 'GET', '/api/projects/@current/persons/?distinct_id=anonymous-v1')
  expect(persons.results[0].distinct_ids.sort()).toEqual(['anonymous-v1', 'user-v1'])
  expect(persons.results[0].properties).toMatchObject({ plan: 'team' })
  expect(await hogql(server.url, "select properties.name from groups where key = 'v1 inc'")).toEqual([['V1']])
})
