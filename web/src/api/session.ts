import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { http, undescribed } from './client.ts'
import type { Me, ProjectBasic } from './types.ts'

/** Who is signed in. Answers 401 where nobody is. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => http.GET('/api/users/{uuid}/', { params: { path: { uuid: '@me' } }, signal }),
  staleTime: 5 * 60_000,
})

/** Whether this instance has its first user, and whether it can send e-mails; needs no session. */
export const preflightQuery = queryOptions({
  queryKey: ['preflight'],
  queryFn: ({ signal }) =>
    undescribed<{ initiated: boolean; email_service_available: boolean }>('/_preflight', undefined, signal),
})

/** The signed-in user. Only below the routes that require a session. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data

/** The project of the page's address, as far as the user's own record knows it. */
export function useProject(projectId: number): ProjectBasic | null {
  const me = useMe()
  return (
    me.organization?.teams.find((team) => team.id === projectId) ??
    (me.team?.id === projectId ? me.team : null)
  )
}

/** Makes another project or organization the current one; the answer is the user as they are then. */
export function useSwitch() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (to: { set_current_team: number } | { set_current_organization: string }) =>
      http.PATCH('/api/users/{uuid}/', { params: { path: { uuid: '@me' } }, body: to }),
    onSuccess: (me) => client.setQueryData(meQuery.queryKey, me),
  })
}

/** Ends the session, forgets everything that was loaded with it, and goes on elsewhere. */
export async function signOut(next = '/login'): Promise<void> {
  await http.POST('/api/logout/')
  window.location.assign(next)
}
