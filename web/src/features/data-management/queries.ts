import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { tagsParameter, tagsQuery } from '../../api/tags.ts'

export const DEFINITIONS_A_PAGE = 50

type Asked = { search?: string; tag?: string; page?: number }

const pageOf = ({ search, tag, page = 1 }: Asked) => ({
  search: search || undefined,
  tags: tagsParameter(tag),
  limit: DEFINITIONS_A_PAGE,
  offset: (page - 1) * DEFINITIONS_A_PAGE,
})

export const eventDefinitionsQuery = (projectId: number, asked: Asked) =>
  queryOptions({
    queryKey: ['project', projectId, 'event-definitions', asked],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/event_definitions/', {
        params: { path: { project_id: String(projectId) }, query: pageOf(asked) },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

export const propertyDefinitionsQuery = (projectId: number, type: 'event' | 'person', asked: Asked) =>
  queryOptions({
    queryKey: ['project', projectId, 'property-definitions', type, asked],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/property_definitions/', {
        params: { path: { project_id: String(projectId) }, query: { type, ...pageOf(asked) } },
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
