import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createHedgerowClient, HedgerowApiError } from './index.ts'

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> }

/** What the server answers, in this order; and what it was sent. */
let answers: Answer[] = []
let requests: { method: string; url: string; body: string; headers: IncomingMessage['headers'] }[] = []
let url: string

const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
  let body = ''
  for await (const chunk of request) body += chunk
  requests.push({ method: request.method!, url: request.url!, body, headers: request.headers })
  const next = answers.shift()
  if (!next) return request.socket.destroy()
  response.writeHead(next.status ?? 200, { 'content-type': 'application/json', ...next.headers })
  response.end(next.body === undefined ? '' : JSON.stringify(next.body))
})

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
})
beforeEach(() => {
  answers = []
  requests = []
})

const ofProject = { params: { path: { project_id: '7' } } }
const path = '/api/projects/{project_id}/annotations/'
const client = (more: object = {}) =>
  createHedgerowClient({ url: `${url}/`, personalApiKey: 'phx_x', ...more })
const failed = async (call: Promise<unknown>): Promise<HedgerowApiError> => {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(HedgerowApiError)
  return error as HedgerowApiError
}
const throttled = (headers: Record<string, string> = {}): Answer => ({
  status: 429,
  body: { type: 'throttled_error', code: 'throttled', detail: 'Request was throttled.', attr: null },
  headers,
})
const page = (results: unknown[], next: string | null = null): Answer => ({
  body: { count: 3, next, previous: null, results },
})

it('sends the key, parameters and body, and gives the body of the answer', async () => {
  answers = [{ status: 201, body: { id: 5 } }, { status: 204 }]
  const made = await client().POST(path, { ...ofProject, body: { content: 'x', date_marker: null } })
  expect(made.id).toBe(5)
  expect(requests[0]).toMatchObject({
    method: 'POST',
    url: '/api/projects/7/annotations/',
    body: '{"content":"x","date_marker":null}',
    headers: { authorization: 'Bearer phx_x', accept: 'application/json' },
  })
  expect(await client().POST('/api/logout/')).toBeUndefined()
})

describe('failures', () => {
  it('say what the server said', async () => {
    const body = {
      type: 'validation_error',
      code: 'required',
      detail: 'This field is required.',
      attr: 'a__b',
    }
    answers = [{ status: 400, body, headers: { 'x-request-id': 'r1' } }]
    const error = await failed(client().GET(path, ofProject))
    expect(error).toMatchObject({
      ...body,
      message: body.detail,
      status: 400,
      requestId: 'r1',
      retryAfter: null,
    })
  })

  it('of something in between have a sentence too', async () => {
    answers = [{ status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>' }]
    const error = await failed(client().GET(path, ofProject))
    expect([error.status, error.code, error.message]).toEqual([
      502,
      'error',
      'The server failed (status 502).',
    ])
  })

  it('to connect have status 0', async () => {
    const error = await failed(client({ retries: 0 }).GET(path, ofProject))
    expect([error.status, error.type, error.code]).toEqual([0, 'no_answer', 'no_answer'])
    expect(error.cause).toBeInstanceOf(Error)
  })
})

describe('another try', () => {
  it('is made when the server says so', async () => {
    answers = [throttled({ 'retry-after': '1' }), page([])]
    const from = performance.now()
    expect((await client().GET(path, ofProject)).results).toEqual([])
    expect(performance.now() - from).toBeGreaterThan(950)
  })

  it('is made with the same body, also of what a server refused', async () => {
    answers = [
      throttled({ 'retry-after': '0' }),
      { status: 503, headers: { 'retry-after': '0' } },
      { status: 201, body: {} },
    ]
    await client().POST(path, { ...ofProject, body: { content: 'x', date_marker: null } })
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1)
    expect(requests).toHaveLength(3)
  })

  it('is made as often as is allowed', async () => {
    answers = Array.from({ length: 5 }, () => throttled({ 'retry-after': '0' }))
    const error = await failed(client({ retries: 2 }).GET(path, ofProject))
    expect([error.status, error.type, error.retryAfter, requests.length]).toEqual([
      429,
      'throttled_error',
      0,
      3,
    ])
  })

  it('is not waited for too long', async () => {
    answers = [throttled({ 'retry-after': '3600' })]
    const error = await failed(client().GET(path, ofProject))
    expect([error.retryAfter, requests.length]).toEqual([3600, 1])
  })

  it('is made of what can be done twice when no answer came, and of nothing else', async () => {
    answers = []
    await failed(client({ retries: 1 }).GET(path, ofProject))
    expect(requests).toHaveLength(2)
    await failed(
      client({ retries: 1 }).POST(path, { ...ofProject, body: { content: 'x', date_marker: null } }),
    )
    expect(requests).toHaveLength(3)
  })

  it('is made after a 503 that says nothing of when only of what can be done twice', async () => {
    answers = [{ status: 503 }, page([]), { status: 503 }]
    await client().GET(path, ofProject)
    const error = await failed(
      client().POST(path, { ...ofProject, body: { content: 'x', date_marker: null } }),
    )
    expect([error.status, requests.length]).toEqual([503, 3])
  })

  it('ends with an abort', async () => {
    answers = [throttled({ 'retry-after': '30' })]
    const abort = new AbortController()
    const call = client().GET(path, { ...ofProject, signal: abort.signal })
    setTimeout(() => abort.abort(new Error('enough')), 100)
    await expect(call).rejects.toThrow('enough')
  })
})

describe('lists', () => {
  it('are followed to their end, on the server that was asked', async () => {
    const next = 'https://public.example/api/projects/7/annotations/?limit=2&offset=2'
    answers = [page([{ id: 1 }, { id: 2 }], next), page([{ id: 3 }])]
    const ids: number[] = []
    for await (const one of client().items(path, { params: { ...ofProject.params, query: { limit: 2 } } }))
      ids.push(one.id)
    expect(ids).toEqual([1, 2, 3])
    expect(requests.map((one) => [one.url, one.headers.authorization])).toEqual([
      ['/api/projects/7/annotations/?limit=2', 'Bearer phx_x'],
      ['/api/projects/7/annotations/?limit=2&offset=2', 'Bearer phx_x'],
    ])
  })

  it('are asked for no further than they are read', async () => {
    answers = [page([{ id: 1 }], `${url}/api/projects/7/annotations/?offset=1`)]
    for await (const { count } of client().pages(path, ofProject)) {
      expect(count).toBe(3)
      break
    }
    expect(requests).toHaveLength(1)
  })
})

it('asks paths that are not documented in the same way', async () => {
  answers = [
    throttled({ 'retry-after': '0' }),
    { body: 'a,b' },
    { status: 404, body: { code: 'not_found', detail: 'Not found.' } },
  ]
  const response = await client().fetch('/x.csv', { headers: { accept: 'text/csv' } })
  expect(await response.text()).toBe('"a,b"')
  expect(requests[1]!.headers).toMatchObject({ accept: 'text/csv', authorization: 'Bearer phx_x' })
  expect((await failed(client().fetch('/y'))).code).toBe('not_found')
})
