import createClient, { type MaybeOptionalInit, type ParseAsResponse } from 'openapi-fetch'
import type {
  HttpMethod,
  MediaType,
  PathsWithMethod,
  Readable,
  RequiredKeysOf,
  ResponseObjectMap,
  SuccessResponse,
} from 'openapi-typescript-helpers'
import { errorOf } from './errors.ts'
import { type Fetch, sendWithRetries } from './retry.ts'
import type { paths } from './schema.ts'

export type HedgerowClientOptions = {
  /** Where the server is: `https://hedgerow.example`. In a browser `''` is the page's own. */
  url: string
  /** `phx_…`. Without one, requests carry what the browser has: its session. */
  personalApiKey?: string
  /** Sends a request; the platform's unless given. */
  fetch?: Fetch
  /** How often a request is sent again that was answered 429 or 503, or not at all. Default 3. */
  retries?: number
  /** Nobody waits longer than this for another try, milliseconds; what would take longer fails at once. Default 60 000. */
  mostWaitMs?: number
  /** Sent with every request. */
  headers?: Record<string, string>
}

type Init<Path extends keyof paths, Method extends HttpMethod> = MaybeOptionalInit<
  paths[Path],
  Method & keyof paths[Path]
>
// the index must be added after all has been inferred, or TypeScript can't tell whether it is needed
type InitArgument<I> =
  RequiredKeysOf<I> extends never ? [(I & { [key: string]: unknown })?] : [I & { [key: string]: unknown }]
type OperationOf<Path extends keyof paths, Method extends HttpMethod> = Method extends keyof paths[Path]
  ? paths[Path][Method]
  : never

/** The body of a good answer; undefined where it has none. */
export type Answer<Path extends keyof paths, Method extends HttpMethod, I = unknown> =
  OperationOf<Path, Method> extends infer O extends Record<string | number, unknown>
    ? ParseAsResponse<Readable<SuccessResponse<ResponseObjectMap<O>, MediaType>>, I>
    : never

/** Calls one operation: its path as documented, then what goes into it. Gives the body of the answer. */
export type Call<Method extends HttpMethod> = <
  Path extends PathsWithMethod<paths, Method>,
  I extends Init<Path, Method>,
>(
  path: Path,
  ...init: InitArgument<I>
) => Promise<Answer<Path, Method, I>>

/** The paths whose answers are pages: `{results, next}`. */
export type ListPath = {
  [Path in PathsWithMethod<paths, 'get'>]: Answer<Path, 'get'> extends {
    results: unknown[]
    next: string | null
  }
    ? Path
    : never
}[PathsWithMethod<paths, 'get'>]
export type PageOf<Path extends ListPath> = Answer<Path, 'get'>
export type ItemOf<Path extends ListPath> = PageOf<Path> extends { results: (infer Item)[] } ? Item : never

export type HedgerowClient = {
  GET: Call<'get'>
  POST: Call<'post'>
  PUT: Call<'put'>
  PATCH: Call<'patch'>
  DELETE: Call<'delete'>
  /** The pages of a list, one after the other, from the one that the parameters name. */
  pages<Path extends ListPath, I extends Init<Path, 'get'>>(
    path: Path,
    ...init: InitArgument<I>
  ): AsyncGenerator<PageOf<Path>, void, undefined>
  /** What is on the pages of a list, one by one. A page is asked for when the one before it has been used up. */
  items<Path extends ListPath, I extends Init<Path, 'get'>>(
    path: Path,
    ...init: InitArgument<I>
  ): AsyncGenerator<ItemOf<Path>, void, undefined>
  /**
   * Asks a path that the documentation leaves out, or for what is not JSON: with the key, the retries and the errors of
   * all others, and the answer as it came.
   */
  fetch(path: string, init?: RequestInit): Promise<Response>
}

/**
 * A client of one server. Every call gives the body of a good answer, and throws a `HedgerowApiError` for every other
 * one; what aborts a call is thrown as it is.
 */
export function createHedgerowClient(options: HedgerowClientOptions): HedgerowClient {
  const { personalApiKey, retries = 3, mostWaitMs = 60_000 } = options
  const baseUrl = options.url.replace(/\/+$/, '')
  const headers = {
    accept: 'application/json',
    ...(personalApiKey !== undefined && { authorization: `Bearer ${personalApiKey}` }),
    ...options.headers,
  }
  const send: Fetch = async (request) => {
    const response = await sendWithRetries(options.fetch ?? ((one) => fetch(one)), request, {
      retries,
      mostWaitMs,
    })
    if (response.ok) return response
    throw await errorOf(response)
  }
  const http = createClient<paths>({ baseUrl, headers, fetch: send })

  // What a call gives is known by its path, which no type can follow through a function for all methods.
  type Untyped = (path: string, init?: object) => Promise<{ data?: unknown }>
  const call = (method: Uppercase<HttpMethod>) => {
    const ask = http[method] as unknown as Untyped
    return (async (path: string, init?: object) => (await ask(path, init)).data) as unknown
  }
  const fetchPath = (path: string, init: RequestInit = {}): Promise<Response> => {
    const all = new Headers(headers)
    for (const [name, value] of new Headers(init.headers)) all.set(name, value)
    return send(new Request(baseUrl + path, { ...init, headers: all }))
  }
  const get = call('GET') as (path: string, init?: object) => Promise<unknown>

  async function* pages(path: string, init?: { signal?: AbortSignal }) {
    type Page = { results: unknown[]; next: string | null }
    let page = (await get(path, init)) as Page
    yield page
    while (page.next) {
      const next = nextPath(page.next)
      page = (await (await fetchPath(next, { signal: init?.signal })).json()) as Page
      yield page
    }
  }
  async function* items(path: string, init?: { signal?: AbortSignal }) {
    for await (const { results } of pages(path, init)) yield* results
  }
  return {
    GET: call('GET'),
    POST: call('POST'),
    PUT: call('PUT'),
    PATCH: call('PATCH'),
    DELETE: call('DELETE'),
    pages,
    items,
    fetch: fetchPath,
  } as HedgerowClient
}

/**
 * The address of a next page without its host: the server names itself as the public knows it, which need not be how it is
 * reached from here, and the key goes nowhere else.
 */
function nextPath(next: string): string {
  const { pathname, search } = new URL(next, 'http://any')
  return pathname + search
}
