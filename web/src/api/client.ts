import { HedgerowApiError as ApiError, createHedgerowClient } from '@hedgerow/client'

export { ApiError }

function cookie(name: string): string | null {
  const found = document.cookie.split('; ').find((pair) => pair.startsWith(`${name}=`))
  return found ? decodeURIComponent(found.slice(name.length + 1)) : null
}

/** A session's requests that change something carry the token that the server has set as a cookie. */
export function csrfHeader(method: string): Record<string, string> {
  const token = cookie('posthog_csrftoken')
  return method !== 'GET' && token ? { 'x-csrftoken': token } : {}
}

/**
 * How the pages talk to the server: the API that scripts use, by the same client, with the browser's session instead of
 * a key. When to ask again is the query client's to say.
 */
export const http = createHedgerowClient({
  url: '',
  retries: 0,
  fetch: (request) => {
    for (const [name, value] of Object.entries(csrfHeader(request.method))) request.headers.set(name, value)
    // what is deleted when a page is left must still go out
    return fetch(request, { credentials: 'same-origin', keepalive: request.method === 'DELETE' })
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
