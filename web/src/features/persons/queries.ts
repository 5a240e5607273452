import { queryOptions } from '@tanstack/react-query'
import { http } from '../../api/client.ts'

export const personQuery = (projectId: number, uuid: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'person', uuid],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/persons/{id}/', {
        params: { path: { project_id: String(projectId), id: uuid } },
        signal,
      }),
  })

/** Whose distinct id this is; null when nobody's. */
export const personByDistinctIdQuery = (projectId: number, distinctId: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'person-by-id', distinctId],
    queryFn: async ({ signal }) => {
      const found = await http.GET('/api/projects/{project_id}/persons/', {
        params: { path: { project_id: String(projectId) }, query: { distinct_id: distinctId } },
        signal,
      })
      return found.results[0] ?? null
    },
    staleTime: 0,
  })
