import { Avatar, Badge, Button, Group, Menu, Tabs } from '@mantine/core'
import { IconArrowsSplit2, IconDots, IconPlus, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { groupTypesQuery } from '../../api/definitions.ts'
import { eventsQuery } from '../../api/events.ts'
import { relatedQuery } from '../../api/groups.ts'
import { useProject } from '../../api/session.ts'
import type { Properties } from '../../api/types.ts'
import { CopyIcon } from '../../ui/copy-button.tsx'
import { EventTable } from '../../ui/event-table.tsx'
import type { Change } from '../../ui/flag/words.ts'
import { reasonWords } from '../../ui/flag-reason.ts'
import { groupTypeName } from '../../ui/group-words.ts'
import { GroupsTable } from '../../ui/groups-table.tsx'
import { History } from '../../ui/history.tsx'
import { cohortNameOf } from '../../ui/names.ts'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { number } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { personName } from '../../ui/person-name.ts'
import { PropertiesTable } from '../../ui/properties-table.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'
import { withUndo } from '../../ui/undo.tsx'
import { DeleteDialog, SplitDialog } from './dialogs.tsx'
import styles from './person-page.module.css'
import { PropertyDialog } from './property-dialog.tsx'
import { cohortsOfQuery, flagsOfQuery, personQuery, useSetProperty, useUnsetProperty } from './queries.ts'
import type { PersonTab } from './search.ts'

/** One person: what they did, what is known of them, what they are in and get, and the ids they are known by. */
export function PersonPage(): ReactNode {
  const { projectId, uuid } = useParams({ from: '/session/project/$projectId/persons/$uuid' })
  const { tab = 'events' } = useSearch({ from: '/session/project/$projectId/persons/$uuid' })
  const navigate = useNavigate({ from: '/project/$projectId/persons/$uuid' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const person = useQuery(personQuery(projectId, uuid))
  const events = useQuery(eventsQuery(projectId, { person_id: uuid, limit: 100 }))
  const [dialog, setDialog] = useState<'split' | 'delete' | null>(null)
  if (!person.data) {
    return (
      <NotLoaded
        thing="person"
        query={person}
        back={
          <Link to="/project/$projectId/persons" params={{ projectId }}>
            Back to people
          </Link>
        }
      />
    )
  }
  const { id, properties, distinct_ids: ids, created_at } = person.data
  const name = personName(properties, ids)
  const place = [properties.$geoip_city_name, properties.$geoip_country_name].filter(
    (part) => typeof part === 'string',
  )
  const asked = { projectId, uuid, timeZone }
  const close = () => setDialog(null)
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
        <>
          <Avatar size={36} radius="xl" color="hedge" aria-hidden>
            {name.slice(0, 2).toUpperCase()}
          </Avatar>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" px="xs" aria-label={`More about ${name}`}>
                <IconDots size={16} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<IconArrowsSplit2 size={16} />}
                disabled={ids.length < 2}
                onClick={() => setDialog('split')}
              >
                Split by distinct id
              </Menu.Item>
              <Menu.Item
                leftSection={<IconTrash size={16} />}
                color="red"
                onClick={() => setDialog('delete')}
              >
                Delete
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(to) =>
          void navigate({
            search: to === 'events' ? {} : { tab: to as PersonTab },
            replace: true,
            resetScroll: false,
          })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="events">Events</Tabs.Tab>
          <Tabs.Tab value="properties">Properties {Object.keys(properties).length}</Tabs.Tab>
          <Tabs.Tab value="ids">Distinct ids {ids.length}</Tabs.Tab>
          <Tabs.Tab value="cohorts">Cohorts</Tabs.Tab>
          <Tabs.Tab value="flags">Feature flags</Tabs.Tab>
          <Tabs.Tab value="groups">Groups</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
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
          <PropertiesOf {...asked} properties={properties} />
        </Tabs.Panel>
        <Tabs.Panel value="ids">
          <ul className={`card ${styles.ids}`}>
            {ids.map((one) => (
              <li key={one}>
                <Group gap="xs" justify="space-between" wrap="nowrap">
                  <span className="mono">{one}</span>
                  <CopyIcon value={one} what={one} />
                </Group>
              </li>
            ))}
          </ul>
          {ids.length > 1 && (
            <Button
              mt="sm"
              size="xs"
              variant="default"
              leftSection={<IconArrowsSplit2 size={14} />}
              onClick={() => setDialog('split')}
            >
              These are several people
            </Button>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="cohorts">
          <CohortsOf {...asked} />
        </Tabs.Panel>
        <Tabs.Panel value="flags">
          <FlagsOf projectId={projectId} ids={ids} />
        </Tabs.Panel>
        <Tabs.Panel value="groups">
          <GroupsOf {...asked} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <div className="card" style={{ padding: 16 }}>
            <History
              projectId={projectId}
              of={{ scope: 'Person', itemId: String(id), under: personQuery(projectId, uuid).queryKey }}
              words={changeWords}
            />
          </div>
        </Tabs.Panel>
      </Tabs>
      {dialog === 'split' && <SplitDialog {...asked} name={name} ids={ids} onClose={close} />}
      {dialog === 'delete' && <DeleteDialog {...asked} name={name} onClose={close} />}
    </Page>
  )
}

/** Values are not written down: they would outlive the person. */
const changeWords = (changes: Change[]): string[] =>
  changes.some(({ field }) => field === 'properties') ? ['Properties changed'] : []

type Asked = { projectId: number; uuid: string; timeZone: string }

function PropertiesOf({
  projectId,
  uuid,
  properties,
}: Omit<Asked, 'timeZone'> & { properties: Properties }): ReactNode {
  /** The property that is being changed; null for a new one. */
  const [editing, setEditing] = useState<string | null | undefined>()
  const { mutateAsync: unset } = useUnsetProperty(projectId, uuid)
  const { mutateAsync: set } = useSetProperty(projectId, uuid)
  const remove = async (key: string) => {
    await withUndo(
      `Removed ${key}.`,
      () => unset(key),
      () => set({ key, value: properties[key] }),
    )
  }
  return (
    <>
      <PropertiesTable
        properties={properties}
        empty="This person has no properties yet."
        onEdit={setEditing}
        onRemove={(key) => void remove(key)}
      />
      <Button
        mt="sm"
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} />}
        onClick={() => setEditing(null)}
      >
        Add a property
      </Button>
      {editing !== undefined && (
        <PropertyDialog
          projectId={projectId}
          uuid={uuid}
          name={editing ?? undefined}
          value={editing === null ? undefined : properties[editing]}
          onClose={() => setEditing(undefined)}
        />
      )}
    </>
  )
}

function CohortsOf({ projectId, uuid, timeZone }: Asked): ReactNode {
  const cohorts = useQuery(cohortsOfQuery(projectId, uuid))
  if (cohorts.isError) {
    return <LoadError what="cohorts" error={cohorts.error} retry={() => void cohorts.refetch()} />
  }
  if (!cohorts.data) return <Loading what="cohorts" />
  return (
    <div className="card">
      {cohorts.data.length === 0 ? (
        <Empty title="In no cohort.">
          <Link to="/project/$projectId/cohorts" params={{ projectId }}>
            See all cohorts
          </Link>
        </Empty>
      ) : (
        <ScrollRegion label="Cohorts of this person">
          <table className="data">
            <thead>
              <tr>
                <th scope="col">Cohort</th>
                <th scope="col" className="num">
                  People
                </th>
                <th scope="col" className="num">
                  As of
                </th>
              </tr>
            </thead>
            <tbody>
              {cohorts.data.map((cohort) => (
                <tr key={cohort.id} className="link">
                  <td>
                    <Link
                      to="/project/$projectId/cohorts/$cohortId"
                      params={{ projectId, cohortId: cohort.id }}
                    >
                      {cohortNameOf(cohort)}
                    </Link>
                  </td>
                  <td className="num">{cohort.count === null ? '–' : number(cohort.count)}</td>
                  <td className="num muted">
                    {cohort.last_calculation && (
                      <RelativeTime at={cohort.last_calculation} timeZone={timeZone} />
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </div>
  )
}

function FlagsOf({ projectId, ids }: { projectId: number; ids: string[] }): ReactNode {
  const [distinctId = ''] = ids
  const flags = useQuery({ ...flagsOfQuery(projectId, distinctId), enabled: distinctId !== '' })
  if (flags.isError) {
    return <LoadError what="feature flags" error={flags.error} retry={() => void flags.refetch()} />
  }
  if (!flags.data) return <Loading what="feature flags" />
  return (
    <>
      <p className="muted small" style={{ margin: '0 0 8px' }}>
        What code gets now that asks with <span className="mono">{distinctId}</span> and no properties of its
        own.
      </p>
      <div className="card">
        {flags.data.length === 0 ? (
          <Empty title="No feature flags.">Flags that are on and known to the server appear here.</Empty>
        ) : (
          <ScrollRegion label="Feature flags of this person">
            <table className="data">
              <thead>
                <tr>
                  <th scope="col">Flag</th>
                  <th scope="col">Gets</th>
                  <th scope="col">Why</th>
                </tr>
              </thead>
              <tbody>
                {flags.data.map(({ key, id, value, evaluation }) => (
                  <tr key={key} className="link">
                    <td className="mono">
                      {id === null ? (
                        key
                      ) : (
                        <Link
                          to="/project/$projectId/feature_flags/$flagId"
                          params={{ projectId, flagId: id }}
                          search={{ explain: distinctId }}
                        >
                          {key}
                        </Link>
                      )}
                    </td>
                    <td>
                      <Badge variant="outline" color="gray" tt="none">
                        {value === true ? 'on' : value === false ? 'off' : value}
                      </Badge>
                    </td>
                    <td className="muted">{reasonWords(evaluation.reason, evaluation.condition_index)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollRegion>
        )}
      </div>
    </>
  )
}

function GroupsOf({ projectId, uuid, timeZone }: Asked): ReactNode {
  const related = useQuery(relatedQuery(projectId, null, uuid))
  const types = useQuery(groupTypesQuery(projectId))
  if (related.isError) {
    return <LoadError what="groups" error={related.error} retry={() => void related.refetch()} />
  }
  if (!related.data) return <Loading what="groups" />
  return (
    <div className="card">
      {related.data.groups.length === 0 ? (
        <Empty title="In no group.">None of their events of the last 90 days names a group.</Empty>
      ) : (
        <GroupsTable
          projectId={projectId}
          timeZone={timeZone}
          rows={related.data.groups}
          typeOf={(index) => {
            const type = types.data?.find((one) => one.group_type_index === index)
            return type ? groupTypeName(type) : ''
          }}
        />
      )}
    </div>
  )
}
