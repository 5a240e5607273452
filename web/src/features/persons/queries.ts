import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { cohortsQuery } from '../../api/definitions.ts'
import type { FlagEvaluation } from '../../api/types.ts'

/** More flags than these are shown without a link. */
const MOST_FLAGS = 500

const one = (projectId: number, uuid: string) => ({ path: { project_id: String(projectId), id: uuid } })

export const personQuery = (projectId: number, uuid: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'person', uuid],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/persons/{id}/', { params: one(projectId, uuid), signal }),
  })

/** Whose distinct id this is; null when nobody's. */
export const personByDistinctIdQuery = (projectId: number, distinctId: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'person-by-id', distinctId],
    queryFn: async ({ signal }) => {
      const found = await http.GET('/api/projects/{project_id}/persons/', {
        params: { path: { project_id: String(projectId) }, query: { distinct_id: distinctId } },
        signal,
      })
      return found.results[0] ?? null
    },
    staleTime: 0,
  })

/** The cohorts that somebody is in, as they were last calculated. */
export const cohortsOfQuery = (projectId: number, uuid: string) =>
  queryOptions({
    queryKey: [...cohortsQuery(projectId).queryKey, 'of', uuid],
    queryFn: async ({ signal }) => {
      const found = await http.GET('/api/projects/{project_id}/persons/cohorts/', {
        params: { path: { project_id: String(projectId) }, query: { person_id: uuid } },
        signal,
      })
      return found.results
    },
  })

export type FlagOf = FlagEvaluation & {
  key: string
  /** Null where it is not known. */
  id: number | null
}

/** What somebody gets of each flag who asks with a distinct id, as of now: what is on comes first. */
export const flagsOfQuery = (projectId: number, distinctId: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'flags', 'of', distinctId],
    queryFn: async ({ signal }): Promise<FlagOf[]> => {
      const path = { project_id: String(projectId) }
      const [given, flags] = await Promise.all([
        http.GET('/api/projects/{project_id}/feature_flags/evaluation_reasons/', {
          params: { path, query: { distinct_id: distinctId } },
          signal,
        }),
        http.GET('/api/projects/{project_id}/feature_flags/', {
          params: { path, query: { limit: MOST_FLAGS } },
          signal,
        }),
      ])
      const ids = new Map(flags.results.map(({ id, key }) => [key, id]))
      return Object.entries(given)
        .map(([key, found]) => ({ ...found, key, id: ids.get(key) ?? null }))
        .sort((a, b) => Number(b.value !== false) - Number(a.value !== false) || a.key.localeCompare(b.key))
    },
    staleTime: 0,
  })

/** What is known of somebody after a change: their lists too may show it. */
function useChanged(projectId: number, uuid: string) {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: personQuery(projectId, uuid).queryKey }),
      client.invalidateQueries({ queryKey: ['project', projectId, 'persons'] }),
    ])
}

/** Sets one property of a person. */
export function useSetProperty(projectId: number, uuid: string) {
  const onSuccess = useChanged(projectId, uuid)
  return useMutation({
    mutationFn: (body: { key: string; value: unknown }) =>
      http.POST('/api/projects/{project_id}/persons/{id}/update_property/', {
        params: one(projectId, uuid),
        body,
      }),
    onSuccess,
  })
}

/** Takes one property of a person away. */
export function useUnsetProperty(projectId: number, uuid: string) {
  const onSuccess = useChanged(projectId, uuid)
  return useMutation({
    mutationFn: (name: string) =>
      http.POST('/api/projects/{project_id}/persons/{id}/delete_property/', {
        params: one(projectId, uuid),
        body: { $unset: name },
      }),
    onSuccess,
  })
}

/** Makes every distinct id but one a person of its own. */
export function useSplitPerson(projectId: number, uuid: string) {
  const onSuccess = useChanged(projectId, uuid)
  return useMutation({
    mutationFn: (main: string) =>
      http.POST('/api/projects/{project_id}/persons/{id}/split/', {
        params: one(projectId, uuid),
        body: { main_distinct_id: main },
      }),
    onSuccess,
  })
}

/** Deletes a person, with their events if one likes. */
export function useDeletePerson(projectId: number, uuid: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (withEvents: boolean) =>
      http.DELETE('/api/projects/{project_id}/persons/{id}/', {
        params: { ...one(projectId, uuid), query: { delete_events: withEvents } },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['project', projectId, 'persons'] }),
  })
}
