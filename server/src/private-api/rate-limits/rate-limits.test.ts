import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Account, type Answer, type TestApp, testApp, testPassword } from '../../../test/app.ts'
import { createOrganizationStore } from '../../accounts/organizations.ts'
import { insertPersonalApiKey } from '../../accounts/personal-api-keys.ts'
import { createProjectStore } from '../../accounts/projects.ts'
import type { Scope } from '../../accounts/scopes.ts'
import { createSessionStore } from '../../accounts/sessions.ts'
import { createTwoFactorStore } from '../../accounts/two-factor.ts'
import { createUserStore } from '../../accounts/users.ts'
import { operation, route } from '../../http/operation.ts'
import { newPersonalApiKey } from '../../kit/api-keys.ts'
import { createRateLimits } from '../../rate-limits/in-memory.ts'
import type { RateLimits } from '../../rate-limits/rate-limits.ts'
import { loginRoutes } from '../login/routes.ts'
import { userRoutes } from '../users/routes.ts'
import { rateLimitRoutes } from './routes.ts'

const asked = (id: string, scope: Scope) =>
  operation({
    id,
    method: 'GET',
    path: `/api/projects/:project_id/${id}/`,
    access: 'project',
    scope,
    tags: ['test'],
    summary: 'Test',
    answer: null,
  })
const things = [
  asked('things', 'action:read'),
  asked('numbers', 'query:read'),
  asked('people', 'person:read'),
]

let api: TestApp
/** Milliseconds; the limits' own clock. */
let now = 0
let limits: RateLimits
let base: string
const current: RateLimits = {
  take: (held) => limits.take(held),
  uses: (held) => limits.uses(held),
}

beforeAll(async () => {
  api = await testApp(
    afterAll,
    ({ database, directory, activity }) => {
      const organizations = createOrganizationStore(database)
      const projects = createProjectStore(database)
      const users = createUserStore(database)
      const sessions = createSessionStore(database)
      return [
        rateLimitRoutes({ rateLimits: current, organizations, now: () => new Date() }),
        userRoutes({ users, organizations, projects, sessions, activity, directory }),
        loginRoutes({
          users,
          sessions,
          twoFactor: createTwoFactorStore(database),
          secureCookies: false,
          now: () => new Date(),
        }),
        async (app) => {
          for (const thing of things) route(app, thing, async () => undefined)
        },
      ]
    },
    { rateLimits: current },
  )
  base = `/api/projects/${api.project.id}/`
})
beforeEach(() => {
  limits = createRateLimits({ now: () => now })
})

const statuses = (answers: Answer[]) => {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
/** Fifty at a time. */
async function many(times: number, ask: (n: number) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let n = 0; n < times; n += 50) {
    const batch = Array.from({ length: Math.min(50, times - n) }, (_, k) => ask(n + k))
    answers.push(...(await Promise.all(batch)))
  }
  return answers
}
const left = (answer: Answer) => Number(answer.headers['x-ratelimit-remaining'])

describe('a personal API key', { timeout: 60_000 }, () => {
  test.each([
    ['things', 480, 4800],
    ['numbers', 240, 1200],
    ['people', 240, 1200],
  ])('may ask for %s %i times a minute and %i times an hour', async (path, inMinute, inHour) => {
    const ask = () => api.get(`${base}${path}/`)
    const first = await many(inMinute + 20, ask)
    expect(statuses(first)).toEqual({ 200: inMinute, 429: 20 })
    // The whole minute is over when the last of it was a minute ago.
    now += 59_999
    expect((await ask()).status).toBe(429)
    now += 1
    for (let taken = inMinute; taken < inHour; taken += inMinute) {
      expect(statuses(await many(inMinute, ask))).toEqual({ 200: inMinute })
      now += 60_000
    }
    const refused = await ask()
    expect(refused.status).toBe(429)
    const wait = Number(refused.headers['retry-after'])
    now += wait * 1000 - 1000
    expect((await ask()).status).toBe(429)
    now += 1000
    expect((await ask()).status).toBe(200)
  })

  test('counts for the organization, whichever key of whichever member asks about whichever project', async () => {
    const colleague = await api.colleague()
    const second = newPersonalApiKey()
    await api.database.transaction((tx) => insertPersonalApiKey(tx, api.user.id, { label: 'second' }, second))
    const keys = [api.key, second, colleague.key]
    const answers = await many(260, (n) => api.get(`${base}numbers/`, { key: keys[n % 3] }))
    expect(statuses(answers)).toEqual({ 200: 240, 429: 20 })
    // Another class, and another organization, have their own.
    expect((await api.get(`${base}things/`)).status).toBe(200)
    const stranger = await api.stranger()
    const theirs = await api.get(`/api/projects/${stranger.project.id}/numbers/`, { key: stranger.key })
    expect(theirs.status).toBe(200)
  })

  test('is told how much is left, and how long to wait, in the shape that clients know', async () => {
    const before = Math.floor(Date.now() / 1000)
    const first = await api.get(`${base}numbers/`)
    expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '240', 'x-ratelimit-remaining': '239' })
    const reset = Number(first.headers['x-ratelimit-reset'])
    expect(reset).toBeGreaterThanOrEqual(before + 60)
    expect(reset).toBeLessThanOrEqual(before + 65)
    expect(first.headers['access-control-expose-headers']).toContain('X-RateLimit-Remaining')
    now += 18_500
    const others = await many(239, () => api.get(`${base}numbers/`))
    expect(others.map(left).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 239 }, (_, n) => n))

    const refused = await api.get(`${base}numbers/`)
    expect(refused.status).toBe(429)
    expect(refused.body).toEqual({
      type: 'throttled_error',
      code: 'throttled',
      detail: 'Request was throttled. Expected available in 42 seconds.',
      attr: null,
    })
    expect(refused.headers).toMatchObject({
      'retry-after': '42',
      'x-ratelimit-limit': '240',
      'x-ratelimit-remaining': '0',
      'content-type': 'application/json; charset=utf-8',
    })
    now += 41_000
    expect((await api.get(`${base}numbers/`)).body.detail).toBe(
      'Request was throttled. Expected available in 1 second.',
    )
  })

  test('that is wrong, or may not do it, is not counted', async () => {
    const stranger = await api.stranger()
    await many(50, () => api.get(`${base}things/`, { key: 'phx_wrong' }))
    await many(50, () => api.get(`${base}things/`, { key: stranger.key }))
    expect(left(await api.get(`${base}things/`))).toBe(479)
  })

  test('is let pass when nothing can be counted', async () => {
    limits = {
      take: () => {
        throw new Error('the database is away')
      },
      uses: () => [],
    }
    const { status, headers } = await api.get(`${base}things/`)
    expect([status, headers['x-ratelimit-limit']]).toEqual([200, undefined])
  })
})

