import { useMutation, useQueryClient } from '@tanstack/react-query'
import { http, undescribed } from '../../api/client.ts'
import { useSavedChanged } from '../../api/saved.ts'

/** Sends an event from this page, the way any SDK would. */
export function useTestEvent(projectId: number, key: string, distinctId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () =>
      undescribed<unknown>('/i/v0/e/', {
        api_key: key,
        event: 'test_event',
        distinct_id: distinctId,
        properties: { sent_from: 'Get started', $lib: 'hedgerow-web' },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['project', projectId] }),
  })
}

/** Makes a dashboard for the events that have arrived. */
export function useStarterDashboard(projectId: number) {
  const changed = useSavedChanged(projectId)
  return useMutation({
    mutationFn: () =>
      http.POST('/api/projects/{project_id}/dashboards/create_from_events/', {
        params: { path: { project_id: String(projectId) } },
        body: {},
      }),
    onSuccess: changed,
  })
}
