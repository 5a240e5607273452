import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { http } from './client.ts'

export const GROUPS_A_PAGE = 100
const ofProject = (projectId: number) => ({ project_id: String(projectId) })

/** A page of the groups of a type, newest first; `search` looks at keys and properties. */
export const groupsQuery = (projectId: number, index: number, search: string, page: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'groups', index, search, page],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/groups/', {
        params: {
          path: ofProject(projectId),
          query: {
            group_type_index: index,
            search: search || undefined,
            cursor: (page - 1) * GROUPS_A_PAGE,
          },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

/** A group by its key. */
export const groupQuery = (projectId: number, index: number, key: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'group', index, key],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/groups/find/', {
        params: { path: ofProject(projectId), query: { group_type_index: index, group_key: key } },
        signal,
      }),
  })

/** Whom a group shares events with, or a person's groups (`index` null, `id` theirs), over the last 90 days. */
export const relatedQuery = (projectId: number, index: number | null, id: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'related', index, id],
    queryFn: async ({ signal }) => {
      const found = await http.GET('/api/projects/{project_id}/groups/related/', {
        params: { path: ofProject(projectId), query: { group_type_index: index ?? undefined, id } },
        signal,
      })
      return {
        people: found.filter((one) => one.type === 'person'),
        groups: found.filter((one) => one.type === 'group'),
      }
    },
    staleTime: 60_000,
  })
