import { ActionIcon, Button, Group, Menu, Text } from '@mantine/core'
import {
  IconChartLine,
  IconCheck,
  IconChevronDown,
  IconCopy,
  IconDots,
  IconEye,
  IconHome,
  IconLetterT,
  IconMail,
  IconMaximize,
  IconMinimize,
  IconPencil,
  IconPin,
  IconPinnedOff,
  IconPlus,
  IconRefresh,
  IconShare,
  IconTrash,
  IconUserEdit,
} from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { projectQuery, useUpdateProject } from '../../api/project.ts'
import { readFilters } from '../../api/questions.ts'
import type { Dashboard, DashboardTile } from '../../api/types.ts'
import { type DateRange, DateRangePicker } from '../../ui/date-range.tsx'
import { FiltersButton } from '../../ui/filters-button.tsx'
import type { Places } from '../../ui/insight/layout.ts'
import { insightName } from '../../ui/insight/shown.ts'
import { TextTile } from '../../ui/insight/tile-grid.tsx'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { counted } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { ShareDialog } from '../../ui/share-dialog.tsx'
import { usePageKeys } from '../../ui/single-keys.ts'
import { Empty } from '../../ui/states.tsx'
import { SubscribeDialog } from '../../ui/subscribe-dialog.tsx'
import { offerUndo, sayFailed, withUndo } from '../../ui/undo.tsx'
import { Board } from './board.tsx'
import styles from './dashboard-page.module.css'
import { AddInsightDialog, RenameDialog, TextDialog } from './dialogs.tsx'
import { EditorsDialog } from './editors-dialog.tsx'
import { InsightTile } from './insight-tile.tsx'
import { PeopleOfTile } from './people-of-tile.tsx'
import {
  copyOf,
  dashboardQuery,
  tileQuery,
  useCreateDashboard,
  useTakeOff,
  useUpdateDashboard,
} from './queries.ts'
import { type Look, lookAt, overrideOf, refreshes, type ShownPeople } from './search.ts'
import { MoveDialog, TileActions } from './tile-actions.tsx'

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

type Open =
  | 'insights'
  | 'subscribing'
  | 'text'
  | 'name'
  | 'sharing'
  | 'editors'
  | { text: { id: number; body: string } }
  | { moved: DashboardTile }

const rangeOf = (filters: Dashboard['filters']): DateRange | null =>
  typeof filters.date_from === 'string' && filters.date_from
    ? {
        date_from: filters.date_from,
        date_to: typeof filters.date_to === 'string' ? filters.date_to : undefined,
      }
    : null

