import type { components } from '@hedgerow/client'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { actionsQuery, cohortsQuery } from '../../api/definitions.ts'
import type { Action } from '../../api/types.ts'
import type { FilterNames } from '../../ui/filter-words.ts'
import { cohortNameOf } from '../../ui/names.ts'
import { type Draft, givenStep } from './steps.ts'

type ActionChanges = components['schemas']['ActionChanges']

const ofProject = (projectId: number) => ({ path: { project_id: String(projectId) } })
const one = (projectId: number, id: number) => ({ path: { project_id: String(projectId), id } })
const all = (projectId: number) => actionsQuery(projectId).queryKey

/** An action, also a deleted one. */
export const actionQuery = (projectId: number, id: number) =>
  queryOptions({
    queryKey: [...all(projectId), id],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/actions/{id}/', { params: one(projectId, id), signal }),
  })

/** What a draft says, as the API takes it. */
export const bodyOf = ({ name, description, tags, steps }: Draft) => ({
  name: name.trim(),
  description,
  tags,
  steps: steps.map(givenStep),
})

function useChanged(projectId: number) {
  const client = useQueryClient()
  return (action: Action) => {
    client.setQueryData(actionQuery(projectId, action.id).queryKey, action)
    return client.invalidateQueries({ queryKey: all(projectId) })
  }
}

export function useCreateAction(projectId: number) {
  const onSuccess = useChanged(projectId)
  return useMutation({
    mutationFn: (draft: Draft) =>
      http.POST('/api/projects/{project_id}/actions/', {
        params: ofProject(projectId),
        body: bodyOf(draft),
      }),
    onSuccess,
  })
}

/** Changes an action, or that it is deleted. */
export function useUpdateAction(projectId: number) {
  const onSuccess = useChanged(projectId)
  return useMutation({
    mutationFn: ({ id, ...body }: ActionChanges & { id: number }) =>
      http.PATCH('/api/projects/{project_id}/actions/{id}/', { params: one(projectId, id), body }),
    onSuccess,
  })
}

/** What the cohorts are called that filters name; numbers until that is known. */
export function useFilterNames(projectId: number): FilterNames {
  const cohorts = useQuery(cohortsQuery(projectId))
  return {
    cohort: (id) => cohortNameOf(cohorts.data?.find((cohort) => cohort.id === id) ?? { id, name: null }),
    flag: String,
  }
}
