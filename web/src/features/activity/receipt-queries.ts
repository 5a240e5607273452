import { queryOptions } from '@tanstack/react-query'
import { ApiError, http } from '../../api/client.ts'

/** What became of an event, asked again while it is on its way; null when the server knows none of that uuid. */
export const receiptQuery = (projectId: number, uuid: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'receipt', uuid],
    enabled: uuid !== '',
    queryFn: async ({ signal }) => {
      try {
        return await http.GET('/api/projects/{project_id}/events/receipt/{uuid}/', {
          params: { path: { project_id: String(projectId), uuid } },
          signal,
        })
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null
        throw error
      }
    },
    refetchInterval: ({ state }) =>
      state.data && ['accepted', 'processing', 'unsure'].includes(state.data.status) ? 1000 : false,
  })
