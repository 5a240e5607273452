import type { operations } from '@hedgerow/client'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { http } from './client.ts'
import type { PropertyFilter } from './types.ts'

type Asked = Omit<
  NonNullable<operations['feature_flags_list']['parameters']['query']>,
  'tags' | 'limit' | 'offset'
> & { tag?: string; page?: number; limit?: number }

export const FLAGS_A_PAGE = 50

/** What everything about a project's flags is remembered under. */
export const flagsKey = (projectId: number) => ['project', projectId, 'flags']
const ofProject = (projectId: number) => ({ path: { project_id: String(projectId) } })

/** A page of the flags, newest first unless it is said otherwise. */
export const flagsQuery = (projectId: number, asked: Asked) =>
  queryOptions({
    queryKey: [...flagsKey(projectId), 'list', asked],
    queryFn: ({ signal }) => {
      const { tag, page = 1, limit = FLAGS_A_PAGE, ...rest } = asked
      return http.GET('/api/projects/{project_id}/feature_flags/', {
        params: {
          ...ofProject(projectId),
          query: {
            ...rest,
            tags: tag === undefined ? undefined : JSON.stringify([tag]),
            limit,
            offset: (page - 1) * limit,
          },
        },
        signal,
      })
    },
    placeholderData: keepPreviousData,
  })

/** A flag, also a deleted one. */
export const flagQuery = (projectId: number, id: number) =>
  queryOptions({
    queryKey: [...flagsKey(projectId), id],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/feature_flags/{id}/', {
        params: { path: { ...ofProject(projectId).path, id } },
        signal,
      }),
  })

/** How many a set of conditions is about, whatever its percentage. */
export const blastRadiusQuery = (projectId: number, properties: PropertyFilter[], groupType: number | null) =>
  queryOptions({
    queryKey: ['project', projectId, 'flag-radius', properties, groupType],
    queryFn: ({ signal }) =>
      http.POST('/api/projects/{project_id}/feature_flags/user_blast_radius/', {
        params: ofProject(projectId),
        body: { condition: { properties }, group_type_index: groupType },
        signal,
      }),
    staleTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
  })

/** The keys of flags, by their ids. */
export const flagKeysQuery = (projectId: number, ids: number[]) =>
  queryOptions({
    queryKey: [...flagsKey(projectId), 'keys', ids],
    queryFn: ({ signal }) =>
      http.POST('/api/projects/{project_id}/feature_flags/bulk_keys/', {
        params: ofProject(projectId),
        body: { ids },
        signal,
      }),
  })
