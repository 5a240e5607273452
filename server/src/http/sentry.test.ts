import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterAll, expect, it } from 'vitest'
import { createSentry } from './sentry.ts'

it('sends a fault with its stack and its route, and says its id', async () => {
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

  const sentry = await createSentry(`http://public@127.0.0.1:${port}/1`, 'hedgerow@test')
  const id = sentry.report(new Error('it broke'), { route: '/api/projects/:project_id/events/' })
  await sentry.close()

  expect(id).toMatch(/^[0-9a-f]{32}$/)
  expect(received.join('\n')).toContain(id)
  expect(received.join('\n')).toContain('it broke')
  expect(received.join('\n')).toContain('/api/projects/:project_id/events/')
})
