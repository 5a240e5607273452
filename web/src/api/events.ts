import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'
import type { EventRow } from './types.ts'

export type EventFilters = { event?: string; person_id?: string; before?: string; limit?: number }

/** The newest events of a project, newest first. */
export const eventsQuery = (projectId: number, filters: EventFilters = {}) =>
  queryOptions({
    queryKey: ['project', projectId, 'events', filters],
    queryFn: ({ signal }) =>
      request<{ results: EventRow[]; next: string | null }>('GET', `/api/projects/${projectId}/events/`, {
        query: { limit: 100, ...filters },
        signal,
      }),
  })

/** One event by its uuid, with its person. */
export const eventQuery = (projectId: number, uuid: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'event', uuid],
    queryFn: ({ signal }) =>
      request<EventRow>('GET', `/api/projects/${projectId}/events/${encodeURIComponent(uuid)}/`, {
        query: { include_person: 'true' },
        signal,
      }),
  })
