import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { request } from '../../api/client.ts'
import type { EventRow, Project } from '../../api/types.ts'

/** The project as it is now: has its first event arrived? */
export const projectQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'self'],
    queryFn: ({ signal }) => request<Project>('GET', `/api/projects/${projectId}/`, { signal }),
  })

/** The newest event, if there is one. */
export const newestEventQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'newest-event'],
    queryFn: async ({ signal }) =>
      (
        await request<{ results: EventRow[] }>('GET', `/api/projects/${projectId}/events/`, {
          query: { limit: 1 },
          signal,
        })
      ).results[0] ?? null,
  })

/** Sends an event from this page, the way any SDK would. */
export function useTestEvent(projectId: number, key: string, distinctId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () =>
      request<unknown>('POST', '/i/v0/e/', {
        body: {
          api_key: key,
          event: 'test_event',
          distinct_id: distinctId,
          properties: { sent_from: 'Get started', $lib: 'hedgerow-web' },
        },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['project', projectId] }),
  })
}
