import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { testMailServer } from '../../../test/mail.ts'
import { createFirstUser } from '../../accounts/first-user.ts'
import { createInviteStore } from '../../accounts/invites.ts'
import { createMembershipStore } from '../../accounts/memberships.ts'
import { createOrganizationStore } from '../../accounts/organizations.ts'
import { createSessionStore } from '../../accounts/sessions.ts'
import { users } from '../../database/schema.ts'
import { createJobs, type Jobs } from '../../jobs/jobs.ts'
import { createMailer } from '../../mail/mailer.ts'
import { inviteRoutes } from '../invites/routes.ts'
import { signupRoutes } from './routes.ts'
import { memberJoinedTasks } from './tasks.ts'

let api: TestApp
let jobs: Jobs
let mails: Awaited<ReturnType<typeof testMailServer>>

const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  mails = await testMailServer((close) => closing.push(close))
  api = await testApp(
    (close) => closing.push(close),
    ({ database, directory, activity }) => {
      const invites = createInviteStore(database)
      const organizations = createOrganizationStore(database)
      jobs = createJobs({
        database,
        tasks: memberJoinedTasks({
          members: createMembershipStore(database),
          jobs: { send: (...job) => jobs.send(...job) },
          mailer: createMailer({ url: mails.url, from: 'hedgerow@example.com' }),
          siteUrl: 'https://hedgerow.example',
        }),
        logger: { warn: console.warn },
      })
      closing.push(() => jobs.stop())
      const now = () => new Date()
      return [
        inviteRoutes({ invites, organizations, activity, jobs, canMail: false, now }),
        signupRoutes({
          createFirstUser: (first) => createFirstUser(database, first),
          invites,
          sessions: createSessionStore(database),
          activity,
          directory,
          jobs,
          canMail: true,
          secureCookies: false,
          now,
        }),
      ]
    },
  )
  jobs.start()
}, 60_000)
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const join = async (email: string, first_name: string) => {
  const { body } = await api.post(`/api/organizations/${api.organization.id}/invites/`, {
    target_email: email,
  })
  const made = await api.post(
    `/api/signup/${body.id}/`,
    { first_name, password: 'a hedge of hawthorn' },
    { key: null },
  )
  expect(made.status, made.text).toBe(201)
}

test('the others are told by e-mail of who has joined, unless the organization does not want it', async () => {
  const colleague = await api.colleague()
  const gone = await api.colleague()
  await api.stranger()
  await api.database.db.update(users).set({ isActive: false }).where(eq(users.id, gone.user.id))
  await join('nora@example.org', 'Nora')
  await vi.waitFor(() => expect(mails.received).toHaveLength(2), { timeout: 20_000 })
  expect(mails.received.map(({ to }) => to).sort()).toEqual([['other1@example.net'], ['owner@example.com']])
  const mail = mails.received.find(({ to }) => to[0] === 'owner@example.com')!
  expect(mail).toMatchObject({
    from: 'hedgerow@example.com',
    subject: 'Nora joined Example on Hedgerow',
  })
  expect(mail.text).toContain('Hello Olive,')
  expect(mail.text).toContain(
    'Nora (nora@example.org) has joined Example on the Hedgerow server at https://hedgerow.example.',
  )
  expect(mail.text).toContain('https://hedgerow.example/organization/settings#members')

  const organizations = createOrganizationStore(api.database)
  await organizations.update(api.organization.id, { isMemberJoinEmailEnabled: false })
  await join('silent@example.org', 'Silent')
  await organizations.update(api.organization.id, { isMemberJoinEmailEnabled: true })
  await join('olaf@example.org', 'Olaf')
  await vi.waitFor(() => expect(mails.received).toHaveLength(6), { timeout: 20_000 })
  const told = mails.received.slice(2)
  expect(new Set(told.map(({ subject }) => subject))).toEqual(new Set(['Olaf joined Example on Hedgerow']))
  expect(told.flatMap(({ to }) => to).sort()).toEqual(
    [colleague.user.email, 'nora@example.org', 'owner@example.com', 'silent@example.org'].sort(),
  )
}, 60_000)
