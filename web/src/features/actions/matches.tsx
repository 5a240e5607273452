import { Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { type AnyFilter, matchCountQuery, matchingEventsQuery } from '../../api/events.ts'
import { useProject } from '../../api/session.ts'
import { EventTable } from '../../ui/event-table.tsx'
import { counted } from '../../ui/numbers.ts'
import { Problem } from '../../ui/problem.tsx'
import { Empty, Loading } from '../../ui/states.tsx'
import { filterOfAny, type Step } from './steps.ts'

const SHOWN = 20
/** How often it is looked for new ones, milliseconds. */
const LIVE_MS = 5000

/** The events that the steps fit, as they are written, a moment after the last change; new ones come by themselves. */
export function Matches({ projectId, steps }: { projectId: number; steps: Step[] }): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const [settled] = useDebouncedValue(JSON.stringify(filterOfAny(steps)), 400)
  const filter: AnyFilter | null | undefined = settled === undefined ? undefined : JSON.parse(settled)
  const [isReading, setReading] = useState(false)
  const asked = {
    enabled: filter !== undefined,
    // an open row must not move away
    refetchInterval: isReading ? (false as const) : LIVE_MS,
    retry: false,
  }
  const events = useQuery({ ...matchingEventsQuery(projectId, filter ?? null, SHOWN), ...asked })
  const count = useQuery({ ...matchCountQuery(projectId, filter ?? null), ...asked })
  if (filter === undefined) return <Empty title="No events">An action without steps fits none.</Empty>
  if (events.isError) {
    return <Problem error={events.error} lead="Can't be asked:" p="md" />
  }
  if (!events.data) return <Loading what="matching events" rows={6} />
  return (
    <div aria-busy={events.isPlaceholderData}>
      <Text size="sm" px="md" pb="xs" role="status">
        {count.data
          ? `${counted(count.data.events, 'event')} of ${counted(count.data.people, 'person', 'people')} in the last 30 days.`
          : 'Counting…'}
        {filter === null && ' A step that says nothing fits every event.'}
      </Text>
      {events.data.length > 0 ? (
        <EventTable
          projectId={projectId}
          timeZone={timeZone}
          events={events.data}
          compact
          onOpen={setReading}
        />
      ) : (
        <Empty title="No event fits.">
          None of the last 30 days does. It is looked for new ones every few seconds.
        </Empty>
      )}
    </div>
  )
}
