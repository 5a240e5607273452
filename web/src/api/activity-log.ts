import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { http } from './client.ts'

/**
 * What was done to one thing, newest first.
 * @param under the key of the thing's own query: what makes that one stale has added to this
 */
export const activityQuery = (
  projectId: number,
  { scope, itemId, under }: { scope: string; itemId: string; under: readonly unknown[] },
  limit: number,
) =>
  queryOptions({
    queryKey: [...under, 'activity', limit],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/activity_log/', {
        params: { path: { project_id: String(projectId) }, query: { scope, item_id: itemId, limit } },
        signal,
      }),
    placeholderData: keepPreviousData,
  })
