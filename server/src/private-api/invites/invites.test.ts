import { eq, ne } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type Account, type Answer, type TestApp, testApp } from '../../../test/app.ts'
import { testMailServer } from '../../../test/mail.ts'
import { createFirstUser } from '../../accounts/first-user.ts'
import { createInviteStore } from '../../accounts/invites.ts'
import { createOrganizationStore } from '../../accounts/organizations.ts'
import { createSessionStore } from '../../accounts/sessions.ts'
import { organizationInvites, organizationMemberships, users } from '../../database/schema.ts'
import { csrfToken } from '../../http/session-cookies.ts'
import { createMailer } from '../../mail/mailer.ts'
import { signupRoutes } from '../signup/routes.ts'
import { inviteRoutes } from './routes.ts'
import { sendInvite, sendInviteTask } from './tasks.ts'

let api: TestApp
/** The organization's invites. */
let path: string
let sent: { name: string; data: object }[]

beforeAll(async () => {
  api = await testApp(afterAll, ({ database, directory, activity }) => {
    const invites = createInviteStore(database)
    const organizations = createOrganizationStore(database)
    const now = () => new Date()
    const jobs = {
      send: async ({ name }: { name: string }, data: object) => {
        sent.push({ name, data })
      },
    }
    return [
      inviteRoutes({ invites, organizations, activity, jobs, canMail: true, now }),
      signupRoutes({
        createFirstUser: (first) => createFirstUser(database, first),
        invites,
        sessions: createSessionStore(database),
        activity,
        directory,
        jobs,
        canMail: false,
        secureCookies: false,
        now,
      }),
    ]
  })
  path = `/api/organizations/${api.organization.id}/invites/`
})
/** The owner is alone again, and nobody is invited. */
beforeEach(async () => {
  const { db } = api.database
  await db.delete(users).where(ne(users.id, api.user.id))
  await db.delete(organizationInvites)
  await api.changed()
  await api.activities()
  sent = []
})

const invite = async (email: string, more: object = {}) =>
  (await api.post(path, { target_email: email, ...more })).body.id as string
const age = (days: number) =>
  api.database.db
    .update(organizationInvites)
    .set({ createdAt: new Date(Date.now() - days * 86_400_000).toISOString() })
const anonymous = { key: null }
const signUp = (id: string, body: object = { first_name: 'Nora', password: 'a hedge of hawthorn' }) =>
  api.post(`/api/signup/${id}/`, body, anonymous)
/** As a browser in which that user is signed in. */
const signedIn = async (who: Pick<Account, 'user'>) => {
  const session = await createSessionStore(api.database).open(who.user.id, new Date())
  const csrf = csrfToken(session)
  return {
    key: null,
    cookies: { sessionid: session, posthog_csrftoken: csrf },
    headers: { 'x-csrftoken': csrf },
  }
}
const refusal = ({ status, body }: Answer) => [status, body.code, body.attr]

