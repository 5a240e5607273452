import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answer, http } from '../../api/client.ts'

export const PERSONS_A_PAGE = 50

/** One page of the people, newest first; `search` looks at e-mails, and at distinct ids as a whole. */
export const personsQuery = (projectId: number, search: string, page: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'persons', search, page],
    queryFn: ({ signal }) =>
      answer(
        http.GET('/api/projects/{project_id}/persons/', {
          params: {
            path: { project_id: String(projectId) },
            query: {
              search: search || undefined,
              limit: PERSONS_A_PAGE,
              offset: (page - 1) * PERSONS_A_PAGE,
            },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  })

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
