import { ActionIcon, Button, Group, Menu, Text } from '@mantine/core'
import {
  IconChartLine,
  IconCheck,
  IconChevronDown,
  IconCopy,
  IconDots,
  IconLetterT,
  IconMail,
  IconMaximize,
  IconMinimize,
  IconPencil,
  IconPlus,
  IconRefresh,
  IconShare,
  IconTrash,
} from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Dashboard, DashboardTile } from '../../api/types.ts'
import { type DateRange, DateRangePicker } from '../../ui/date-range.tsx'
import type { Places } from '../../ui/insight/layout.ts'
import { insightName } from '../../ui/insight/shown.ts'
import { TextTile } from '../../ui/insight/tile-grid.tsx'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { counted } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { ShareDialog } from '../../ui/share-dialog.tsx'
import { Empty } from '../../ui/states.tsx'
import { SubscribeDialog } from '../../ui/subscribe-dialog.tsx'
import { offerUndo, sayFailed } from '../../ui/undo.tsx'
import { Board } from './board.tsx'
import { DashboardFilters } from './dashboard-filters.tsx'
import styles from './dashboard-page.module.css'
import { AddInsightDialog, RenameDialog, TextDialog } from './dialogs.tsx'
import { InsightTile } from './insight-tile.tsx'
import { copyOf, dashboardQuery, tileQuery, useCreateDashboard, useUpdateDashboard } from './queries.ts'
import { refreshes } from './search.ts'

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
  const { refresh: every, fullscreen } = useSearch({
    from: '/session/project/$projectId/dashboard/$dashboardId',
  })
  const navigate = useNavigate({ from: '/project/$projectId/dashboard/$dashboardId' })
  const [open, setOpen] = useState<Open | null>(null)
  const update = useUpdateDashboard(projectId, dashboard.id)
  const mayEdit = dashboard.effective_privilege_level >= 37
  const close = () => setOpen(null)
  const range = rangeOf(dashboard)
  const refresh = () => {
    for (const { insight } of dashboard.tiles) {
      if (!insight) continue
      void client.prefetchQuery({
        ...tileQuery(projectId, dashboard.id, insight, { anew: true }),
        staleTime: 0,
      })
    }
  }
  useRepeated(refresh, every)
  const setEvery = (seconds: number | undefined) =>
    void navigate({ search: (old) => ({ ...old, refresh: seconds }), replace: true })
  const setFullscreen = (on: boolean) =>
    void navigate({ search: (old) => ({ ...old, fullscreen: on || undefined }), replace: true })
  const isFilled = useFullscreen(fullscreen ?? false, () => setFullscreen(false))
  const remove = ({ id }: DashboardTile) =>
    update.mutate({ tiles: [{ id, deleted: true }] }, { onError: sayFailed })
  const keepPlaces = async (changed: Places) => {
    const layouts = new Map(dashboard.tiles.map((tile) => [tile.id, tile.layouts]))
    const tiles = [...changed].map(([id, sm]) => ({ id, layouts: { ...layouts.get(id), sm } }))
    await update.mutateAsync({ tiles }).catch((error: unknown) => {
      sayFailed(error)
      throw error
    })
  }
  return (
    <Page
      title={dashboard.name || 'Untitled dashboard'}
      about={dashboard.description || undefined}
      actions={
        fullscreen ? (
          <>
            {!isFilled && document.fullscreenEnabled && (
              <Button variant="default" leftSection={<IconMaximize size={16} />} onClick={fillScreen}>
                Fill the screen
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<IconMinimize size={16} />}
              onClick={() => setFullscreen(false)}
            >
              Leave full screen
            </Button>
          </>
        ) : (
          <>
            {mayEdit ? (
              <>
                <Button
                  variant="default"
                  leftSection={<IconShare size={16} />}
                  onClick={() => setOpen('sharing')}
                >
                  {dashboard.is_shared ? 'Shared' : 'Share'}
                </Button>
                <Menu position="bottom-end">
                  <Menu.Target>
                    <Button leftSection={<IconPlus size={16} />}>Add</Button>
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
              </>
            ) : (
              <Text size="sm" c="dimmed">
                You can view this dashboard, not change it. A copy is yours.
              </Text>
            )}
            <More
              projectId={projectId}
              dashboard={dashboard}
              mayEdit={mayEdit}
              onFullscreen={() => {
                setFullscreen(true)
                fillScreen()
              }}
              onRename={() => setOpen('name')}
              onSubscribe={() => setOpen('subscribing')}
            />
          </>
        )
      }
    >
      <div className={styles.bar}>
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
        <Refresh every={every} onEvery={setEvery} onRefresh={refresh} />
        {mayEdit && <DashboardFilters projectId={projectId} dashboard={dashboard} />}
      </div>
      {dashboard.tiles.length === 0 ? (
        <div className="card">
          <Empty title="This dashboard is empty.">
            Save an insight and put it here, or add one that is there already.
          </Empty>
        </div>
      ) : (
        <Board
          tiles={dashboard.tiles}
          nameOf={({ insight }) => (insight ? insightName(insight) : 'the text')}
          onPlaces={mayEdit ? keepPlaces : undefined}
        >
          {(tile, standing) =>
            tile.insight ? (
              <InsightTile
                key={tile.id}
                projectId={projectId}
                dashboardId={dashboard.id}
                insight={tile.insight}
                standing={standing}
                onRemove={mayEdit ? () => remove(tile) : undefined}
              />
            ) : (
              <TextTile
                key={tile.id}
                {...standing}
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
            )
          }
        </Board>
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

/** Calls it every so many seconds while somebody looks at the page. */
function useRepeated(call: () => void, seconds: number | undefined): void {
  const latest = useRef(call)
  useEffect(() => {
    latest.current = call
  })
  useEffect(() => {
    if (seconds === undefined) return
    const timer = setInterval(() => {
      if (!document.hidden) latest.current()
    }, seconds * 1000)
    return () => clearInterval(timer)
  }, [seconds])
}

function fillScreen(): void {
  // where the browser does not want to, the frame still goes
  document.documentElement.requestFullscreen?.().catch(() => {})
}

/**
 * The whole screen for the page: the frame around it goes, and comes back when the browser leaves its full screen.
 * @returns whether the browser fills the screen: after a reload it does not, until somebody asks it to by a click
 */
function useFullscreen(on: boolean, onLeft: () => void): boolean {
  const left = useRef(onLeft)
  const [isFilled, setFilled] = useState(() => document.fullscreenElement !== null)
  useEffect(() => {
    left.current = onLeft
  })
  useEffect(() => {
    if (!on) return
    document.documentElement.dataset.fullscreen = ''
    const changed = () => {
      setFilled(document.fullscreenElement !== null)
      if (!document.fullscreenElement) left.current()
    }
    document.addEventListener('fullscreenchange', changed)
    return () => {
      document.removeEventListener('fullscreenchange', changed)
      delete document.documentElement.dataset.fullscreen
      if (document.fullscreenElement) void document.exitFullscreen()
    }
  }, [on])
  return isFilled
}

const inWords = (seconds: number): string =>
  seconds < 3600 ? counted(seconds / 60, 'minute') : counted(seconds / 3600, 'hour')

/** Asks for everything again, now or by itself. */
function Refresh({
  every,
  onEvery,
  onRefresh,
}: {
  every: number | undefined
  onEvery: (seconds: number | undefined) => void
  onRefresh: () => void
}): ReactNode {
  return (
    <Button.Group>
      <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={onRefresh}>
        Refresh
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px="xs">
            <span className="visually-hidden">Refresh by itself:&nbsp;</span>
            {every === undefined ? (
              <span className="visually-hidden">off</span>
            ) : (
              <span style={{ marginRight: 8 }}>every {inWords(every)}</span>
            )}
            <IconChevronDown size={14} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Refresh by itself</Menu.Label>
          {[undefined, ...refreshes].map((seconds) => (
            <Menu.Item
              key={seconds ?? 'off'}
              aria-current={seconds === every}
              rightSection={seconds === every && <IconCheck size={14} aria-hidden />}
              onClick={() => onEvery(seconds)}
            >
              {seconds === undefined ? 'Off' : `Every ${inWords(seconds)}`}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  )
}

function More({
  projectId,
  dashboard,
  mayEdit,
  onFullscreen,
  onRename,
  onSubscribe,
}: {
  projectId: number
  dashboard: Dashboard
  mayEdit: boolean
  onFullscreen: () => void
  onRename: () => void
  onSubscribe: () => void
}): ReactNode {
  const navigate = useNavigate()
  const { mutateAsync: update } = useUpdateDashboard(projectId, dashboard.id)
  const create = useCreateDashboard(projectId)
  const duplicate = () =>
    create.mutate(copyOf(dashboard), {
      onSuccess: ({ id: dashboardId }) =>
        void navigate({
          to: '/project/$projectId/dashboard/$dashboardId',
          params: { projectId, dashboardId },
        }),
      onError: sayFailed,
    })
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
        <Menu.Item leftSection={<IconMaximize size={16} />} onClick={onFullscreen}>
          Full screen
        </Menu.Item>
        <Menu.Item leftSection={<IconCopy size={16} />} onClick={duplicate}>
          Duplicate
        </Menu.Item>
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
