import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type TestApp, testApp, testPassword } from '../../../test/app.ts'
import { createOrganizationStore } from '../../accounts/organizations.ts'
import { createPasswordResetStore } from '../../accounts/password-resets.ts'
import { createProjectStore } from '../../accounts/projects.ts'
import { createSessionStore } from '../../accounts/sessions.ts'
import { createTwoFactorStore } from '../../accounts/two-factor.ts'
import { createUserStore } from '../../accounts/users.ts'
import { loginChallenges, twoFactors, users } from '../../database/schema.ts'
import { csrfToken } from '../../http/session-cookies.ts'
import { totpCode, totpStep } from '../../kit/totp.ts'
import { createRateLimits } from '../../rate-limits/in-memory.ts'
import { loginRoutes } from '../login/routes.ts'
import { organizationRoutes } from '../organizations/routes.ts'
import { passwordResetRoutes } from '../password-reset/routes.ts'
import { tagRoutes } from '../tags/routes.ts'
import { twoFactorRoutes } from './routes.ts'

let api: TestApp
/** The time of these tests' codes: each test has minutes of its own, as a code is good once. */
let time = Date.now()
const me = '/api/users/@me/'
const anonymous = { key: null }

beforeAll(async () => {
  api = await testApp(afterAll, ({ database, directory, activity }) => {
    const twoFactor = createTwoFactorStore(database)
    const sessions = createSessionStore(database)
    const now = () => new Date(time)
    return [
      tagRoutes({ database }),
      organizationRoutes({
        organizations: createOrganizationStore(database),
        projects: createProjectStore(database),
        activity,
        directory,
      }),
      twoFactorRoutes({ twoFactor, sessions, activity, directory, now }),
      loginRoutes({ users: createUserStore(database), sessions, twoFactor, secureCookies: false, now }),
      passwordResetRoutes({
        resets: createPasswordResetStore(database),
        sessions,
        activity,
        directory,
        jobs: { send: async () => {} },
        rateLimits: createRateLimits(),
        canMail: true,
        secureCookies: false,
        now,
      }),
    ]
  })
})
beforeEach(async () => {
  const { db } = api.database
  await db.delete(twoFactors)
  await db.delete(loginChallenges)
  await db.update(users).set({ is2faEnabled: false }).where(eq(users.id, api.user.id))
  await api.activities()
  time += 120_000
})

/** As a browser that is signed in. */
async function browser() {
  const session = await createSessionStore(api.database).open(api.user.id, new Date())
  const csrf = csrfToken(session)
  return {
    key: null,
    cookies: { sessionid: session, posthog_csrftoken: csrf },
    headers: { 'x-csrftoken': csrf },
  }
}
const cookie = (answer: Answer, name: string) => answer.cookies.find((one) => one.name === name)?.value
const logIn = (password = testPassword) =>
  api.post('/api/login/', { email: 'owner@example.com', password }, anonymous)
const second = (first: Answer, token: string) =>
  api.post(
    '/api/login/token/',
    { token },
    { key: null, cookies: { login_challenge: cookie(first, 'login_challenge')! } },
  )
const refusal = ({ status, body }: Answer) => [status, body.type, body.code]
/** Turned on; the next code is one of half a minute later. */
async function turnedOn() {
  const own = await browser()
  const { secret } = (await api.get(`${me}start_2fa_setup/`, own)).body
  const code = () => totpCode(secret, totpStep(new Date(time)))
  const on = await api.post(`${me}validate_2fa/`, { token: code() }, own)
  expect(on.status).toBe(200)
  time += 30_000
  return { own, code, secret: secret as string, backup: on.body.backup_codes as string[] }
}

