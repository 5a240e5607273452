import { Button, Group, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { eventNamesQuery } from '../../api/definitions.ts'
import { type EventFilters, eventsParameters, eventsQuery } from '../../api/events.ts'
import { projectQuery } from '../../api/project.ts'
import { useProject } from '../../api/session.ts'
import { DateRangePicker } from '../../ui/date-range.tsx'
import { personPropertiesIn, readColumns, usualColumns } from '../../ui/event-columns.ts'
import { EventPicker } from '../../ui/event-picker.tsx'
import { EventTable } from '../../ui/event-table.tsx'
import { ExportButton } from '../../ui/export-csv.tsx'
import { FiltersButton } from '../../ui/filters-button.tsx'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { counted } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { Empty } from '../../ui/states.tsx'
import styles from './activity-page.module.css'
import { ColumnsButton } from './columns.tsx'
import { useHeldBack } from './held-back.ts'
import type { ActivitySearch } from './search.ts'

const REFRESH_MS = 2000
const MOST_SHOWN = 100

/** Which events the address asks for, with what its columns need. A day that is the end is in it as a whole. */
const askedOf = (
  { event, filters, date_from: after, date_to: to }: ActivitySearch,
  columns: readonly string[],
): EventFilters => ({
  ...(event && { event }),
  person_properties: personPropertiesIn(columns),
  ...(filters && { properties: filters }),
  ...(after && { after }),
  ...(to && { before: /^\d{4}-\d\d-\d\d$/.test(to) ? `${to}T23:59:59` : to }),
})

/** Where the API lists them. */
function pathOf(projectId: number, asked: EventFilters): string {
  const parameters = Object.entries(eventsParameters(asked)).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return `/api/projects/${projectId}/events/?${new URLSearchParams(parameters)}`
}

/** The newest events as they arrive. Rows that are being read don't move: new ones wait behind a button. */
export function ActivityPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/activity' })
  const search = useSearch({ from: '/session/project/$projectId/activity' })
  const { event, live = true, filters, date_from: from, date_to: to } = search
  const navigate = useNavigate({ from: '/project/$projectId/activity' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const [reading, setReading] = useState(false)
  const names = useQuery(eventNamesQuery(projectId))
  const project = useQuery(projectQuery(projectId))
  const columns = search.columns ?? readColumns(project.data?.live_events_columns) ?? usualColumns
  // columns that come later would move everything
  const isReady = search.columns !== undefined || !project.isPending
  const asked = askedOf(search, columns)
  const events = useQuery({
    ...eventsQuery(projectId, { ...asked, limit: MOST_SHOWN }),
    enabled: isReady,
    refetchInterval: live ? REFRESH_MS : false,
  })
  const scope = JSON.stringify(asked)
  const { shown, waiting, release } = useHeldBack(events.data?.results, reading, scope)
  const set = (changes: ActivitySearch, replace = false) =>
    void navigate({ search: (old) => ({ ...old, ...changes }), replace, resetScroll: false })
  const isNarrowed = Boolean(event || filters || from)

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
                path: pathOf(projectId, asked),
                filename: event ?? 'events',
              },
            }}
          />
          <Switch
            label="Refresh by itself"
            checked={live}
            onChange={(change) => {
              const { checked } = change.currentTarget
              set({ live: checked ? undefined : false }, true)
            }}
          />
        </>
      }
    >
      <Group gap="xs" mb="sm" className={styles.bar}>
        <EventPicker
          projectId={projectId}
          events={names.data ?? []}
          loading={names.isPending}
          value={event}
          placeholder="All events"
          label="Filter by event"
          clearable
          width={{ base: '100%', xs: 280 }}
          onChange={(name) => set({ event: name ?? undefined })}
        />
        <DateRangePicker
          value={from ? { date_from: from, date_to: to } : null}
          unset="Any time"
          onChange={({ date_from, date_to }) =>
            set({ date_from: date_from === 'all' ? undefined : date_from, date_to: date_to ?? undefined })
          }
        />
        <ColumnsButton
          projectId={projectId}
          columns={columns}
          onChange={(own) => set({ columns: own }, true)}
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
        <FiltersButton
          projectId={projectId}
          filters={filters}
          about="Only events for which these hold."
          onChange={(changed) => set({ filters: changed })}
        />
      </Group>
      <ListCard
        what="events"
        query={events}
        rows={isReady ? shown : undefined}
        skeleton={10}
        empty={
          isNarrowed ? (
            <NoneMatch
              title={event && !filters && !from ? `No ${event} events.` : 'No events match.'}
              verb="Clear the filters"
              onClear={() => void navigate({ search: ({ columns: own }) => (own ? { columns: own } : {}) })}
            />
          ) : (
            <Empty title="No events yet.">
              As soon as your app sends one, it shows up here by itself.{' '}
              <Link to="/project/$projectId/onboarding" params={{ projectId }}>
                Send your first event
              </Link>
              . It takes about two minutes.
            </Empty>
          )
        }
      >
        {(rows) => (
          <EventTable
            projectId={projectId}
            timeZone={timeZone}
            events={rows}
            columns={columns}
            onOpen={setReading}
          />
        )}
      </ListCard>
      {shown && shown.length >= MOST_SHOWN && (
        <p className="muted small">
          The newest {MOST_SHOWN} are shown. An export has up to 100,000; ask for others with SQL or the API.
        </p>
      )}
    </Page>
  )
}
