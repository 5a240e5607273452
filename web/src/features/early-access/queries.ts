import type { components } from '@hedgerow/client'
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { blastRadiusQuery, flagsKey } from '../../api/flags.ts'
import type { PropertyFilter } from '../../api/types.ts'

type New = components['schemas']['NewEarlyAccessFeature']
type Changes = components['schemas']['EarlyAccessFeatureChanges']

export const FEATURES_A_PAGE = 50
export const PEOPLE_A_PAGE = 25

const all = (projectId: number) => ['project', projectId, 'early-access']
const ofProject = (projectId: number) => ({ path: { project_id: String(projectId) } })
const one = (projectId: number, id: string) => ({ path: { project_id: String(projectId), id } })

/** A page of the features, newest first. */
export const featuresQuery = (projectId: number, page: number) =>
  queryOptions({
    queryKey: [...all(projectId), 'list', page],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/early_access_feature/', {
        params: {
          ...ofProject(projectId),
          query: { limit: FEATURES_A_PAGE, offset: (page - 1) * FEATURES_A_PAGE },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

export const featureQuery = (projectId: number, id: string) =>
  queryOptions({
    queryKey: [...all(projectId), id],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/early_access_feature/{id}/', {
        params: one(projectId, id),
        signal,
      }),
  })

/** People's answers to a feature are properties by its flag's key. */
const answered = (flagKey: string, joined: boolean): PropertyFilter[] => [
  {
    type: 'person',
    key: `$feature_enrollment/${flagKey}`,
    operator: 'exact',
    value: [String(joined)],
  },
]

/** How many people joined, or (`false`) left again or declined. */
export const countQuery = (projectId: number, flagKey: string, joined: boolean) =>
  queryOptions({ ...blastRadiusQuery(projectId, answered(flagKey, joined), null), staleTime: 0 })

/** A page of the people who joined, newest first. */
export const joinedQuery = (projectId: number, flagKey: string, page: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'joined', flagKey, page],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/persons/', {
        params: {
          ...ofProject(projectId),
          query: {
            properties: JSON.stringify(answered(flagKey, true)),
            limit: PEOPLE_A_PAGE,
            offset: (page - 1) * PEOPLE_A_PAGE,
          },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })

/** Its flag follows a feature, so what is known of flags is asked anew. */
function useChanged(projectId: number) {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: all(projectId) }),
      client.invalidateQueries({ queryKey: flagsKey(projectId) }),
    ])
}

export function useCreateFeature(projectId: number) {
  const onSuccess = useChanged(projectId)
  return useMutation({
    mutationFn: (body: New) =>
      http.POST('/api/projects/{project_id}/early_access_feature/', { params: ofProject(projectId), body }),
    onSuccess,
  })
}

export function useUpdateFeature(projectId: number) {
  const onSuccess = useChanged(projectId)
  return useMutation({
    mutationFn: ({ id, ...changes }: Changes & { id: string }) =>
      http.PATCH('/api/projects/{project_id}/early_access_feature/{id}/', {
        params: one(projectId, id),
        body: changes,
      }),
    onSuccess,
  })
}

/** Deletes it for good; its flag stays. */
export function useDeleteFeature(projectId: number) {
  const changed = useChanged(projectId)
  return async (id: string): Promise<void> => {
    await http.DELETE('/api/projects/{project_id}/early_access_feature/{id}/', { params: one(projectId, id) })
    await changed()
  }
}
