import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, capture } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'

/** What leaves a whole server by itself. */
let server: RunningServer
const received: string[] = []
const target = createServer((request, response) => {
  let body = ''
  request.on('data', (piece) => {
    body += piece
  })
  request.on('end', () => {
    received.push(body)
    response.end()
  })
})
let address: string

beforeAll(async () => {
  await new Promise<void>((listening) => target.listen(0, '127.0.0.1', listening))
  address = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`
  server = await startServer({ env: { WEBHOOK_PRIVATE_HOSTS: '127.0.0.1' } })
})
afterAll(async () => {
  await server?.stop()
  target.closeAllConnections()
  target.close()
})

test('an event that matches an action is told within seconds of being sent', async () => {
  const action = await api(server.url, 'POST', '/api/projects/@current/actions/', {
    name: 'paid',
    steps: [{ event: 'paid' }],
  })
  await api(server.url, 'POST', '/api/projects/@current/hooks/', {
    event: 'action_performed',
    target: address,
    resource_id: action.id,
  })
  // the queue of a new installation is made meanwhile
  await expect
    .poll(
      async () => {
        if (!received.length) await capture(server.url, '/e/', { event: 'paid', distinct_id: 'ann' })
        return received.length
      },
      { timeout: 50_000, interval: 1000 },
    )
    .toBeGreaterThan(0)
  const before = received.length
  const sentAt = performance.now()
  await capture(server.url, '/e/', { event: 'paid', distinct_id: 'the last one' })
  await expect
    .poll(() => received.filter((body) => body.includes('the last one')).length, {
      timeout: 20_000,
      interval: 50,
    })
    .toBe(1)
  expect(performance.now() - sentAt).toBeLessThan(15_000)
  expect(received.length).toBeGreaterThan(before)
}, 90_000)
