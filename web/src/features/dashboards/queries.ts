import type { components } from '@hedgerow/client'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { useSavedChanged } from '../../api/saved.ts'
import { createSlots } from '../../api/slots.ts'
import type { Dashboard, DashboardTile, Insight, InsightBasic } from '../../api/types.ts'
import { insightName } from '../../ui/insight/shown.ts'
import { withUndo } from '../../ui/undo.tsx'

type DashboardChanges = components['schemas']['DashboardChanges']
type NewDashboard = components['schemas']['NewDashboard']

const params = (projectId: number, id: number) => ({ path: { project_id: String(projectId), id } })

/** A dashboard with its tiles, and of their answers those that are at hand. */
export const dashboardQuery = (projectId: number, id: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'saved', 'dashboard', id],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/dashboards/{id}/', { params: params(projectId, id), signal }),
  })

/** The engine runs four questions; others have some too. */
const inSlot = createSlots(3)

/**
 * A tile's insight as the dashboard asks it, with its answer.
 * @param anew calculated, whatever was answered before
 * @param override what stands in for filters of the dashboard, for who looks only
 * @param isSeen whether somebody looks at it: those go first
 */
export const tileQuery = (
  projectId: number,
  dashboardId: number,
  insight: Insight,
  {
    anew = false,
    override = null,
    isSeen,
  }: { anew?: boolean; override?: Record<string, unknown> | null; isSeen?: () => boolean } = {},
) =>
  queryOptions({
    // the hash is another for other dates, properties and questions
    queryKey: ['project', projectId, 'tile', dashboardId, insight.id, insight.filters_hash, override],
    queryFn: ({ signal }) =>
      inSlot(
        async () =>
          (await http.GET('/api/projects/{project_id}/insights/{id}/', {
            params: {
              path: { project_id: String(projectId), id: String(insight.id) },
              query: {
                from_dashboard: String(dashboardId),
                refresh: anew ? 'force_blocking' : 'blocking',
                filters_override: override ? JSON.stringify(override) : undefined,
              },
            },
            signal,
          })) as Insight,
        isSeen,
      ),
    staleTime: 60_000,
    placeholderData: override || insight.result === null ? undefined : insight,
  })

export const templatesQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'dashboard-templates'],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/dashboard_templates/repository/', {
        params: { path: { project_id: String(projectId) } },
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
  })

export function useCreateDashboard(projectId: number) {
  const changed = useSavedChanged(projectId)
  return useMutation({
    mutationFn: (dashboard: NewDashboard): Promise<Dashboard> =>
      http.POST('/api/projects/{project_id}/dashboards/', {
        params: { path: { project_id: String(projectId) } },
        body: dashboard,
      }),
    onSuccess: changed,
  })
}

/** Another dashboard with copies of the same tiles. */
export const copyOf = ({ id, name }: Dashboard): NewDashboard => ({
  name: `${name || 'Untitled dashboard'} (copy)`.slice(0, 400),
  use_dashboard: id,
  duplicate_tiles: true,
})

const LONGEST_NAME = 400

/** Puts a copy of an insight on the dashboard too: as it was saved, not as the dashboard asks it. */
export function useDuplicateTile(projectId: number, dashboardId: number) {
  const changed = useSavedChanged(projectId)
  return useMutation({
    mutationFn: async ({ id }: Insight) => {
      const path = { project_id: String(projectId) }
      const saved = (await http.GET('/api/projects/{project_id}/insights/{id}/', {
        params: { path: { ...path, id: String(id) }, query: { basic: 'true' } },
      })) as InsightBasic
      const { filters, query, description, tags } = saved
      return http.POST('/api/projects/{project_id}/insights/', {
        params: { path },
        body: {
          name: `${insightName(saved)} (copy)`.slice(0, LONGEST_NAME),
          description,
          tags,
          saved: true,
          dashboards: [dashboardId],
          ...(query ? { query } : { filters }),
        },
      })
    },
    onSuccess: changed,
  })
}

/** Puts a tile on another dashboard; the answer is the one that it was on. */
export function useMoveTile(projectId: number) {
  const client = useQueryClient()
  const changed = useSavedChanged(projectId)
  return useMutation({
    mutationFn: ({ tile, from, to }: { tile: number; from: number; to: number }) =>
      http.PATCH('/api/projects/{project_id}/dashboards/{id}/move_tile/', {
        params: params(projectId, from),
        body: { tile: { id: tile }, toDashboard: to },
      }),
    onSuccess: (dashboard) => {
      client.setQueryData(dashboardQuery(projectId, dashboard.id).queryKey, dashboard)
      return changed()
    },
  })
}

/** Takes a tile off its dashboard: for the eye at once, and with the way back. */
export function useTakeOff(projectId: number, dashboardId: number) {
  const client = useQueryClient()
  const { mutateAsync: update } = useUpdateDashboard(projectId, dashboardId)
  const key = dashboardQuery(projectId, dashboardId).queryKey
  return async ({ id }: DashboardTile, name: string): Promise<void> => {
    client.setQueryData(key, (old) => old && { ...old, tiles: old.tiles.filter((tile) => tile.id !== id) })
    const isDone = await withUndo(
      `Took ${name} off this dashboard.`,
      () => update({ tiles: [{ id, deleted: true }] }),
      () => update({ tiles: [{ id, deleted: false }] }),
    )
    if (!isDone) await client.invalidateQueries({ queryKey: key })
  }
}

/** Changes a dashboard: its name, dates, texts and tiles, or that it is deleted. */
export function useUpdateDashboard(projectId: number, id: number) {
  const client = useQueryClient()
  const changed = useSavedChanged(projectId)
  return useMutation({
    mutationFn: (changes: DashboardChanges) =>
      http.PATCH('/api/projects/{project_id}/dashboards/{id}/', {
        params: params(projectId, id),
        body: changes,
      }),
    onSuccess: (dashboard) => {
      if (!dashboard.deleted) client.setQueryData(dashboardQuery(projectId, id).queryKey, dashboard)
      return changed()
    },
  })
}
