import { useMantineColorScheme } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import {
  IconBolt,
  IconBuilding,
  IconChartBar,
  IconClick,
  IconFlag,
  IconKey,
  IconKeyboard,
  IconLayoutDashboard,
  IconMoon,
  IconSearch,
  IconSettings,
  IconSun,
  IconUserPlus,
  IconUsersGroup,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useId, useState } from 'react'
import { actionsQuery, eventNamesQuery } from '../api/definitions.ts'
import { flagsQuery } from '../api/flags.ts'
import { dashboardsQuery, insightsQuery } from '../api/saved.ts'
import { cohortsListQuery } from '../features/cohorts/queries.ts'
import { kinds } from '../features/insights/kinds.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { insightName } from '../ui/insight/shown.ts'
import { actionNameOf, cohortChoices, cohortNameOf } from '../ui/names.ts'
import styles from './command-palette.module.css'
import { places } from './places.ts'

/** Of each kind of thing that matches. */
const MOST_FOUND = 8

type Row = {
  group: string
  label: string
  icon: typeof IconBolt
  run: () => void
  /** Where several may be called the same. */
  id?: number
}

/** One field that finds pages and whatever has a name in the project. Arrows move, Enter goes, Escape closes. */
export default function CommandPalette({
  projectId,
  onClose,
  onShortcuts,
}: {
  projectId: number | null
  onClose: () => void
  onShortcuts: () => void
}): ReactNode {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const rows = useRows(projectId, text, onShortcuts)
  const active = rows[Math.min(at, rows.length - 1)]
  const go = (row: Row | undefined) => {
    if (!row) return
    onClose()
    row.run()
  }
  return (
    <Dialog
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      size={560}
      yOffset="12vh"
      transitionProps={{ duration: 100 }}
      aria-label="Search or go to"
    >
      <div className={styles.field}>
        <IconSearch size={18} aria-hidden />
        <input
          autoFocus
          className={styles.input}
          placeholder="Search pages, dashboards, insights, flags, events…"
          role="combobox"
          aria-label="Search"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={active ? `${listId}-${rows.indexOf(active)}` : undefined}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setAt(0)
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') go(active)
            if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
              event.preventDefault()
              const step = event.key === 'ArrowDown' ? 1 : -1
              const next = (Math.min(at, rows.length - 1) + step + rows.length) % Math.max(rows.length, 1)
              setAt(next)
              document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: 'nearest' })
            }
          }}
        />
      </div>
      <div id={listId} role="listbox" aria-label="Results" className={styles.list}>
        {rows.map((row, index) => (
          <div key={`${row.group}/${row.id ?? row.label}`} role="presentation">
            {row.group !== rows[index - 1]?.group && (
              <div className={styles.group} role="presentation">
                {row.group}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled in the field, which keeps the focus */}
            <div
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={row === active}
              className={styles.row}
              onMouseMove={() => setAt(index)}
              onClick={() => go(row)}
            >
              <row.icon size={18} stroke={1.75} aria-hidden />
              <span className="cut">{row.label}</span>
            </div>
          </div>
        ))}
        {rows.length === 0 && <p className={styles.none}>Nothing called “{text}”.</p>}
      </div>
    </Dialog>
  )
}

