import { Group, SegmentedControl } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import type { EventRow } from '../api/types.ts'
import { CodeBlock } from './code-block.tsx'
import { CopyButton } from './copy-button.tsx'
import styles from './event-details.module.css'
import { PropertiesTable } from './properties-table.tsx'
import { absoluteTime } from './time.ts'

/** Everything known of one event: its properties, its person's, and the stored JSON. */
export function EventDetails({
  projectId,
  timeZone,
  event,
}: {
  projectId: number
  timeZone: string
  event: EventRow
}): ReactNode {
  const [view, setView] = useState('properties')
  const json = JSON.stringify(event, null, 2)
  const personProperties = event.person?.properties ?? {}
  return (
    <div>
      <Group justify="space-between" gap="xs" mb="sm" pt="xs">
        <SegmentedControl
          size="xs"
          value={view}
          onChange={setView}
          aria-label="Show"
          data={[
            { value: 'properties', label: `Properties ${Object.keys(event.properties).length}` },
            { value: 'person', label: 'Person' },
            { value: 'json', label: 'JSON' },
          ]}
        />
        <Group gap="xs">
          <CopyButton value={json} label="Copy JSON" what="of this event" />
          <Link
            className={styles.action}
            to="/project/$projectId/insights/new"
            params={{ projectId }}
            search={{
              q: {
                kind: 'TrendsQuery',
                series: [{ kind: 'EventsNode', event: event.event, math: 'total' }],
                interval: 'day',
                dateRange: { date_from: '-7d' },
              },
            }}
          >
            Chart this
          </Link>
          <Link
            className={styles.action}
            to="/project/$projectId/events/$uuid"
            params={{ projectId, uuid: event.id }}
          >
            Link to it
          </Link>
        </Group>
      </Group>
      {view === 'properties' && (
        <>
          <dl className={styles.facts}>
            <dt>Time</dt>
            <dd>
              {absoluteTime(event.timestamp, timeZone, true)} <span className="muted">{timeZone}</span>
            </dd>
            <dt>Distinct id</dt>
            <dd className="mono">{event.distinct_id}</dd>
          </dl>
          <PropertiesTable properties={event.properties} />
        </>
      )}
      {view === 'person' && (
        <PropertiesTable
          properties={personProperties}
          empty={event.person ? 'This person has no properties.' : 'No person is known for this event.'}
        />
      )}
      {view === 'json' && <CodeBlock code={json} what="this event as JSON" title="As the API gives it" />}
    </div>
  )
}
