import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { request } from '../../api/client.ts'
import type { EventDefinition, Page, PropertyDefinition } from '../../api/types.ts'

export const DEFINITIONS_A_PAGE = 50

export const eventDefinitionsQuery = (projectId: number, search: string, page: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'event-definitions', search, page],
    queryFn: ({ signal }) =>
      request<Page<EventDefinition>>('GET', `/api/projects/${projectId}/event_definitions/`, {
        query: { search, limit: DEFINITIONS_A_PAGE, offset: (page - 1) * DEFINITIONS_A_PAGE },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

export const propertyDefinitionsQuery = (
  projectId: number,
  type: 'event' | 'person',
  search: string,
  page: number,
) =>
  queryOptions({
    queryKey: ['project', projectId, 'property-definitions', type, search, page],
    queryFn: ({ signal }) =>
      request<Page<PropertyDefinition>>('GET', `/api/projects/${projectId}/property_definitions/`, {
        query: { type, search, limit: DEFINITIONS_A_PAGE, offset: (page - 1) * DEFINITIONS_A_PAGE },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

/** Writes what an event or a property means, for everyone in the project. */
export function useDescribe(projectId: number, kind: 'event' | 'property') {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, description }: { id: string; description: string }) =>
      request<unknown>('PATCH', `/api/projects/${projectId}/${kind}_definitions/${id}/`, {
        body: { description },
      }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['project', projectId, `${kind}-definitions`] }),
        client.invalidateQueries({ queryKey: ['project', projectId, `${kind}-names`] }),
      ]),
  })
}
