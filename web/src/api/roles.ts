import { queryOptions, useQuery } from '@tanstack/react-query'
import { http } from './client.ts'

/** More roles than an organization may have. */
const all = 1000

/** All roles of an organization, the oldest first; `@current` is the one that the user works in. */
export const rolesQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ['roles', organizationId],
    queryFn: ({ signal }) =>
      http.GET('/api/organizations/{organization_id}/roles/', {
        params: { path: { organization_id: organizationId }, query: { limit: all } },
        signal,
      }),
  })

export const resourceAccessQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ['resource-access', organizationId],
    queryFn: ({ signal }) =>
      http.GET('/api/organizations/{organization_id}/resource_access/', {
        params: { path: { organization_id: organizationId } },
        signal,
      }),
  })

/** What the organization says of who edits feature flags: its id and level; null where it says nothing. */
export function useFlagSetting(organizationId: string) {
  const query = useQuery(resourceAccessQuery(organizationId))
  const found = query.data?.results.find(({ resource }) => resource === 'feature flags') ?? null
  return { query, setting: found, isRestricted: found !== null && found.access_level < 37 }
}
