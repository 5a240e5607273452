import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { sqlState } from '../database/errors.ts'
import { type ErrorKind, HedgerowError, invalid, tooLarge, unavailable } from '../model/errors.ts'

/** The body of every failure. Exactly one problem is told, the first; there is no list. */
export type ErrorBody = {
  type: 'validation_error' | 'authentication_error' | 'invalid_request' | 'throttled_error' | 'server_error'
  code: string
  detail: string
  attr: string | null
  extra?: Record<string, unknown>
  /** The report's id, where reporting is on. */
  error_event_id?: string
}

/** Tells the operator about a fault of ours; returns the report's id where there is one. */
export type ReportError = (error: unknown, context: Record<string, unknown>) => string | undefined

/** Status and `type` of each kind. `docs/errors.md` shows the same table; a test compares them. */
export const kinds: Record<ErrorKind, { status: number; type: ErrorBody['type'] }> = {
  invalid: { status: 400, type: 'validation_error' },
  not_authenticated: { status: 401, type: 'authentication_error' },
  forbidden: { status: 403, type: 'authentication_error' },
  not_found: { status: 404, type: 'invalid_request' },
  method_not_allowed: { status: 405, type: 'invalid_request' },
  timed_out: { status: 408, type: 'invalid_request' },
  conflict: { status: 409, type: 'server_error' },
  too_large: { status: 413, type: 'invalid_request' },
  unsupported_media_type: { status: 415, type: 'invalid_request' },
  throttled: { status: 429, type: 'throttled_error' },
  unavailable: { status: 503, type: 'server_error' },
}

/** Codes whose `type` is not their kind's, as in PostHog's own answers. */
export const typesByCode: Record<string, ErrorBody['type']> = {
  parse_error: 'invalid_request',
  protected_error: 'invalid_request',
  '2fa_required': 'server_error',
}

/** The answer to a failure that the caller is told about. */
export function renderError(error: HedgerowError): { status: number; body: ErrorBody } {
  const { status, type } = kinds[error.kind]
  return {
    status,
    body: {
      type: typesByCode[error.code] ?? type,
      code: error.code,
      detail: error.message,
      attr: error.attr,
      ...(error.extra && { extra: error.extra }),
    },
  }
}

/** Fastify's own refusals as ours; null for what is a fault of ours. */
function asHedgerowError(error: unknown, request: FastifyRequest): HedgerowError | null {
  if (error instanceof HedgerowError) return error
  const refused = refusedByDatabase(error)
  if (refused) return refused
  const { code, statusCode, message } = error as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge(request.routeOptions.bodyLimit)
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || code === 'FST_ERR_CTP_INVALID_TYPE') {
    const type = request.headers['content-type']?.split(';')[0] ?? ''
    return new HedgerowError('unsupported_media_type', `Unsupported media type "${type}" in request.`)
  }
  if (code === 'FST_ERR_BAD_URL') return new HedgerowError('not_found', 'Not found.')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new HedgerowError('invalid', message ?? 'Invalid input.', { code: 'parse_error', cause: error })
  }
  return null
}

/** Values that a contract lets pass but no column can hold, and statements that ran into their limit. */
function refusedByDatabase(error: unknown): HedgerowError | null {
  switch (sqlState(error)) {
    case '22021':
    case '22P05':
      return invalid('Null characters are not allowed.', {
        code: 'null_characters_not_allowed',
        cause: error,
      })
    case '22003':
      return invalid('A number is too large to be stored.', { code: 'max_value', cause: error })
    case '57014':
      return unavailable('The database took too long.', { cause: error })
    default:
      return null
  }
}

/** 413 that names the limit. */
export const bodyTooLarge = (limitBytes: number | undefined) =>
  tooLarge(
    limitBytes === undefined
      ? 'The request body is too large.'
      : `The request body is larger than the ${limitBytes} bytes that this server accepts.`,
  )

/** The one place where anything thrown becomes an answer. */
export function createErrorHandler(report: ReportError) {
  const worthSaying = createSayLimit()
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const told = asHedgerowError(thrown, request)
    if (told) {
      const { status, body } = renderError(told)
      if (told.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(told.retryAfter)))
      if (status >= 500) {
        const unsaid = worthSaying(told.message)
        if (unsaid !== null)
          request.log.warn({ reqId: request.id, err: thrown, unsaid }, 'answered with a temporary failure')
      }
      return sendJson(reply, status, body)
    }
    request.log.error({ reqId: request.id, err: thrown }, 'unexpected failure')
    const eventId = report(thrown, { method: request.method, route: request.routeOptions.url })
    return sendJson(reply, 500, {
      type: 'server_error',
      code: 'error',
      detail: 'A server error occurred.',
      attr: null,
      ...(eventId && { error_event_id: eventId }),
    } satisfies ErrorBody)
  }
}

const saidEveryMs = 1000
const mostKinds = 100

/**
 * A log that is full refuses thousands of requests in a second; one line of them is enough. Gives how many were not
 * said since the last line, or null when it is too early for another.
 */
function createSayLimit(): (message: string) => number | null {
  const kinds = new Map<string, { saidAt: number; unsaid: number }>()
  return (message) => {
    const now = performance.now()
    const last = kinds.get(message)
    if (last && now - last.saidAt < saidEveryMs) {
      last.unsaid++
      return null
    }
    if (!last && kinds.size >= mostKinds) kinds.clear()
    kinds.set(message, { saidAt: now, unsaid: 0 })
    return last?.unsaid ?? 0
  }
}

/** Past the route's own serializer, which knows only the shapes that its contract declares. */
const sendJson = (reply: FastifyReply, status: number, body: ErrorBody) =>
  reply
    .code(status)
    .type('application/json; charset=utf-8')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(body)
