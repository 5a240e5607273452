import type { FastifyInstance } from 'fastify'
import type { createFirstUser } from '../../accounts/first-user.ts'
import type { InviteStore } from '../../accounts/invites.ts'
import type { SessionStore } from '../../accounts/sessions.ts'
import type { User } from '../../accounts/users.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import type { Directory } from '../../directory/directory.ts'
import { userBasic } from '../../http/account-shapes.ts'
import { route } from '../../http/operation.ts'
import { setSessionCookies } from '../../http/session-cookies.ts'
import type { Jobs } from '../../jobs/jobs.ts'
import { isUuid } from '../../kit/uuid.ts'
import { forbidden, invalid } from '../../model/errors.ts'
import { acceptInvite, retrieveInvite, signup } from './contract.ts'
import { memberJoined } from './tasks.ts'

type Deps = {
  /** Null when somebody has signed up before. */
  createFirstUser: (first: Parameters<typeof createFirstUser>[1]) => ReturnType<typeof createFirstUser>
  invites: Pick<InviteStore, 'usable' | 'accept' | 'signUp'>
  sessions: SessionStore
  activity: Pick<ActivityLog, 'record'>
  directory: Pick<Directory, 'changed'>
  jobs: Pick<Jobs, 'send'>
  /** Whether this server can send e-mails. */
  canMail: boolean
  /** Whether the public address is https. */
  secureCookies: boolean
  now: () => Date
}

export const signupRoutes =
  ({ createFirstUser, invites, sessions, activity, directory, jobs, canMail, secureCookies, now }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, signup, async ({ body, reply }) => {
      const made = await createFirstUser({
        email: body.email,
        password: body.password,
        firstName: body.first_name,
        organizationName: body.organization_name || `${body.first_name}'s organization`,
        settings: {
          email_opt_in: body.email_opt_in ?? true,
          ...(body.role_at_organization && { role_at_organization: body.role_at_organization }),
        },
      })
      if (!made) {
        throw forbidden(
          'New organizations cannot be created in this instance. Contact your administrator if you think this is a mistake.',
        )
      }
      await directory.changed()
      await activity.record({
        organizationId: made.organization.id,
        projectId: null,
        userId: made.user.id,
        scope: 'Organization',
        itemId: made.organization.id,
        name: made.organization.name,
        activity: 'created',
      })
      setSessionCookies(reply, await sessions.open(made.user.id, now()), secureCookies)
      return { ...userBasic(made.user), redirect_url: '/' }
    })

    route(app, retrieveInvite, async ({ caller, params }) => {
      const found = await usable(params.invite_id, caller?.user)
      return {
        id: found.invite.id,
        target_email: maskAddress(found.invite.targetEmail),
        first_name: found.invite.firstName,
        organization_name: found.organization.name,
        invited_by: found.creator?.firstName ?? null,
      }
    })

    route(app, acceptInvite, async ({ caller, params, body, reply }) => {
      // Of the link first: what else is wrong matters only if it is good.
      const { invite, organization } = await usable(params.invite_id, caller?.user)
      const { membership, user } = caller
        ? await invites.accept(invite.id, caller.user, now())
        : await invites.signUp(
            invite.id,
            {
              firstName: needed(body.first_name, 'first_name'),
              password: needed(body.password, 'password'),
              settings: { email_opt_in: body.email_opt_in ?? true },
            },
            now(),
          )
      await directory.changed()
      await activity.record({
        organizationId: membership.organizationId,
        projectId: null,
        userId: user.id,
        scope: 'OrganizationMembership',
        itemId: membership.id,
        name: user.email,
        activity: 'created',
      })
      if (canMail && organization.isMemberJoinEmailEnabled) {
        await jobs.send(memberJoined, { membershipId: membership.id })
      }
      if (!caller) setSessionCookies(reply, await sessions.open(user.id, now()), secureCookies)
      return { ...userBasic(user), redirect_url: '/' }
    })

    async function usable(id: string, user?: User) {
      if (!isUuid(id)) throw invalid('The provided invite ID is not valid.')
      return invites.usable(id, now(), user)
    }
  }

function needed<T>(value: T | undefined, attr: string): T {
  if (value === undefined) throw invalid('This field is required.', { code: 'required', attr })
  return value
}

/** `ada@example.com` → `a*a@example.com`: who is invited knows it, and who has found the link does not learn it. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@')
  const [name, domain] = [address.slice(0, at), address.slice(at)]
  const hidden =
    name.length < 3 ? '*'.repeat(name.length) : `${name[0]}${'*'.repeat(name.length - 2)}${name.at(-1)}`
  return hidden + domain
}
