import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answer, http } from './client.ts'

export const membersAPage = 50

/** A page of an organization's members. */
export const membersQuery = (organizationId: string, page: number) =>
  queryOptions({
    queryKey: ['members', organizationId, page],
    queryFn: ({ signal }) =>
      answer(
        http.GET('/api/organizations/{id}/members/', {
          params: {
            path: { id: organizationId },
            query: { limit: membersAPage, offset: (page - 1) * membersAPage },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  })
