import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PersonalApiKey, PersonalApiKeyStore } from '../accounts/personal-api-keys.ts'
import type { Scope } from '../accounts/scopes.ts'
import type { Session, SessionStore } from '../accounts/sessions.ts'
import type { User } from '../accounts/users.ts'
import { forbidden, notAuthenticated } from '../model/errors.ts'
import { csrfCookie, csrfMatches, sessionCookie, setSessionCookies } from './session-cookies.ts'

/** Who calls, and by what right. */
export type Caller =
  | { by: 'personal_key'; user: User; key: PersonalApiKey }
  | { by: 'session'; user: User; session: Session }
  /** The server itself, for a user who asked for it with a session. */
  | { by: 'task'; user: User }

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before a route's checks, unless its operation is for anyone. */
    caller: Caller | null
  }
}

type Found = { key: string; source: 'Authorization header' | 'body' | 'query string' }

/**
 * The personal API key of a request: from the header, else the body, else the query string. Only the first one is
 * ever tried, even when it is wrong and the next would be right.
 */
export function findPersonalKey(request: FastifyRequest): Found | null {
  const bearer = /^Bearer +(\S.*)$/.exec(request.headers.authorization ?? '')
  if (bearer) return { key: bearer[1]!.trimEnd(), source: 'Authorization header' }
  const { body } = request
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    const key = (body as Record<string, unknown>).personal_api_key
    if (typeof key === 'string' && key) return { key, source: 'body' }
  }
  const asked = (request.query as Record<string, unknown> | undefined)?.personal_api_key
  const key: unknown = Array.isArray(asked) ? asked.at(-1) : asked
  return typeof key === 'string' && key ? { key, source: 'query string' } : null
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

export type Authenticate = (request: FastifyRequest, reply: FastifyReply) => Promise<Caller>

type Sessions = { sessions: SessionStore; secureCookies: boolean }

/**
 * Who has a session; null for everybody else.
 * @throws HedgerowError 403 for an unsafe request of a session without its CSRF token.
 */
export const createRecognize =
  ({ sessions, secureCookies }: Sessions) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<Caller | null> => {
    const value = request.cookies[sessionCookie]
    const known = value ? await sessions.find(value, new Date()) : undefined
    if (!value || !known) return null
    if (!safeMethods.has(request.method)) checkCsrf(request, value)
    if (await sessions.extend(known.session, new Date())) setSessionCookies(reply, value, secureCookies)
    return { by: 'session', ...known }
  }

/**
 * Finds out who calls: a personal API key first, then the session cookie.
 * @throws HedgerowError 401 for a wrong key or none, 403 for an unsafe request of a session without its CSRF token.
 */
export function createAuthenticate(
  deps: Sessions & { keys: Pick<PersonalApiKeyStore, 'authenticate' | 'used'> },
): Authenticate {
  const { keys } = deps
  const recognize = createRecognize(deps)
  return async (request, reply) => {
    const found = findPersonalKey(request)
    if (found) {
      const known = await keys.authenticate(found.key)
      if (!known) {
        throw notAuthenticated(`Personal API key found in request ${found.source} is invalid.`, {
          code: 'authentication_failed',
        })
      }
      await keys.used(known.key, new Date())
      return { by: 'personal_key', ...known }
    }
    const caller = await recognize(request, reply)
    if (!caller) throw notAuthenticated()
    return caller
  }
}

/** The token must be in the header (scripts of other sites can't put it there) and belong to this session. */
function checkCsrf(request: FastifyRequest, session: string): void {
  const header = request.headers['x-csrftoken']
  if (typeof header !== 'string' || header === '' || !request.cookies[csrfCookie]) {
    throw forbidden('CSRF Failed: CSRF token missing.')
  }
  if (!csrfMatches(session, header)) throw forbidden('CSRF Failed: CSRF token incorrect.')
}

/**
 * Holds a key with scopes to them. A key without any may do everything that its user may.
 * @throws HedgerowError 403.
 */
export function checkScope(caller: Caller, scope: Scope | 'any' | undefined): void {
  const scopes = caller.by === 'personal_key' ? caller.key.scopes : null
  if (!scopes?.length || scopes.includes('*') || scope === 'any') return
  if (!scope) throw forbidden('This action does not support Personal API Key access')
  const [object, right] = scope.split(':')
  if (scopes.includes(`${object}:write`) || (right === 'read' && scopes.includes(`${object}:read`))) return
  throw forbidden(`API key missing required scope '${scope}'`)
}
