import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type TestApp, testApp, testPassword } from '../../../test/app.ts'
import { createFirstUser } from '../../accounts/first-user.ts'
import { createInviteStore } from '../../accounts/invites.ts'
import { createSessionStore } from '../../accounts/sessions.ts'
import { users } from '../../database/schema.ts'
import { signupRoutes } from './routes.ts'

const good = {
  first_name: 'Ada',
  email: 'Ada@Example.org',
  password: testPassword,
  organization_name: 'Engines',
}

describe('signing up', () => {
  let api: TestApp
  const signUp = (body: unknown): Promise<Answer> => api.post('/api/signup/', body, { key: null })
  const empty = () => api.database.db.delete(users)

  beforeAll(async () => {
    api = await testApp(afterAll, ({ database, directory, activity }) => [
      signupRoutes({
        createFirstUser: (first) => createFirstUser(database, first),
        invites: createInviteStore(database),
        sessions: createSessionStore(database),
        activity,
        directory,
        jobs: { send: async () => {} },
        canMail: false,
        secureCookies: false,
        now: () => new Date(),
      }),
    ])
  })

  it('is closed once somebody has', async () => {
    const refused = await signUp(good)
    expect(refused.status).toBe(403)
    expect(refused.body).toMatchObject({ type: 'authentication_error', code: 'permission_denied' })
    expect(refused.cookies).toEqual([])
  })

  it('makes user, organization and project, and signs in', async () => {
    await empty()
    const made = await signUp(good)
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ first_name: 'Ada', email: 'Ada@Example.org', redirect_url: '/' })
    const [session, csrf] = ['sessionid', 'posthog_csrftoken'].map((name) =>
      made.cookies.find((cookie) => cookie.name === name),
    )
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
    expect(csrf!.httpOnly).toBeUndefined()
    const [user] = await api.database.db.select().from(users)
    expect(user).toMatchObject({ isStaff: true, email: 'Ada@Example.org' })
    expect(user!.currentProjectId).not.toBeNull()
    expect(user!.passwordHash).toMatch(/^\$argon2id\$/)
  })

  it('lets only one of two first visitors in', async () => {
    await empty()
    const both = await Promise.all([signUp(good), signUp({ ...good, email: 'b@example.org' })])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 403])
  })

  it.each([
    ['short', 'password_too_short'],
    ['1234567890123', 'password_entirely_numeric'],
    ['Password123', 'password_too_common'],
    ['ada@example.org', 'password_too_similar'],
  ])('refuses the password %s', async (password, code) => {
    await empty()
    const refused = await signUp({ ...good, password })
    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({ type: 'validation_error', code, attr: 'password' })
  })

  it('names a field that is missing or wrong', async () => {
    expect((await signUp({})).body).toMatchObject({ code: 'required', attr: 'first_name' })
    expect((await signUp({ ...good, email: 'nobody' })).body).toMatchObject({
      code: 'invalid_input',
      detail: 'Enter a valid email address.',
      attr: 'email',
    })
  })
})
