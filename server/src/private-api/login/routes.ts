import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { passwordMatches } from '../../accounts/passwords.ts'
import type { SessionStore } from '../../accounts/sessions.ts'
import type { TwoFactorStore } from '../../accounts/two-factor.ts'
import type { User, UserStore } from '../../accounts/users.ts'
import { route } from '../../http/operation.ts'
import { clearSessionCookies, sessionCookie, setSessionCookies } from '../../http/session-cookies.ts'
import { invalid, notAuthenticated } from '../../model/errors.ts'
import { login, loginToken, logout, precheck } from './contract.ts'
import { createLockout } from './lockout.ts'

/** Says that its holder has given the right password, and nothing more. */
const challengeCookie = 'login_challenge'

type Deps = {
  users: UserStore
  sessions: SessionStore
  twoFactor: Pick<TwoFactorStore, 'challenge' | 'answer'>
  /** Whether the public address is https. */
  secureCookies: boolean
  now: () => Date
}

export const loginRoutes =
  ({ users, sessions, twoFactor, secureCookies, now: clock }: Deps) =>
  async (app: FastifyInstance) => {
    const lockout = createLockout()

    route(app, login, async ({ body, request, reply }) => {
      const now = clock()
      lockout.check(body.email, request.ip, now.getTime())
      const user = await users.findByEmail(body.email)
      const right = await passwordMatches(user?.passwordHash, body.password)
      if (!user?.isActive || !right) {
        lockout.failed(body.email, request.ip, now.getTime())
        throw invalid('Invalid email or password.', { code: 'invalid_credentials' })
      }
      lockout.succeeded(body.email, request.ip)
      if (user.is2faEnabled) {
        const value = await twoFactor.challenge(user.id, now)
        reply.setCookie(challengeCookie, value, {
          path: '/api/login',
          httpOnly: true,
          sameSite: 'lax',
          secure: secureCookies,
          maxAge: 600,
        })
        throw notAuthenticated('2FA is required.', { code: '2fa_required' })
      }
      await signIn(user, request, reply, now)
      return { success: true }
    })

    route(app, loginToken, async ({ body, request, reply }) => {
      const now = clock()
      const user = await twoFactor.answer(request.cookies[challengeCookie], body.token, now)
      reply.clearCookie(challengeCookie, { path: '/api/login' })
      await signIn(user, request, reply, now)
      return { success: true }
    })

    async function signIn(user: User, request: FastifyRequest, reply: FastifyReply, now: Date) {
      const before = request.cookies[sessionCookie]
      if (before) await sessions.close(before)
      await users.update(user.id, { lastLogin: now.toISOString() })
      setSessionCookies(reply, await sessions.open(user.id, now), secureCookies)
    }

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
