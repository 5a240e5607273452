import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'

const key = (organizationId: string) => ['domains', organizationId]

/** An organization has a hundred at most: all are on one page. */
export const domainsQuery = (organizationId: string) =>
  queryOptions({
    queryKey: key(organizationId),
    queryFn: ({ signal }) =>
      http.GET('/api/organizations/{organization_id}/domains/', {
        params: { path: { organization_id: organizationId } },
        signal,
      }),
  })

export function useAddDomain(organizationId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (domain: string) =>
      http.POST('/api/organizations/{organization_id}/domains/', {
        params: { path: { organization_id: organizationId } },
        body: { domain },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: key(organizationId) }),
  })
}

/** Looks for the TXT record; the answer says whether it was there. */
export function useVerifyDomain(organizationId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      http.POST('/api/organizations/{organization_id}/domains/{id}/verify/', {
        params: { path: { organization_id: organizationId, id } },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: key(organizationId) }),
  })
}

export function useDeleteDomain(organizationId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      http.DELETE('/api/organizations/{organization_id}/domains/{id}/', {
        params: { path: { organization_id: organizationId, id } },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: key(organizationId) }),
  })
}
