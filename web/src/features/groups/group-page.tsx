import { Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { groupTypesQuery } from '../../api/definitions.ts'
import { matchingEventsQuery } from '../../api/events.ts'
import { groupQuery, relatedQuery } from '../../api/groups.ts'
import { useProject } from '../../api/session.ts'
import { CopyIcon } from '../../ui/copy-button.tsx'
import { EventTable } from '../../ui/event-table.tsx'
import { groupName, groupsName, groupTypeName } from '../../ui/group-words.ts'
import { GroupsTable } from '../../ui/groups-table.tsx'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { PeopleTable } from '../../ui/people-table.tsx'
import { PropertiesTable } from '../../ui/properties-table.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'
import type { GroupTab } from './search.ts'

const EVENTS = 100

/** One group: what happened in it, what is known of it, and who belongs to it. */
export function GroupPage(): ReactNode {
  const from = '/session/project/$projectId/groups/$groupTypeIndex/$groupKey'
  const { projectId, groupTypeIndex: index, groupKey: key } = useParams({ from })
  const { tab = 'events' } = useSearch({ from })
  const navigate = useNavigate({ from: '/project/$projectId/groups/$groupTypeIndex/$groupKey' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const types = useQuery(groupTypesQuery(projectId))
  const group = useQuery(groupQuery(projectId, index, key))
  const related = useQuery(relatedQuery(projectId, index, key))
  const type = types.data?.find((one) => one.group_type_index === index)
  if (!group.data) {
    return (
      <NotLoaded
        thing="group"
        query={group}
        back={
          <Link to="/project/$projectId/groups/$groupTypeIndex" params={{ projectId, groupTypeIndex: index }}>
            Back to groups
          </Link>
        }
      />
    )
  }
  const { group_properties: properties, created_at: at } = group.data
  const count = (of: 'people' | 'groups') => (related.data ? ` ${related.data[of].length}` : '')
  return (
    <Page
      title={groupName(key, properties)}
      about={
        <>
          <Link to="/project/$projectId/groups/$groupTypeIndex" params={{ projectId, groupTypeIndex: index }}>
            {type ? groupTypeName(type) : 'group'}
          </Link>{' '}
          <span className="mono">{key}</span> <CopyIcon value={key} what={`the key ${key}`} /> · first seen{' '}
          <RelativeTime at={at} timeZone={timeZone} />
        </>
      }
    >
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(to) =>
          void navigate({
            search: to === 'events' ? {} : { tab: to as GroupTab },
            replace: true,
            resetScroll: false,
          })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="events">Events</Tabs.Tab>
          <Tabs.Tab value="properties">Properties {Object.keys(properties).length}</Tabs.Tab>
          <Tabs.Tab value="people">People{count('people')}</Tabs.Tab>
          <Tabs.Tab value="groups">Related groups{count('groups')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="events">
          <Events projectId={projectId} index={index} groupKey={key} timeZone={timeZone} />
        </Tabs.Panel>
        <Tabs.Panel value="properties">
          <PropertiesTable
            properties={properties}
            empty="This group has no properties yet: code sets them with its key."
          />
        </Tabs.Panel>
        {(['people', 'groups'] as const).map((which) => (
          <Tabs.Panel key={which} value={which}>
            <div className="card">
              {related.isError ? (
                <LoadError what="who is related" error={related.error} retry={() => void related.refetch()} />
              ) : !related.data ? (
                <Loading what="who is related" />
              ) : related.data[which].length === 0 ? (
                <Empty
                  title={
                    which === 'people' ? 'Nobody in the last 90 days.' : 'No groups in the last 90 days.'
                  }
                >
                  {which === 'people'
                    ? 'People appear here whose events name this group.'
                    : 'Groups of other types appear here that events name together with this one.'}
                </Empty>
              ) : which === 'people' ? (
                <PeopleTable projectId={projectId} timeZone={timeZone} rows={related.data.people} />
              ) : (
                <GroupsTable
                  projectId={projectId}
                  timeZone={timeZone}
                  rows={related.data.groups}
                  typeOf={(of) => {
                    const known = types.data?.find((one) => one.group_type_index === of)
                    return known ? groupsName(known) : ''
                  }}
                />
              )}
            </div>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  )
}

function Events({
  projectId,
  index,
  groupKey,
  timeZone,
}: {
  projectId: number
  index: number
  groupKey: string
  timeZone: string
}): ReactNode {
  const filter = { type: 'event_metadata', key: `$group_${index}`, operator: 'exact', value: [groupKey] }
  const events = useQuery(matchingEventsQuery(projectId, { type: 'AND', values: [filter] }, EVENTS, '-90d'))
  return (
    <div className="card">
      {events.isError ? (
        <LoadError what="events" error={events.error} retry={() => void events.refetch()} />
      ) : !events.data ? (
        <Loading what="events" />
      ) : events.data.length === 0 ? (
        <Empty title="No events in the last 90 days.">Events that name this group appear here.</Empty>
      ) : (
        <EventTable projectId={projectId} timeZone={timeZone} events={events.data} />
      )}
    </div>
  )
}