describe('a second factor', () => {
  it('is set up with a code of the app, which ends other sessions and is told of', async () => {
    const own = await browser()
    const other = await browser()
    const begun = await api.get(`${me}start_2fa_setup/`, own)
    expect(begun.body).toEqual({
      success: true,
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      otpauth_url: expect.stringContaining('otpauth://totp/Hedgerow:owner%40example.com?secret='),
    })
    expect((await logIn()).status).toBe(200)
    const wrong = await api.post(`${me}validate_2fa/`, { token: '000000' }, own)
    expect([wrong.status, wrong.body.code, wrong.body.attr]).toEqual([400, 'token_invalid', 'token'])
    const token = totpCode(begun.body.secret, totpStep(new Date(time)))
    const on = await api.post(`${me}validate_2fa/`, { token }, own)
    expect(on.body.backup_codes).toHaveLength(10)
    expect(new Set(on.body.backup_codes).size).toBe(10)
    expect((await api.get(`${me}two_factor_status/`, own)).body).toEqual({
      is_enabled: true,
      backup_codes_left: 10,
    })
    expect((await api.get(`${me}two_factor_status/`, other)).status).toBe(401)
    expect((await api.get(`${me}start_2fa_setup/`, own)).status).toBe(400)
    const entries = await api.activities()
    expect(entries).toMatchObject([
      { scope: 'User', detail: { changes: [{ field: 'is_2fa_enabled', before: false, after: true }] } },
    ])
    const kept = JSON.stringify(await api.database.db.select().from(twoFactors))
    for (const code of on.body.backup_codes) expect(kept).not.toContain(code)
  })

  it('is asked for after the password, and a code is good once', async () => {
    const { code } = await turnedOn()
    const first = await logIn()
    expect(refusal(first)).toEqual([401, 'server_error', '2fa_required'])
    expect(cookie(first, 'sessionid')).toBeUndefined()
    expect(refusal(await second(first, '000000'))).toEqual([400, 'validation_error', '2fa_invalid'])
    const token = code()
    const done = await second(first, token)
    expect([done.status, done.body]).toEqual([200, { success: true }])
    const session = cookie(done, 'sessionid')!
    expect((await createSessionStore(api.database).find(session, new Date()))!.user.id).toBe(api.user.id)
    expect(refusal(await second(first, code()))).toEqual([400, 'validation_error', '2fa_expired'])
    expect(refusal(await second(await logIn(), token))).toEqual([400, 'validation_error', '2fa_invalid'])
    expect(refusal(await logIn('wrong'))).toEqual([400, 'validation_error', 'invalid_credentials'])
  })

  it('can be a backup code, once', async () => {
    const { own, backup } = await turnedOn()
    const typed = ` ${backup[3]!.toUpperCase()} `
    expect((await second(await logIn(), typed)).status).toBe(200)
    expect(refusal(await second(await logIn(), typed))[2]).toBe('2fa_invalid')
    expect((await api.get(`${me}two_factor_status/`, own)).body.backup_codes_left).toBe(9)
    const renewed = await api.post(`${me}two_factor_backup_codes/`, { current_password: testPassword }, own)
    expect(renewed.body.backup_codes).toHaveLength(10)
    expect(refusal(await second(await logIn(), backup[4]!))[2]).toBe('2fa_invalid')
    expect((await second(await logIn(), renewed.body.backup_codes[4])).status).toBe(200)
  })

  it('takes no code for ten minutes after ten wrong ones, from anybody', async () => {
    const { code } = await turnedOn()
    const first = await logIn()
    for (let n = 0; n < 10; n++) expect(refusal(await second(first, 'abcdef'))[2]).toBe('2fa_invalid')
    expect(refusal(await second(first, code()))[2]).toBe('2fa_too_many_attempts')
    expect(refusal(await second(await logIn(), code()))[2]).toBe('2fa_too_many_attempts')
    time += 600_000
    expect((await second(await logIn(), code())).status).toBe(200)
  })

  it('is asked of who has given the password in the last ten minutes, in this browser', async () => {
    const { code } = await turnedOn()
    const none = await api.post('/api/login/token/', { token: code() }, anonymous)
    expect(refusal(none)[2]).toBe('2fa_expired')
    const first = await logIn()
    time += 600_000
    expect(refusal(await second(first, code()))[2]).toBe('2fa_expired')
  })

  it('is one code for two who send it at once', async () => {
    const { code } = await turnedOn()
    const [a, b] = [await logIn(), await logIn()]
    const token = code()
    const both = await Promise.all([second(a, token), second(b, token)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400])
  })

  it('is turned off with the password and a session, not with a key', async () => {
    const { own } = await turnedOn()
    for (const [method, path, body] of [
      ['GET', 'start_2fa_setup/'],
      ['POST', 'validate_2fa/', { token: '000000' }],
      ['POST', 'two_factor_backup_codes/', { current_password: testPassword }],
      ['POST', 'two_factor_disable/', { current_password: testPassword }],
    ] as const) {
      expect([path, (await api.ask(method, me + path, body)).status]).toEqual([path, 403])
    }
    const wrong = await api.post(`${me}two_factor_disable/`, { current_password: 'x' }, own)
    expect(refusal(wrong)[2]).toBe('incorrect_password')
    expect((await api.post(`${me}two_factor_disable/`, { current_password: testPassword }, own)).status).toBe(
      200,
    )
    expect((await logIn()).status).toBe(200)
  })

  it('is not got around by a link for a lost password', async () => {
    await turnedOn()
    const issued = await createPasswordResetStore(api.database).issue('owner@example.com', new Date(time))
    const reset = `/api/reset/${api.user.uuid}/`
    const set = await api.post(reset, { token: issued!.token, password: testPassword }, anonymous)
    expect([set.status, set.cookies]).toEqual([204, []])
    expect(refusal(await logIn())[2]).toBe('2fa_required')
  })
})

describe('an organization that requires it', () => {
  it('is closed to sessions without it, and to nothing else', async () => {
    const plain = await browser()
    const [organization, project] = [
      `/api/organizations/${api.organization.id}/`,
      `/api/projects/${api.project.id}/tags/`,
    ]
    expect((await api.patch(organization, { enforce_2fa: true }, plain)).status).toBe(200)
    for (const path of [
      organization,
      '/api/organizations/@current/',
      project,
      '/api/projects/@current/tags/',
    ]) {
      expect(refusal(await api.get(path, plain))).toEqual([403, 'authentication_error', '2fa_setup_required'])
      expect((await api.get(path)).status).toBe(200)
    }
    const { own } = await turnedOn()
    expect((await api.get(project, own)).status).toBe(200)
    expect((await api.patch(organization, { enforce_2fa: false }, own)).status).toBe(200)
  })
})
