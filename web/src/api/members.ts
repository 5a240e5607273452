import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { http } from './client.ts'

export const membersAPage = 50

/** A page of an organization's members. */
export const membersQuery = (organizationId: string, page: number) =>
  queryOptions({
    queryKey: ['members', organizationId, page],
    queryFn: ({ signal }) =>
      http.GET('/api/organizations/{id}/members/', {
        params: {
          path: { id: organizationId },
          query: { limit: membersAPage, offset: (page - 1) * membersAPage },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

/** How many of an organization's members can be chosen from. */
const choices = 1000

/** All of an organization's members, to choose from. */
export const allMembersQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ['members', organizationId, 'all'],
    queryFn: ({ signal }) =>
      http.GET('/api/organizations/{id}/members/', {
        params: { path: { id: organizationId }, query: { limit: choices } },
        signal,
      }),
  })
