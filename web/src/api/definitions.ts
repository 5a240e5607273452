import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'
import type { EventDefinition, Page, PropertyDefinition } from './types.ts'

/** More names than this are found by searching on the server; no picker lists so many. */
const PICKER_NAMES = 2000
const fiveMinutes = 5 * 60_000

/** Every event name of a project, the busiest first: what pickers offer. */
export const eventNamesQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'event-names'],
    queryFn: async ({ signal }) =>
      (
        await request<Page<EventDefinition>>('GET', `/api/projects/${projectId}/event_definitions/`, {
          query: { limit: PICKER_NAMES },
          signal,
        })
      ).results,
    staleTime: fiveMinutes,
  })

/** Every property name of a project of one kind, with the inferred type. */
export const propertyNamesQuery = (projectId: number, type: 'event' | 'person') =>
  queryOptions({
    queryKey: ['project', projectId, 'property-names', type],
    queryFn: async ({ signal }) =>
      (
        await request<Page<PropertyDefinition>>('GET', `/api/projects/${projectId}/property_definitions/`, {
          query: { type, limit: PICKER_NAMES },
          signal,
        })
      ).results,
    staleTime: fiveMinutes,
  })

/** Values that a property really has, for suggestions: at most ten that contain `text`. */
export const propertyValuesQuery = (projectId: number, type: 'event' | 'person', key: string, text: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'property-values', type, key, text],
    queryFn: async ({ signal }) =>
      (
        await request<{ name: string }[]>(
          'GET',
          `/api/projects/${projectId}/${type === 'event' ? 'events' : 'persons'}/values/`,
          { query: { key, value: text }, signal },
        )
      ).map((row) => row.name),
    staleTime: 60_000,
  })
