import { queryOptions } from '@tanstack/react-query'
import { answer, http } from './client.ts'

/** More names than this are found by searching on the server; no picker lists so many. */
const PICKER_NAMES = 2000
/** Lists are shown from memory at once and asked for again: a name may have come with an event a second ago. */
const alwaysAskAgain = 0

/** Every event name of a project, those seen last first: what pickers offer. */
export const eventNamesQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'event-names'],
    queryFn: async ({ signal }) => {
      const page = await answer(
        http.GET('/api/projects/{project_id}/event_definitions/', {
          params: {
            path: { project_id: String(projectId) },
            query: { limit: PICKER_NAMES, ordering: '-last_seen_at' },
          },
          signal,
        }),
      )
      return page.results.filter((definition) => !definition.hidden)
    },
    staleTime: alwaysAskAgain,
  })

/** Every property name of a project of one kind, with the inferred type; the project's own before the SDKs' (`$…`). */
export const propertyNamesQuery = (projectId: number, type: 'event' | 'person') =>
  queryOptions({
    queryKey: ['project', projectId, 'property-names', type],
    queryFn: async ({ signal }) => {
      const page = await answer(
        http.GET('/api/projects/{project_id}/property_definitions/', {
          params: { path: { project_id: String(projectId) }, query: { type, limit: PICKER_NAMES } },
          signal,
        }),
      )
      return page.results
        .filter((definition) => !definition.hidden)
        .sort((a, b) => Number(a.name.startsWith('$')) - Number(b.name.startsWith('$')))
    },
    staleTime: alwaysAskAgain,
  })

/** Values that a property really has, for suggestions: the most frequent that contain `text`. */
export const propertyValuesQuery = (projectId: number, type: 'event' | 'person', key: string, text: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'property-values', type, key, text],
    queryFn: async ({ signal }) => {
      const asked = {
        params: { path: { project_id: String(projectId) }, query: { key, value: text || undefined } },
        signal,
      }
      const values: { name: string }[] = await (type === 'event'
        ? answer(http.GET('/api/projects/{project_id}/events/values/', asked))
        : answer(http.GET('/api/projects/{project_id}/persons/values/', asked)))
      return values.map((value) => value.name)
    },
    staleTime: 60_000,
  })
