import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { http } from './client.ts'

export const PERSONS_A_PAGE = 50

/** One page of the people, newest first; `search` looks at e-mails, and at distinct ids as a whole. */
export const personsQuery = (projectId: number, search: string, page: number, limit = PERSONS_A_PAGE) =>
  queryOptions({
    queryKey: ['project', projectId, 'persons', search, page, limit],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/persons/', {
        params: {
          path: { project_id: String(projectId) },
          query: {
            search: search || undefined,
            limit,
            offset: (page - 1) * limit,
          },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  })
