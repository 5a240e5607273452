import type { components } from '@hedgerow/client'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { experimentsKey } from './queries.ts'

export type Holdout = components['schemas']['ExperimentHoldout']
type NewHoldout = components['schemas']['NewExperimentHoldout']

/** As many as a project may have. */
const MOST = 1000

const all = (projectId: number) => ['project', projectId, 'experiment-holdouts']
const one = (projectId: number, id: number) => ({ path: { project_id: String(projectId), id } })

/** The holdouts of the project, the newest first. */
export const holdoutsQuery = (projectId: number) =>
  queryOptions({
    queryKey: all(projectId),
    queryFn: async ({ signal }) => {
      const page = await http.GET('/api/projects/{project_id}/experiment_holdouts/', {
        params: { path: { project_id: String(projectId) }, query: { limit: MOST } },
        signal,
      })
      return page.results
    },
  })

/** Changes a holdout, or makes one. */
export function useSaveHoldout(projectId: number, id: number | undefined) {
  const changed = useChanged(projectId)
  return useMutation({
    mutationFn: (body: NewHoldout) =>
      id === undefined
        ? http.POST('/api/projects/{project_id}/experiment_holdouts/', {
            params: { path: { project_id: String(projectId) } },
            body,
          })
        : http.PATCH('/api/projects/{project_id}/experiment_holdouts/{id}/', {
            params: one(projectId, id),
            body,
          }),
    onSuccess: changed,
  })
}

export function useDeleteHoldout(projectId: number) {
  const changed = useChanged(projectId)
  return useMutation({
    mutationFn: (id: number) =>
      http.DELETE('/api/projects/{project_id}/experiment_holdouts/{id}/', { params: one(projectId, id) }),
    onSuccess: changed,
  })
}

/** Experiments show their holdouts. */
function useChanged(projectId: number) {
  const client = useQueryClient()
  return () =>
    Promise.all(
      [all(projectId), experimentsKey(projectId)].map((queryKey) => client.invalidateQueries({ queryKey })),
    )
}