function Shown({ projectId, dashboard }: { projectId: number; dashboard: Dashboard }): ReactNode {
  const client = useQueryClient()
  const {
    refresh: every,
    fullscreen,
    panel,
    tile: tileId,
    at,
    ...look
  } = useSearch({
    from: '/session/project/$projectId/dashboard/$dashboardId',
  })
  const navigate = useNavigate({ from: '/project/$projectId/dashboard/$dashboardId' })
  const [open, setOpen] = useState<Open | null>(null)
  const update = useUpdateDashboard(projectId, dashboard.id)
  const mayEdit = dashboard.effective_privilege_level >= 37
  const close = () => setOpen(null)
  const override = overrideOf(look)
  const filters = { ...dashboard.filters, ...override }
  const range = rangeOf(filters)
  const setLook = (next: Look) =>
    void navigate({ search: (old) => ({ ...old, ...lookAt({ ...look, ...next }, dashboard.filters) }) })
  const takeOff = useTakeOff(projectId, dashboard.id)
  const refresh = () => {
    for (const { insight } of dashboard.tiles) {
      if (!insight) continue
      void client.prefetchQuery({
        ...tileQuery(projectId, dashboard.id, insight, { override, anew: true }),
        staleTime: 0,
      })
    }
  }
  useRepeated(refresh, every)
  const setEvery = (seconds: number | undefined) =>
    void navigate({ search: (old) => ({ ...old, refresh: seconds }), replace: true })
  const setFullscreen = (on: boolean) =>
    void navigate({ search: (old) => ({ ...old, fullscreen: on || undefined }), replace: true })
  const peopled = dashboard.tiles.find(({ id }) => id === tileId)?.insight
  const setPeople = (people: ShownPeople, replace = false) =>
    void navigate({
      search: ({ panel: _, tile: __, at: ___, ...others }) => ({ ...others, ...people }),
      replace,
      resetScroll: false,
    })
  const isFilled = useFullscreen(fullscreen ?? false, () => setFullscreen(false))
  usePageKeys({
    r: refresh,
    f: () => setFullscreen(!fullscreen),
    ...(mayEdit && { a: () => setOpen('insights') }),
  })
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
              onEditors={() => setOpen('editors')}
            />
          </>
        )
      }
    >
      <div className={styles.bar}>
        <DateRangePicker
          value={range}
          unset="Dates of each insight"
          onChange={({ date_from, date_to }) => setLook({ date_from, date_to: date_to ?? undefined })}
        />
        {range && (
          <Button variant="subtle" onClick={() => setLook({ date_from: 'each', date_to: undefined })}>
            Dates of each insight
          </Button>
        )}
        <Refresh every={every} onEvery={setEvery} onRefresh={refresh} />
        <FiltersButton
          projectId={projectId}
          filters={readFilters(filters.properties)}
          about="Of every insight on this dashboard, besides its own."
          onChange={(properties = []) => setLook({ properties })}
        />
        {override && (
          <OnlyYou
            projectId={projectId}
            dashboard={dashboard}
            filters={mayEdit ? filters : null}
            onReset={() =>
              void navigate({
                search: (old) => ({
                  ...old,
                  date_from: undefined,
                  date_to: undefined,
                  properties: undefined,
                }),
              })
            }
          />
        )}
      </div>
      {dashboard.tiles.length === 0 ? (
        <div className="card">
          <Empty title="This dashboard is empty.">
            {mayEdit ? (
              <>
                Save an insight and put it here, or add one that is there already.
                <Group justify="center" gap="xs" mt="sm">
                  <Button leftSection={<IconChartLine size={16} />} onClick={() => setOpen('insights')}>
                    Add an insight
                  </Button>
                  <Button
                    variant="default"
                    leftSection={<IconLetterT size={16} />}
                    onClick={() => setOpen('text')}
                  >
                    Add a text
                  </Button>
                </Group>
              </>
            ) : (
              'Whoever may edit it has put nothing here yet.'
            )}
          </Empty>
        </div>
      ) : (
        <Board tiles={dashboard.tiles} nameOf={calledOnBoard} onPlaces={mayEdit ? keepPlaces : undefined}>
          {(tile, standing) =>
            tile.insight ? (
              <InsightTile
                key={tile.id}
                projectId={projectId}
                dashboardId={dashboard.id}
                insight={tile.insight}
                override={override}
                standing={standing}
                more={
                  mayEdit && (
                    <TileActions
                      projectId={projectId}
                      dashboard={dashboard}
                      insight={tile.insight}
                      onMove={() => setOpen({ moved: tile })}
                      onTakeOff={() => void takeOff(tile, calledIn(tile))}
                    />
                  )
                }
                onPeople={(pin) => setPeople({ panel: 'people', tile: tile.id, at: pin })}
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
                        onClick={() => void takeOff(tile, calledIn(tile))}
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
      {panel === 'people' && at && peopled && (
        <PeopleOfTile
          projectId={projectId}
          dashboardId={dashboard.id}
          insight={peopled}
          override={override}
          pin={at}
          onPin={(pin) => setPeople({ panel, tile: tileId, at: pin }, true)}
          onClose={() => setPeople({})}
        />
      )}
      {open === 'insights' && (
        <AddInsightDialog projectId={projectId} dashboard={dashboard} onClose={close} />
      )}
      {open === 'text' && <TextDialog projectId={projectId} dashboard={dashboard} onClose={close} />}
      {open === 'name' && <RenameDialog projectId={projectId} dashboard={dashboard} onClose={close} />}
      {open === 'sharing' && (
        <ShareDialog projectId={projectId} thing={{ kind: 'dashboard', id: dashboard.id }} onClose={close} />
      )}
      {open === 'editors' && <EditorsDialog projectId={projectId} dashboard={dashboard} onClose={close} />}
      {open === 'subscribing' && (
        <SubscribeDialog
          projectId={projectId}
          thing={{ kind: 'dashboard', id: dashboard.id }}
          onClose={close}
        />
      )}
      {typeof open === 'object' && open !== null && 'text' in open && (
        <TextDialog projectId={projectId} dashboard={dashboard} tile={open.text} onClose={close} />
      )}
      {typeof open === 'object' && open !== null && 'moved' in open && (
        <MoveDialog
          projectId={projectId}
          dashboard={dashboard}
          tile={open.moved}
          name={calledIn(open.moved)}
          onClose={close}
        />
      )}
    </Page>
  )
}

/** What a tile is called, alone and in a sentence. */
const calledOnBoard = ({ insight }: DashboardTile): string => (insight ? insightName(insight) : 'the text')
const calledIn = (tile: DashboardTile): string =>
  tile.insight ? `“${insightName(tile.insight)}”` : 'the text'

/** Says that the dashboard is looked at differently, and takes that back or makes it so for everyone. */
function OnlyYou({
  projectId,
  dashboard,
  filters,
  onReset,
}: {
  projectId: number
  dashboard: Dashboard
  /** What is asked; null for who may not keep it. */
  filters: Dashboard['filters'] | null
  onReset: () => void
}): ReactNode {
  const update = useUpdateDashboard(projectId, dashboard.id)
  const before = dashboard.filters
  const save = (kept: Dashboard['filters']) =>
    update.mutate(
      { filters: kept },
      {
        onSuccess: () => {
          onReset()
          offerUndo('Everyone sees these dates and filters now.', () =>
            update.mutateAsync({ filters: before }),
          )
        },
        onError: sayFailed,
      },
    )
  return (
    <div className={styles.onlyYou} role="status">
      <IconEye size={16} aria-hidden />
      <span>Other dates or filters than the dashboard’s own. Only you see this.</span>
      <Group gap="xs">
        <Button size="compact-sm" variant="default" onClick={onReset}>
          Reset
        </Button>
        {filters && (
          <Button size="compact-sm" loading={update.isPending} onClick={() => save(filters)}>
            Save for everyone
          </Button>
        )}
      </Group>
    </div>
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
  onEditors,
}: {
  projectId: number
  dashboard: Dashboard
  mayEdit: boolean
  onFullscreen: () => void
  onRename: () => void
  onSubscribe: () => void
  onEditors: () => void
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
  const { pinned } = dashboard
  const pin = () =>
    withUndo(
      pinned ? 'Unpinned.' : 'Pinned: it comes first for everyone in the project.',
      () => update({ pinned: !pinned }),
      () => update({ pinned }),
    )
  const project = useQuery(projectQuery(projectId))
  const { mutateAsync: setProject } = useUpdateProject(projectId)
  const before = project.data?.primary_dashboard ?? null
  const isHome = before === dashboard.id
  const setHome = () =>
    withUndo(
      'It is on everyone’s home page now.',
      () => setProject({ primary_dashboard: dashboard.id }),
      () => setProject({ primary_dashboard: before }),
    )
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
          Rename, describe and tag
        </Menu.Item>
        <Menu.Item leftSection={<IconUserEdit size={16} />} disabled={!mayEdit} onClick={onEditors}>
          Who may edit it
        </Menu.Item>
        <Menu.Item
          leftSection={dashboard.pinned ? <IconPinnedOff size={16} /> : <IconPin size={16} />}
          disabled={!mayEdit}
          onClick={() => void pin()}
        >
          {dashboard.pinned ? 'Unpin' : 'Pin'}
        </Menu.Item>
        <Menu.Item leftSection={<IconHome size={16} />} disabled={isHome} onClick={() => void setHome()}>
          {isHome ? 'It is on the home page' : 'Show on the home page'}
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
