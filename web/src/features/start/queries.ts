import { useMutation, useQueryClient } from '@tanstack/react-query'
import { undescribed } from '../../api/client.ts'

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
