import type { components } from '@hedgerow/client'
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from './client.ts'
import { tagsParameter } from './tags.ts'
import type { Insight, InsightBasic } from './types.ts'

/** What insights and dashboards both need of the server: each other, and their links. */

type InsightChanges = components['schemas']['InsightChanges']

const ofProject = (projectId: number) => ({ path: { project_id: String(projectId) } })
/** Insights are named by text too, dashboards by numbers only. */
const ofInsight = (projectId: number, id: number) => ({
  path: { project_id: String(projectId), id: String(id) },
})
const ofDashboard = (projectId: number, id: number) => ({ path: { project_id: String(projectId), id } })

/** Everything that shows insights or dashboards is asked for again. */
export function useSavedChanged(projectId: number): () => Promise<void> {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['project', projectId, 'saved'] })
}

export const INSIGHTS_A_PAGE = 50

export type InsightsAsked = {
  search?: string
  tag?: string
  tab?: 'yours' | 'favorites'
  page?: number
  limit?: number
}

/** A page of the insights without their answers, the one changed last first. */
export const insightsQuery = (projectId: number, asked: InsightsAsked) =>
  queryOptions({
    queryKey: ['project', projectId, 'saved', 'insights', asked],
    queryFn: async ({ signal }) => {
      const { search, tag, tab, page = 1, limit = INSIGHTS_A_PAGE } = asked
      const found = await http.GET('/api/projects/{project_id}/insights/', {
        params: {
          ...ofProject(projectId),
          query: {
            search: search || undefined,
            tags: tagsParameter(tag),
            ...(tab === 'yours' && { user: 'true' }),
            ...(tab === 'favorites' && { favorited: 'true' }),
            order: '-last_modified_at',
            basic: 'true',
            limit,
            offset: (page - 1) * limit,
          },
        },
        signal,
      })
      return { ...found, results: found.results as InsightBasic[] }
    },
    placeholderData: keepPreviousData,
  })

/** The insights that one looked at last. */
export const lastViewedQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'saved', 'last-viewed'],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/insights/my_last_viewed/', {
        params: ofProject(projectId),
        signal,
      }),
    // one has looked at another since
    staleTime: 0,
  })

/** Dashboards, pinned ones first, each by name. */
export const dashboardsQuery = (
  projectId: number,
  asked: { search?: string; tag?: string; page?: number } = {},
) =>
  queryOptions({
    queryKey: ['project', projectId, 'saved', 'dashboards', asked],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/dashboards/', {
        params: {
          ...ofProject(projectId),
          query: {
            search: asked.search || undefined,
            tags: tagsParameter(asked.tag),
            offset: ((asked.page ?? 1) - 1) * 100,
          },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

/** Changes an insight: its name, star, question, the dashboards that it is on, or that it is deleted. */
export function useUpdateInsight(projectId: number) {
  const changed = useSavedChanged(projectId)
  return useMutation({
    mutationFn: ({ id, ...changes }: InsightChanges & { id: number }) =>
      http.PATCH('/api/projects/{project_id}/insights/{id}/', {
        params: ofInsight(projectId, id),
        body: changes,
      }),
    onSuccess: changed,
  })
}

export function useCreateInsight(projectId: number) {
  const changed = useSavedChanged(projectId)
  return useMutation({
    mutationFn: (insight: InsightChanges): Promise<Insight> =>
      http.POST('/api/projects/{project_id}/insights/', { params: ofProject(projectId), body: insight }),
    onSuccess: changed,
  })
}

/** Makes a dashboard for the events that have arrived, with this name if one is given. */
export function useStarterDashboard(projectId: number) {
  const changed = useSavedChanged(projectId)
  return useMutation({
    mutationFn: (name?: string) =>
      http.POST('/api/projects/{project_id}/dashboards/create_from_events/', {
        params: ofProject(projectId),
        body: name ? { name } : {},
      }),
    onSuccess: changed,
  })
}

/** What can be shared. */
export type Shareable = { kind: 'insight' | 'dashboard'; id: number }

export const sharingQuery = (projectId: number, { kind, id }: Shareable) =>
  queryOptions({
    queryKey: ['project', projectId, 'sharing', kind, id],
    queryFn: ({ signal }) =>
      kind === 'insight'
        ? http.GET('/api/projects/{project_id}/insights/{id}/sharing/', {
            params: ofInsight(projectId, id),
            signal,
          })
        : http.GET('/api/projects/{project_id}/dashboards/{id}/sharing/', {
            params: ofDashboard(projectId, id),
            signal,
          }),
  })

/** Turns a link on or off, or gives the thing another one. */
export function useShare(projectId: number, thing: Shareable) {
  const client = useQueryClient()
  const changed = useSavedChanged(projectId)
  const { kind, id } = thing
  const ofThis = { insight: ofInsight(projectId, id), dashboard: ofDashboard(projectId, id) }
  return useMutation({
    mutationFn: (change: { enabled: boolean } | 'renew') => {
      if (change === 'renew') {
        return kind === 'insight'
          ? http.POST('/api/projects/{project_id}/insights/{id}/sharing/refresh/', {
              params: ofThis.insight,
            })
          : http.POST('/api/projects/{project_id}/dashboards/{id}/sharing/refresh/', {
              params: ofThis.dashboard,
            })
      }
      return kind === 'insight'
        ? http.PATCH('/api/projects/{project_id}/insights/{id}/sharing/', {
            params: ofThis.insight,
            body: change,
          })
        : http.PATCH('/api/projects/{project_id}/dashboards/{id}/sharing/', {
            params: ofThis.dashboard,
            body: change,
          })
    },
    onSuccess: (link) => {
      client.setQueryData(sharingQuery(projectId, thing).queryKey, link)
      return changed()
    },
  })
}
