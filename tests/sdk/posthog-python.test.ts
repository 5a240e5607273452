import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, eventually, hogql } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'

/**
 * What posthog-python 7.53.0 sent to a listener on 23 November 2026, byte for byte: plain, by gzip, and in its V1
 * mode. Each time: an event with a group, `set`, `set_once`, another event under another id, `alias`, and an event of
 * nobody.
 */
type Recorded = { path: string; headers: Record<string, string>; body: string }
const recorded: Recorded[] = JSON.parse(
  readFileSync(new URL('recorded/posthog-python-7.53.0.json', import.meta.url), 'utf8'),
)

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

test.each([
  ['plain', 0],
  ['gzip', 1],
  ['v1', 2],
])('posthog-python, %s: events, properties, alias and a group', async (mode, at) => {
  const { path, headers, body } = recorded[at]!
  const answer = await fetch(server.url + path, {
    method: 'POST',
    headers,
    body: Buffer.from(body, 'base64'),
  })
  expect(answer.status).toBe(200)

  const id = `python-${mode}`
  const mine = `distinct_id in ('${id}', 'anonymous-${id}') or properties.by = '${id}'`
  const columns = 'event, person_id, properties.$lib, $group_0, properties.price, person_mode'
  const read = () => hogql(server.url, `select ${columns} from events where ${mine}`)
  await eventually(async () => (await read()).length >= 6, 'the six events')
  const events = await read()
  expect(events.map(([event]) => event).sort()).toEqual([
    '$create_alias',
    '$set',
    '$set_once',
    'browsed',
    'job done',
    'signed up',
  ])
  const named = (name: string) => events.find(([event]) => event === name)!
  expect(named('signed up').slice(2)).toEqual(['posthog-python', 'python inc', '10 €', 'full'])
  expect(named('browsed')[1]).toBe(named('signed up')[1])
  expect(named('job done')[5]).toBe('propertyless')
  const { results } = await api(
    server.url,
    'GET',
    `/api/projects/@current/persons/?distinct_id=anonymous-${id}`,
  )
  expect(results[0].distinct_ids.sort()).toEqual([`anonymous-${id}`, id])
  expect(results[0].properties).toMatchObject({ email: `${id}@example.com`, source: 'docs' })
})
