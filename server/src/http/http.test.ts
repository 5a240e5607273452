import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type TestApp, testApp } from '../../test/app.ts'
import { createProjectStore } from '../accounts/projects.ts'
import { ContractMismatch, eachOnce } from '../kit/contract.ts'
import { operation, route } from './operation.ts'
import { counted, pageOf, pageQuery } from './paging.ts'

/** Operations that show what `http/` does for every slice. */
const common = { tags: ['test'], summary: 'For tests' } as const
const echo = operation({
  ...common,
  id: 'echo',
  method: 'POST',
  path: '/api/projects/:project_id/echo/',
  aliases: ['/api/echo/'],
  access: 'project',
  scope: 'action:write',
  body: z.object({
    name: z.string().trim().min(1).max(5),
    size: z.int().optional(),
    on: z.boolean().optional(),
    kind: z.enum(['a', 'b']).optional(),
    steps: z.array(z.object({ event: z.string() })).optional(),
    filters: z.record(z.string(), z.unknown()).optional(),
    id: z.uuid().optional(),
  }),
  status: 201,
  answer: z.object({ project: z.int(), body: z.unknown() }),
})
const which = operation({
  ...common,
  id: 'which',
  method: 'GET',
  path: '/api/projects/:project_id/which/',
  aliases: ['/api/which/'],
  access: 'project',
  scope: 'action:read',
  answer: z.object({ project: z.int() }),
})
const numbers = operation({
  ...common,
  id: 'numbers',
  method: 'GET',
  path: '/api/numbers/',
  access: 'user',
  query: z.object(pageQuery),
  answer: pageOf(z.int()),
})
const declaresNothing = operation({
  ...common,
  id: 'declares_nothing',
  method: 'POST',
  path: '/api/nothing/',
  access: 'user',
  answer: z.object({ query: z.unknown(), body: z.unknown() }),
})
const broken = operation({
  ...common,
  id: 'broken',
  method: 'GET',
  path: '/api/broken/:how/',
  access: 'anyone',
  params: z.object({ how: z.enum(['throws', 'mismatch', 'undeclared']) }),
  answer: z.object({ count: z.int() }),
})

const search = operation({
  ...common,
  id: 'search',
  method: 'GET',
  path: '/api/search/',
  access: 'user',
  query: z.object({
    size: z.int().optional(),
    on: z.boolean().optional(),
    names: z.array(z.string()).optional(),
    filters: z.record(z.string(), z.unknown()).optional(),
  }),
  answer: z.record(z.string(), z.unknown()),
})

let api: TestApp
const reports: unknown[] = []
const slice = async (app: TestApp['app']) => {
  route(app, echo, async ({ project, body }) => ({ project: project.id, body }))
  route(app, which, async ({ project }) => ({ project: project.id }))
  route(app, numbers, async ({ url, query }) => {
    const all = Array.from({ length: 250 }, (_, n) => n)
    const results = all.slice(query.offset, query.offset + query.limit)
    return counted(url, query, { count: all.length, results })
  })
  route(app, search, async ({ query }) => query)
  route(app, declaresNothing, async ({ query, body }) => ({ query: query ?? null, body: body ?? null }))
  route(app, broken, async ({ params }) => {
    if (params.how === 'throws') throw new Error('a secret of ours')
    const wrong: unknown = params.how === 'mismatch' ? { count: 'many' } : { count: 1, extra: { deep: 1 } }
    return wrong as { count: number }
  })
}
const reportError = (error: unknown) => {
  reports.push(error)
  return 'report-1'
}

beforeAll(async () => {
  api = await testApp(afterAll, () => [slice], {
    maxBodyBytes: 2000,
    reportError,
    onMismatch: eachOnce(reportError),
  })
})

const failure = (type: string, code: string, detail: string, attr: string | null = null) => ({
  type,
  code,
  detail,
  attr,
})
const wrongKey = (source: string) =>
  failure(
    'authentication_error',
    'authentication_failed',
    `Personal API key found in request ${source} is invalid.`,
  )

