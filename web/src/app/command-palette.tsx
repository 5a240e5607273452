import { useMantineColorScheme } from '@mantine/core'
import {
  IconApi,
  IconBuilding,
  IconClick,
  IconFlag,
  IconKey,
  IconKeyboard,
  IconLogout,
  IconMessageQuestion,
  IconMoon,
  IconSearch,
  IconSettings,
  IconSun,
  IconSwitchHorizontal,
  IconUserPlus,
  IconUsersGroup,
} from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useId, useState } from 'react'
import { signOut, useMe } from '../api/session.ts'
import { kinds } from '../features/insights/kinds.tsx'
import { Dialog } from '../ui/dialog.tsx'
import styles from './command-palette.module.css'
import { type Row, useFound } from './found.ts'
import { places } from './places.ts'

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
          placeholder="Search pages, dashboards, insights, people, flags, events…"
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

/** Things that are made from anywhere, and the page that makes them. */
const creations = [
  { label: 'New feature flag', to: '/project/$projectId/feature_flags/new', icon: IconFlag },
  { label: 'New cohort', to: '/project/$projectId/cohorts/new', icon: IconUsersGroup },
  { label: 'New survey', to: '/project/$projectId/surveys/new', icon: IconMessageQuestion },
  { label: 'New action', to: '/project/$projectId/data-management/actions/new', icon: IconClick },
] as const

/** Sections of the settings, by the words that people look for. */
const sections = [
  { label: 'Project API key', hash: 'key', words: 'token write key host' },
  { label: 'Time zone and first day of weeks', hash: 'general', words: 'project name timezone' },
  { label: 'Test accounts', hash: 'test-accounts', words: 'internal users filter' },
  { label: 'Captured on web pages', hash: 'web-capture', words: 'autocapture heatmaps web vitals' },
  { label: 'Privacy', hash: 'privacy', words: 'ip anonymize addresses' },
  { label: 'API usage', hash: 'api-usage', words: 'rate limits' },
] as const

function useRows(projectId: number | null, text: string, onShortcuts: () => void): Row[] {
  const navigate = useNavigate()
  const me = useMe()
  const { setColorScheme } = useMantineColorScheme()
  const wanted = text.trim().toLowerCase()
  const found = useFound(projectId, wanted)
  const rows: Row[] = []
  if (projectId !== null) {
    for (const { label, to, icon } of places) {
      rows.push({ group: 'Go to', label, icon, run: () => void navigate({ to, params: { projectId } }) })
    }
    for (const { name, label, icon } of kinds) {
      rows.push({
        group: 'New',
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
    for (const { label, to, icon } of creations) {
      rows.push({ group: 'New', label, icon, run: () => void navigate({ to, params: { projectId } }) })
    }
    for (const { label, hash, words } of sections) {
      rows.push({
        group: 'Project settings',
        label,
        words,
        icon: IconSettings,
        run: () => void navigate({ to: '/project/$projectId/settings', params: { projectId }, hash }),
      })
    }
  }
  for (const { id, name } of me.organization?.teams ?? []) {
    if (id === projectId) continue
    rows.push({
      group: 'Switch to',
      label: name,
      id,
      words: 'project switch',
      icon: IconSwitchHorizontal,
      run: () => void navigate({ to: '/project/$projectId/home', params: { projectId: id } }),
    })
  }
  rows.push(
    {
      group: 'Go to',
      label: 'Account settings',
      words: 'profile password two-factor appearance',
      icon: IconSettings,
      run: () => void navigate({ to: '/me/settings' }),
    },
    {
      group: 'Go to',
      label: 'Organization settings',
      words: 'members roles domains',
      icon: IconBuilding,
      run: () => void navigate({ to: '/organization/settings' }),
    },
    {
      group: 'Go to',
      label: 'API docs',
      words: 'documentation reference',
      icon: IconApi,
      run: () => void window.open('/api/docs/', '_blank', 'noreferrer'),
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
    { group: 'Actions', label: 'Log out', words: 'sign out', icon: IconLogout, run: () => void signOut() },
  )
  const matching = rows.filter(({ label, words = '' }) => `${label} ${words}`.toLowerCase().includes(wanted))
  return inGroups([...matching, ...found])
}

/** Rows of one group stand together, the groups in the order in which they come. */
const inGroups = (rows: Row[]): Row[] => {
  const groups = [...new Set(rows.map(({ group }) => group))]
  return groups.flatMap((group) => rows.filter((row) => row.group === group))
}
