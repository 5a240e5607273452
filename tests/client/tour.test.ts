import { createHedgerowClient, HedgerowApiError, type HedgerowClient } from '@hedgerow/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'

/** What a program does with the client, as it is built and published, on a server as it is served. */
let server: RunningServer
let hedgerow: HedgerowClient
beforeAll(async () => {
  server = await startServer({ env: { RATE_LIMITS: 'on' } })
  hedgerow = createHedgerowClient({ url: server.url, personalApiKey: init.personalApiKey })
})
afterAll(() => server?.kill())

const inProject = { project_id: '@current' }

it('makes, lists, changes and removes, and is told what is not there', async () => {
  const ids: number[] = []
  for (let n = 1; n <= 5; n++) {
    const made = await hedgerow.POST('/api/projects/{project_id}/annotations/', {
      params: { path: inProject },
      body: { content: `Release ${n}`, date_marker: `2024-01-0${n}T00:00:00Z` },
    })
    ids.push(made.id)
  }
  const sizes: number[] = []
  const list = { params: { path: inProject, query: { limit: 2 } } }
  for await (const page of hedgerow.pages('/api/projects/{project_id}/annotations/', list)) {
    expect(page.count).toBe(5)
    sizes.push(page.results.length)
  }
  expect(sizes).toEqual([2, 2, 1])
  const contents: (string | null)[] = []
  for await (const one of hedgerow.items('/api/projects/{project_id}/annotations/', list))
    contents.push(one.content)
  expect(contents.toSorted()).toEqual(['Release 1', 'Release 2', 'Release 3', 'Release 4', 'Release 5'])

  const one = { params: { path: { ...inProject, id: ids[0]! } } }
  const changed = await hedgerow.PATCH('/api/projects/{project_id}/annotations/{id}/', {
    ...one,
    body: { content: 'Release 1.0.1' },
  })
  expect(changed.content).toBe('Release 1.0.1')
  expect((await hedgerow.GET('/api/projects/{project_id}/annotations/{id}/', one)).content).toBe(
    'Release 1.0.1',
  )

  const project = await hedgerow.POST('/api/projects/', { body: { name: 'Elsewhere' } })
  expect(
    await hedgerow.DELETE('/api/projects/{id}/', { params: { path: { id: String(project.id) } } }),
  ).toBeUndefined()
  const gone = await hedgerow
    .GET('/api/projects/{id}/', { params: { path: { id: String(project.id) } } })
    .catch((error: unknown) => error)
  expect(gone).toBeInstanceOf(HedgerowApiError)
  expect(gone).toMatchObject({ status: 404, type: 'invalid_request', code: 'not_found', attr: null })
  expect((gone as HedgerowApiError).requestId).toMatch(/^[0-9a-f-]{36}$/)
})

it('follows a list of events from page to page', async () => {
  const batch = Array.from({ length: 25 }, (_, n) => ({
    event: 'counted',
    distinct_id: 'ada',
    timestamp: new Date(Date.now() - 60_000 * n).toISOString(),
  }))
  await hedgerow.fetch('/batch/', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ api_key: init.projectApiKey, batch }),
  })
  const list = { params: { path: inProject, query: { event: 'counted', limit: 10 } } }
  const seen = await eventually(async () => {
    const events: string[] = []
    for await (const { id } of hedgerow.items('/api/projects/{project_id}/events/', list)) events.push(id)
    return events.length === batch.length && new Set(events).size
  }, 'all events are listed')
  expect(seen).toBe(batch.length)
})

it('waits as long as a rate limit says, and then does what was asked', { timeout: 120_000 }, async () => {
  const waited: number[] = []
  const patient = createHedgerowClient({
    url: server.url,
    personalApiKey: init.personalApiKey,
    mostWaitMs: 90_000,
    fetch: async (request) => {
      const response = await fetch(request)
      if (response.status === 429) waited.push(Number(response.headers.get('retry-after')))
      return response
    },
  })
  // changes of one's own account: five a minute
  const rename = (name: string) =>
    patient.PATCH('/api/users/{uuid}/', { params: { path: { uuid: '@me' } }, body: { first_name: name } })
  const from = performance.now()
  for (let n = 1; n <= 6; n++) expect((await rename(`Ada ${n}`)).first_name).toBe(`Ada ${n}`)
  expect(waited).toHaveLength(1)
  expect(waited[0]).toBeGreaterThan(0)
  expect((performance.now() - from) / 1000).toBeGreaterThan(waited[0]! - 1)

  const impatient = createHedgerowClient({
    url: server.url,
    personalApiKey: init.personalApiKey,
    mostWaitMs: 10,
  })
  for (let n = 0; n < 5; n++) {
    const refused = await impatient
      .PATCH('/api/users/{uuid}/', { params: { path: { uuid: '@me' } }, body: { first_name: 'Ada' } })
      .catch((error: unknown) => error)
    if (refused instanceof HedgerowApiError) {
      expect(refused).toMatchObject({ status: 429, type: 'throttled_error', code: 'throttled' })
      expect(refused.retryAfter).toBeGreaterThan(0)
      return
    }
  }
  throw new Error('nobody was refused')
})
