import { useMutation, useQueryClient } from '@tanstack/react-query'
import { answer, http } from '../../api/client.ts'
import { meQuery } from '../../api/session.ts'

export type Signup = { first_name: string; email: string; password: string; organization_name: string }

/** Makes the user, their organization and first project, and signs them in. */
export function useSignup() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (form: Signup) => answer(http.POST('/api/signup/', { body: form })),
    onSuccess: () => client.fetchQuery({ ...meQuery, staleTime: 0 }),
  })
}

export function useLogin() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (form: { email: string; password: string }) =>
      answer(http.POST('/api/login/', { body: form })),
    onSuccess: () => client.fetchQuery({ ...meQuery, staleTime: 0 }),
  })
}
