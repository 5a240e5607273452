import { Avatar, Group, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { eventsQuery } from '../../api/events.ts'
import { useProject } from '../../api/session.ts'
import { CopyIcon } from '../../ui/copy-button.tsx'
import { EventTable } from '../../ui/event-table.tsx'
import { Page } from '../../ui/page.tsx'
import { personName } from '../../ui/person-name.ts'
import { PropertiesTable } from '../../ui/properties-table.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'
import styles from './person-page.module.css'
import { personQuery } from './queries.ts'

/** One person: what they did, what is known of them, and the ids they are known by. */
export function PersonPage(): ReactNode {
  const { projectId, uuid } = useParams({ from: '/session/project/$projectId/persons/$uuid' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const person = useQuery(personQuery(projectId, uuid))
  const events = useQuery(eventsQuery(projectId, { person_id: uuid, limit: 100 }))
  const [tab, setTab] = useState<string | null>('events')
  if (!person.data) {
    return (
      <Page title="Person">
        {person.isError ? (
          <LoadError what="this person" error={person.error} retry={() => void person.refetch()} />
        ) : (
          <Loading what="this person" />
        )}
      </Page>
    )
  }
  const { properties, distinct_ids: ids, created_at } = person.data
  const name = personName(properties, ids)
  const place = [properties.$geoip_city_name, properties.$geoip_country_name].filter(
    (part) => typeof part === 'string',
  )
  return (
    <Page
      title={name}
      about={
        <>
          First seen <RelativeTime at={created_at} timeZone={timeZone} />
          {events.data?.results[0] && (
            <>
              {' '}
              · last event <RelativeTime at={events.data.results[0].timestamp} timeZone={timeZone} />
            </>
          )}
          {place.length > 0 && ` · ${place.join(', ')}`}
        </>
      }
      actions={
        <Avatar size={40} radius="xl" color="hedge" aria-hidden>
          {name.slice(0, 2).toUpperCase()}
        </Avatar>
      }
    >
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="events">Events</Tabs.Tab>
          <Tabs.Tab value="properties">Properties {Object.keys(properties).length}</Tabs.Tab>
          <Tabs.Tab value="ids">Distinct ids {ids.length}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="events">
          <div className="card">
            {events.data ? (
              events.data.results.length > 0 ? (
                <EventTable
                  projectId={projectId}
                  timeZone={timeZone}
                  events={events.data.results}
                  withPerson={false}
                />
              ) : (
                <Empty title="No events of this person." />
              )
            ) : events.isError ? (
              <LoadError what="events" error={events.error} retry={() => void events.refetch()} />
            ) : (
              <Loading what="events" />
            )}
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="properties">
          <PropertiesTable properties={properties} empty="This person has no properties yet." />
        </Tabs.Panel>
        <Tabs.Panel value="ids">
          <ul className={`card ${styles.ids}`}>
            {ids.map((id) => (
              <li key={id}>
                <Group gap="xs" justify="space-between" wrap="nowrap">
                  <span className="mono">{id}</span>
                  <CopyIcon value={id} what={id} />
                </Group>
              </li>
            ))}
          </ul>
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}
