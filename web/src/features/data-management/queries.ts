import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'

export const DEFINITIONS_A_PAGE = 50

const pageOf = (search: string, page: number) => ({
  search: search || undefined,
  limit: DEFINITIONS_A_PAGE,
  offset: (page - 1) * DEFINITIONS_A_PAGE,
})

export const eventDefinitionsQuery = (projectId: number, search: string, page: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'event-definitions', search, page],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/event_definitions/', {
        params: { path: { project_id: String(projectId) }, query: pageOf(search, page) },
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
      http.GET('/api/projects/{project_id}/property_definitions/', {
        params: { path: { project_id: String(projectId) }, query: { type, ...pageOf(search, page) } },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

/** Writes what an event or a property means, for everyone in the project. */
export function useDescribe(projectId: number, kind: 'event' | 'property') {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, description }: { id: string; description: string }) => {
      const change = {
        params: { path: { project_id: String(projectId), id } },
        body: { description },
      }
      if (kind === 'event') {
        await http.PATCH('/api/projects/{project_id}/event_definitions/{id}/', change)
      } else {
        await http.PATCH('/api/projects/{project_id}/property_definitions/{id}/', change)
      }
    },
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['project', projectId, `${kind}-definitions`] }),
        client.invalidateQueries({ queryKey: ['project', projectId, `${kind}-names`] }),
      ]),
  })
}
