import { useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { resourceAccessQuery } from '../../api/roles.ts'
import type { Role } from '../../api/types.ts'

const ofOrganization = (organizationId: string) => ({ path: { organization_id: organizationId } })

/** Who may edit flags depends on roles, so what is known of these is asked for anew, everywhere. */
function useRolesChanged() {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['roles'] }),
      client.invalidateQueries({ queryKey: ['resource-access'] }),
      client.invalidateQueries({
        queryKey: ['project'],
        predicate: ({ queryKey }) => queryKey[2] === 'flags',
      }),
    ])
}

export const useCreateRole = (organizationId: string) => {
  const changed = useRolesChanged()
  return useMutation({
    mutationFn: (name: string) =>
      http.POST('/api/organizations/{organization_id}/roles/', {
        params: ofOrganization(organizationId),
        body: { name },
      }),
    onSuccess: changed,
  })
}

export const useUpdateRole = (organizationId: string) => {
  const changed = useRolesChanged()
  return useMutation({
    mutationFn: ({
      id,
      ...body
    }: { id: string } & Partial<Pick<Role, 'name' | 'feature_flags_access_level'>>) =>
      http.PATCH('/api/organizations/{organization_id}/roles/{id}/', {
        params: { path: { organization_id: organizationId, id } },
        body,
      }),
    onSuccess: changed,
  })
}

export const useDeleteRole = (organizationId: string) => {
  const changed = useRolesChanged()
  return useMutation({
    mutationFn: (id: string) =>
      http.DELETE('/api/organizations/{organization_id}/roles/{id}/', {
        params: { path: { organization_id: organizationId, id } },
      }),
    onSuccess: changed,
  })
}

/** Gives a role to a user, by their uuid. */
export const useGiveRole = (organizationId: string, roleId: string) => {
  const changed = useRolesChanged()
  return useMutation({
    mutationFn: (userUuid: string) =>
      http.POST('/api/organizations/{organization_id}/roles/{role_id}/role_memberships/', {
        params: { path: { organization_id: organizationId, role_id: roleId } },
        body: { user_uuid: userUuid },
      }),
    onSuccess: changed,
  })
}

/** Takes a role away, by the id of its membership. */
export const useTakeRole = (organizationId: string, roleId: string) => {
  const changed = useRolesChanged()
  return useMutation({
    mutationFn: (id: string) =>
      http.DELETE('/api/organizations/{organization_id}/roles/{role_id}/role_memberships/{id}/', {
        params: { path: { organization_id: organizationId, role_id: roleId, id } },
      }),
    onSuccess: changed,
  })
}

/** Says whether plain members edit feature flags. */
export const useRestrictFlags = (organizationId: string) => {
  const changed = useRolesChanged()
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (restrict: boolean): Promise<void> => {
      const said = await client.fetchQuery({ ...resourceAccessQuery(organizationId), staleTime: 0 })
      const setting = said.results.find(({ resource }) => resource === 'feature flags')
      const access_level = restrict ? 21 : 37
      if (setting) {
        await http.PATCH('/api/organizations/{organization_id}/resource_access/{id}/', {
          params: { path: { organization_id: organizationId, id: setting.id } },
          body: { access_level },
        })
      } else {
        await http.POST('/api/organizations/{organization_id}/resource_access/', {
          params: ofOrganization(organizationId),
          body: { resource: 'feature flags', access_level },
        })
      }
    },
    onSuccess: changed,
  })
}
