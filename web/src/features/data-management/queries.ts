import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { tagsQuery } from '../../api/tags.ts'

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

/** What people say of a definition. */
export type DefinitionChanges = {
  description?: string
  verified?: boolean
  hidden?: boolean
  tags?: string[]
}

/** Writes what people say of an event or a property, for everyone in the project. */
export function useChangeDefinition(projectId: number, kind: 'event' | 'property') {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, ...body }: DefinitionChanges & { id: string }) => {
      const change = {
        params: { path: { project_id: String(projectId), id } },
        body,
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
        client.invalidateQueries({ queryKey: tagsQuery(projectId).queryKey }),
      ]),
  })
}
