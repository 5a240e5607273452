import { HedgerowApiError as ApiError, createHedgerowClient } from '@hedgerow/client'

export { ApiError }

function cookie(name: string): string | null {
  const found = document.cookie.split('; ').find((pair) => pair.startsWith(`${name}=`))
  return found ? decodeURIComponent(found.slice(name.length + 1)) : null
}

/**
 * How the pages talk to the server: the API that scripts use, by the same client, with the browser's session instead of
 * a key. Unsafe methods carry the CSRF token that the server set as a cookie. When to ask again is the query client's
 * to say.
 */
export const http = createHedgerowClient({
  url: '',
  retries: 0,
  fetch: (request) => {
    const token = cookie('posthog_csrftoken')
    if (request.method !== 'GET' && token) request.headers.set('x-csrftoken', token)
    return fetch(request, { credentials: 'same-origin' })
  },
})

/**
 * JSON from a path that the API's description leaves out: the pages' own (`/_preflight`) and the SDKs' (`/i/v0/e/`).
 * @throws ApiError as all calls do.
 */
export async function undescribed<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await http.fetch(path, {
    signal,
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  return (await response.json()) as T
}

/** What a call gives: of pages written when calls gave more than the body. New ones call `http` alone. */
export const answer = <T>(call: Promise<T>): Promise<T> => call