describe('invites', () => {
  it('are made by every member, listed with the newest first, and withdrawn', async () => {
    const member = await api.colleague()
    const key = { key: member.key }
    await api.activities()
    const made = await api.post(path, { target_email: 'New@Example.org', first_name: 'Nora' }, key)
    expect([made.status, made.body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        target_email: 'New@Example.org',
        first_name: 'Nora',
        emailing_attempt_made: true,
        is_expired: false,
        created_by: expect.objectContaining({ email: member.user.email }),
        created_at: expect.stringMatching(/Z$/),
        updated_at: expect.stringMatching(/Z$/),
        message: null,
      },
    ])
    await age(3)
    const second = await invite('second@example.org')
    const { body } = await api.get(path)
    expect(body).toMatchObject({
      count: 2,
      results: [
        { id: second, is_expired: false },
        { id: made.body.id, is_expired: true },
      ],
    })
    expect((await api.get(`${path}?limit=1&offset=1`)).body.results).toMatchObject([{ id: made.body.id }])
    expect((await api.delete(`${path}${second}/`, key)).status).toBe(204)
    expect((await api.delete(`${path}${second}/`)).status).toBe(404)
    expect((await api.get(path)).body.count).toBe(1)
    expect(sent).toHaveLength(2)
    expect(await api.activities()).toMatchObject([
      { scope: 'OrganizationInvite', activity: 'created', detail: { name: 'New@Example.org' } },
      { activity: 'created', detail: { name: 'second@example.org' } },
      { activity: 'deleted', userId: member.user.id, detail: { name: 'second@example.org' } },
    ])
  })

  it('need an address that can be one, of nobody who is a member', async () => {
    expect(refusal(await api.post(path, {}))).toEqual([400, 'required', 'target_email'])
    expect(refusal(await api.post(path, { target_email: 'nobody' }))).toEqual([
      400,
      'invalid_input',
      'target_email',
    ])
    const taken = await api.post(path, { target_email: 'OWNER@example.com' })
    expect([taken.status, taken.body.detail]).toEqual([
      400,
      'A user with this email address already belongs to the organization.',
    ])
    // An account elsewhere is no member.
    const stranger = await api.stranger()
    expect((await api.post(path, { target_email: stranger.user.email })).status).toBe(201)
  })

  it('are made several at once, all or none, up to twenty', async () => {
    const some = (count: number) => Array.from({ length: count }, (_, n) => ({ target_email: `p${n}@x.org` }))
    const made = await api.post(`${path}bulk/`, some(20))
    expect(made.status).toBe(201)
    expect(made.body.map((one: { target_email: string }) => one.target_email)).toEqual(
      some(20).map(({ target_email }) => target_email),
    )
    expect(refusal(await api.post(`${path}bulk/`, some(21)))).toEqual([400, 'max_length', null])
    expect((await api.post(`${path}bulk/`, [...some(2), { target_email: 'owner@example.com' }])).status).toBe(
      400,
    )
    expect(refusal(await api.post(`${path}bulk/`, [...some(2), {}]))).toEqual([
      400,
      'required',
      '2__target_email',
    ])
    expect(refusal(await api.post(`${path}bulk/`, { target_email: 'a@b.org' }))).toEqual([
      400,
      'not_a_list',
      null,
    ])
    expect((await api.get(path)).body.count).toBe(20)
  })

  it('are nothing to people of other organizations', async () => {
    const key = { key: (await api.stranger()).key }
    const id = await invite('new@example.org')
    expect((await api.get(path, key)).status).toBe(404)
    expect((await api.post(path, { target_email: 'a@b.org' }, key)).status).toBe(404)
    expect((await api.delete(`${path}${id}/`, key)).status).toBe(404)
    expect((await api.delete(`/api/organizations/@current/invites/${id}/`, key)).status).toBe(404)
    expect((await api.get(`/api/signup/${id}/`, anonymous)).status).toBe(200)
  })
})

