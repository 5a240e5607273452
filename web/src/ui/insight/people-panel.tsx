import { Button, SegmentedControl, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { ask } from '../../api/ask.ts'
import type { Pin } from '../../api/pin.ts'
import type { Question } from '../../api/questions.ts'
import type { ActorsAnswer, Properties } from '../../api/types.ts'
import { SidePanel } from '../dialog.tsx'
import { ExportButton } from '../export-csv.tsx'
import { counted, number } from '../numbers.ts'
import { personName } from '../person-name.ts'
import { LoadError, Loading } from '../states.tsx'
import { peopleOf } from './people.ts'
import styles from './people-panel.module.css'

const PEOPLE_A_PAGE = 100

/** A person as the API shows one; of those who are not known (any more) there are only ids. */
type Actor = {
  id?: string
  uuid?: string
  distinct_ids?: string[]
  properties?: Properties
  /** Of a group, which may be behind a number instead. */
  group_type_index?: number
  group_key?: string
  group_properties?: Properties
}

/** The people behind a number, most of it first; each leads to their page. */
export function PeoplePanel({
  projectId,
  query,
  whole = query,
  pin,
  onPin,
  onClose,
}: {
  projectId: number
  query: Question
  /** The question that was answered, where `query` is only what of it an editor could show. */
  whole?: Record<string, unknown>
  pin: Pin
  /** Others of the same instead. */
  onPin: (pin: Pin) => void
  onClose: () => void
}): ReactNode {
  const [text, setText] = useState('')
  const [search] = useDebouncedValue(text.trim(), 250)
  const { source, where, title, others } = peopleOf(query, pin, whole)
  const asking = {
    kind: 'ActorsQuery' as const,
    source: source as never,
    select: ['actor', 'event_count'],
    ...(search && { search }),
    ...(where && { properties: [{ type: 'hogql', key: where }] }),
  }
  const people = useInfiniteQuery({
    queryKey: ['project', projectId, 'people', asking],
    queryFn: ({ signal, pageParam }) =>
      ask<ActorsAnswer>(projectId, { ...asking, limit: PEOPLE_A_PAGE, offset: pageParam }, signal),
    initialPageParam: 0,
    getNextPageParam: ({ hasMore }, pages) => (hasMore ? pages.length * PEOPLE_A_PAGE : undefined),
    staleTime: 30_000,
  })
  const rows = people.data?.pages.flatMap(({ results }) => results as [Actor, number][]) ?? []
  const unknown = people.data?.pages.reduce((sum, page) => sum + (page.missing_actors_count ?? 0), 0) ?? 0
  const counts = query.kind === 'TrendsQuery'
  return (
    <SidePanel onClose={onClose} size={560} title="People">
      <p className={styles.title}>{title}</p>
      {others && (
        <SegmentedControl
          fullWidth
          mb="sm"
          aria-label="Which people"
          value={String(others.findIndex((one) => JSON.stringify(one.pin) === JSON.stringify(pin)))}
          data={others.map(({ label }, at) => ({ value: String(at), label }))}
          onChange={(value) => onPin(others[Number(value)]!.pin)}
        />
      )}
      <TextInput
        type="search"
        aria-label="Search these people"
        placeholder="Name, e-mail or id"
        leftSection={<IconSearch size={16} />}
        mb="sm"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {people.isError ? (
        <LoadError what="these people" error={people.error} retry={() => void people.refetch()} />
      ) : !people.data ? (
        <Loading what="these people" rows={8} />
      ) : rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          {search ? `Nobody matches “${search}”.` : 'Nobody. The number is 0, or its events had no person.'}
        </Text>
      ) : (
        <>
          <ul className={styles.people} aria-busy={people.isFetching}>
            {rows.map(([actor, count], at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: pages follow each other, and ids may repeat
              <li key={at}>
                <Who projectId={projectId} actor={actor} />
                {counts && <span className="num muted">{number(count)}</span>}
              </li>
            ))}
          </ul>
          <div className={styles.foot}>
            <Text size="xs" c="dimmed">
              {counted(rows.length, 'person', 'people')}
              {people.hasNextPage ? ' so far' : ''}
              {unknown > 0 && `; ${number(unknown)} not known any more, or sent without a profile`}
            </Text>
            {people.hasNextPage && (
              <Button
                size="xs"
                variant="default"
                loading={people.isFetchingNextPage}
                onClick={() => void people.fetchNextPage()}
              >
                Load more
              </Button>
            )}
            <ExportButton
              projectId={projectId}
              exported={{ export_context: { source: asking, filename: title } }}
              size="compact-sm"
            />
          </div>
        </>
      )}
    </SidePanel>
  )
}

const nameOf = ({ properties, distinct_ids: ids = [], id }: Actor): string =>
  personName(properties, ids.length > 0 ? ids : [id ?? ''])
const idOf = ({ uuid, id }: Actor): string => uuid ?? String(id ?? '')

function Who({ projectId, actor }: { projectId: number; actor: Actor }): ReactNode {
  const { group_type_index: type, group_key: groupKey } = actor
  if (type !== undefined && groupKey !== undefined) {
    return (
      <Link
        to="/project/$projectId/groups/$groupTypeIndex/$groupKey"
        params={{ projectId, groupTypeIndex: type, groupKey }}
        className="cut"
      >
        {String(actor.group_properties?.name || groupKey)}
      </Link>
    )
  }
  const name = nameOf(actor)
  const [distinctId] = actor.distinct_ids ?? []
  return (
    <span className={styles.who}>
      {actor.properties ? (
        <Link
          to="/project/$projectId/persons/$uuid"
          params={{ projectId, uuid: idOf(actor) }}
          className="cut"
        >
          {name}
        </Link>
      ) : (
        <span className="cut">{name}</span>
      )}
      {distinctId && distinctId !== name && <span className="cut muted small">{distinctId}</span>}
    </span>
  )
}
