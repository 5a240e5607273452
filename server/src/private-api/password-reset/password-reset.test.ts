import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type Answer, type TestApp, testApp, testPassword } from '../../../test/app.ts'
import { testMailServer } from '../../../test/mail.ts'
import { createPasswordResetStore } from '../../accounts/password-resets.ts'
import { hashPassword } from '../../accounts/passwords.ts'
import { createSessionStore } from '../../accounts/sessions.ts'
import { createTwoFactorStore } from '../../accounts/two-factor.ts'
import { createUserStore } from '../../accounts/users.ts'
import { passwordResets, users } from '../../database/schema.ts'
import { createJobs, type Jobs } from '../../jobs/jobs.ts'
import { createMailer } from '../../mail/mailer.ts'
import { createRateLimits } from '../../rate-limits/in-memory.ts'
import { loginRoutes } from '../login/routes.ts'
import { passwordResetRoutes } from './routes.ts'
import { sendPasswordResetTask } from './tasks.ts'

let api: TestApp
let mails: Awaited<ReturnType<typeof testMailServer>>
let jobs: Jobs
const siteUrl = 'https://hedgerow.example'
const anonymous = { key: null }
const password = 'a hedge of hawthorn'

beforeAll(async () => {
  mails = await testMailServer(afterAll)
  api = await testApp(afterAll, ({ database, directory, activity }) => {
    const resets = createPasswordResetStore(database)
    const sessions = createSessionStore(database)
    const mailer = createMailer({ url: mails.url, from: 'hedgerow@example.com' })
    jobs = createJobs({
      database,
      tasks: [sendPasswordResetTask({ resets, mailer, siteUrl })],
      logger: { warn: () => {} },
    })
    return [
      passwordResetRoutes({
        resets,
        sessions,
        activity,
        directory,
        jobs,
        rateLimits: createRateLimits(),
        canMail: true,
        secureCookies: false,
        now: () => new Date(),
      }),
      loginRoutes({
        users: createUserStore(database),
        sessions,
        twoFactor: createTwoFactorStore(database),
        secureCookies: false,
        now: () => new Date(),
      }),
    ]
  })
  jobs.start()
})
afterAll(() => jobs.stop())

beforeEach(async () => {
  const { db } = api.database
  await db.delete(passwordResets)
  await db
    .update(users)
    .set({ passwordHash: await hashPassword(testPassword) })
    .where(eq(users.id, api.user.id))
})

const ask = (email: string) => api.post('/api/reset/', { email }, anonymous)
/** The path and token of the link that the next mail holds. */
async function link(): Promise<{ path: string; token: string }> {
  const before = mails.received.length
  expect((await ask('OWNER@example.com')).status).toBe(204)
  await expect.poll(() => mails.received.length, { timeout: 20_000 }).toBe(before + 1)
  const { text } = mails.received.at(-1)!
  const [, uuid, token] = /https:\/\/hedgerow\.example\/reset\/([0-9a-f-]{36})\/(\w{42,43})\n/.exec(text)!
  expect(uuid).toBe(api.user.uuid)
  return { path: `/api/reset/${uuid}/`, token: token! }
}
const issue = async () => {
  const { token } = (await createPasswordResetStore(api.database).issue('owner@example.com', new Date()))!
  return { path: `/api/reset/${api.user.uuid}/`, token }
}
const logIn = async (given: string) =>
  (await api.post('/api/login/', { email: 'owner@example.com', password: given }, anonymous)).status
const refusal = ({ status, body }: Answer) => [status, body.code, body.attr]

