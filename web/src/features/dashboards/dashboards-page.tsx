import { Badge, Button, Group } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { dashboardsQuery } from '../../api/saved.ts'
import { useProject } from '../../api/session.ts'
import type { ListedDashboard } from '../../api/types.ts'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Empty } from '../../ui/states.tsx'
import { TagButton, TagFilter } from '../../ui/tag-button.tsx'
import { NewDialog } from './new-dialog.tsx'
import type { DashboardsSearch } from './search.ts'

const DASHBOARDS_A_PAGE = 100

/** The dashboards of the project by name. */
export function DashboardsPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/dashboard' })
  const { search = '', tag, page = 1 } = useSearch({ from: '/session/project/$projectId/dashboard' })
  const navigate = useNavigate({ from: '/project/$projectId/dashboard' })
  const [text, setText] = useState(search)
  const [creating, setCreating] = useState(false)
  const dashboards = useQuery(dashboardsQuery(projectId, { search, tag, page }))
  const rows = dashboards.data?.results
  const narrow = (changes: DashboardsSearch, replace = false) =>
    navigate({ search: (old) => ({ ...old, page: undefined, ...changes }), replace })
  const create = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
      New dashboard
    </Button>
  )
  return (
    <Page title="Dashboards" about="Insights and texts that are looked at together." actions={create}>
      <Group mb="sm">
        <SearchField
          label="Search dashboards"
          placeholder="Name"
          text={text}
          onText={setText}
          onSearch={(value) => void narrow({ search: value || undefined }, true)}
        />
        <TagFilter tag={tag} onClear={() => void narrow({ tag: undefined })} />
      </Group>
      <ListCard
        what="dashboards"
        query={dashboards}
        rows={rows}
        skeleton={6}
        empty={
          search || tag ? (
            <NoneMatch
              title="No dashboards match."
              onClear={() => {
                setText('')
                void navigate({ search: {} })
              }}
            />
          ) : (
            <Empty title="No dashboards yet.">
              Start with a template; it fills itself from your events. <div>{create}</div>
            </Empty>
          )
        }
      >
        {(rows) => (
          <DashboardTable projectId={projectId} rows={rows} onTag={(one) => void narrow({ tag: one })} />
        )}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={DASHBOARDS_A_PAGE}
        count={dashboards.data?.count}
        more={Boolean(dashboards.data?.next)}
        go={(to) => void navigate({ search: (old) => ({ ...old, page: to > 1 ? to : undefined }) })}
      />
      {creating && (
        <NewDialog
          projectId={projectId}
          onClose={() => setCreating(false)}
          onCreated={(dashboardId) =>
            void navigate({
              to: '/project/$projectId/dashboard/$dashboardId',
              params: { projectId, dashboardId },
            })
          }
        />
      )}
    </Page>
  )
}

function DashboardTable({
  projectId,
  rows,
  onTag,
}: {
  projectId: number
  rows: Omit<ListedDashboard, 'tiles'>[]
  onTag: (tag: string) => void
}): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  return (
    <ScrollRegion label="Dashboards">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="wide-only">
              By
            </th>
            <th scope="col" className="num">
              Last looked at
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((dashboard) => (
            <tr key={dashboard.id} className="link">
              <td>
                <Group gap={6}>
                  <Link
                    to="/project/$projectId/dashboard/$dashboardId"
                    params={{ projectId, dashboardId: dashboard.id }}
                  >
                    {dashboard.name || 'Untitled dashboard'}
                  </Link>
                  {dashboard.is_shared && (
                    <Badge size="xs" variant="outline" color="gray">
                      Shared
                    </Badge>
                  )}
                  {dashboard.tags.map((tag) => (
                    <TagButton key={tag} tag={tag} what="dashboards" onPick={onTag} />
                  ))}
                </Group>
                {dashboard.description && <div className="muted small">{dashboard.description}</div>}
              </td>
              <td className="muted wide-only">
                {dashboard.created_by ? dashboard.created_by.first_name || dashboard.created_by.email : ''}
              </td>
              <td className="num muted" style={{ whiteSpace: 'nowrap' }}>
                {dashboard.last_accessed_at ? (
                  <RelativeTime at={dashboard.last_accessed_at} timeZone={timeZone} />
                ) : (
                  'Never'
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
