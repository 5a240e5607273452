import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ask } from './ask.ts'
import { http } from './client.ts'
import type { EventRow, FilterTree, Properties } from './types.ts'

export type EventFilters = {
  event?: string
  person_id?: string
  properties?: FilterTree
  /** Names of properties of the person that come with each event. */
  person_properties?: string[]
  /** Moments, relative or not, between which they happened. */
  after?: string
  before?: string
  limit?: number
}

/** The same as the API takes them in an address. */
export const eventsParameters = ({ properties, person_properties: named, ...others }: EventFilters) => ({
  ...others,
  ...(properties && { properties: JSON.stringify(properties) }),
  ...(named && { person_properties: [JSON.stringify(named)] }),
})

/** The newest events of a project, newest first; 100 unless `limit` says otherwise. */
export const eventsQuery = (projectId: number, filters: EventFilters = {}) =>
  queryOptions({
    queryKey: ['project', projectId, 'events', filters],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/events/', {
        params: { path: { project_id: String(projectId) }, query: eventsParameters(filters) },
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

/** A filter as questions take it, of the kinds too that no editor has; or a group of such. */
export type AnyFilter =
  | { type: string; key: string; operator?: string; value?: unknown; group_type_index?: number }
  | { type: 'AND' | 'OR'; values: AnyFilter[] }

type Row = [
  {
    uuid: string
    event: string
    properties: Properties
    timestamp: string
    distinct_id: string
    elements_chain: string
  },
  { properties?: Properties; distinct_id: string },
]

/** The newest events that pass, newest first; all of them where `filters` is null. */
export const matchingEventsQuery = (
  projectId: number,
  filters: AnyFilter | null,
  limit: number,
  after = '-30d',
) =>
  queryOptions({
    queryKey: ['project', projectId, 'matching-events', filters, limit, after],
    queryFn: async ({ signal }): Promise<EventRow[]> => {
      const query = {
        kind: 'EventsQuery' as const,
        select: ['*', 'person'],
        ...(filters && { properties: filters as never }),
        orderBy: ['timestamp DESC'],
        after,
        limit,
      }
      const { results } = await ask<{ results: Row[] }>(projectId, query, signal)
      return results.map(([{ uuid, ...event }, { distinct_id: id, properties }]) => ({
        ...event,
        id: uuid,
        elements: [],
        person: properties ? { is_identified: true, distinct_ids: [id], properties } : null,
      }))
    },
    placeholderData: keepPreviousData,
  })

/** How many events pass, and of how many people. */
export const matchCountQuery = (projectId: number, filters: AnyFilter | null, after = '-30d') =>
  queryOptions({
    queryKey: ['project', projectId, 'matching-count', filters, after],
    queryFn: async ({ signal }) => {
      const query = {
        kind: 'EventsQuery' as const,
        select: ['count()', 'count(distinct person_id)'],
        ...(filters && { properties: filters as never }),
        after,
      }
      const { results } = await ask<{ results: [number, number][] }>(projectId, query, signal)
      const [events = 0, people = 0] = results[0] ?? []
      return { events, people }
    },
    placeholderData: keepPreviousData,
  })
