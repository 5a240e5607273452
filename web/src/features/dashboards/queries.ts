import type { components } from '@hedgerow/client'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { useSavedChanged } from '../../api/saved.ts'
import { createSlots } from '../../api/slots.ts'
import type { Dashboard, Insight } from '../../api/types.ts'

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
 * @param isSeen whether somebody looks at it: those go first
 */
export const tileQuery = (
  projectId: number,
  dashboardId: number,
  insight: Insight,
  { anew = false, isSeen }: { anew?: boolean; isSeen?: () => boolean } = {},
) =>
  queryOptions({
    // the hash is another for other dates, properties and questions
    queryKey: ['project', projectId, 'tile', dashboardId, insight.id, insight.filters_hash],
    queryFn: ({ signal }) =>
      inSlot(
        async () =>
          (await http.GET('/api/projects/{project_id}/insights/{id}/', {
            params: {
              path: { project_id: String(projectId), id: String(insight.id) },
              query: {
                from_dashboard: String(dashboardId),
                refresh: anew ? 'force_blocking' : 'blocking',
              },
            },
            signal,
          })) as Insight,
        isSeen,
      ),
    staleTime: 60_000,
    placeholderData: insight.result === null ? undefined : insight,
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
