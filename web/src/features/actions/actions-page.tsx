import { ActionIcon, Button, Group } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { actionsQuery } from '../../api/definitions.ts'
import { useProject } from '../../api/session.ts'
import type { Action } from '../../api/types.ts'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { actionNameOf } from '../../ui/names.ts'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Empty } from '../../ui/states.tsx'
import { TagButton, TagFilter } from '../../ui/tag-button.tsx'
import { ActionMenu } from './action-menu.tsx'
import { useFilterNames } from './queries.ts'
import type { ActionsSearch } from './search.ts'
import { draftOf, stepWords } from './steps.ts'

const A_PAGE = 50

/** The actions of the project, newest first. The API gives all of them at once. */
export function ActionsPage(): ReactNode {
  const from = '/session/project/$projectId/data-management/actions'
  const { projectId } = useParams({ from })
  const { search = '', tag, page = 1 } = useSearch({ from })
  const navigate = useNavigate({ from: '/project/$projectId/data-management/actions' })
  const actions = useQuery(actionsQuery(projectId))
  const [text, setText] = useState(search)
  const onSearch = (changes: ActionsSearch) =>
    void navigate({
      search: (old) => ({ ...old, page: undefined, ...changes }),
      replace: 'search' in changes,
    })
  const wanted = search.toLowerCase()
  const found = actions.data
    ?.filter(
      (action) =>
        (tag === undefined || action.tags.includes(tag)) &&
        [actionNameOf(action), action.description, ...action.tags].some((own) =>
          own.toLowerCase().includes(wanted),
        ),
    )
    .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))
  const rows = found?.slice((page - 1) * A_PAGE, page * A_PAGE)
  const create = (
    <Button
      component={Link}
      to={`/project/${projectId}/data-management/actions/new`}
      leftSection={<IconPlus size={16} />}
    >
      New action
    </Button>
  )
  return (
    <Page
      title="Actions"
      about="A name for events that fit a description, to use wherever an event can be used."
      actions={create}
    >
      <Group mb="sm" gap="sm">
        <SearchField
          label="Search actions"
          placeholder="Name, description or tag"
          text={text}
          onText={setText}
          onSearch={(value) => onSearch({ search: value || undefined })}
        />
        <TagFilter tag={tag} onClear={() => onSearch({ tag: undefined })} />
      </Group>
      <ListCard
        what="actions"
        query={actions}
        rows={rows}
        empty={
          search || tag || page > 1 ? (
            <NoneMatch
              title="No actions match."
              onClear={() => {
                setText('')
                void navigate({ search: {} })
              }}
            />
          ) : (
            <Empty title="No actions yet.">
              An action names events by what they have in common: a click on a button, a visit of some pages,
              several events that mean the same. It holds for past events too.{' '}
              <div style={{ marginTop: 12 }}>{create}</div>
            </Empty>
          )
        }
      >
        {(rows) => <ActionTable projectId={projectId} rows={rows} onTag={(one) => onSearch({ tag: one })} />}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={A_PAGE}
        count={found?.length}
        more={(found?.length ?? 0) > page * A_PAGE}
        go={(to) => onSearch({ page: to > 1 ? to : undefined })}
      />
    </Page>
  )
}

function ActionTable({
  projectId,
  rows,
  onTag,
}: {
  projectId: number
  rows: Action[]
  onTag: (tag: string) => void
}): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const names = useFilterNames(projectId)
  return (
    <ScrollRegion label="Actions">
      <table className="data middle">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="wide-only">
              Events
            </th>
            <th scope="col" className="wide-only">
              By
            </th>
            <th scope="col" className="wide-only">
              Created
            </th>
            <th scope="col">
              <span className="visually-hidden">More</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((action) => {
            const events =
              draftOf(action)
                .steps.map((step) => stepWords(step, names))
                .join('; or ') || 'No events: it has no steps'
            return (
              <tr key={action.id} className="link">
                <td>
                  <Group gap={6}>
                    <Link
                      to="/project/$projectId/data-management/actions/$actionId"
                      params={{ projectId, actionId: action.id }}
                      style={{ textDecoration: 'none', overflowWrap: 'anywhere' }}
                    >
                      {actionNameOf(action)}
                    </Link>
                    {action.tags.map((tag) => (
                      <TagButton key={tag} tag={tag} what="actions" onPick={onTag} />
                    ))}
                  </Group>
                  {action.description && <div className="muted small">{action.description}</div>}
                  <div className="small narrow-only">{events}</div>
                </td>
                <td className="wide-only">{events}</td>
                <td className="muted wide-only">
                  {action.created_by ? action.created_by.first_name || action.created_by.email : ''}
                </td>
                <td className="muted wide-only" style={{ whiteSpace: 'nowrap' }}>
                  <RelativeTime at={action.created_at} timeZone={timeZone} />
                </td>
                <td className="num" style={{ width: '1%' }}>
                  <ActionMenu projectId={projectId} action={action}>
                    {(label, icon) => (
                      <ActionIcon variant="subtle" color="gray" aria-label={label}>
                        {icon}
                      </ActionIcon>
                    )}
                  </ActionMenu>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
