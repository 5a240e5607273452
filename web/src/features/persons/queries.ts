import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { request } from '../../api/client.ts'
import type { PersonRow } from '../../api/types.ts'

export const PERSONS_A_PAGE = 50

/** One page of the people, newest first; `search` looks at e-mails, and at distinct ids as a whole. */
export const personsQuery = (projectId: number, search: string, page: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'persons', search, page],
    queryFn: ({ signal }) =>
      request<{ results: PersonRow[]; next: string | null }>('GET', `/api/projects/${projectId}/persons/`, {
        query: { search, limit: PERSONS_A_PAGE, offset: (page - 1) * PERSONS_A_PAGE },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

export const personQuery = (projectId: number, uuid: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'person', uuid],
    queryFn: ({ signal }) =>
      request<PersonRow>('GET', `/api/projects/${projectId}/persons/${encodeURIComponent(uuid)}/`, {
        signal,
      }),
  })

/** Whose distinct id this is; null when nobody's. */
export const personByDistinctIdQuery = (projectId: number, distinctId: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'person-by-id', distinctId],
    queryFn: async ({ signal }) =>
      (
        await request<{ results: PersonRow[] }>('GET', `/api/projects/${projectId}/persons/`, {
          query: { distinct_id: distinctId },
          signal,
        })
      ).results[0] ?? null,
    staleTime: 0,
  })
