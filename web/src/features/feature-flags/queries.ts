import type { components } from '@hedgerow/client'
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { ask } from '../../api/ask.ts'
import { http } from '../../api/client.ts'
import { flagQuery, flagsKey } from '../../api/flags.ts'
import type { FlagEvaluation, TrendsAnswer } from '../../api/types.ts'
import type { Draft } from './draft.ts'

type FlagPatch = components['schemas']['FeatureFlagPatch']

const ofProject = (projectId: number) => ({ path: { project_id: String(projectId) } })
const one = (projectId: number, id: number) => ({ path: { project_id: String(projectId), id } })

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
    onSuccess: () => client.invalidateQueries({ queryKey: flagsKey(projectId) }),
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
      return client.invalidateQueries({ queryKey: flagsKey(projectId) })
    },
  })
}

/** The roles that a flag names: their members may edit it. */
export const roleAccessQuery = (projectId: number, id: number) =>
  queryOptions({
    queryKey: [...flagsKey(projectId), id, 'roles'],
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
      client.invalidateQueries({ queryKey: flagsKey(projectId) }),
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

export type Asker = { distinctId: string; groups: Record<string, string> }

/** Why somebody gets what they get of a flag, as of now; null where the flag is not evaluated yet. */
export const explainQuery = (projectId: number, key: string, { distinctId, groups }: Asker) =>
  queryOptions({
    queryKey: [...flagsKey(projectId), 'explain', key, distinctId, groups],
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

/** What was done to a flag, newest first. */
export const flagActivityQuery = (projectId: number, id: number, limit: number) =>
  queryOptions({
    queryKey: [...flagsKey(projectId), id, 'activity', limit],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/feature_flags/{id}/activity/', {
        params: { ...one(projectId, id), query: { limit } },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

/** The flags that ask for a flag, and keep it from being turned off and deleted. */
export const dependentFlagsQuery = (projectId: number, id: number) =>
  queryOptions({
    queryKey: [...flagsKey(projectId), id, 'dependent'],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/feature_flags/{id}/dependent_flags/', {
        params: one(projectId, id),
        signal,
      }),
  })

/** The tags that something in the project has. */
export const tagsQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'tags'],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/tags/', { params: ofProject(projectId), signal }),
  })
