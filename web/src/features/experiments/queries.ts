import type { components } from '@hedgerow/client'
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import type { ExperimentsSearch } from './search.ts'

export type Experiment = components['schemas']['Experiment']
export type ExperimentResults = components['schemas']['ExperimentResults']
type NewExperiment = components['schemas']['NewExperiment']
type ExperimentChanges = components['schemas']['ExperimentChanges']

export const EXPERIMENTS_A_PAGE = 100

/** What everything about a project's experiments is remembered under. */
export const experimentsKey = (projectId: number) => ['project', projectId, 'experiments']
const one = (projectId: number, id: number) => ({ path: { project_id: String(projectId), id } })

/** A page of the project's experiments, the oldest first. */
export const experimentsQuery = (projectId: number, { search, state, page = 1 }: ExperimentsSearch = {}) =>
  queryOptions({
    queryKey: [...experimentsKey(projectId), 'list', search, state, page],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/experiments/', {
        params: {
          path: { project_id: String(projectId) },
          query: {
            search,
            archived: state === 'archived' ? 'true' : 'false',
            status: state === 'archived' ? undefined : state === 'ended' ? 'complete' : state,
            limit: EXPERIMENTS_A_PAGE,
            offset: (page - 1) * EXPERIMENTS_A_PAGE,
          },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

export const experimentQuery = (projectId: number, id: number) =>
  queryOptions({
    queryKey: [...experimentsKey(projectId), id],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/experiments/{id}/', { params: one(projectId, id), signal }),
  })

/**
 * What an experiment says.
 * @param anew calculated, whatever was answered before
 */
export const resultsQuery = (projectId: number, id: number, anew = false) =>
  queryOptions({
    queryKey: [...experimentsKey(projectId), id, 'results'],
    queryFn: async ({ signal }) =>
      (await http.GET('/api/projects/{project_id}/experiments/{id}/results/', {
        params: { ...one(projectId, id), query: anew ? { refresh: 'true' } : {} },
        signal,
      })) as ExperimentResults,
    staleTime: 60_000,
    // what has no numbers yet says so by an error, and does not by being asked again
    retry: false,
  })

export function useCreateExperiment(projectId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (experiment: NewExperiment) =>
      http.POST('/api/projects/{project_id}/experiments/', {
        params: { path: { project_id: String(projectId) } },
        body: experiment,
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: experimentsKey(projectId) }),
  })
}

/** Changes an experiment: what it is called and compares; launches, ends, archives it. */
export function useUpdateExperiment(projectId: number, id: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (changes: ExperimentChanges) =>
      http.PATCH('/api/projects/{project_id}/experiments/{id}/', {
        params: one(projectId, id),
        body: changes,
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: experimentsKey(projectId) }),
  })
}

export function useDeleteExperiment(projectId: number, id: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () =>
      http.DELETE('/api/projects/{project_id}/experiments/{id}/', { params: one(projectId, id) }),
    onSuccess: () => client.invalidateQueries({ queryKey: [...experimentsKey(projectId), 'list'] }),
  })
}
