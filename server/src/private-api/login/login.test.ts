import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type TestApp, testApp, testPassword } from '../../../test/app.ts'
import { createPersonalApiKeyStore } from '../../accounts/personal-api-keys.ts'
import { createSessionStore } from '../../accounts/sessions.ts'
import { createTwoFactorStore } from '../../accounts/two-factor.ts'
import { createUserStore } from '../../accounts/users.ts'
import { sessions, users } from '../../database/schema.ts'
import { hashKey } from '../../kit/api-keys.ts'
import { personalApiKeyRoutes } from '../personal-api-keys/routes.ts'
import { createLockout } from './lockout.ts'
import { loginRoutes } from './routes.ts'

describe('signing in', () => {
  let api: TestApp
  const anonymous = { key: null }
  const logIn = (email = 'owner@example.com', password = testPassword) =>
    api.post('/api/login', { email, password }, anonymous)
  const cookiesOf = (answer: Answer) =>
    Object.fromEntries(answer.cookies.map(({ name, value }) => [name, value])) as Record<
      'sessionid' | 'posthog_csrftoken',
      string
    >
  const keys = '/api/personal_api_keys/'

  beforeAll(async () => {
    api = await testApp(afterAll, ({ database, directory, activity }) => [
      loginRoutes({
        users: createUserStore(database),
        sessions: createSessionStore(database),
        twoFactor: createTwoFactorStore(database),
        secureCookies: true,
        now: () => new Date(),
      }),
      personalApiKeyRoutes({ keys: createPersonalApiKeyStore(database), activity, directory }),
    ])
  })

  it('gives a session that reads, and writes with its token only', async () => {
    const answer = await logIn('OWNER@example.com')
    expect([answer.status, answer.body]).toEqual([200, { success: true }])
    const cookies = cookiesOf(answer)
    expect(answer.cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax', secure: true })
    const [row] = await api.database.db.select().from(sessions)
    expect(row!.id).toBe(hashKey(cookies.sessionid))

    const session = { key: null, cookies }
    expect((await api.get(keys, session)).status).toBe(200)
    const without = await api.post(keys, { label: 'x' }, session)
    expect([without.status, without.body.code, without.body.detail]).toEqual([
      403,
      'permission_denied',
      'CSRF Failed: CSRF token missing.',
    ])
    const csrf = (token: string) => ({ ...session, headers: { 'x-csrftoken': token } })
    expect((await api.post(keys, { label: 'x' }, csrf('wrong'))).body.detail).toBe(
      'CSRF Failed: CSRF token incorrect.',
    )
    const stranger = await logIn()
    const foreign = cookiesOf(stranger).posthog_csrftoken
    expect((await api.post(keys, { label: 'x' }, csrf(foreign))).status).toBe(403)
    expect((await api.post(keys, { label: 'x' }, csrf(cookies.posthog_csrftoken))).status).toBe(201)
    // A key says who calls, whatever cookies a browser adds.
    expect((await api.post(keys, { label: 'x' }, { cookies })).status).toBe(201)
  })

  it('ends by signing out, by time, and with the user', async () => {
    const over = async (end: (session: Record<string, string>) => Promise<unknown>) => {
      const cookies = cookiesOf(await logIn())
      expect((await api.get(keys, { key: null, cookies })).status).toBe(200)
      await end(cookies)
      expect((await api.get(keys, { key: null, cookies })).status).toBe(401)
    }
    const { db } = api.database
    await over((cookies) => api.get('/logout', { key: null, cookies }))
    await over((cookies) =>
      api.post(
        '/api/logout',
        {},
        { key: null, cookies, headers: { 'x-csrftoken': cookies.posthog_csrftoken! } },
      ),
    )
    await over((cookies) =>
      db
        .update(sessions)
        .set({ expiresAt: new Date(Date.now() - 1000).toISOString() })
        .where(eq(sessions.id, hashKey(cookies.sessionid!))),
    )
    await over(() => db.update(users).set({ isActive: false }).where(eq(users.id, api.user.id)))
    expect((await logIn()).status).toBe(400)
    await db.update(users).set({ isActive: true }).where(eq(users.id, api.user.id))
  })

  it('goes on while it is used', async () => {
    const cookies = cookiesOf(await logIn())
    const inAWeek = new Date(Date.now() + 7 * 86_400_000).toISOString()
    await api.database.db
      .update(sessions)
      .set({ expiresAt: inAWeek })
      .where(eq(sessions.id, hashKey(cookies.sessionid)))
    const first = await api.get(keys, { key: null, cookies })
    expect(first.cookies.map(({ name }) => name)).toEqual(['sessionid', 'posthog_csrftoken'])
    expect((await api.get(keys, { key: null, cookies })).cookies).toEqual([])
  })

  it('redirects a link to /logout', async () => {
    const answer = await api.get('/logout', anonymous)
    expect([answer.status, answer.headers.location]).toEqual([302, '/login'])
  })

  it('says the same for a wrong password and an unknown address', async () => {
    const wrong = await logIn('owner@example.com', 'wrong')
    expect(wrong.body).toEqual({
      type: 'validation_error',
      code: 'invalid_credentials',
      detail: 'Invalid email or password.',
      attr: null,
    })
    expect((await logIn('nobody@example.com')).body).toEqual(wrong.body)
    const precheck = (email: string) => api.post('/api/login/precheck', { email }, anonymous)
    expect((await precheck('owner@example.com')).body).toEqual({
      sso_enforcement: null,
      saml_available: false,
    })
    expect((await precheck('owner')).status).toBe(400)
  })

  it('locks an address after thirty wrong passwords, for ten minutes', () => {
    const lockout = createLockout()
    for (let i = 0; i < 30; i++) {
      lockout.check('a@b.c', '::1', i)
      lockout.failed('A@b.c', '::1', i)
    }
    const locked = expect.objectContaining({ code: 'too_many_failed_attempts', kind: 'forbidden' })
    expect(() => lockout.check('a@b.c', '::1', 30)).toThrow(locked)
    lockout.check('a@b.c', '::2', 30)
    lockout.check('other@b.c', '::1', 30)
    lockout.check('a@b.c', '::1', 600_030)
    for (let i = 0; i < 270; i++) lockout.failed(`${i}@b.c`, '::1', 30)
    expect(() => lockout.check('other@b.c', '::1', 31)).toThrow(locked)
  })
})
