import type { ReactNode } from 'react'
import { readFilters } from '../../api/questions.ts'
import type { Dashboard } from '../../api/types.ts'
import { FiltersButton } from '../../ui/filters-button.tsx'
import { sayFailed } from '../../ui/undo.tsx'
import { useUpdateDashboard } from './queries.ts'

/** What must hold for every insight on the dashboard besides its own filters. */
export function DashboardFilters({
  projectId,
  dashboard,
}: {
  projectId: number
  dashboard: Dashboard
}): ReactNode {
  const update = useUpdateDashboard(projectId, dashboard.id)
  return (
    <FiltersButton
      projectId={projectId}
      filters={readFilters(dashboard.filters.properties)}
      about="Of every insight on this dashboard, besides its own."
      onChange={(properties = []) =>
        update.mutate({ filters: { ...dashboard.filters, properties } }, { onError: sayFailed })
      }
    />
  )
}