describe('the link of an invite', () => {
  it('shows who invites whom, with the address hidden', async () => {
    const id = await invite('nora.new@example.org', { first_name: 'Nora' })
    const { status, body } = await api.get(`/api/signup/${id}/`, anonymous)
    expect([status, body]).toEqual([
      200,
      {
        id,
        target_email: 'n******w@example.org',
        first_name: 'Nora',
        organization_name: 'Example',
        invited_by: 'Olive',
      },
    ])
  })

  it('makes an account that is a member and signed in, once', async () => {
    const id = await invite('nora@example.org')
    const other = await invite('NORA@example.org')
    await api.activities()
    const made = await signUp(id)
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({ first_name: 'Nora', email: 'nora@example.org', redirect_url: '/' }),
    ])
    const session = made.cookies.find(({ name }) => name === 'sessionid')!
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
    const { db } = api.database
    const [user] = await db.select().from(users).where(eq(users.email, 'nora@example.org'))
    expect(user).toMatchObject({
      isStaff: false,
      currentOrganizationId: api.organization.id,
      currentProjectId: api.project.id,
    })
    const [membership] = await db
      .select()
      .from(organizationMemberships)
      .where(eq(organizationMemberships.userId, user!.id))
    expect(membership).toMatchObject({ organizationId: api.organization.id, level: 1 })
    expect(await api.activities()).toMatchObject([
      {
        scope: 'OrganizationMembership',
        activity: 'created',
        userId: user!.id,
        detail: { name: 'nora@example.org' },
      },
    ])
    for (const used of [id, other]) {
      expect((await signUp(used)).body.detail).toBe('The provided invite ID is not valid.')
      expect((await api.get(`/api/signup/${used}/`, anonymous)).status).toBe(400)
    }
  })

  it('makes one account when it is used twice at the same time', async () => {
    const id = await invite('nora@example.org')
    const both = await Promise.all([signUp(id), signUp(id)])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 400])
    expect(await api.database.db.$count(users)).toBe(2)
  })

  it('names what is missing, and refuses weak passwords', async () => {
    const id = await invite('nora@example.org')
    expect(refusal(await signUp(id, {}))).toEqual([400, 'required', 'first_name'])
    expect(refusal(await signUp(id, { first_name: 'Nora' }))).toEqual([400, 'required', 'password'])
    expect(refusal(await signUp(id, { first_name: 'Nora', password: 'short' }))).toEqual([
      400,
      'password_too_short',
      'password',
    ])
    expect(refusal(await signUp(id, { first_name: 'Nora', password: 'nora@example.org' }))).toEqual([
      400,
      'password_too_similar',
      'password',
    ])
    expect((await api.get(`/api/signup/${id}/`, anonymous)).status).toBe(200)
  })

  it('works for three days', async () => {
    const id = await invite('nora@example.org')
    await age(3)
    expect(refusal(await api.get(`/api/signup/${id}/`, anonymous))).toEqual([400, 'expired', null])
    expect(refusal(await signUp(id))).toEqual([400, 'expired', null])
  })

  it.each(['00000000-0000-4000-8000-000000000000', 'x', "';--"])(
    'that leads to nothing (%s) says so',
    async (id) => {
      const at = `/api/signup/${encodeURIComponent(id)}/`
      expect(refusal(await api.get(at, anonymous))).toEqual([400, 'invalid_input', null])
      expect(refusal(await api.post(at, {}, anonymous))).toEqual([400, 'invalid_input', null])
    },
  )

  it('takes in who has an account and is signed in with the address, and nobody else', async () => {
    const stranger = await api.stranger()
    const other = await api.stranger()
    const id = await invite(stranger.user.email.toUpperCase())
    expect(refusal(await signUp(id))).toEqual([400, 'existing_email_address', null])
    const theirs = await signedIn(other)
    expect(refusal(await api.get(`/api/signup/${id}/`, theirs))).toEqual([400, 'invalid_recipient', null])
    expect(refusal(await api.post(`/api/signup/${id}/`, {}, theirs))).toEqual([
      400,
      'invalid_recipient',
      null,
    ])
    const own = await signedIn(stranger)
    const withoutToken = { ...own, headers: {} }
    expect((await api.post(`/api/signup/${id}/`, {}, withoutToken)).status).toBe(403)
    const joined = await api.post(`/api/signup/${id}/`, {}, own)
    expect([joined.status, joined.body.email]).toEqual([201, stranger.user.email])
    expect(joined.cookies).toEqual([])
    const [user] = await api.database.db.select().from(users).where(eq(users.id, stranger.user.id))
    expect(user).toMatchObject({
      currentOrganizationId: api.organization.id,
      currentProjectId: api.project.id,
      passwordHash: null,
    })
    expect((await api.get(path, { key: stranger.key })).status).toBe(200)
  })

  it('is told to who is a member already', async () => {
    const member = await api.stranger()
    const id = await invite(member.user.email)
    await api.database.db
      .insert(organizationMemberships)
      .values({ organizationId: api.organization.id, userId: member.user.id })
    expect(refusal(await api.get(`/api/signup/${id}/`, await signedIn(member)))).toEqual([
      400,
      'user_already_member',
      null,
    ])
  })
})

describe('an invite by e-mail', () => {
  it('brings the link to the address, with what was said', async () => {
    const mails = await testMailServer(onTestFinished)
    const task = sendInviteTask({
      invites: createInviteStore(api.database),
      mailer: createMailer({ url: mails.url, from: 'Hedgerow <hedgerow@example.com>' }),
      siteUrl: 'https://hedgerow.example',
    })
    const made = await api.post(path, {
      target_email: 'nora@example.org',
      first_name: 'Nora',
      message: 'Come and see.\nSoon.',
    })
    expect(made.body).toMatchObject({ emailing_attempt_made: true, message: 'Come and see.\nSoon.' })
    expect(sent).toEqual([{ name: sendInvite.name, data: { inviteId: made.body.id } }])
    await task.run({ inviteId: made.body.id }, new AbortController().signal)
    const [mail] = mails.received
    expect(mail).toMatchObject({ from: 'hedgerow@example.com', to: ['nora@example.org'] })
    expect(mail!.subject).toBe('Olive invited you to Example on Hedgerow')
    expect(mail!.text).toContain(`\nhttps://hedgerow.example/signup/${made.body.id}\n`)
    expect(mail!.text).toContain('> Come and see.\n> Soon.')

    await api.delete(`${path}${made.body.id}/`)
    await task.run({ inviteId: made.body.id }, new AbortController().signal)
    expect(mails.received).toHaveLength(1)
  })
})

describe('a server that sends no e-mails', () => {
  it('says of each invite that none went out', async () => {
    const other = await testApp(onTestFinished, ({ database, activity }) => [
      inviteRoutes({
        invites: createInviteStore(database),
        organizations: createOrganizationStore(database),
        activity,
        jobs: {
          send: async () => {
            throw new Error('nothing is sent')
          },
        },
        canMail: false,
        now: () => new Date(),
      }),
    ])
    const made = await other.post('/api/organizations/@current/invites/', {
      target_email: 'nora@example.org',
    })
    expect([made.status, made.body.emailing_attempt_made]).toEqual([201, false])
  }, 120_000)
})