describe('a personal API key', () => {
  const here = '/api/echo/'
  it('is taken from header, body or query', async () => {
    const none = { key: null }
    expect((await api.post(here, { name: 'a' })).status).toBe(201)
    expect((await api.post(here, { name: 'a', personal_api_key: api.key }, none)).status).toBe(201)
    expect((await api.post(`${here}?personal_api_key=${api.key}`, { name: 'a' }, none)).status).toBe(201)
    const form = { ...none, headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    expect((await api.post(here, `name=a&personal_api_key=${api.key}`, form)).status).toBe(201)
    const padded = { ...none, headers: { authorization: `Bearer   ${api.key}  ` } }
    expect((await api.post(here, { name: 'a' }, padded)).status).toBe(201)
    expect((await api.post(here, { name: 'a' }, none)).body).toEqual(
      failure('authentication_error', 'not_authenticated', 'Authentication credentials were not provided.'),
    )
  })

  it('is the first one found, right or wrong', async () => {
    const good = { name: 'a', personal_api_key: api.key }
    const bad = { name: 'a', personal_api_key: 'phx_no' }
    const header = await api.post(here, good, { key: 'phx_no' })
    expect([header.status, header.body]).toEqual([401, wrongKey('Authorization header')])
    const body = await api.post(`${here}?personal_api_key=${api.key}`, bad, { key: null })
    expect([body.status, body.body]).toEqual([401, wrongKey('body')])
    const query = await api.post(`${here}?personal_api_key=phx_no`, { name: 'a' }, { key: null })
    expect([query.status, query.body]).toEqual([401, wrongKey('query string')])
    expect((await api.post(`${here}?personal_api_key=phx_no`, bad)).status).toBe(201)
    expect((await api.post(here, good, { key: api.project.apiToken })).status).toBe(401)
  })
})

describe('the project of a request', () => {
  const ask = (path: string, key?: string) => api.get(path, key === undefined ? {} : { key })

  it('is the path id, @current, or the last one visited', async () => {
    for (const path of [
      `/api/projects/${api.project.id}/which/`,
      '/api/projects/@current/which',
      '/api/which/',
    ]) {
      expect((await ask(path)).body).toEqual({ project: api.project.id })
    }
    expect((await ask(`/api/environments/${api.project.id}/which/`)).status).toBe(200)
    expect((await ask(`/api/api/projects/${api.project.id}/which/`)).status).toBe(200)
  })

  it('answers the status matrix', async () => {
    const stranger = await api.stranger()
    const answers = await Promise.all(
      [
        '/api/projects/abc/which/',
        '/api/projects/99999999/which/',
        '/api/projects/99999999999999999999/which/',
        `/api/projects/${stranger.project.id}/which/`,
      ].map((path) => ask(path)),
    )
    expect(answers.map(({ status, body }) => [status, body.detail])).toEqual([
      [404, 'Not found.'],
      [404, 'Project not found.'],
      [404, 'Project not found.'],
      [403, "You don't have access to the project."],
    ])
  })

  it("is replaced by a project's own key, still under the caller's rights", async () => {
    const stranger = await api.stranger()
    const other = await createProjectStore(api.database).create(api.user, api.organization.id, {
      name: 'Other',
    })
    await api.changed()
    const path = `/api/projects/${api.project.id}/which/`
    expect((await ask(`${path}?token=${other.apiToken}`)).body).toEqual({ project: other.id })
    expect((await ask(`/api/which/?api_key=${api.project.apiToken}`)).body).toEqual({
      project: api.project.id,
    })
    expect((await ask(`${path}?token=${stranger.project.apiToken}`)).status).toBe(403)
    const unknown = await ask(`${path}?token=phc_none`)
    expect([unknown.status, unknown.body]).toEqual([
      401,
      failure('authentication_error', 'authentication_failed', 'Incorrect authentication credentials.'),
    ])
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    const posted = await api.post('/api/echo/', `name=a&token=${api.project.apiToken}`, form)
    expect(posted.body.project).toBe(api.project.id)
    // A JSON body is not searched: the project made last is the current one.
    expect((await api.post('/api/echo/', { name: 'a', token: api.project.apiToken })).body.project).toBe(
      other.id,
    )
  })

  it('is the first one of the organization where the last one is gone', async () => {
    const colleague = await api.colleague()
    expect((await ask('/api/which/', colleague.key)).body).toEqual({ project: api.project.id })
    const stranger = await api.stranger()
    await createProjectStore(api.database).remove(stranger.project.id)
    expect((await ask('/api/which/', stranger.key)).body.detail).toBe('This endpoint requires a project.')
    expect((await ask('/api/projects/@current/which/', stranger.key)).status).toBe(404)
  })
})

describe('failures', () => {
  const invalid = (code: string, detail: string, attr: string | null) =>
    failure('validation_error', code, detail, attr)

  it.each([
    [{}, invalid('required', 'This field is required.', 'name')],
    [undefined, invalid('required', 'This field is required.', 'name')],
    [{ name: false }, invalid('invalid_input', 'Not a valid string.', 'name')],
    [{ name: null }, invalid('null', 'This field may not be null.', 'name')],
    [{ name: ' ' }, invalid('blank', 'This field may not be blank.', 'name')],
    [{ name: 'abcdef' }, invalid('max_length', 'Ensure this field has no more than 5 characters.', 'name')],
    [{ name: [] }, invalid('invalid_input', 'Not a valid string.', 'name')],
    [{ name: 'a', size: 'x', on: 1 }, invalid('invalid_input', 'A valid number is required.', 'size')],
    [{ name: 'a', size: 1.5 }, invalid('invalid_input', 'A valid integer is required.', 'size')],
    [{ name: 'a', on: 'x' }, invalid('invalid_input', 'Must be a valid boolean.', 'on')],
    [{ name: 'a', kind: 'x' }, invalid('invalid_choice', '"x" is not a valid choice.', 'kind')],
    [{ name: 'a', id: 'x' }, invalid('invalid_input', 'Must be a valid UUID.', 'id')],
    [
      { name: 'a', steps: {} },
      invalid('not_a_list', 'Expected a list of items but got type "object".', 'steps'),
    ],
    [{ name: 'a', steps: [{}] }, invalid('required', 'This field is required.', 'steps__0__event')],
    [
      { name: 'a', filters: [] },
      invalid('not_a_dict', 'Expected a dictionary of items but got type "list".', 'filters'),
    ],
    [[], invalid('invalid_input', 'Invalid data. Expected a dictionary, but got list.', null)],
  ])('of %j name the first field at fault', async (body, expected) => {
    const answer = await api.post('/api/echo/', body)
    expect([answer.status, answer.body]).toEqual([400, expected])
  })

  it('of a body that is no JSON, too large, or of another type', async () => {
    const json = { headers: { 'content-type': 'application/json' } }
    const broken = await api.post('/api/echo/', '{"name": ', json)
    expect([broken.status, broken.body.type, broken.body.code]).toEqual([
      400,
      'invalid_request',
      'parse_error',
    ])
    expect(broken.body.detail).toMatch(/^JSON parse error - /)
    const large = await api.post('/api/echo/', { name: 'x'.repeat(3000) })
    expect([large.status, large.body.type, large.body.code]).toEqual([
      413,
      'invalid_request',
      'payload_too_large',
    ])
    const xml = await api.post('/api/echo/', '<a/>', { headers: { 'content-type': 'text/xml' } })
    expect([xml.status, xml.body]).toEqual([
      415,
      failure('invalid_request', 'unsupported_media_type', 'Unsupported media type "text/xml" in request.'),
    ])
  })

  it('of an address: 404 without asking who calls, 405 after', async () => {
    const noEndpoint = failure('invalid_request', 'not_found', 'Endpoint not found.')
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
      const answer = await api.ask(method, '/api/no/such/thing/', undefined, { key: null })
      expect([answer.status, answer.body]).toEqual([404, noEndpoint])
    }
    expect((await api.ask('PUT', '/api/numbers/', {}, { key: null })).status).toBe(401)
    const wrongMethod = await api.ask('PUT', '/api/numbers/', {})
    expect([wrongMethod.status, wrongMethod.body, wrongMethod.headers.allow]).toEqual([
      405,
      failure('invalid_request', 'method_not_allowed', 'Method "PUT" not allowed.'),
      'GET, HEAD',
    ])
    expect((await api.get('/api/broken/nothing/')).body).toEqual(
      failure('invalid_request', 'not_found', 'Not found.'),
    )
  })

  it('of an address that an SDK in a web page may ask for: it can read that nothing is there', async () => {
    const headers = { origin: 'https://shop.test' }
    const answer = await api.post('/decide/?v=3', {}, { key: null, headers })
    expect(answer.status).toBe(404)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.test',
      'access-control-allow-credentials': 'true',
    })
    const below = await api.post('/api/no/such/thing/', {}, { headers })
    expect(below.headers['access-control-allow-credentials']).toBeUndefined()
  })

  it('of ours hide what happened and name the report', async () => {
    reports.length = 0
    const answer = await api.get('/api/broken/throws/')
    expect([answer.status, answer.body]).toEqual([
      500,
      { ...failure('server_error', 'error', 'A server error occurred.'), error_event_id: 'report-1' },
    ])
    expect(reports).toEqual([expect.objectContaining({ message: 'a secret of ours' })])
  })
})

