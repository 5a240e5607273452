import { ActionIcon, Button, Group, Menu } from '@mantine/core'
import {
  IconChartLine,
  IconDots,
  IconLetterT,
  IconMail,
  IconPencil,
  IconPlus,
  IconRefresh,
  IconShare,
  IconTrash,
} from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import type { Dashboard, DashboardTile } from '../../api/types.ts'
import { type DateRange, DateRangePicker } from '../../ui/date-range.tsx'
import { inReadingOrder, TextTile, TileGrid } from '../../ui/insight/tile-grid.tsx'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { ShareDialog } from '../../ui/share-dialog.tsx'
import { Empty } from '../../ui/states.tsx'
import { SubscribeDialog } from '../../ui/subscribe-dialog.tsx'
import { offerUndo, sayFailed } from '../../ui/undo.tsx'
import { AddInsightDialog, RenameDialog, TextDialog } from './dialogs.tsx'
import { InsightTile } from './insight-tile.tsx'
import { dashboardQuery, tileQuery, useUpdateDashboard } from './queries.ts'

/** A dashboard with its tiles. */
export function DashboardPage(): ReactNode {
  const { projectId, dashboardId } = useParams({
    from: '/session/project/$projectId/dashboard/$dashboardId',
  })
  const dashboard = useQuery(dashboardQuery(projectId, dashboardId))
  if (dashboard.data) return <Shown projectId={projectId} dashboard={dashboard.data} />
  return (
    <NotLoaded
      thing="dashboard"
      query={dashboard}
      back={
        <Link to="/project/$projectId/dashboard" params={{ projectId }}>
          Back to dashboards
        </Link>
      }
    />
  )
}

type Open = 'insights' | 'subscribing' | 'text' | 'name' | 'sharing' | { text: { id: number; body: string } }

const rangeOf = ({ filters }: Dashboard): DateRange | null =>
  typeof filters.date_from === 'string' && filters.date_from
    ? {
        date_from: filters.date_from,
        date_to: typeof filters.date_to === 'string' ? filters.date_to : undefined,
      }
    : null

function Shown({ projectId, dashboard }: { projectId: number; dashboard: Dashboard }): ReactNode {
  const client = useQueryClient()
  const [open, setOpen] = useState<Open | null>(null)
  const update = useUpdateDashboard(projectId, dashboard.id)
  const mayEdit = dashboard.effective_privilege_level >= 37
  const close = () => setOpen(null)
  const range = rangeOf(dashboard)
  const refresh = () => {
    for (const { insight } of dashboard.tiles) {
      if (!insight) continue
      void client.prefetchQuery({ ...tileQuery(projectId, dashboard.id, insight, true), staleTime: 0 })
    }
  }
  const remove = ({ id }: DashboardTile) =>
    update.mutate({ tiles: [{ id, deleted: true }] }, { onError: sayFailed })
  return (
    <Page
      title={dashboard.name || 'Untitled dashboard'}
      about={dashboard.description || undefined}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconShare size={16} />}
            disabled={!mayEdit}
            onClick={() => setOpen('sharing')}
          >
            {dashboard.is_shared ? 'Shared' : 'Share'}
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button leftSection={<IconPlus size={16} />} disabled={!mayEdit}>
                Add
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconChartLine size={16} />} onClick={() => setOpen('insights')}>
                Insight
              </Menu.Item>
              <Menu.Item leftSection={<IconLetterT size={16} />} onClick={() => setOpen('text')}>
                Text
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <More
            projectId={projectId}
            dashboard={dashboard}
            mayEdit={mayEdit}
            onRename={() => setOpen('name')}
            onSubscribe={() => setOpen('subscribing')}
          />
        </>
      }
    >
      <Group gap="xs" mb="md">
        {mayEdit && (
          <DateRangePicker
            value={range}
            unset="Dates of each insight"
            onChange={({ date_from, date_to }) =>
              update.mutate(
                { filters: { ...dashboard.filters, date_from, date_to: date_to ?? null } },
                { onError: sayFailed },
              )
            }
          />
        )}
        {mayEdit && range && (
          <Button
            variant="subtle"
            onClick={() => {
              const { date_from: _, date_to: __, ...others } = dashboard.filters
              update.mutate({ filters: others }, { onError: sayFailed })
            }}
          >
            Dates of each insight
          </Button>
        )}
        <Button variant="subtle" leftSection={<IconRefresh size={16} />} onClick={refresh}>
          Refresh
        </Button>
      </Group>
      {dashboard.tiles.length === 0 ? (
        <div className="card">
          <Empty title="This dashboard is empty.">
            Save an insight and put it here, or add one that is there already.
          </Empty>
        </div>
      ) : (
        <TileGrid>
          {inReadingOrder(dashboard.tiles).map((tile) =>
            tile.insight ? (
              <InsightTile
                key={tile.id}
                projectId={projectId}
                dashboardId={dashboard.id}
                tile={tile}
                insight={tile.insight}
                onRemove={mayEdit ? () => remove(tile) : undefined}
              />
            ) : (
              <TextTile
                key={tile.id}
                tile={tile}
                body={tile.text?.body ?? ''}
                menu={
                  mayEdit && (
                    <Group gap={0} wrap="nowrap">
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        aria-label="Change the text"
                        onClick={() => setOpen({ text: { id: tile.id, body: tile.text?.body ?? '' } })}
                      >
                        <IconPencil size={16} />
                      </ActionIcon>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        aria-label="Take the text off"
                        onClick={() => remove(tile)}
                      >
                        <IconTrash size={16} />
                      </ActionIcon>
                    </Group>
                  )
                }
              />
            ),
          )}
        </TileGrid>
      )}
      {open === 'insights' && (
        <AddInsightDialog projectId={projectId} dashboard={dashboard} onClose={close} />
      )}
      {open === 'text' && <TextDialog projectId={projectId} dashboard={dashboard} onClose={close} />}
      {open === 'name' && <RenameDialog projectId={projectId} dashboard={dashboard} onClose={close} />}
      {open === 'sharing' && (
        <ShareDialog projectId={projectId} thing={{ kind: 'dashboard', id: dashboard.id }} onClose={close} />
      )}
      {open === 'subscribing' && (
        <SubscribeDialog
          projectId={projectId}
          thing={{ kind: 'dashboard', id: dashboard.id }}
          onClose={close}
        />
      )}
      {typeof open === 'object' && open !== null && (
        <TextDialog projectId={projectId} dashboard={dashboard} tile={open.text} onClose={close} />
      )}
    </Page>
  )
}

function More({
  projectId,
  dashboard,
  mayEdit,
  onRename,
  onSubscribe,
}: {
  projectId: number
  dashboard: Dashboard
  mayEdit: boolean
  onRename: () => void
  onSubscribe: () => void
}): ReactNode {
  const navigate = useNavigate()
  const { mutateAsync: update } = useUpdateDashboard(projectId, dashboard.id)
  const remove = async () => {
    await update({ deleted: true })
    void navigate({ to: '/project/$projectId/dashboard', params: { projectId } })
    offerUndo(`Deleted “${dashboard.name || 'Untitled dashboard'}”. Its insights are kept.`, () =>
      update({ deleted: false }),
    )
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label="More">
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconMail size={16} />} onClick={onSubscribe}>
          Subscribe
        </Menu.Item>
        <Menu.Item leftSection={<IconPencil size={16} />} disabled={!mayEdit} onClick={onRename}>
          Rename
        </Menu.Item>
        <Menu.Item
          leftSection={<IconTrash size={16} />}
          color="red"
          disabled={!mayEdit}
          onClick={() => remove().catch(sayFailed)}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
