import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'

export const LETTERS_A_PAGE = 20

const place = (projectId: number) => ({ path: { project_id: String(projectId) } })

export const warningsQuery = (projectId: number, search: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'ingestion-warnings', search],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/ingestion_warnings/', {
        params: { ...place(projectId), query: { q: search || undefined } },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

export const deadLettersQuery = (projectId: number, page: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'dead-letters', page],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/dead_letters/', {
        params: {
          ...place(projectId),
          query: { waiting: 'true', limit: LETTERS_A_PAGE, offset: (page - 1) * LETTERS_A_PAGE },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

/** Sends one letter again, or all, call by call; `progress` hears how many are done and how many are left. */
export function useReplay(projectId: number, progress: (done: number, left: number) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (id?: string) => {
      let done = 0
      for (;;) {
        const { replayed, already_stored, left } = await http.POST(
          '/api/projects/{project_id}/dead_letters/replay/',
          {
            params: place(projectId),
            body: id ? { ids: [id] } : {},
          },
        )
        const now = replayed + already_stored
        done += now
        progress(done, left)
        // What can't be sent again is left for ever.
        if (now === 0 || left === 0) return done
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['project', projectId, 'dead-letters'] }),
  })
}
