import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { eventVolumesQuery } from '../../api/definitions.ts'
import { useProject } from '../../api/session.ts'
import { number } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Empty } from '../../ui/states.tsx'
import { TagFilter } from '../../ui/tag-button.tsx'
import { DefinitionMenu, MarkedName } from './definition-marks.tsx'
import { DefinitionsList } from './definitions-list.tsx'
import { Description } from './description.tsx'
import { eventDefinitionsQuery } from './queries.ts'
import type { DefinitionsSearch } from './search.ts'

/** Every event name that arrived, what it means, and when it was last seen. */
export function EventDefinitionsPage(): ReactNode {
  const from = '/session/project/$projectId/data-management/events'
  const { projectId } = useParams({ from })
  const { search = '', tag, page = 1 } = useSearch({ from })
  const navigate = useNavigate({ from: '/project/$projectId/data-management/events' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const answer = useQuery(eventDefinitionsQuery(projectId, { search, tag, page }))
  const { data: volumes } = useQuery(eventVolumesQuery(projectId))
  const narrow = (changes: DefinitionsSearch, replace = false) =>
    void navigate({ search: (old) => ({ ...old, page: undefined, ...changes }), replace })
  return (
    <Page
      title="Events"
      about="Every event name that this project has received. Names come with the first event."
    >
      <DefinitionsList
        what="events"
        search={search}
        page={page}
        answer={answer}
        narrowed={tag !== undefined}
        extra={<TagFilter tag={tag} onClear={() => narrow({ tag: undefined })} />}
        onSearch={(text) => narrow({ search: text }, true)}
        onClear={() => void navigate({ search: {} })}
        onPage={(to) => void navigate({ search: (old) => ({ ...old, page: to }) })}
        empty={
          <Empty title="No events yet.">
            <Link to="/project/$projectId/onboarding" params={{ projectId }}>
              Send your first event
            </Link>
          </Empty>
        }
        table={(rows) => (
          <table className="data middle">
            <thead>
              <tr>
                <th scope="col">Event</th>
                <th scope="col" style={{ minWidth: 140 }}>
                  Description
                </th>
                <th scope="col" className="num wide-only">
                  In 30 days
                </th>
                <th scope="col" className="num wide-only">
                  Last seen
                </th>
                <th scope="col">
                  <span className="visually-hidden">More</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id} className="link">
                  <td>
                    <MarkedName definition={row} what="events" onTag={(one) => narrow({ tag: one })}>
                      <Link
                        to="/project/$projectId/activity"
                        params={{ projectId }}
                        search={{ event: row.name }}
                        title="See these events"
                        style={{ overflowWrap: 'anywhere' }}
                      >
                        {row.name}
                      </Link>
                    </MarkedName>
                  </td>
                  <td>
                    <Description
                      projectId={projectId}
                      kind="event"
                      id={row.id}
                      name={row.name}
                      value={row.description ?? ''}
                    />
                  </td>
                  <td className="num wide-only">{volumes ? number(volumes.get(row.name) ?? 0) : ''}</td>
                  <td className="num muted wide-only" style={{ whiteSpace: 'nowrap' }}>
                    {row.last_seen_at ? <RelativeTime at={row.last_seen_at} timeZone={timeZone} /> : '–'}
                  </td>
                  <td className="num" style={{ width: '1%' }}>
                    <DefinitionMenu projectId={projectId} kind="event" definition={row} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      />
    </Page>
  )
}
