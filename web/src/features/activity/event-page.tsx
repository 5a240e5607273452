import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { eventQuery } from '../../api/events.ts'
import { useProject } from '../../api/session.ts'
import { EventDetails } from '../../ui/event-details.tsx'
import { PersonLink } from '../../ui/event-table.tsx'
import { Page } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { LoadError, Loading } from '../../ui/states.tsx'

/** One event, at an address of its own. */
export function EventPage(): ReactNode {
  const { projectId, uuid } = useParams({ from: '/session/project/$projectId/events/$uuid' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const event = useQuery(eventQuery(projectId, uuid))
  return (
    <Page
      title={event.data?.event ?? 'Event'}
      narrow
      about={
        event.data && (
          <>
            <RelativeTime at={event.data.timestamp} timeZone={timeZone} /> by{' '}
            <span style={{ display: 'inline-block', verticalAlign: 'bottom' }}>
              <PersonLink projectId={projectId} event={event.data} />
            </span>{' '}
            ·{' '}
            <Link to="/project/$projectId/activity" params={{ projectId }}>
              Live events
            </Link>{' '}
            ·{' '}
            <Link to="/project/$projectId/where-is-my-event" params={{ projectId }} search={{ uuid }}>
              Its way here
            </Link>
          </>
        )
      }
    >
      {event.data ? (
        <div className="card" style={{ padding: '8px 16px 16px' }}>
          <EventDetails projectId={projectId} timeZone={timeZone} event={event.data} />
        </div>
      ) : event.isError ? (
        <>
          <LoadError what="this event" error={event.error} retry={() => void event.refetch()} />
          <p>
            <Link to="/project/$projectId/where-is-my-event" params={{ projectId }} search={{ uuid }}>
              Where is my event?
            </Link>
          </p>
        </>
      ) : (
        <Loading what="this event" />
      )}
    </Page>
  )
}
