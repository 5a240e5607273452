import { queryOptions } from '@tanstack/react-query'
import { undescribed } from '../../api/client.ts'
import type { ShownInsight } from '../../ui/insight/shown.ts'

/** What visitors get of an insight; the API's description leaves links out. */
export type SharedInsight = ShownInsight & {
  description: string | null
  timezone: string | null
  hasMore: boolean
  /** Why there is no answer. */
  error: string | null
}

export type SharedTile = {
  id: number
  layouts: Record<string, unknown>
  color: string | null
  insight: SharedInsight | null
  text: { body: string } | null
}

type Shared = {
  insight?: SharedInsight
  dashboard?: { name: string | null; description: string; tiles: SharedTile[] }
}

export const sharedQuery = (at: 'shared' | 'embedded', token: string) =>
  queryOptions({
    queryKey: ['shared', token],
    queryFn: ({ signal }) =>
      undescribed<Shared>(`/${at}/${encodeURIComponent(token)}.json`, undefined, signal),
    staleTime: 60_000,
  })
