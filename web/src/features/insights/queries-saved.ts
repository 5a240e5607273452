import { queryOptions } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import type { Insight } from '../../api/types.ts'

/**
 * An insight by its short id (or its number), with its answer.
 * @param anew calculated, whatever was answered before
 */
export const insightQuery = (projectId: number, shortId: string, anew = false) =>
  queryOptions({
    queryKey: ['project', projectId, 'saved', 'insight', shortId],
    queryFn: async ({ signal }) =>
      (await http.GET('/api/projects/{project_id}/insights/{id}/', {
        params: {
          path: { project_id: String(projectId), id: shortId },
          query: { refresh: anew ? 'force_blocking' : 'blocking' },
        },
        signal,
      })) as Insight,
    staleTime: 30_000,
  })

/** Tells the server that one has looked at it. */
export const markViewed = (projectId: number, id: number) =>
  http.POST('/api/projects/{project_id}/insights/{id}/viewed/', {
    params: { path: { project_id: String(projectId), id: String(id) } },
  })
