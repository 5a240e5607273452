/** The body of every failure, as PostHog has it. */
export type Failure = {
  type?: string
  code?: string
  detail?: string
  attr?: string | null
  extra?: Record<string, unknown>
}

/** What an answer says besides its body. */
export type FailureFacts = {
  /** Seconds, as the server said; null where it said nothing. */
  retryAfter?: number | null
  /** The id under which the server logs the request. */
  requestId?: string | null
  cause?: unknown
}

/** An answer that is not a success. `status` 0 means that no answer came. */
export class HedgerowApiError extends Error {
  readonly status: number
  /** What kind of failure it is: `validation_error`, `authentication_error`, `throttled_error`, … */
  readonly type: string
  /** For programs to switch on: `required`, `not_found`, `permission_denied`, … */
  readonly code: string
  /** For people to read; the same as `message`. */
  readonly detail: string
  /** The field of the request at fault, if one is; nested names are joined by two underscores. */
  readonly attr: string | null
  readonly extra: Record<string, unknown>
  /** Seconds until it makes sense to ask again, as the server said. */
  readonly retryAfter: number | null
  readonly requestId: string | null

  constructor(status: number, body: Failure, facts: FailureFacts = {}) {
    super(body.detail ?? sentenceFor(status), { cause: facts.cause })
    this.name = 'HedgerowApiError'
    this.status = status
    this.type = body.type ?? (status === 0 ? 'no_answer' : 'server_error')
    this.code = body.code ?? (status === 0 ? 'no_answer' : 'error')
    this.detail = this.message
    this.attr = body.attr ?? null
    this.extra = body.extra ?? {}
    this.retryAfter = facts.retryAfter ?? null
    this.requestId = facts.requestId ?? null
  }
}

const sentenceFor = (status: number): string =>
  status === 0
    ? "Hedgerow isn't answering. Check your connection, then try again."
    : status === 413
      ? 'That is more than the server accepts in one request.'
      : status >= 500
        ? `The server failed (status ${status}).`
        : `The server refused (status ${status}).`

/** An answer as an error. A proxy's page of text has nothing to tell beyond its status. */
export async function errorOf(response: Response): Promise<HedgerowApiError> {
  const body: unknown = await response.json().catch(() => null)
  return new HedgerowApiError(response.status, typeof body === 'object' && body !== null ? body : {}, {
    retryAfter: retryAfterOf(response, Date.now()),
    requestId: response.headers.get('x-request-id'),
  })
}

/** Seconds that `Retry-After` asks for, written as seconds or as a date; null where it says nothing. */
export function retryAfterOf(response: Response, now: number): number | null {
  const text = response.headers.get('retry-after')?.trim()
  if (!text) return null
  const seconds = /^\d+(?:[.]\d+)?$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null
}
