import { afterAll, expect, test } from 'vitest'
import { testApp } from '../../../test/app.ts'
import { promptRoutes } from './routes.ts'

test('there are no tours, whatever a client has seen of PostHog’s', async () => {
  const api = await testApp(afterAll, () => [promptRoutes])
  const none = { state: {}, sequences: [] }
  const seen = { 'experiment-events': { last_updated_at: '2023-02-01T00:00:00Z', step: 1, completed: true } }
  for (const body of [{}, seen, { personal_api_key: api.key }]) {
    const answer = await api.patch('/api/prompts/my_prompts/', body, {
      key: 'personal_api_key' in body ? null : undefined,
    })
    expect([answer.status, answer.body]).toEqual([200, none])
  }
  expect((await api.patch('/api/prompts/my_prompts', seen)).body).toEqual(none)
  expect(await api.patch('/api/prompts/my_prompts/', [1])).toMatchObject({
    status: 400,
    body: { type: 'validation_error' },
  })
})
