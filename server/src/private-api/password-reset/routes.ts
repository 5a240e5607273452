import type { FastifyInstance } from 'fastify'
import type { PasswordResetStore } from '../../accounts/password-resets.ts'
import type { SessionStore } from '../../accounts/sessions.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import type { Directory } from '../../directory/directory.ts'
import { route } from '../../http/operation.ts'
import { countAgainst } from '../../http/rate-limiting.ts'
import { setSessionCookies } from '../../http/session-cookies.ts'
import type { Jobs } from '../../jobs/jobs.ts'
import { invalid } from '../../model/errors.ts'
import type { RateLimits } from '../../rate-limits/rate-limits.ts'
import { checkReset, completeReset, requestReset } from './contract.ts'
import { sendPasswordReset } from './tasks.ts'

type Deps = {
  resets: PasswordResetStore
  sessions: Pick<SessionStore, 'open'>
  activity: Pick<ActivityLog, 'record'>
  directory: Pick<Directory, 'changed'>
  jobs: Pick<Jobs, 'send'>
  /** These limits hold whether scripts are limited or not. */
  rateLimits: RateLimits
  /** Whether this server can send e-mails. */
  canMail: boolean
  secureCookies: boolean
  now: () => Date
}

const dayMs = 86_400_000
/** For one address; and from one place, where many people may sit. */
const perAddress = { name: 'password_reset', most: 6, windowMs: dayMs }
const perPlace = { name: 'password_reset_place', most: 60, windowMs: dayMs }

export const passwordResetRoutes = (deps: Deps) => async (app: FastifyInstance) => {
  const { resets, sessions, activity, directory, jobs, rateLimits, canMail, secureCookies, now } = deps

  // Nothing here looks whether the address has an account: neither the answer nor its time tells. The job does.
  route(app, requestReset, async ({ body, request, reply }) => {
    if (!canMail) {
      throw invalid(
        'This server sends no e-mails. Whoever runs it can set a new password: hedgerow user set-password.',
        { code: 'email_not_available' },
      )
    }
    const email = body.email.toLowerCase()
    const held = [
      { limit: perAddress, whose: email },
      { limit: perPlace, whose: request.ip },
    ]
    await countAgainst(rateLimits, held, request, reply)
    await jobs.send(sendPasswordReset, { email })
  })

  route(app, checkReset, async ({ params, query }) => {
    await resets.find(params.user_uuid, query.token, now())
  })

  route(app, completeReset, async ({ params, body, reply }) => {
    const { before, after } = await resets.use(params.user_uuid, body.token, body.password, now())
    await directory.changed()
    if (after.currentOrganizationId !== null) {
      await activity.record({
        organizationId: after.currentOrganizationId,
        projectId: null,
        userId: after.id,
        scope: 'User',
        itemId: after.uuid,
        name: after.email,
        activity: 'updated',
        changes: changesBetween('User', { password: before.passwordHash }, { password: after.passwordHash }),
      })
    }
    // A link in a mailbox is one factor: who has a second one signs in with both.
    if (!after.is2faEnabled) {
      setSessionCookies(reply, await sessions.open(after.id, now()), secureCookies)
    }
  })
}