function useRows(projectId: number | null, text: string, onShortcuts: () => void): Row[] {
  const navigate = useNavigate()
  const { setColorScheme } = useMantineColorScheme()
  const events = useQuery({ ...eventNamesQuery(projectId ?? 0), enabled: projectId !== null })
  const actions = useQuery({ ...actionsQuery(projectId ?? 0), enabled: projectId !== null })
  const wanted = text.trim().toLowerCase()
  const [settled] = useDebouncedValue(wanted, 150)
  const flags = useQuery({
    ...flagsQuery(projectId ?? 0, { search: settled, limit: MOST_FOUND }),
    enabled: projectId !== null && settled !== '',
  })
  const cohorts = useQuery({
    ...cohortsListQuery(projectId ?? 0, { search: settled, limit: MOST_FOUND }),
    enabled: projectId !== null && settled !== '',
  })
  const dashboards = useQuery({
    ...dashboardsQuery(projectId ?? 0, { search: settled }),
    enabled: projectId !== null && settled !== '',
  })
  const insights = useQuery({
    ...insightsQuery(projectId ?? 0, { search: settled, limit: MOST_FOUND }),
    enabled: projectId !== null && settled !== '',
  })
  const rows: Row[] = []
  if (projectId !== null) {
    for (const { label, to, icon } of places) {
      rows.push({ group: 'Go to', label, icon, run: () => void navigate({ to, params: { projectId } }) })
    }
    for (const { name, label, icon } of kinds) {
      rows.push({
        group: 'Ask',
        label: `New ${label.toLowerCase()}`,
        icon,
        run: () =>
          void navigate({
            to: '/project/$projectId/insights/new',
            params: { projectId },
            search: { kind: name },
          }),
      })
    }
  }
  rows.push(
    {
      group: 'Go to',
      label: 'Account settings',
      icon: IconSettings,
      run: () => void navigate({ to: '/me/settings' }),
    },
    {
      group: 'Go to',
      label: 'Organization settings',
      icon: IconBuilding,
      run: () => void navigate({ to: '/organization/settings' }),
    },
    {
      group: 'Actions',
      label: 'Invite members',
      icon: IconUserPlus,
      run: () => void navigate({ to: '/organization/settings', hash: 'invite' }),
    },
    {
      group: 'Actions',
      label: 'Create a personal API key',
      icon: IconKey,
      run: () => void navigate({ to: '/me/settings', hash: 'personal-api-keys' }),
    },
    { group: 'Actions', label: 'Keyboard shortcuts', icon: IconKeyboard, run: onShortcuts },
    { group: 'Actions', label: 'Light theme', icon: IconSun, run: () => setColorScheme('light') },
    { group: 'Actions', label: 'Dark theme', icon: IconMoon, run: () => setColorScheme('dark') },
  )
  const matching = rows.filter((row) => row.label.toLowerCase().includes(wanted))
  if (!wanted || projectId === null) return matching
  const found = (events.data ?? [])
    .filter((each) => each.name.toLowerCase().includes(wanted))
    .slice(0, MOST_FOUND)
  const ofThem = (flags.data?.results ?? []).filter(({ key }) => key.toLowerCase().includes(wanted))
  const cohortsFound = (cohorts.data?.results ?? []).filter((one) =>
    cohortNameOf(one).toLowerCase().includes(wanted),
  )
  const actionsFound = (actions.data ?? [])
    .filter((one) => actionNameOf(one).toLowerCase().includes(wanted))
    .slice(0, MOST_FOUND)
  const dashboardsFound = (dashboards.data?.results ?? [])
    .filter(({ name }) => name?.toLowerCase().includes(wanted))
    .slice(0, MOST_FOUND)
  const insightsFound = (insights.data?.results ?? []).filter((one) =>
    insightName(one).toLowerCase().includes(wanted),
  )
  return [
    ...matching,
    ...dashboardsFound.map(({ id, name }) => ({
      group: 'Dashboards',
      label: name ?? '',
      id,
      icon: IconLayoutDashboard,
      run: () =>
        void navigate({
          to: '/project/$projectId/dashboard/$dashboardId',
          params: { projectId, dashboardId: id },
        }),
    })),
    ...insightsFound.map((insight) => ({
      group: 'Insights',
      label: insightName(insight),
      id: insight.id,
      icon: IconChartBar,
      run: () =>
        void navigate({
          to: '/project/$projectId/insights/$shortId',
          params: { projectId, shortId: insight.short_id },
        }),
    })),
    ...found.map((each) => ({
      group: 'Events: see their trend',
      label: each.name,
      icon: IconBolt,
      run: () =>
        void navigate({
          to: '/project/$projectId/insights/new',
          params: { projectId },
          search: {
            q: {
              kind: 'TrendsQuery',
              series: [{ kind: 'EventsNode', event: each.name, math: 'total' }],
              interval: 'day',
              dateRange: { date_from: '-7d' },
            },
          },
        }),
    })),
    ...ofThem.map(({ id, key }) => ({
      group: 'Feature flags',
      label: key,
      icon: IconFlag,
      run: () =>
        void navigate({
          to: '/project/$projectId/feature_flags/$flagId',
          params: { projectId, flagId: id },
        }),
    })),
    ...actionsFound.map((action) => ({
      group: 'Actions of events',
      label: actionNameOf(action),
      icon: IconClick,
      run: () =>
        void navigate({
          to: '/project/$projectId/data-management/actions/$actionId',
          params: { projectId, actionId: action.id },
        }),
    })),
    ...cohortChoices(cohortsFound).map(({ name, key }) => ({
      group: 'Cohorts',
      label: name,
      icon: IconUsersGroup,
      run: () =>
        void navigate({
          to: '/project/$projectId/cohorts/$cohortId',
          params: { projectId, cohortId: Number(key) },
        }),
    })),
  ]
}
