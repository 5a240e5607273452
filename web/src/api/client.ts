import createClient from 'openapi-fetch'
import type { paths } from './schema.d.ts'

/** An answer that is not a success, in PostHog's error shape. `status` 0 means that no answer came. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  /** The request field at fault, if one is. */
  readonly attr: string | null
  /** Seconds until a retry makes sense, as the server said. */
  readonly retryAfter: number | null
  readonly extra: Record<string, unknown>

  constructor(
    status: number,
    body: { detail?: string; code?: string; attr?: string | null; extra?: Record<string, unknown> },
    retryAfter: number | null = null,
  ) {
    super(body.detail ?? sentenceFor(status))
    this.name = 'ApiError'
    this.status = status
    this.code = body.code ?? 'error'
    this.attr = body.attr ?? null
    this.extra = body.extra ?? {}
    this.retryAfter = retryAfter
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

function cookie(name: string): string | null {
  const found = document.cookie.split('; ').find((pair) => pair.startsWith(`${name}=`))
  return found ? decodeURIComponent(found.slice(name.length + 1)) : null
}

/**
 * How the pages talk to the server: the API that scripts use, typed by its own description, with the browser's
 * session instead of a key. Unsafe methods carry the CSRF token that the server set as a cookie.
 */
export const http = createClient<paths>({
  credentials: 'same-origin',
  headers: { accept: 'application/json' },
})

http.use({
  onRequest: ({ request }) => {
    const token = cookie('posthog_csrftoken')
    if (request.method !== 'GET' && token) request.headers.set('x-csrftoken', token)
    return request
  },
  onError: ({ error, request }) =>
    request.signal.aborted && error instanceof Error ? error : new ApiError(0, {}),
})

type Outcome<T> = { data?: T; error?: unknown; response: Response }

/**
 * What a call of `http` answered; undefined where the answer is empty (204).
 * @throws ApiError for every answer outside 200-299 and when no answer came; aborts pass through.
 */
export async function answer<T>(call: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await call
  if (response.ok) return data as T
  throw failure(response, error)
}

/**
 * JSON from a path that the API's description leaves out: the pages' own (`/_preflight`) and the SDKs' (`/i/v0/e/`).
 * @throws ApiError as `answer` does.
 */
export async function undescribed<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, {
      signal,
      ...(body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
  } catch (error) {
    throw signal?.aborted ? error : new ApiError(0, {})
  }
  if (response.ok) return (await response.json()) as T
  throw failure(response, await response.json().catch(() => undefined))
}

/** `body` is the parsed answer; a proxy's page of text has nothing to tell beyond its status. */
function failure(response: Response, body: unknown): ApiError {
  const wait = Number(response.headers.get('retry-after'))
  return new ApiError(
    response.status,
    typeof body === 'object' && body !== null ? body : {},
    Number.isFinite(wait) && wait > 0 ? wait : null,
  )
}
