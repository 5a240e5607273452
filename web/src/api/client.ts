/**
 * How the pages talk to the server: the same API that scripts use, with the browser's session instead of a key.
 */

type Query = Record<string, string | number | boolean | null | undefined>

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

/** What the server wants beside the session's cookie on a request that changes something. */
export function csrfHeader(): Record<string, string> {
  const token = cookie('posthog_csrftoken')
  return token ? { 'x-csrftoken': token } : {}
}

/** `/path?query`, leaving out what is null, undefined or empty. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value))
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

type Options = { query?: Query; body?: unknown; signal?: AbortSignal }

/**
 * One request with the session's cookie. Unsafe methods carry the CSRF token that the server set as a cookie.
 * @returns the answer's JSON, or undefined where it has none (204).
 * @throws ApiError for every answer outside 200-299 and when no answer comes; aborts pass through.
 */
export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers = new Headers({ accept: 'application/json', ...(method === 'GET' ? {} : csrfHeader()) })
  if (options.body !== undefined) headers.set('content-type', 'application/json')
  let response: Response
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    })
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new ApiError(0, {})
  }
  const text = await response.text()
  if (response.ok) return (text ? JSON.parse(text) : undefined) as T
  const wait = Number(response.headers.get('retry-after'))
  throw new ApiError(response.status, errorBody(text), Number.isFinite(wait) && wait > 0 ? wait : null)
}

function errorBody(text: string): ConstructorParameters<typeof ApiError>[1] {
  try {
    const body: unknown = JSON.parse(text)
    return body && typeof body === 'object' ? body : {}
  } catch {
    return {} // a proxy's HTML page: the status says all we can tell
  }
}
