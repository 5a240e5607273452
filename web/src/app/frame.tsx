import { ActionIcon, Burger, Drawer, Kbd, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { useDisclosure, useHotkeys, useNetwork } from '@mantine/hooks'
import { IconSearch, IconWifiOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useNavigate, useParams, useRouterState } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useCallback, useEffect } from 'react'
import { projectQuery } from '../api/project.ts'
import { useMe, useProject, useSwitch } from '../api/session.ts'
import { ProjectName } from '../ui/page.tsx'
import { AccountMenu } from './account-menu.tsx'
import styles from './frame.module.css'
import { Nav } from './nav.tsx'
import { NewMenu } from './new-menu.tsx'
import type { Place } from './places.ts'
import { ProjectSwitcher } from './project-switcher.tsx'
import { RecentMenu } from './recent-menu.tsx'
import { modKey, useSingleKeys } from './single-keys.ts'

const CommandPalette = lazy(() => import('./command-palette.tsx'))
const NoProject = lazy(async () => ({ default: (await import('./no-project.tsx')).NoProject }))
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
  const begin = useCallback(
    (kind: string) =>
      void (
        projectId !== null &&
        navigate({ to: '/project/$projectId/insights/new', params: { projectId }, search: { kind } })
      ),
    [navigate, projectId],
  )
  useSingleKeys(go, begin, sheetIs.open)
  const path = useRouterState({ select: (state) => state.location.pathname })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the drawer
  useEffect(close, [path])
  // one that the user's record does not know may be of another organization of theirs, or nobody's
  const unseen = useQuery({
    ...projectQuery(inProject ?? 0),
    enabled: inProject !== undefined && project === null,
  })
  useVisited(inProject !== undefined && (project !== null || unseen.isSuccess) ? inProject : null)

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
      <Drawer opened={drawer} onClose={close} size={320} title="Hedgerow" padding="sm">
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
        {projectId !== null && <NewMenu projectId={projectId} />}
        <RecentMenu />
        <AccountMenu onShortcuts={sheetIs.open} />
      </header>
      <main id="content" tabIndex={-1} className={styles.main}>
        <Offline />
        <ProjectName value={inProject === undefined ? null : (project?.name ?? null)}>
          {unseen.isError ? (
            <Suspense>
              <NoProject error={unseen.error} retry={() => void unseen.refetch()} />
            </Suspense>
          ) : (
            <Outlet />
          )}
        </ProjectName>
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

/** Says that nothing new can come, for as long as it can't. */
function Offline(): ReactNode {
  const { online } = useNetwork()
  return (
    <div role="status" className={online ? undefined : styles.offline}>
      {!online && (
        <>
          <IconWifiOff size={16} aria-hidden /> You're offline. What is shown was loaded before; the rest
          comes when you are back.
        </>
      )}
    </div>
  )
}

/**
 * Opening a page of another project, of whichever organization, makes it the one visited last, which is what `@current`
 * means to scripts.
 * @param projectId null for one that can't be seen
 */
function useVisited(projectId: number | null): void {
  const me = useMe()
  const { mutate, isPending, isError, variables } = useSwitch()
  const elsewhere = projectId !== null && me.team?.id !== projectId
  // one that failed is not tried for ever
  const hasFailed =
    isError &&
    variables !== undefined &&
    'set_current_team' in variables &&
    variables.set_current_team === projectId
  useEffect(() => {
    if (elsewhere && !isPending && !hasFailed) mutate({ set_current_team: projectId })
  }, [elsewhere, isPending, hasFailed, mutate, projectId])
}
