import type { FastifyInstance } from 'fastify'
import { passwordMatches } from '../../accounts/passwords.ts'
import type { SessionStore } from '../../accounts/sessions.ts'
import type { UserStore } from '../../accounts/users.ts'
import { route } from '../../http/operation.ts'
import { clearSessionCookies, sessionCookie, setSessionCookies } from '../../http/session-cookies.ts'
import { invalid } from '../../model/errors.ts'
import { login, logout, precheck } from './contract.ts'
import { createLockout } from './lockout.ts'

type Deps = {
  users: UserStore
  sessions: SessionStore
  /** Whether the public address is https. */
  secureCookies: boolean
}

export const loginRoutes =
  ({ users, sessions, secureCookies }: Deps) =>
  async (app: FastifyInstance) => {
    const lockout = createLockout()

    route(app, login, async ({ body, request, reply }) => {
      const now = new Date()
      lockout.check(body.email, request.ip, now.getTime())
      const user = await users.findByEmail(body.email)
      const right = await passwordMatches(user?.passwordHash, body.password)
      if (!user?.isActive || !right) {
        lockout.failed(body.email, request.ip, now.getTime())
        throw invalid('Invalid email or password.', { code: 'invalid_credentials' })
      }
      lockout.succeeded(body.email, request.ip)
      const before = request.cookies[sessionCookie]
      if (before) await sessions.close(before)
      await users.update(user.id, { lastLogin: now.toISOString() })
      setSessionCookies(reply, await sessions.open(user.id, now), secureCookies)
      return { success: true }
    })

    route(app, precheck, async () => ({ sso_enforcement: null, saml_available: false }))

    route(app, logout, async ({ request, reply }) => {
      const value = request.cookies[sessionCookie]
      if (value) await sessions.close(value)
      clearSessionCookies(reply)
      return { success: true }
    })

    // For a link: it needs no token, as signing somebody out is all that another site could do with it.
    app.route({
      method: ['GET', 'POST'],
      url: '/logout',
      handler: async (request, reply) => {
        const value = request.cookies[sessionCookie]
        if (value) await sessions.close(value)
        clearSessionCookies(reply)
        return reply.redirect('/login', 302)
      },
    })
  }
