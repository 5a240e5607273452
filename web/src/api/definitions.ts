import { queryOptions } from '@tanstack/react-query'
import { ask } from './ask.ts'
import { http } from './client.ts'
import type { PropertyFilter } from './types.ts'

/** More names than this are found by searching on the server; no picker lists so many. */
const PICKER_NAMES = 2000
/** Lists are shown from memory at once and asked for again: a name may have come with an event a second ago. */
const alwaysAskAgain = 0

/** Every event name of a project, those seen last first: what pickers offer. */
export const eventNamesQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'event-names'],
    queryFn: async ({ signal }) => {
      const page = await http.GET('/api/projects/{project_id}/event_definitions/', {
        params: {
          path: { project_id: String(projectId) },
          query: { limit: PICKER_NAMES, ordering: '-last_seen_at' },
        },
        signal,
      })
      return page.results.filter((definition) => !definition.hidden)
    },
    staleTime: alwaysAskAgain,
  })

/**
 * How many events of each name there were in the last thirty days; what a picker shows beside names. One question for
 * all of them, which may be answered from before.
 */
export const eventVolumesQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'event-volumes'],
    queryFn: async ({ signal }): Promise<Map<string, number>> => {
      const query = {
        kind: 'HogQLQuery' as const,
        query: `select event, count() from events where timestamp > now() - interval 30 day group by event order by count() desc limit ${PICKER_NAMES}`,
      }
      const { results } = await ask<{ results: [string, number][] }>(projectId, query, signal, 'blocking')
      return new Map(results)
    },
    staleTime: 5 * 60_000,
  })

/** Every property name of a project of one kind, with the inferred type; the project's own before the SDKs' (`$…`). */
export const propertyNamesQuery = (
  projectId: number,
  type: 'event' | 'person' | 'group',
  groupTypeIndex?: number,
) =>
  queryOptions({
    queryKey: ['project', projectId, 'property-names', type, groupTypeIndex],
    queryFn: async ({ signal }) => {
      const page = await http.GET('/api/projects/{project_id}/property_definitions/', {
        params: {
          path: { project_id: String(projectId) },
          query: { type, group_type_index: groupTypeIndex?.toString(), limit: PICKER_NAMES },
        },
        signal,
      })
      return page.results
        .filter((definition) => !definition.hidden)
        .sort((a, b) => Number(a.name.startsWith('$')) - Number(b.name.startsWith('$')))
    },
    staleTime: alwaysAskAgain,
  })

/** Values that a filter's property really has, for suggestions: the most frequent that contain `text`. */
export const propertyValuesQuery = (
  projectId: number,
  { type, key, group_type_index: index = 0 }: Pick<PropertyFilter, 'type' | 'key' | 'group_type_index'>,
  text: string,
) =>
  queryOptions({
    queryKey: ['project', projectId, 'property-values', type, index, key, text],
    queryFn: async ({ signal }) => {
      // those of sessions are computed: nobody keeps a list of them
      if (type === 'session') return []
      const path = { project_id: String(projectId) }
      const query = { key, value: text || undefined }
      const asked = { params: { path, query }, signal }
      const values: { name: string }[] = await (type === 'event'
        ? http.GET('/api/projects/{project_id}/events/values/', asked)
        : type === 'group'
          ? http.GET('/api/projects/{project_id}/groups/property_values/', {
              params: { path, query: { ...query, group_type_index: index } },
              signal,
            })
          : http.GET('/api/projects/{project_id}/persons/values/', asked))
      return values.map((value) => value.name)
    },
    staleTime: 60_000,
  })

/** The types of groups that there are. */
export const groupTypesQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'group-types'],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/groups_types/', {
        params: { path: { project_id: String(projectId) } },
        signal,
      }),
    staleTime: 60_000,
  })

/** The cohorts, newest first: what pickers offer. */
export const cohortsQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'cohorts'],
    queryFn: async ({ signal }) => {
      const page = await http.GET('/api/projects/{project_id}/cohorts/', {
        params: { path: { project_id: String(projectId) }, query: { limit: PICKER_NAMES } },
        signal,
      })
      return page.results
    },
    staleTime: alwaysAskAgain,
  })

/** The actions by name: what pickers offer beside events. */
export const actionsQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'actions'],
    queryFn: async ({ signal }) => {
      const page = await http.GET('/api/projects/{project_id}/actions/', {
        params: { path: { project_id: String(projectId) } },
        signal,
      })
      return page.results
    },
    staleTime: alwaysAskAgain,
  })
