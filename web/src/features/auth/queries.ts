import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { meQuery } from '../../api/session.ts'

export type Signup = { first_name: string; email: string; password: string; organization_name: string }

/** Makes the user, their organization and first project, and signs them in. */
export function useSignup() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (form: Signup) => http.POST('/api/signup/', { body: form }),
    onSuccess: () => client.fetchQuery({ ...meQuery, staleTime: 0 }),
  })
}

/** The second step, for who has a second factor. */
export function useLoginToken() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (token: string) => http.POST('/api/login/token/', { body: { token } }),
    onSuccess: () => client.fetchQuery({ ...meQuery, staleTime: 0 }),
  })
}

export function useLogin() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (form: { email: string; password: string }) => http.POST('/api/login/', { body: form }),
    onSuccess: () => client.fetchQuery({ ...meQuery, staleTime: 0 }),
  })
}

/** The invite that a link leads to; 400 where it can't be used, or not by who is signed in. */
export const openInviteQuery = (inviteId: string) =>
  queryOptions({
    queryKey: ['open-invite', inviteId],
    queryFn: ({ signal }) =>
      http.GET('/api/signup/{invite_id}/', { params: { path: { invite_id: inviteId } }, signal }),
    retry: false,
    staleTime: 0,
  })

/**
 * Makes an account and signs in; who is signed in joins with what they have, and says nothing. The app then begins
 * anew: what was loaded is of somebody who was not there yet, or of another organization.
 */
export const useAcceptInvite = (inviteId: string) =>
  useMutation({
    mutationFn: (form: { first_name?: string; password?: string }) =>
      http.POST('/api/signup/{invite_id}/', { params: { path: { invite_id: inviteId } }, body: form }),
    onSuccess: () => window.location.assign('/'),
  })

/** Whether a link for a lost password is still good: 400 where not. */
export const resetLinkQuery = (link: { userUuid: string; token: string }) =>
  queryOptions({
    queryKey: ['reset-link', link.userUuid, link.token],
    queryFn: async ({ signal }) => {
      await http.GET('/api/reset/{user_uuid}/', {
        params: { path: { user_uuid: link.userUuid }, query: { token: link.token } },
        signal,
      })
      return true
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })

export const useRequestReset = () =>
  useMutation({ mutationFn: (email: string) => http.POST('/api/reset/', { body: { email } }) })

/** Sets a new password and signs in. */
export const useCompleteReset = ({ userUuid, token }: { userUuid: string; token: string }) =>
  useMutation({
    mutationFn: (password: string) =>
      http.POST('/api/reset/{user_uuid}/', {
        params: { path: { user_uuid: userUuid } },
        body: { token, password },
      }),
    onSuccess: () => window.location.assign('/'),
  })
