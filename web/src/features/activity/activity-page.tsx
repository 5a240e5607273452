import { Button, Group, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { eventNamesQuery } from '../../api/definitions.ts'
import { eventsQuery } from '../../api/events.ts'
import { useProject } from '../../api/session.ts'
import { EventPicker } from '../../ui/event-picker.tsx'
import { EventTable } from '../../ui/event-table.tsx'
import { ExportButton } from '../../ui/export-csv.tsx'
import { counted } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'
import styles from './activity-page.module.css'
import { useHeldBack } from './held-back.ts'

const REFRESH_MS = 2000

/** The newest events as they arrive. Rows that are being read don't move: new ones wait behind a button. */
export function ActivityPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/activity' })
  const { event, live = true } = useSearch({ from: '/session/project/$projectId/activity' })
  const navigate = useNavigate({ from: '/project/$projectId/activity' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const [reading, setReading] = useState(false)
  const names = useQuery(eventNamesQuery(projectId))
  const events = useQuery({
    ...eventsQuery(projectId, { event, limit: 100 }),
    refetchInterval: live ? REFRESH_MS : false,
  })
  const { shown, waiting, release } = useHeldBack(events.data?.results, reading, event ?? '')

  return (
    <Page
      title="Live events"
      about="What arrives, newest first. An event is here within a second of being sent."
      actions={
        <>
          <ExportButton
            projectId={projectId}
            disabled={!shown?.length}
            exported={{
              export_context: {
                path: `/api/projects/${projectId}/events/${event ? `?event=${encodeURIComponent(event)}` : ''}`,
                filename: event ?? 'events',
              },
            }}
          />
          <Switch
            label="Refresh by itself"
            checked={live}
            onChange={(change) => {
              const { checked } = change.currentTarget
              void navigate({
                search: (old) => ({ ...old, live: checked ? undefined : false }),
                replace: true,
              })
            }}
          />
        </>
      }
    >
      <Group gap="xs" mb="sm" className={styles.bar}>
        <EventPicker
          events={names.data ?? []}
          loading={names.isPending}
          value={event}
          placeholder="All events"
          label="Filter by event"
          clearable
          width={{ base: '100%', xs: 280 }}
          onChange={(name) => void navigate({ search: (old) => ({ ...old, event: name ?? undefined }) })}
        />
        <Link className="small" to="/project/$projectId/where-is-my-event" params={{ projectId }}>
          Where is my event?
        </Link>
        <div className={styles.pill} aria-live="polite">
          {waiting > 0 && (
            <Button size="compact-sm" radius="xl" onClick={release}>
              {counted(waiting, 'new event')}
            </Button>
          )}
        </div>
        {events.isError && events.data && (
          <span className="small muted">Not up to date: the server didn't answer.</span>
        )}
      </Group>
      <div className="card">
        {shown ? (
          shown.length > 0 ? (
            <EventTable projectId={projectId} timeZone={timeZone} events={shown} onOpen={setReading} />
          ) : event ? (
            <Empty title={`No ${event} events.`}>
              <Button variant="default" mt="xs" onClick={() => void navigate({ search: {} })}>
                Clear the filter
              </Button>
            </Empty>
          ) : (
            <Empty title="No events yet.">
              As soon as your app sends one, it shows up here by itself.{' '}
              <Link to="/project/$projectId/onboarding" params={{ projectId }}>
                Send your first event
              </Link>
              . It takes about two minutes.
            </Empty>
          )
        ) : events.isError ? (
          <LoadError what="events" error={events.error} retry={() => void events.refetch()} />
        ) : (
          <Loading what="events" rows={10} />
        )}
      </div>
      {shown && shown.length >= 100 && (
        <p className="muted small">
          The newest 100 are shown. An export has up to 100,000; ask for others with SQL or the API.
        </p>
      )}
    </Page>
  )
}