describe('what no contract says', () => {
  const strictly = (slices: (app: TestApp['app']) => Promise<void>) =>
    testApp(afterAll, () => [slices], { onMismatch: 'throw', reportError })

  it('of an answer still reaches the caller whole, and is told of once', async () => {
    reports.length = 0
    for (let times = 0; times < 2; times++) {
      const answer = await api.get('/api/broken/undeclared/')
      expect([answer.status, answer.body]).toEqual([200, { count: 1, extra: { deep: 1 } }])
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(reports).toEqual([
      expect.objectContaining({
        what: 'The answer of GET /api/broken/:how/ (200)',
        problems: ['extra is not declared'],
      }),
    ])
    const told: unknown[] = []
    const tell = eachOnce((mismatch) => told.push(mismatch.problems[0]))
    for (const problem of ['results.0.a: no', 'results.7.a: no', 'results.0.b: no'])
      tell(new ContractMismatch('The answer of GET /x/ (200)', [problem]))
    expect(told).toEqual(['results.0.a: no', 'results.0.b: no'])
  })

  it('of an answer fails a test', async () => {
    const strict = await strictly(slice)
    expect((await strict.get('/api/broken/mismatch/')).status).toBe(500)
    expect((await strict.get('/api/broken/undeclared/')).status).toBe(500)
  })

  it('of an answer that a route writes itself fails a test', async () => {
    const describes = {
      id: 'own_list',
      method: 'GET',
      path: '/api/own/',
      summary: 'Own',
      tag: { name: 'own', description: 'For tests' },
      answer: z.object({ a: z.int() }),
    } as const
    const strict = await strictly(async (app) => {
      app.get('/api/own', { config: { describes } }, async (request) =>
        (request.query as { wrong?: string }).wrong ? { a: 1, b: 2 } : { a: 1 },
      )
    })
    expect((await strict.get('/api/own/')).status).toBe(200)
    expect((await strict.get('/api/own/?wrong=1')).status).toBe(500)
  })

  it('as a route is refused when it is registered', async () => {
    const undeclared = strictly(async (app) => {
      app.get('/api/undeclared', async () => ({}))
    })
    await expect(undeclared).rejects.toThrow('GET /api/undeclared is declared nowhere')
  })

  it('as a parameter or a field reaches no handler', async () => {
    const asked = await api.get('/api/search/?size=3&undeclared=1')
    expect(asked.body).toEqual({ size: 3 })
    const sent = await api.post('/api/echo/?undeclared=1', { name: 'a', undeclared: 1 })
    expect(sent.body.body).toEqual({ name: 'a' })
    const none = await api.post('/api/nothing/?undeclared=1', { undeclared: 1 })
    expect(none.body).toEqual({ query: {}, body: null })
  })
})

describe('lists', () => {
  const page = async (path: string) => {
    const { body } = await api.get(path, { headers: { host: 'hedgerow.example' } })
    return [body.results[0], body.results.length, body.next, body.previous]
  }
  const at = 'http://hedgerow.example/api/numbers/'

  it('link to their neighbours and keep the other parameters', async () => {
    expect(await page('/api/numbers/')).toEqual([0, 100, `${at}?limit=100&offset=100`, null])
    expect(await page('/api/numbers/?a=%C3%A4&limit=2&offset=2')).toEqual([
      2,
      2,
      `${at}?a=%C3%A4&limit=2&offset=4`,
      `${at}?a=%C3%A4&limit=2`,
    ])
    expect(await page('/api/numbers/?limit=100&offset=200')).toEqual([
      200,
      50,
      null,
      `${at}?limit=100&offset=100`,
    ])
    expect(await page('/api/numbers/?limit=10000')).toEqual([0, 250, null, null])
  })

  it.each(['limit=0', 'limit=-1', 'limit=x', 'limit=', 'limit=1&limit=2', 'offset=x', 'offset=-1'])(
    'take nonsense (%s) for the default',
    async (query) => expect((await page(`/api/numbers/?${query}`)).slice(0, 2)).toEqual([0, 100]),
  )

  it('are empty past the end, with the count', async () => {
    expect((await api.get('/api/numbers/?offset=900')).body).toMatchObject({
      count: 250,
      results: [],
      next: null,
    })
  })

  it('use the configured address', async () => {
    const behind = await testApp(afterAll, () => [slice], { siteUrl: 'https://ph.example' })
    const { body } = await behind.get('/api/numbers?limit=1')
    expect(body.next).toBe('https://ph.example/api/numbers?limit=1&offset=1')
  })
})

describe('scalars', () => {
  const sent = async (body: unknown, type?: string) =>
    (await api.post('/api/echo/', body, type ? { headers: { 'content-type': type } } : {})).body

  it('are taken for what is asked, in JSON as in PostHog', async () => {
    expect((await sent({ name: 12, size: '7', on: 'True' })).body).toEqual({ name: '12', size: 7, on: true })
    expect((await sent({ name: 'a', on: 0 })).body).toEqual({ name: 'a', on: false })
    for (const body of [{ size: '' }, { size: 'x' }, { on: 'maybe' }, { size: '1e999' }, { name: true }]) {
      expect((await sent({ name: 'a', ...body })).attr).toBe(Object.keys(body)[0])
    }
  })

  it('and lists and objects are taken out of the text of a form', async () => {
    const form = new URLSearchParams({
      name: 'a',
      size: '7',
      on: 'false',
      steps: '[{"event": 5}]',
      filters: '{"a": {"b": null}}',
    })
    const type = 'application/x-www-form-urlencoded'
    expect((await sent(String(form), type)).body).toEqual({
      name: 'a',
      size: 7,
      on: false,
      steps: [{ event: '5' }],
      filters: { a: { b: null } },
    })
    expect(await sent('name=a&filters=x', type)).toMatchObject({ code: 'not_a_dict', attr: 'filters' })
    expect((await sent({ name: 'a', filters: '{}' })).attr).toBe('filters')
  })
})

describe('a query string', () => {
  it('has numbers, booleans, lists and objects where they are asked for', async () => {
    const ask = async (query: string) => (await api.get(`/api/search/?${query}`)).body
    expect(await ask('size=3&on=1&names=a&filters={"a":[1]}')).toEqual({
      size: 3,
      on: true,
      names: ['a'],
      filters: { a: [1] },
    })
    expect(await ask('names=a&names=b&size=1&size=2')).toEqual({ names: ['a', 'b'], size: 2 })
    expect(await ask('names=["a","b"]')).toEqual({ names: ['a', 'b'] })
    expect(await ask('filters=x')).toMatchObject({ code: 'not_a_dict', attr: 'filters' })
    expect(await ask('size=x')).toMatchObject({ code: 'invalid_input', attr: 'size' })
  })
})

describe('a deep body', () => {
  it('is taken while code can walk it, and refused beyond', async () => {
    const nested = async (depth: number) => {
      const filters = `{"a": ${'['.repeat(depth)}${']'.repeat(depth)}}`
      const { status, body } = await api.post('/api/echo/', `{"name": 1, "filters": ${filters}}`, {
        headers: { 'content-type': 'application/json' },
      })
      return [status, body.code]
    }
    expect(await nested(400)).toEqual([201, undefined])
    expect(await nested(900)).toEqual([400, 'parse_error'])
  })
})

describe('every route', () => {
  it('answers with and without the slash, never with a redirect', async () => {
    for (const path of ['/api/numbers', '/api/numbers/', '/api/numbers.json', '/api/numbers.json?limit=1'])
      expect((await api.get(path)).status).toBe(200)
    for (const path of ['/api/echo', '/api/echo/'])
      expect((await api.post(path, { name: 'a' })).status).toBe(201)
  })

  it('may be called from every origin, without cookies', async () => {
    const preflight = await api.ask('OPTIONS', '/api/projects/1/echo/', undefined, { key: null })
    expect(preflight.status).toBe(204)
    expect(preflight.headers['access-control-allow-origin']).toBe('*')
    expect(preflight.headers['access-control-allow-headers']).toContain('Authorization')
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined()
    expect((await api.get('/api/numbers/')).headers['access-control-allow-origin']).toBe('*')
  })

  it('takes NaN in JSON, JSON as text, and JSON that says it is a form', async () => {
    const sent = (type: string) =>
      api.post('/api/echo/', '{"name": "NaN", "filters": {"a": NaN}}', { headers: { 'content-type': type } })
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      expect((await sent(type)).body.body).toEqual({ name: 'NaN', filters: { a: null } })
    }
  })
})
