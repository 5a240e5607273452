import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { sessionDays } from '../accounts/sessions.ts'

export const sessionCookie = 'sessionid'
/** Readable by our own page, which sends it back in the `X-CSRFToken` header. */
export const csrfCookie = 'posthog_csrftoken'

/** Made from the session's secret, so it needs no storage, ends with the session and fits no other one. */
export const csrfToken = (session: string) =>
  createHash('sha256').update(`csrf:${session}`).digest('base64url')

/** In constant time. */
export function csrfMatches(session: string, token: string): boolean {
  const expected = Buffer.from(csrfToken(session))
  const given = Buffer.from(token)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

export function setSessionCookies(reply: FastifyReply, session: string, secure: boolean): void {
  const options = { path: '/', sameSite: 'lax', secure, maxAge: sessionDays * 86_400 } as const
  reply.setCookie(sessionCookie, session, { ...options, httpOnly: true })
  reply.setCookie(csrfCookie, csrfToken(session), options)
}

export function clearSessionCookies(reply: FastifyReply): void {
  reply.clearCookie(sessionCookie, { path: '/' })
  reply.clearCookie(csrfCookie, { path: '/' })
}