describe('a session', () => {
  let cookies: Record<string, string>
  let csrf: Record<string, string>
  beforeAll(async () => {
    const body = { email: api.user.email, password: testPassword }
    const signedIn = await api.post('/api/login/', body, { key: null })
    cookies = Object.fromEntries(signedIn.cookies.map(({ name, value }) => [name, value]))
    const [, token] = Object.entries(cookies).find(([name]) => name.includes('csrf'))!
    csrf = { 'x-csrftoken': token }
  })

  test('is not counted', { timeout: 60_000 }, async () => {
    const answers = await many(500, () => api.get(`${base}things/`, { key: null, cookies }))
    expect(statuses(answers)).toEqual({ 200: 500 })
    expect(answers[0]!.headers).not.toHaveProperty('x-ratelimit-limit')
  })

  test('may change its account five times a minute', async () => {
    const change = (key: string | null) =>
      api.patch(
        '/api/users/@me/',
        { first_name: 'Olive' },
        key ? { key } : { key: null, cookies, headers: csrf },
      )
    for (let n = 0; n < 5; n++) expect((await change(n % 2 ? api.key : null)).status).toBe(200)
    expect((await change(null)).status).toBe(429)
    expect((await change(api.key)).status).toBe(429)
    expect((await api.get('/api/users/@me/', { key: null, cookies })).status).toBe(200)
    expect((await change((await api.colleague()).key)).status).toBe(200)
    now += 60_000
    expect((await change(null)).status).toBe(200)
  })
})

describe('the use of the limits', () => {
  const uses = async (account: Account = api) =>
    (await api.get('/api/organizations/@current/rate_limits/', { key: account.key })).body

  test('is shown by organization, and asking counts like all else', async () => {
    await many(3, () => api.get(`${base}numbers/`))
    await api.get(`${base}people/`)
    const { enabled, results } = await uses()
    expect(enabled).toBe(true)
    expect(results).toEqual([
      expect.objectContaining({
        name: 'crud_burst',
        limit: 480,
        window_seconds: 60,
        used: 1,
        remaining: 479,
      }),
      expect.objectContaining({ name: 'crud_sustained', limit: 4800, window_seconds: 3600, used: 1 }),
      expect.objectContaining({ name: 'analytics_burst', limit: 240, window_seconds: 60, used: 4 }),
      expect.objectContaining({ name: 'analytics_sustained', limit: 1200, used: 3, remaining: 1197 }),
      expect.objectContaining({ name: 'persons_sustained', limit: 1200, used: 1 }),
      expect.objectContaining({ name: 'local_evaluation', limit: 600, used: 0, resets_at: null }),
    ])
    expect(Date.parse(results[1].resets_at) - Date.now()).toBeGreaterThan(3_590_000)
    expect((await uses(await api.stranger())).results[2]).toMatchObject({ used: 0 })
  })

  test("is not another organization's business", async () => {
    const stranger = await api.stranger()
    const path = `/api/organizations/${api.organization.id}/rate_limits/`
    expect((await api.get(path, { key: stranger.key })).status).toBe(404)
  })
})
