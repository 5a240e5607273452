import { QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from '../api/client.ts'

const signedOut = (error: unknown): boolean => error instanceof ApiError && error.status === 401

/**
 * The cache of everything that was loaded. A request that fails for a passing reason is tried twice more; one that
 * the server refused is not. Where the session has ended, `toLogin` is told the address to come back to: it holds
 * the page's whole state.
 */
export function createQueryClient(toLogin: (next: string) => void): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (!signedOut(error) || query.queryKey[0] === 'me') return // the router asks for `me` and decides itself
        client.clear()
        toLogin(window.location.pathname + window.location.search)
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) =>
          failures < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 502),
      },
    },
  })
  return client
}