describe('a lost password', () => {
  it('is set anew by the link of an e-mail, once, which ends every session and begins one', async () => {
    const sessions = createSessionStore(api.database)
    const session = await sessions.open(api.user.id, new Date())
    const { path, token } = await link()
    expect(mails.received.at(-1)).toMatchObject({
      from: 'hedgerow@example.com',
      to: ['owner@example.com'],
      subject: 'A new password for Hedgerow',
    })
    const good = await api.get(`${path}?token=${token}`, anonymous)
    expect([good.status, good.text]).toEqual([204, ''])
    await api.activities()
    const set = await api.post(path, { token, password }, anonymous)
    expect([set.status, set.text]).toEqual([204, ''])
    const value = set.cookies.find(({ name }) => name === 'sessionid')!.value
    expect((await sessions.find(value, new Date()))!.user.id).toBe(api.user.id)
    expect(await sessions.find(session, new Date())).toBeUndefined()
    expect([await logIn(testPassword), await logIn(password)]).toEqual([400, 200])
    expect(refusal(await api.post(path, { token, password }, anonymous))).toEqual([
      400,
      'invalid_token',
      'token',
    ])
    const entries = await api.activities()
    expect(entries).toMatchObject([
      {
        scope: 'User',
        activity: 'updated',
        userId: api.user.id,
        detail: { changes: [{ field: 'password', before: 'masked', after: 'masked' }] },
      },
    ])
    expect(JSON.stringify(entries)).not.toContain('argon2')
  })

  it('keeps no token that could be read, in the database or among the jobs', async () => {
    const { token } = await link()
    const [row] = await api.database.db.select().from(passwordResets)
    expect(JSON.stringify(row)).not.toContain(token)
    const queued = await api.database.run('select data::text from pgboss.job')
    expect(JSON.stringify(queued)).not.toContain(token)
  })

  it('can be asked for by nobody, and the answer does not tell', async () => {
    const before = mails.received.length
    const stranger = await ask('nobody@example.com')
    await link()
    expect([stranger.status, stranger.text]).toEqual([204, ''])
    expect(mails.received).toHaveLength(before + 1)
    expect(refusal(await ask('nobody'))).toEqual([400, 'invalid_input', 'email'])
  })

  it('is for the user of the link, who is active, and for a day', async () => {
    const { path, token } = await issue()
    const stranger = await api.stranger()
    const bad = [400, 'invalid_token', 'token']
    const at = (where: string, what: string) => api.get(`${where}?token=${what}`, anonymous)
    expect(refusal(await at(`/api/reset/${stranger.user.uuid}/`, token))).toEqual(bad)
    expect(refusal(await at(path, `${token.slice(0, -1)}_`))).toEqual(bad)
    expect(refusal(await api.get(path, anonymous))).toEqual([400, 'required', 'token'])
    expect((await at('/api/reset/nobody/', token)).status).toBe(404)
    const { db } = api.database
    await db.update(users).set({ isActive: false }).where(eq(users.id, api.user.id))
    expect(refusal(await at(path, token))).toEqual(bad)
    await db.update(users).set({ isActive: true }).where(eq(users.id, api.user.id))
    await db.update(passwordResets).set({ expiresAt: new Date(Date.now() - 1).toISOString() })
    expect(refusal(await at(path, token))).toEqual(bad)
    expect(refusal(await api.post(path, { token, password }, anonymous))).toEqual(bad)
    expect(await logIn(testPassword)).toBe(200)
  })

  it('is replaced by a strong one only, and the link stays good until then', async () => {
    const { path, token } = await issue()
    const set = (given: string) => api.post(path, { token, password: given }, anonymous)
    expect(refusal(await set('short'))).toEqual([400, 'password_too_short', 'password'])
    expect(refusal(await set('owner@example.com'))).toEqual([400, 'password_too_similar', 'password'])
    expect((await set(password)).status).toBe(204)
  })

  it('is set once by two who come at the same time', async () => {
    const { path, token } = await issue()
    const both = await Promise.all([
      api.post(path, { token, password }, anonymous),
      api.post(path, { token, password: `${password}s` }, anonymous),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([204, 400])
  })

  it('has no links any more when the password or the address was changed otherwise', async () => {
    const store = createUserStore(api.database)
    for (const change of [
      { passwordHash: await hashPassword('another one') },
      { email: 'Owner@example.com' },
    ]) {
      const { path, token } = await issue()
      await store.update(api.user.id, change)
      expect((await api.get(`${path}?token=${token}`, anonymous)).status).toBe(400)
    }
  })

  it('is asked for six times a day by an address, known or not', async () => {
    for (let n = 0; n < 6; n++) expect((await ask('many@example.com')).status).toBe(204)
    const seventh = await ask('MANY@example.com')
    expect(refusal(seventh)).toEqual([429, 'throttled', null])
    expect(Number(seventh.headers['retry-after'])).toBeGreaterThan(80_000)
    expect((await ask('other@example.com')).status).toBe(204)
  })
})

describe('a server that sends no e-mails', () => {
  it('says so, and who can help', async () => {
    const other = await testApp(onTestFinished, ({ database, directory, activity }) => [
      passwordResetRoutes({
        resets: createPasswordResetStore(database),
        sessions: createSessionStore(database),
        activity,
        directory,
        jobs: {
          send: async () => {
            throw new Error('nothing is sent')
          },
        },
        rateLimits: createRateLimits(),
        canMail: false,
        secureCookies: false,
        now: () => new Date(),
      }),
    ])
    const answer = await other.post('/api/reset/', { email: 'owner@example.com' }, anonymous)
    expect(refusal(answer)).toEqual([400, 'email_not_available', null])
    expect(answer.body.detail).toContain('hedgerow user set-password')
  }, 120_000)
})
