import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterAll, expect, it } from 'vitest'
import { z } from 'zod'
import { testApp } from '../../test/app.ts'
import { testInsights } from '../../test/insights.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import { ContractMismatch } from '../kit/contract.ts'
import { operation, route } from './operation.ts'
import { tellMismatches } from './response-check.ts'
import { createSentry } from './sentry.ts'

/** A Sentry of our own that keeps what it is sent. */
async function fakeSentry() {
  const received: string[] = []
  const ingest = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts)
      received.push((request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString())
      response.end('{}')
    })
  })
  await new Promise<void>((resolve) => ingest.listen(0, '127.0.0.1', resolve))
  afterAll(() => new Promise((resolve) => ingest.close(resolve)))
  const { port } = ingest.address() as AddressInfo
  return { received, sentry: await createSentry(`http://public@127.0.0.1:${port}/1`, 'hedgerow@test') }
}

it('sends a fault with its stack and its route, and says its id', async () => {
  const { received, sentry } = await fakeSentry()
  const id = sentry.report(new Error('it broke'), { route: '/api/projects/:project_id/events/' })
  await sentry.close()

  expect(id).toMatch(/^[0-9a-f]{32}$/)
  expect(received.join('\n')).toContain(id)
  expect(received.join('\n')).toContain('it broke')
  expect(received.join('\n')).toContain('/api/projects/:project_id/events/')
})

it('is told once of an answer and of a question that are not as their contracts say, and both are answered', async () => {
  const { received, sentry } = await fakeSentry()
  const logged: string[] = []
  const onMismatch = tellMismatches({ error: (_, message) => logged.push(message) }, sentry.report)

  const counted = operation({
    id: 'counted',
    method: 'GET',
    path: '/api/counted/:day/',
    access: 'anyone',
    tags: ['test'],
    summary: 'For tests',
    params: z.object({ day: z.string() }),
    answer: z.object({ results: z.array(z.object({ count: z.int() })) }),
  })
  const wrong = { results: [{ count: 1 }, { count: 'many' }] } as never
  const api = await testApp(afterAll, () => [async (app) => route(app, counted, async () => wrong)], {
    onMismatch,
  })
  for (const day of ['monday', 'tuesday']) {
    const answer = await api.get(`/api/counted/${day}/`)
    expect([answer.status, answer.body]).toEqual([200, wrong])
  }

  const { warehouse, cleanup } = await testWarehouse()
  afterAll(cleanup)
  const question = {
    kind: 'TrendsQuery',
    series: [{ kind: 'EventsNode', event: 'view', undeclared: 1 }],
    trendsFilter: { smoothingIntervals: 'two' },
  } as never
  const telling = testInsights(warehouse, {}, { onMismatch })
  for (let times = 0; times < 2; times++) {
    expect((await telling.asItIs(1, question)).results).toHaveLength(1)
  }
  await expect(testInsights(warehouse).asItIs(1, question)).rejects.toThrow(ContractMismatch)

  await new Promise((resolve) => setImmediate(resolve))
  await sentry.close()
  const sent = received.join('\n')
  const events = sent.split('\n').filter((line) => line.includes('"exception"'))
  expect(events).toHaveLength(2)
  expect(logged).toHaveLength(2)
  for (const [what, where] of [
    ['The TrendsQuery that is to be calculated', 'trendsFilter.smoothingIntervals'],
    ['The answer of GET /api/counted/:day/ (200)', 'results.1.count'],
  ] as const) {
    expect(events.filter((event) => event.includes(what) && event.includes(where))).toHaveLength(1)
  }
  // nothing of what was asked or answered goes out
  expect(sent).not.toContain('monday')
  expect(sent).not.toContain('many')
})
