import { Button, Group, NativeSelect, SegmentedControl, Switch } from '@mantine/core'
import { IconChartBar, IconChartLine, IconCode, IconHash, IconTable } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useProject } from '../../api/session.ts'
import type { Display, TrendsQuery } from '../../api/types.ts'
import { DateRangePicker, type Interval } from '../../ui/date-range.tsx'
import { Page } from '../../ui/page.tsx'
import { ApiCall } from './api-call.tsx'
import { asked, trendsQuery } from './queries.ts'
import { QueryPanel } from './query-panel.tsx'
import type { TrendsSearch } from './search.ts'
import styles from './trends-page.module.css'
import { TrendsResult } from './trends-result.tsx'

const displays: { value: Display; label: string; icon: typeof IconHash }[] = [
  { value: 'ActionsLineGraph', label: 'Line', icon: IconChartLine },
  { value: 'ActionsBar', label: 'Bars', icon: IconChartBar },
  { value: 'ActionsTable', label: 'Table', icon: IconTable },
  { value: 'BoldNumber', label: 'Number', icon: IconHash },
]

/** How often something happens over time. The whole question is in the address, which `onSearch` changes. */
export function TrendsEditor({
  projectId,
  query,
  search,
  onSearch,
  title,
  about,
  actions,
}: {
  projectId: number
  query: TrendsQuery
  search: TrendsSearch
  onSearch: (change: (old: TrendsSearch) => TrendsSearch, replace?: boolean) => void
  title: string
  about?: ReactNode
  actions?: ReactNode
}): ReactNode {
  const { hidden = [], panel } = search
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const trend = useQuery(trendsQuery(projectId, query))
  const set = (changes: Partial<TrendsQuery>) => onSearch((old) => ({ ...old, q: { ...query, ...changes } }))
  const display = query.trendsFilter?.display ?? 'ActionsLineGraph'
  const overTime = display === 'ActionsLineGraph' || display === 'ActionsBar'
  return (
    <Page
      title={title}
      about={about}
      actions={
        query.series.length > 0 && (
          <>
            {actions}
            <Button
              variant="default"
              leftSection={<IconCode size={16} />}
              onClick={() => onSearch((old) => ({ ...old, panel: 'api' }))}
            >
              API call
            </Button>
          </>
        )
      }
    >
      <div className={styles.columns}>
        <QueryPanel projectId={projectId} query={query} onChange={set} />
        <div className={styles.answer}>
          <Group gap="xs" mb="sm" className={styles.toolbar}>
            <DateRangePicker
              value={query.dateRange}
              onChange={(dateRange, interval) => set({ dateRange, interval })}
            />
            <NativeSelect
              aria-label="Bucket"
              value={query.interval}
              disabled={!overTime}
              data={[
                { value: 'hour', label: 'by hour' },
                { value: 'day', label: 'by day' },
                { value: 'week', label: 'by week' },
                { value: 'month', label: 'by month' },
              ]}
              onChange={(event) => set({ interval: event.currentTarget.value as Interval })}
            />
            <SegmentedControl
              aria-label="Show as"
              value={display}
              onChange={(value) => set({ trendsFilter: { display: value as Display } })}
              data={displays.map(({ value, label, icon: Icon }) => ({
                value,
                label: (
                  <span className={styles.display}>
                    <Icon size={16} aria-hidden />
                    <span>{label}</span>
                  </span>
                ),
              }))}
            />
            <Switch
              label="Compare"
              checked={query.compareFilter?.compare ?? false}
              disabled={!overTime}
              onChange={(event) =>
                set({ compareFilter: event.currentTarget.checked ? { compare: true } : undefined })
              }
            />
          </Group>
          <TrendsResult
            projectId={projectId}
            query={query}
            trend={trend}
            timeZone={timeZone}
            hidden={hidden}
            onHidden={(keys) => onSearch((old) => ({ ...old, hidden: keys.length ? keys : undefined }), true)}
          />
        </div>
      </div>
      {panel === 'api' && (
        <ApiCall
          projectId={projectId}
          query={asked(query)}
          onClose={() => onSearch((old) => ({ ...old, panel: undefined }))}
        />
      )}
    </Page>
  )
}
