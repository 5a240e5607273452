import { queryOptions } from '@tanstack/react-query'
import { http } from './client.ts'

export type EventFilters = { event?: string; person_id?: string; limit?: number }

/** The newest events of a project, newest first; 100 unless `limit` says otherwise. */
export const eventsQuery = (projectId: number, filters: EventFilters = {}) =>
  queryOptions({
    queryKey: ['project', projectId, 'events', filters],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/events/', {
        params: { path: { project_id: String(projectId) }, query: filters },
        signal,
      }),
  })

/** One event by its uuid, with its person. */
export const eventQuery = (projectId: number, uuid: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'event', uuid],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/events/{id}/', {
        params: { path: { project_id: String(projectId), id: uuid }, query: { include_person: 'true' } },
        signal,
      }),
  })
