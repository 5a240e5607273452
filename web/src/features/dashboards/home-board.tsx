import { Button, Group, Menu } from '@mantine/core'
import { IconCheck, IconLayoutDashboard } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { projectQuery, useUpdateProject } from '../../api/project.ts'
import { dashboardsQuery } from '../../api/saved.ts'
import type { Dashboard } from '../../api/types.ts'
import { inReadingOrder, placesOf } from '../../ui/insight/layout.ts'
import { TextTile, TileGrid } from '../../ui/insight/tile-grid.tsx'
import { Loading } from '../../ui/states.tsx'
import { sayFailed } from '../../ui/undo.tsx'
import styles from './home-board.module.css'
import { InsightTile } from './insight-tile.tsx'
import { dashboardQuery } from './queries.ts'

/**
 * The dashboard that a project shows on its home page, or the way to choose one. What comes below stands there as soon as it is
 * known how much room this takes, so that it need not move.
 */
export function HomeBoard({ projectId, children }: { projectId: number; children: ReactNode }): ReactNode {
  const project = useQuery(projectQuery(projectId))
  const id = project.data?.primary_dashboard ?? null
  const found = useQuery({ ...dashboardQuery(projectId, id ?? 0), enabled: id !== null })
  if (project.isPending || (id !== null && found.isPending)) return <Loading what="your dashboard" rows={8} />
  // one that was deleted is as if there were none
  const dashboard = id === null || found.data?.deleted ? undefined : found.data
  return (
    <>
      <section aria-labelledby="home-board">
        <Group justify="space-between" mb={dashboard ? 'sm' : 0} gap="xs">
          <h2 id="home-board" className={styles.title}>
            {dashboard ? (
              <Link
                to="/project/$projectId/dashboard/$dashboardId"
                params={{ projectId, dashboardId: dashboard.id }}
              >
                {dashboard.name || 'Untitled dashboard'}
              </Link>
            ) : (
              'No dashboard is chosen for this page'
            )}
          </h2>
          <Choose projectId={projectId} chosen={dashboard?.id ?? null} />
        </Group>
        {dashboard && <Tiles projectId={projectId} dashboard={dashboard} />}
      </section>
      {children}
    </>
  )
}

function Tiles({ projectId, dashboard }: { projectId: number; dashboard: Dashboard }): ReactNode {
  const navigate = useNavigate()
  const places = placesOf(dashboard.tiles)
  return (
    <TileGrid>
      {inReadingOrder(dashboard.tiles, places).map(({ id, insight, text }) => {
        const place = places.get(id)
        if (!place) return null
        const standing = { place, handles: undefined, style: undefined }
        return insight ? (
          <InsightTile
            key={id}
            projectId={projectId}
            dashboardId={dashboard.id}
            insight={insight}
            override={null}
            standing={standing}
            onPeople={(at) =>
              void navigate({
                to: '/project/$projectId/dashboard/$dashboardId',
                params: { projectId, dashboardId: dashboard.id },
                search: { panel: 'people', tile: id, at },
              })
            }
          />
        ) : (
          <TextTile key={id} {...standing} body={text?.body ?? ''} />
        )
      })}
    </TileGrid>
  )
}

/** Which dashboard everyone in the project finds on its home page. */
function Choose({ projectId, chosen }: { projectId: number; chosen: number | null }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const dashboards = useQuery({ ...dashboardsQuery(projectId), enabled: isOpen })
  const update = useUpdateProject(projectId)
  const choose = (id: number | null) => update.mutate({ primary_dashboard: id }, { onError: sayFailed })
  return (
    <Menu position="bottom-end" opened={isOpen} onChange={setOpen}>
      <Menu.Target>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconLayoutDashboard size={16} />}
          loading={update.isPending}
        >
          {chosen === null ? 'Choose a dashboard' : 'Another dashboard'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
        <Menu.Label>On the home page, for everyone</Menu.Label>
        {dashboards.isError && <Menu.Item disabled>They could not be loaded.</Menu.Item>}
        {dashboards.data?.results.length === 0 && (
          <Menu.Item disabled>There are no dashboards yet.</Menu.Item>
        )}
        {dashboards.data?.results.map(({ id, name }) => (
          <Menu.Item
            key={id}
            aria-current={id === chosen}
            rightSection={id === chosen && <IconCheck size={14} aria-hidden />}
            onClick={() => choose(id)}
          >
            {name || 'Untitled dashboard'}
          </Menu.Item>
        ))}
        {chosen !== null && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => choose(null)}>None</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
