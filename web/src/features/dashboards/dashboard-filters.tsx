import { Button } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconFilter } from '@tabler/icons-react'
import { type ReactNode, useId, useState } from 'react'
import { readFilters } from '../../api/questions.ts'
import type { Dashboard, FilterTree } from '../../api/types.ts'
import { FilterGroups } from '../../ui/filter-groups.tsx'
import { finished, leavesOf } from '../../ui/filter-tree.ts'
import { useNames } from '../../ui/names.ts'
import { isComplete } from '../../ui/operators.ts'
import { sayFailed } from '../../ui/undo.tsx'
import styles from './dashboard-page.module.css'
import { useUpdateDashboard } from './queries.ts'

/** While a value is written its letters are not asked one by one. */
const SETTLE_MS = 500

/** What must hold for every insight on the dashboard besides its own filters: a button, and what it opens. */
export function DashboardFilters({
  projectId,
  dashboard,
}: {
  projectId: number
  dashboard: Dashboard
}): ReactNode {
  const saved = readFilters(dashboard.filters.properties)
  const [open, setOpen] = useState(false)
  /** What is being written; what is not finished of it stays here. */
  const [draft, setDraft] = useState(saved)
  const panelId = useId()
  const update = useUpdateDashboard(projectId, dashboard.id)
  const keep = useDebouncedCallback((filters: FilterTree | undefined) => {
    const properties = (filters && finished(filters, isComplete)) ?? []
    if (JSON.stringify(properties) === JSON.stringify(saved ?? [])) return
    update.mutate({ filters: { ...dashboard.filters, properties } }, { onError: sayFailed })
  }, SETTLE_MS)
  const count = leavesOf(saved).length
  return (
    <>
      <Button
        variant={count > 0 ? 'light' : 'default'}
        leftSection={<IconFilter size={16} />}
        aria-expanded={open}
        aria-controls={panelId}
        onClick={() => setOpen(!open)}
      >
        {count > 0 ? `Filters (${count})` : 'Filters'}
      </Button>
      {open && (
        <div id={panelId} className={`card ${styles.filters}`}>
          <p className="muted small">Of every insight on this dashboard, besides its own.</p>
          <div className={styles.narrow}>
            <Builder
              projectId={projectId}
              filters={draft}
              onChange={(filters) => {
                setDraft(filters)
                keep(filters)
              }}
            />
          </div>
        </div>
      )}
    </>
  )
}

/** Only once it is opened the names are asked for. */
function Builder({
  projectId,
  filters,
  onChange,
}: {
  projectId: number
  filters: FilterTree | undefined
  onChange: (filters: FilterTree | undefined) => void
}): ReactNode {
  const { properties } = useNames(projectId)
  return <FilterGroups filters={filters} properties={properties} projectId={projectId} onChange={onChange} />
}
