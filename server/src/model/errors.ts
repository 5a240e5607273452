/**
 * The kinds of failure that a caller can be told about. They are thrown anywhere below `http/`, which alone
 * turns them into the body that PostHog's clients expect (`type`, `code`, `detail`, `attr`).
 *
 * Every code a class can carry is listed in docs/errors.md.
 */
export type ErrorKind =
  | 'invalid'
  | 'not_authenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'timed_out'
  | 'conflict'
  | 'too_large'
  | 'unsupported_media_type'
  | 'throttled'
  | 'unavailable'

export type ErrorOptions = {
  /** Machine-readable code; clients switch on it. Each kind has a default. */
  code?: string
  /** The request field at fault, nested names joined by `__` (`steps__0__event`). */
  attr?: string | null
  /** Seconds until a retry makes sense; becomes the `Retry-After` header. */
  retryAfter?: number
  /** Further facts for the answer's `extra` (for example a position in a query). */
  extra?: Record<string, unknown>
  cause?: unknown
}

const defaultCodes: Record<ErrorKind, string> = {
  invalid: 'invalid_input',
  not_authenticated: 'not_authenticated',
  forbidden: 'permission_denied',
  not_found: 'not_found',
  method_not_allowed: 'method_not_allowed',
  timed_out: 'request_timeout',
  conflict: 'conflict',
  too_large: 'payload_too_large',
  unsupported_media_type: 'unsupported_media_type',
  throttled: 'throttled',
  unavailable: 'service_unavailable',
}

/** A failure whose message is meant for the caller. Anything else thrown is a fault of ours and answers 500. */
export class HedgerowError extends Error {
  readonly kind: ErrorKind
  readonly code: string
  readonly attr: string | null
  readonly retryAfter: number | undefined
  readonly extra: Record<string, unknown> | undefined

  constructor(kind: ErrorKind, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'HedgerowError'
    this.kind = kind
    this.code = options.code ?? defaultCodes[kind]
    this.attr = options.attr ?? null
    this.retryAfter = options.retryAfter
    this.extra = options.extra
  }
}

/** 400: the request says something that cannot be. */
export const invalid = (detail: string, options?: ErrorOptions) =>
  new HedgerowError('invalid', detail, options)
/** 401: no credentials, or wrong ones. */
export const notAuthenticated = (
  detail = 'Authentication credentials were not provided.',
  options?: ErrorOptions,
) => new HedgerowError('not_authenticated', detail, options)
/** 403: known, but not allowed. */
export const forbidden = (
  detail = 'You do not have permission to perform this action.',
  options?: ErrorOptions,
) => new HedgerowError('forbidden', detail, options)
/** 404: not there, or not for this caller's eyes. */
export const notFound = (detail = 'Not found.', options?: ErrorOptions) =>
  new HedgerowError('not_found', detail, options)
/** 409: someone else changed it first. */
export const conflict = (detail: string, options?: ErrorOptions) =>
  new HedgerowError('conflict', detail, options)
/** 413: larger than a limit that the message names. */
export const tooLarge = (detail: string, options?: ErrorOptions) =>
  new HedgerowError('too_large', detail, options)
/** 503: a store is away or full; the same request may be sent again. */
export const unavailable = (detail: string, options?: ErrorOptions) =>
  new HedgerowError('unavailable', detail, { retryAfter: 1, ...options })
