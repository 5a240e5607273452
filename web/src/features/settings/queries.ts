import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { projectQuery } from '../../api/project.ts'
import { meQuery } from '../../api/session.ts'

export const keysQuery = queryOptions({
  queryKey: ['personal-api-keys'],
  queryFn: ({ signal }) => http.GET('/api/personal_api_keys/', { signal }),
})

/** Without scopes and projects it may do all that its user may. */
export type NewKey = { label: string; scopes?: string[]; scoped_teams?: number[] }

/**
 * Makes a key. Its value is in this one answer only, which is handed to `show` and kept nowhere: the cached list
 * gets the key without it.
 */
export function useCreateKey(show: (created: { id: string; value: string }) => void) {
  const client = useQueryClient()
  return useMutation({
    gcTime: 0,
    mutationFn: async (body: NewKey) => {
      const made = await http.POST('/api/personal_api_keys/', { body })
      show({ id: made.id, value: made.value ?? '' })
      return { ...made, value: null }
    },
    onSuccess: (key) => client.setQueryData(keysQuery.queryKey, (old) => [key, ...(old ?? [])]),
  })
}

/** Gives a key another value, which is handed to `show` like a new key's; the old one stops working at once. */
export function useRollKey(show: (rolled: { id: string; value: string }) => void) {
  const client = useQueryClient()
  return useMutation({
    gcTime: 0,
    mutationFn: async (id: string) => {
      const rolled = await http.POST('/api/personal_api_keys/{id}/roll/', { params: { path: { id } } })
      show({ id, value: rolled.value ?? '' })
      return { ...rolled, value: null }
    },
    onSuccess: (key) =>
      client.setQueryData(keysQuery.queryKey, (old) => old?.map((one) => (one.id === key.id ? key : one))),
  })
}

export function useDeleteKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => http.DELETE('/api/personal_api_keys/{id}/', { params: { path: { id } } }),
    onSuccess: (_nothing, id) =>
      client.setQueryData(keysQuery.queryKey, (old) => old?.filter((key) => key.id !== id)),
  })
}

/** Changes the signed-in user: name, e-mail, or password (with the present one). */
export function useUpdateMe() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (
      changes: { first_name: string; email: string } | { current_password: string; password: string },
    ) => http.PATCH('/api/users/{uuid}/', { params: { path: { uuid: '@me' } }, body: changes }),
    onSuccess: (me) => client.setQueryData(meQuery.queryKey, me),
  })
}

/** How far the organization's limits are used; looked at again as long as the page is open. */
export const rateLimitsQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ['rate-limits', organizationId],
    queryFn: ({ signal }) =>
      http.GET('/api/organizations/{id}/rate_limits/', {
        params: { path: { id: organizationId } },
        signal,
      }),
    refetchInterval: 10_000,
  })

/** Gives the project a new public key; the old one stops working at once. */
export function useResetToken(projectId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () =>
      http.PATCH('/api/projects/{id}/reset_token/', { params: { path: { id: String(projectId) } } }),
    onSuccess: (project) => {
      client.setQueryData(projectQuery(projectId).queryKey, project)
      return client.invalidateQueries({ queryKey: meQuery.queryKey })
    },
  })
}

export const twoFactorQuery = queryOptions({
  queryKey: ['two-factor'],
  queryFn: ({ signal }) => http.GET('/api/users/@me/two_factor_status/', { signal }),
})

/** A secret for an app; it has no effect until a code confirms it. */
export const useStartTwoFactor = () =>
  useMutation({ gcTime: 0, mutationFn: () => http.GET('/api/users/@me/start_2fa_setup/') })

/**
 * Turning it on, off, or renewing its codes. What is answered is handed to `show` at once and kept nowhere; then the user
 * and the state are read anew, and whoever asked may be gone from the page.
 */
function useTwoFactorChange<Given, Answered>(
  change: (given: Given) => Promise<Answered>,
  show: (answered: Answered) => void,
) {
  const client = useQueryClient()
  return useMutation({
    gcTime: 0,
    mutationFn: async (given: Given) => show(await change(given)),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: twoFactorQuery.queryKey }),
        client.invalidateQueries({ queryKey: meQuery.queryKey }),
      ]),
  })
}

type ShowCodes = (codes: string[]) => void

export const useConfirmTwoFactor = (show: ShowCodes) =>
  useTwoFactorChange(
    (token: string) => http.POST('/api/users/@me/validate_2fa/', { body: { token } }),
    ({ backup_codes }) => show(backup_codes),
  )

export const useRenewBackupCodes = (show: ShowCodes) =>
  useTwoFactorChange(
    (current_password: string) =>
      http.POST('/api/users/@me/two_factor_backup_codes/', { body: { current_password } }),
    ({ backup_codes }) => show(backup_codes),
  )

export const useDisableTwoFactor = (done: () => void) =>
  useTwoFactorChange(
    (current_password: string) =>
      http.POST('/api/users/@me/two_factor_disable/', { body: { current_password } }),
    done,
  )
