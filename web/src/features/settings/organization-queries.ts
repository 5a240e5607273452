import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { membersAPage } from '../../api/members.ts'
import { meQuery } from '../../api/session.ts'
import type { Member } from '../../api/types.ts'

export const invitesQuery = (organizationId: string, page: number) =>
  queryOptions({
    queryKey: ['invites', organizationId, page],
    queryFn: ({ signal }) =>
      http.GET('/api/organizations/{id}/invites/', {
        params: {
          path: { id: organizationId },
          query: { limit: membersAPage, offset: (page - 1) * membersAPage },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

/** The user's record has the organization in it, so it is read again. */
export function useUpdateOrganization(organizationId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { name?: string; enforce_2fa?: boolean; is_member_join_email_enabled?: boolean }) =>
      http.PATCH('/api/organizations/{id}/', { params: { path: { id: organizationId } }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
  })
}

/** Passing on the ownership changes what one may do oneself, so the user is read again too. */
export function useSetLevel(organizationId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ uuid, level }: { uuid: string; level: Member['level'] }) =>
      http.PATCH('/api/organizations/{id}/members/{user_uuid}/', {
        params: { path: { id: organizationId, user_uuid: uuid } },
        body: { level },
      }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['members', organizationId] }),
        client.invalidateQueries({ queryKey: meQuery.queryKey }),
      ]),
  })
}

/** Takes a member out; `@me` leaves. */
export function useRemoveMember(organizationId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (uuid: string) =>
      http.DELETE('/api/organizations/{id}/members/{user_uuid}/', {
        params: { path: { id: organizationId, user_uuid: uuid } },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['members', organizationId] }),
  })
}

export function useInvite(organizationId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (invites: { target_email: string; message: string | null }[]) =>
      http.POST('/api/organizations/{id}/invites/bulk/', {
        params: { path: { id: organizationId } },
        body: invites,
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['invites', organizationId] }),
  })
}

export function useWithdraw(organizationId: string) {
  const client = useQueryClient()
  return async (inviteId: string): Promise<void> => {
    await http.DELETE('/api/organizations/{id}/invites/{invite_id}/', {
      params: { path: { id: organizationId, invite_id: inviteId } },
    })
    await client.invalidateQueries({ queryKey: ['invites', organizationId] })
  }
}
