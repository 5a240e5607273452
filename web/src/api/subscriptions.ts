import type { components } from '@hedgerow/client'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from './client.ts'
import type { Shareable } from './saved.ts'

export type Subscription = components['schemas']['Subscription']
export type NewSubscription = components['schemas']['SubscriptionCreation']

const keyOf = (projectId: number, { kind, id }: Shareable) => [
  'project',
  projectId,
  'subscriptions',
  kind,
  id,
]

/** Who is sent an insight or a dashboard, and when. */
export const subscriptionsQuery = (projectId: number, thing: Shareable) =>
  queryOptions({
    queryKey: keyOf(projectId, thing),
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/subscriptions/', {
        params: { path: { project_id: String(projectId) }, query: { [thing.kind]: thing.id } },
        signal,
      }),
  })

/** Subscribes somebody to it. */
export function useSubscribe(projectId: number, thing: Shareable) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (given: Omit<NewSubscription, 'insight' | 'dashboard'>) =>
      http.POST('/api/projects/{project_id}/subscriptions/', {
        params: { path: { project_id: String(projectId) } },
        body: { ...given, [thing.kind]: thing.id },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(projectId, thing) }),
  })
}

/** Ends a subscription, or lets it go on again. */
export function useEndSubscription(projectId: number, thing: Shareable) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, deleted }: { id: number; deleted: boolean }) =>
      http.PATCH('/api/projects/{project_id}/subscriptions/{id}/', {
        params: { path: { project_id: String(projectId), id } },
        body: { deleted },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(projectId, thing) }),
  })
}
