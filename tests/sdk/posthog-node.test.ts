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

test('in its V1 mode: stored like all, and told what was refused', async () => {
  vi.stubEnv('POSTHOG_CAPTURE_MODE', 'v1')
  const client = new PostHog(init.projectApiKey, { host: server.url, flushAt: 20 })
  vi.unstubAllEnvs()
  const problems: unknown[] = []
  client.on('error', (error: unknown) => problems.push(error))
  client.capture({ distinctId: 'user-v1', event: 'opened by v1', properties: { n: 1 } })
  client.identify({ distinctId: 'user-v1', properties: { plan: 'team' } })
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
  expect(results.map((one: { event: string }) => one.event).sort()).toEqual(['$identify', 'opened by v1'])
  expect(results.find((one: { event: string }) => one.event === 'opened by v1').properties).toMatchObject({
    n: 1,
    $lib: 'posthog-node',
    $lib_version: expect.stringMatching(/^5\./),
  })
})
