import type { components } from '@hedgerow/client'
import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ask } from '../../api/ask.ts'
import { http } from '../../api/client.ts'
import { cohortsQuery, groupTypesQuery } from '../../api/definitions.ts'
import type { FlagEvaluation, PropertyFilter, TrendsAnswer } from '../../api/types.ts'
import { groupsName } from '../../ui/group-words.ts'
import type { Draft, FlagFilters } from './filters.ts'
import type { FlagsSearch } from './search.ts'
import type { Names } from './words.ts'

type FlagPatch = components['schemas']['FeatureFlagPatch']

export const FLAGS_A_PAGE = 50

const all = (projectId: number) => ['project', projectId, 'flags']
const ofProject = (projectId: number) => ({ path: { project_id: String(projectId) } })
const one = (projectId: number, id: number) => ({ path: { project_id: String(projectId), id } })

/** A page of the flags, newest first unless it is said otherwise. */
export const flagsQuery = (projectId: number, asked: FlagsSearch & { limit?: number }) =>
  queryOptions({
    queryKey: [...all(projectId), 'list', asked],
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
    queryKey: [...all(projectId), id],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/feature_flags/{id}/', { params: one(projectId, id), signal }),
  })

/** What a draft says, typed as the API takes it: filters are any object there. */
export const bodyOf = ({ filters, ...rest }: Partial<Draft>) => ({ ...rest, ...(filters && { filters }) })

export function useCreateFlag(projectId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (draft: Draft) =>
      http.POST('/api/projects/{project_id}/feature_flags/', {
        params: ofProject(projectId),
        body: { ...bodyOf(draft), key: draft.key },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: all(projectId) }),
  })
}

/** Changes a flag: its conditions, whether it is on, or that it is deleted. */
export function useUpdateFlag(projectId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, ...changes }: FlagPatch & { id: number }) =>
      http.PATCH('/api/projects/{project_id}/feature_flags/{id}/', {
        params: one(projectId, id),
        body: changes,
      }),
    onSuccess: (flag) => {
      client.setQueryData(flagQuery(projectId, flag.id).queryKey, flag)
      return client.invalidateQueries({ queryKey: all(projectId) })
    },
  })
}

/** The roles that a flag names: their members may edit it. */
export const roleAccessQuery = (projectId: number, id: number) =>
  queryOptions({
    queryKey: [...all(projectId), id, 'roles'],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/feature_flags/{feature_flag_id}/role_access/', {
        params: { path: { ...ofProject(projectId).path, feature_flag_id: id }, query: { limit: 1000 } },
        signal,
      }),
  })

/** Who may edit it is said in the flag too, and roles say which flags name them. */
function useEditorsChanged(projectId: number) {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: all(projectId) }),
      client.invalidateQueries({ queryKey: ['roles'] }),
    ])
}

/** Lets the members of a role edit a flag. */
export function useNameRole(projectId: number, id: number) {
  const changed = useEditorsChanged(projectId)
  return useMutation({
    mutationFn: (roleId: string) =>
      http.POST('/api/projects/{project_id}/feature_flags/{feature_flag_id}/role_access/', {
        params: { path: { ...ofProject(projectId).path, feature_flag_id: id } },
        body: { role_id: roleId },
      }),
    onSuccess: changed,
  })
}

/** Lets them edit it no longer. */
export function useUnnameRole(projectId: number, id: number) {
  const changed = useEditorsChanged(projectId)
  return useMutation({
    mutationFn: (accessId: number) =>
      http.DELETE('/api/projects/{project_id}/feature_flags/{feature_flag_id}/role_access/{id}/', {
        params: { path: { ...ofProject(projectId).path, feature_flag_id: id, id: accessId } },
      }),
    onSuccess: changed,
  })
}

/** Copies a flag to other projects of the organization. */
export const useCopyFlag = (organizationId: string) =>
  useMutation({
    mutationFn: (copy: components['schemas']['CopyFeatureFlag']) =>
      http.POST('/api/organizations/{organization_id}/feature_flags/copy_flags/', {
        params: { path: { organization_id: organizationId } },
        body: copy,
      }),
  })

/** How many a set is about, whatever its percentage. */
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

export type Asker = { distinctId: string; groups: Record<string, string> }

/** Why somebody gets what they get of a flag, as of now; null where the flag is not evaluated yet. */
export const explainQuery = (projectId: number, key: string, { distinctId, groups }: Asker) =>
  queryOptions({
    queryKey: [...all(projectId), 'explain', key, distinctId, groups],
    queryFn: async ({ signal }): Promise<FlagEvaluation | null> => {
      const found = await http.GET('/api/projects/{project_id}/feature_flags/evaluation_reasons/', {
        params: {
          ...ofProject(projectId),
          query: { distinct_id: distinctId, key, explain: '1', groups: JSON.stringify(groups) },
        },
        signal,
      })
      return found[key] ?? null
    },
    staleTime: 0,
  })

/** How often code asked for a flag in the last thirty days, by what it got. */
export const usageQuery = (projectId: number, key: string) => {
  const query = {
    kind: 'TrendsQuery' as const,
    series: [{ kind: 'EventsNode' as const, event: '$feature_flag_called', math: 'total' as const }],
    interval: 'day' as const,
    dateRange: { date_from: '-30d' },
    properties: [{ type: 'event' as const, key: '$feature_flag', operator: 'exact' as const, value: [key] }],
    breakdownFilter: { breakdown: '$feature_flag_response', breakdown_type: 'event' as const },
    trendsFilter: { display: 'ActionsLineGraph' as const },
  }
  return queryOptions({
    queryKey: ['project', projectId, 'flag-usage', key],
    queryFn: async ({ signal }) => ({ query, ...(await ask<TrendsAnswer>(projectId, query, signal)) }),
    staleTime: 60_000,
  })
}

/** The flags that ask for a flag, and keep it from being turned off and deleted. */
export const dependentFlagsQuery = (projectId: number, id: number) =>
  queryOptions({
    queryKey: [...all(projectId), id, 'dependent'],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/feature_flags/{id}/dependent_flags/', {
        params: one(projectId, id),
        signal,
      }),
  })

const flagKeysQuery = (projectId: number, ids: number[]) =>
  queryOptions({
    queryKey: [...all(projectId), 'keys', ids],
    queryFn: ({ signal }) =>
      http.POST('/api/projects/{project_id}/feature_flags/bulk_keys/', {
        params: ofProject(projectId),
        body: { ids },
        signal,
      }),
  })

/** What the cohorts, flags and groups that these filters name are called; numbers until that is known. */
export function useNames(projectId: number, filters: FlagFilters[]): Names {
  const properties = filters.flatMap(({ groups }) => groups.flatMap((set) => set.properties))
  const flagIds = [
    ...new Set(properties.filter(({ type }) => type === 'flag').map(({ key }) => Number(key))),
  ].sort((a, b) => a - b)
  const cohorts = useQuery({
    ...cohortsQuery(projectId),
    enabled: properties.some(({ type }) => type === 'cohort'),
  })
  const keys = useQuery({ ...flagKeysQuery(projectId, flagIds), enabled: flagIds.length > 0 })
  const types = useQuery(groupTypesQuery(projectId))
  return {
    cohort: (id) => cohorts.data?.find((cohort) => cohort.id === id)?.name ?? String(id),
    flag: (id) => keys.data?.keys[String(id)] ?? String(id),
    groups: (index) => {
      const type = types.data?.find(({ group_type_index: at }) => at === index)
      return type ? groupsName(type) : `groups of type ${index}`
    },
  }
}
