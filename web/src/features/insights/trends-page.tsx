import { Button, Group, NativeSelect, SegmentedControl, Switch } from '@mantine/core'
import { IconChartBar, IconChartLine, IconCode, IconHash, IconTable } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useProject } from '../../api/session.ts'
import type { Display, TrendsQuery } from '../../api/types.ts'
import { DateRangePicker, type Interval } from '../../ui/date-range.tsx'
import { Page } from '../../ui/page.tsx'
import { ApiCall } from './api-call.tsx'
import { asked, trendsQuery } from './queries.ts'
import { QueryPanel } from './query-panel.tsx'
import { defaultQuery, type TrendsSearch } from './search.ts'
import styles from './trends-page.module.css'
import { TrendsResult } from './trends-result.tsx'

const displays: { value: Display; label: string; icon: typeof IconHash }[] = [
  { value: 'ActionsLineGraph', label: 'Line', icon: IconChartLine },
  { value: 'ActionsBar', label: 'Bars', icon: IconChartBar },
  { value: 'ActionsTable', label: 'Table', icon: IconTable },
  { value: 'BoldNumber', label: 'Number', icon: IconHash },
]

/** How often something happens over time. The whole question is in the address. */
export function TrendsPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/insights/new' })
  const {
    q: query = defaultQuery,
    hidden = [],
    panel,
  } = useSearch({
    from: '/session/project/$projectId/insights/new',
  })
  const navigate = useNavigate({ from: '/project/$projectId/insights/new' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const trend = useQuery(trendsQuery(projectId, query))
  const search = (change: (old: TrendsSearch) => TrendsSearch, replace = false) =>
    void navigate({ search: change, replace, resetScroll: false })
  const set = (changes: Partial<TrendsQuery>) => search((old) => ({ ...old, q: { ...query, ...changes } }))
  const display = query.trendsFilter?.display ?? 'ActionsLineGraph'
  const overTime = display === 'ActionsLineGraph' || display === 'ActionsBar'
  return (
    <Page
      title="Trends"
      actions={
        query.series.length > 0 && (
          <Button
            variant="default"
            leftSection={<IconCode size={16} />}
            onClick={() => search((old) => ({ ...old, panel: 'api' }))}
          >
            API call
          </Button>
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
            onHidden={(keys) => search((old) => ({ ...old, hidden: keys.length ? keys : undefined }), true)}
          />
        </div>
      </div>
      {panel === 'api' && (
        <ApiCall
          projectId={projectId}
          query={asked(query)}
          onClose={() => search((old) => ({ ...old, panel: undefined }))}
        />
      )}
    </Page>
  )
}
