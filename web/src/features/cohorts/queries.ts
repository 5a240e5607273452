import type { components } from '@hedgerow/client'
import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { actionsQuery, cohortsQuery } from '../../api/definitions.ts'
import type { Cohort } from '../../api/types.ts'
import { actionNameOf, cohortNameOf } from '../../ui/names.ts'
import { type Draft, filtersOf } from './definition.ts'
import type { CohortsSearch } from './search.ts'
import type { Names } from './words.ts'

type CohortChanges = components['schemas']['CohortChanges']

export const COHORTS_A_PAGE = 50
export const PEOPLE_A_PAGE = 50
/** How often those are asked for again that are being calculated, milliseconds. */
const WATCH_MS = 1000

const ofProject = (projectId: number) => ({ path: { project_id: String(projectId) } })
const one = (projectId: number, id: number) => ({ path: { project_id: String(projectId), id } })
const all = (projectId: number) => cohortsQuery(projectId).queryKey

/** A page of the cohorts, newest first; asked for again while one of them is calculated. */
export const cohortsListQuery = (projectId: number, asked: CohortsSearch & { limit?: number }) =>
  queryOptions({
    queryKey: [...all(projectId), 'list', asked],
    queryFn: ({ signal }) => {
      const { page = 1, limit = COHORTS_A_PAGE, ...rest } = asked
      return http.GET('/api/projects/{project_id}/cohorts/', {
        params: { ...ofProject(projectId), query: { ...rest, limit, offset: (page - 1) * limit } },
        signal,
      })
    },
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.results.some((cohort) => cohort.is_calculating) ? WATCH_MS : false,
  })

/** A cohort, also a deleted one; asked for again while it is calculated. */
export const cohortQuery = (projectId: number, id: number) =>
  queryOptions({
    queryKey: [...all(projectId), id],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/cohorts/{id}/', { params: one(projectId, id), signal }),
    refetchInterval: ({ state }) => (state.data?.is_calculating ? WATCH_MS : false),
  })

/** A page of the people of a cohort, as of its last calculation. */
export const peopleQuery = (
  projectId: number,
  { id, last_calculation: at }: Pick<Cohort, 'id' | 'last_calculation'>,
  { search, page = 1 }: { search?: string; page?: number },
) =>
  queryOptions({
    queryKey: [...all(projectId), id, 'people', at, search, page],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/cohorts/{id}/persons/', {
        params: {
          ...one(projectId, id),
          query: { search, limit: PEOPLE_A_PAGE, offset: (page - 1) * PEOPLE_A_PAGE },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

/** What is known of a cohort after a change. */
function useChanged(projectId: number) {
  const client = useQueryClient()
  return (cohort: Cohort) => {
    client.setQueryData(cohortQuery(projectId, cohort.id).queryKey, cohort)
    return client.invalidateQueries({ queryKey: all(projectId) })
  }
}

/** A body with a file goes as a form, in which everything is text. */
function formOf(body: object): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(body)) {
    if (value !== undefined) form.append(name, value instanceof File ? value : String(value))
  }
  return form
}

type New = Draft & {
  /** Of a static one: whose ids. Without it, it is a dynamic one. */
  list?: File | null
}

/** Makes a cohort: a dynamic one is then calculated. */
export function useCreateCohort(projectId: number) {
  const onSuccess = useChanged(projectId)
  return useMutation({
    mutationFn: ({ name, description, definition, list }: New) => {
      const shared = { name: name.trim(), description }
      const params = ofProject(projectId)
      if (!list) {
        return http.POST('/api/projects/{project_id}/cohorts/', {
          params,
          body: { ...shared, ...(list === null ? { is_static: true } : { filters: filtersOf(definition) }) },
        })
      }
      return http.POST('/api/projects/{project_id}/cohorts/', {
        params,
        body: { ...shared, is_static: true, csv: list },
        bodySerializer: formOf,
      })
    },
    onSuccess,
  })
}

/** Changes a cohort, or that it is deleted; a dynamic one is calculated anew, whatever the change is. */
export function useUpdateCohort(projectId: number) {
  const onSuccess = useChanged(projectId)
  return useMutation({
    mutationFn: ({ id, ...body }: CohortChanges & { id: number }) =>
      http.PATCH('/api/projects/{project_id}/cohorts/{id}/', { params: one(projectId, id), body }),
    onSuccess,
  })
}

/** Adds the people whose distinct ids a file holds to a static cohort. */
export function useAddPeople(projectId: number) {
  const onSuccess = useChanged(projectId)
  return useMutation({
    mutationFn: ({ id, list }: { id: number; list: File }) =>
      http.PATCH('/api/projects/{project_id}/cohorts/{id}/', {
        params: one(projectId, id),
        body: { csv: list },
        bodySerializer: formOf,
      }),
    onSuccess,
  })
}

/** Puts somebody into a static cohort. */
export function useAddPerson(projectId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, uuid }: { id: number; uuid: string }) =>
      http.PATCH('/api/projects/{project_id}/cohorts/{id}/add_persons_to_static_cohort/', {
        params: one(projectId, id),
        body: { person_ids: [uuid] },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: all(projectId) }),
  })
}

/** Takes somebody out of a static cohort. */
export function useRemovePerson(projectId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, uuid }: { id: number; uuid: string }) =>
      http.PATCH('/api/projects/{project_id}/cohorts/{id}/remove_person_from_static_cohort/', {
        params: one(projectId, id),
        body: { person_id: uuid },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: all(projectId) }),
  })
}

/** Copies the people that a cohort has now into a static one. */
export function useFreeze(projectId: number) {
  const onSuccess = useChanged(projectId)
  return useMutation({
    mutationFn: (id: number) =>
      http.GET('/api/projects/{project_id}/cohorts/{id}/duplicate_as_static_cohort/', {
        params: one(projectId, id),
      }),
    onSuccess,
  })
}

/** What the cohorts and actions are called that conditions name; numbers until that is known. */
export function useConditionNames(projectId: number): Names {
  const cohorts = useQuery(cohortsQuery(projectId))
  const actions = useQuery(actionsQuery(projectId))
  return {
    cohort: (id) => cohortNameOf(cohorts.data?.find((cohort) => cohort.id === id) ?? { id, name: null }),
    action: (id) => actionNameOf(actions.data?.find((action) => action.id === id) ?? { id, name: null }),
  }
}
