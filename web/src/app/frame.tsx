import { ActionIcon, Burger, Drawer, Kbd, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { Outlet, useNavigate, useParams, useRouterState } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useCallback, useEffect } from 'react'
import { useMe, useProject, useSwitch } from '../api/session.ts'
import { AccountMenu } from './account-menu.tsx'
import styles from './frame.module.css'
import { Nav } from './nav.tsx'
import type { Place } from './places.ts'
import { ProjectSwitcher } from './project-switcher.tsx'
import { modKey, useSingleKeys } from './single-keys.ts'

const CommandPalette = lazy(() => import('./command-palette.tsx'))
const ShortcutSheet = lazy(() => import('./shortcut-sheet.tsx'))

/** What stands around every page: the way around at the left, search and the account at the top. */
export function Frame(): ReactNode {
  const me = useMe()
  const inProject = useParams({ strict: false }).projectId
  const projectId = inProject ?? me.team?.id ?? null
  const project = useProject(projectId ?? 0)
  const [drawer, { open, close }] = useDisclosure(false)
  const [palette, paletteIs] = useDisclosure(false)
  useHotkeys([['mod+K', paletteIs.toggle]], [])
  const [sheet, sheetIs] = useDisclosure(false)
  const navigate = useNavigate()
  const go = useCallback(
    (to: Place) => void (projectId !== null && navigate({ to, params: { projectId } })),
    [navigate, projectId],
  )
  useSingleKeys(go, sheetIs.open)
  const path = useRouterState({ select: (state) => state.location.pathname })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the drawer
  useEffect(close, [path])
  useVisited(inProject ?? null)

  const nav = (
    <>
      <ProjectSwitcher projectId={projectId} />
      {projectId !== null && <Nav projectId={projectId} onGo={close} />}
    </>
  )
  return (
    <div className={styles.frame}>
      <a href="#content" className="skip-link">
        Skip to content
      </a>
      <div className={styles.sidebar}>{nav}</div>
      <Drawer opened={drawer} onClose={close} size={272} title="Hedgerow" padding="sm">
        {nav}
      </Drawer>
      <header className={styles.top}>
        <Burger
          className={styles.burger}
          size="sm"
          opened={drawer}
          onClick={open}
          aria-label="Open the navigation"
        />
        <UnstyledButton className={styles.search} onClick={paletteIs.open}>
          <IconSearch size={16} aria-hidden />
          <span className={styles.searchText}>Search or go to…</span>
          <Kbd size="xs" className={styles.searchText}>
            {modKey} K
          </Kbd>
        </UnstyledButton>
        <span className={styles.gap} />
        {project && (
          <Tooltip label="Days and times are counted in the project's time zone">
            <Text size="xs" c="dimmed" className={styles.zone}>
              {project.timezone}
            </Text>
          </Tooltip>
        )}
        <AccountMenu onShortcuts={sheetIs.open} />
      </header>
      <main id="content" tabIndex={-1} className={styles.main}>
        <Outlet />
      </main>
      {palette && (
        <Suspense fallback={<ActionIcon loading variant="transparent" aria-label="Opening search" />}>
          <CommandPalette projectId={projectId} onClose={paletteIs.close} onShortcuts={sheetIs.open} />
        </Suspense>
      )}
      {sheet && (
        <Suspense>
          <ShortcutSheet onClose={sheetIs.close} />
        </Suspense>
      )}
    </div>
  )
}

/** Opening a page of another project makes it the one visited last, which is what `@current` means to scripts. */
function useVisited(projectId: number | null): void {
  const me = useMe()
  const { mutate, isPending } = useSwitch()
  const elsewhere =
    projectId !== null &&
    me.team?.id !== projectId &&
    me.organization?.teams.some((team) => team.id === projectId)
  useEffect(() => {
    if (elsewhere && !isPending) mutate({ set_current_team: projectId })
  }, [elsewhere, isPending, mutate, projectId])
}
