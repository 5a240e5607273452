import { queryOptions } from '@tanstack/react-query'
import { answer, http } from '../../api/client.ts'

export const personQuery = (projectId: number, uuid: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'person', uuid],
    queryFn: ({ signal }) =>
      answer(
        http.GET('/api/projects/{project_id}/persons/{id}/', {
          params: { path: { project_id: String(projectId), id: uuid } },
          signal,
        }),
      ),
  })

/** Whose distinct id this is; null when nobody's. */
export const personByDistinctIdQuery = (projectId: number, distinctId: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'person-by-id', distinctId],
    queryFn: async ({ signal }) => {
      const found = await answer(
        http.GET('/api/projects/{project_id}/persons/', {
          params: { path: { project_id: String(projectId) }, query: { distinct_id: distinctId } },
          signal,
        }),
      )
      return found.results[0] ?? null
    },
    staleTime: 0,
  })
