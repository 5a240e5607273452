import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { testEventLog } from '../../../test/event-log.ts'
import type { EventLog } from '../../event-log/event-log.ts'
import { captureRoutes } from './routes.ts'

const served = new Set<string>()
let log: EventLog
let api: TestApp

beforeAll(async () => {
  log = await testEventLog(afterAll)
  const facts = { id: 7, anonymizeIps: false }
  api = await testApp(afterAll, () => [
    async (app) => {
      app.addHook('onRoute', ({ method, url, path }) => {
        if (method === 'POST' && !url.includes('*')) served.add(`${path}/`)
      })
      await app.register(
        captureRoutes({
          log,
          directory: {
            projectByToken: (token) => (token === 'phc_your_project_api_key' ? (facts as never) : undefined),
            projectByPersonalKey: () => undefined,
          },
          maxBodyBytes: 1000,
        }),
      )
    },
  ])
})

const schema = async () => (await api.get('/api/schema/', { key: null })).body

it('every path that takes events is documented', async () => {
  const { paths, tags } = await schema()
  expect(served.size).toBeGreaterThan(5)
  expect(Object.keys(paths).sort()).toEqual([...served].sort())
  for (const path of served) {
    const { operationId, tags: named, security, responses, requestBody } = paths[path].post
    expect([operationId, named]).toEqual([expect.stringMatching(/_create$/), [tags[0].name]])
    expect(security).toEqual([{ project_api_key: [] }, { personal_api_key: [] }])
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '413', '503'])
    expect(requestBody.content['application/json'].schema).toBeDefined()
  }
  expect(tags[0]).toEqual({ name: 'capture', description: expect.stringContaining('200 means stored') })
})

it('every documented example is taken, and answered as documented', async () => {
  const { paths } = await schema()
  for (const path of served) {
    const { example } = paths[path].post.requestBody.content['application/json']
    const answer = await api.post(path, example, { key: null })
    expect(answer).toMatchObject({ status: 200, body: { status: 'Ok' } })
  }
  expect(log.backlog().records).toBe(served.size)
})

it('what is documented is no further check: bodies are read as leniently as ever', async () => {
  const loose = { token: 'phc_your_project_api_key', event: 'seen', properties: { distinct_id: 5 } }
  expect((await api.post('/capture/', loose, { key: null })).status).toBe(200)
  const refused = await api.post('/capture/', { ...loose, event: '' }, { key: null })
  expect(refused).toMatchObject({ status: 400, body: { type: 'validation_error', code: 'invalid_data' } })
})
