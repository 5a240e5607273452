import type { FastifyInstance } from 'fastify'
import type { createFirstUser } from '../../accounts/first-user.ts'
import type { SessionStore } from '../../accounts/sessions.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import type { Directory } from '../../directory/directory.ts'
import { userBasic } from '../../http/account-shapes.ts'
import { route } from '../../http/operation.ts'
import { setSessionCookies } from '../../http/session-cookies.ts'
import { forbidden } from '../../model/errors.ts'
import { signup } from './contract.ts'

type Deps = {
  /** Null when somebody has signed up before. */
  createFirstUser: (first: Parameters<typeof createFirstUser>[1]) => ReturnType<typeof createFirstUser>
  sessions: SessionStore
  activity: Pick<ActivityLog, 'record'>
  directory: Pick<Directory, 'changed'>
  /** Whether the public address is https. */
  secureCookies: boolean
}

export const signupRoutes =
  ({ createFirstUser, sessions, activity, directory, secureCookies }: Deps) =>
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
      setSessionCookies(reply, await sessions.open(made.user.id, new Date()), secureCookies)
      return { ...userBasic(made.user), redirect_url: '/' }
    })
  }
