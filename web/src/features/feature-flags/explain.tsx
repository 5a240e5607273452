import { Autocomplete, Badge, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { groupTypesQuery } from '../../api/definitions.ts'
import { personsQuery } from '../../api/persons.ts'
import { useMe } from '../../api/session.ts'
import type { FeatureFlag, PropertyFilter, TriedCondition } from '../../api/types.ts'
import { filterWords } from '../../ui/filter-words.ts'
import { type FlagFilters, groupTypeOf, rolloutOf } from '../../ui/flag/filters.ts'
import type { Names } from '../../ui/flag/words.ts'
import { reasonWords } from '../../ui/flag-reason.ts'
import { number } from '../../ui/numbers.ts'
import { personName } from '../../ui/person-name.ts'
import { LoadError, Loading } from '../../ui/states.tsx'
import styles from '../../ui/thing-page.module.css'
import { type Asker, explainQuery } from './queries.ts'

const MOST_FOUND = 8

type Props = { projectId: number; flag: FeatureFlag; filters: FlagFilters; names: Names }

/** Why somebody gets what they get: the set that decided, and what each filter saw. */
export function Explain({
  distinctId,
  onExplain,
  ...props
}: Props & { distinctId: string | undefined; onExplain: (distinctId: string) => void }): ReactNode {
  const { projectId, flag, filters } = props
  const client = useQueryClient()
  const me = useMe()
  const [text, setText] = useState(distinctId ?? '')
  const [keys, setKeys] = useState<Record<string, string>>({})
  const [groups, setGroups] = useState<Record<string, string>>({})
  const types = useQuery(groupTypesQuery(projectId))
  const [settled] = useDebouncedValue(text.trim(), 200)
  const people = useQuery({ ...personsQuery(projectId, settled, 1, MOST_FOUND), enabled: settled !== '' })
  /** By an id of each: what people are called whom the text finds. */
  const found = new Map(
    (people.data?.results ?? []).flatMap(({ properties, distinct_ids: ids }) => {
      const id = ids.find((one) => one === settled) ?? ids[0]
      return id === undefined ? [] : [[id, personName(properties, ids)]]
    }),
  )
  const indexes = new Set(filters.groups.map((set) => groupTypeOf(set, filters)))
  const asked = (types.data ?? []).filter(({ group_type_index: index }) => indexes.has(index))
  const explain = (id: string) => {
    const given = Object.fromEntries(Object.entries(keys).filter(([, key]) => key !== ''))
    setText(id)
    setGroups(given)
    onExplain(id)
    // who asks the same again wants to know it as of now
    const { queryKey } = explainQuery(projectId, flag.key, { distinctId: id, groups: given })
    void client.invalidateQueries({ queryKey })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim()) explain(text.trim())
  }
  return (
    <Stack gap="sm">
      <form onSubmit={submit}>
        <Stack gap="xs">
          <Autocomplete
            label="Distinct id"
            description="The id that code asks with; or find somebody by their e-mail."
            value={text}
            data={[...found.keys()]}
            filter={({ options }) => options}
            renderOption={({ option: { value: id } }) => (
              <span className="cut">
                {found.get(id)} <span className="muted mono">{id}</span>
              </span>
            )}
            onChange={setText}
            onOptionSubmit={explain}
          />
          {asked.map(({ group_type: type }) => (
            <TextInput
              key={type}
              label={`Key of the ${type}`}
              value={keys[type] ?? ''}
              onChange={(event) => setKeys({ ...keys, [type]: event.currentTarget.value })}
            />
          ))}
          <Group gap="xs">
            <Button type="submit" variant="default" disabled={!text.trim()}>
              Explain
            </Button>
            {me.distinct_id && (
              <Button variant="subtle" onClick={() => explain(me.distinct_id ?? '')}>
                For me
              </Button>
            )}
          </Group>
        </Stack>
      </form>
      {distinctId && <Explained {...props} asker={{ distinctId, groups }} />}
    </Stack>
  )
}

function Explained({ projectId, flag, filters, names, asker }: Props & { asker: Asker }): ReactNode {
  const explained = useQuery(explainQuery(projectId, flag.key, asker))
  if (explained.isError) {
    return <LoadError what="the explanation" error={explained.error} retry={() => void explained.refetch()} />
  }
  if (explained.isPending) return <Loading what="the explanation" rows={3} />
  if (!explained.data) {
    return (
      <Text size="sm" c="dimmed">
        The server doesn't know this flag yet. Ask again in a moment.
      </Text>
    )
  }
  const { value, evaluation, conditions = [], definitions_age_ms: age = 0 } = explained.data
  return (
    <section aria-label={`What ${asker.distinctId} gets`}>
      <p className={styles.verdict}>
        <span className="mono">{asker.distinctId}</span> gets{' '}
        <Badge variant="outline" color="gray" tt="none">
          {value === true ? 'on' : value === false ? 'off' : value}
        </Badge>
      </p>
      <Text size="sm">{reasonWords(evaluation.reason, evaluation.condition_index)}</Text>
      {age > 0 && (
        <Text size="sm" c="var(--warning)">
          By what the server knew of flags {number(Math.ceil(age / 1000))} s ago: its database is away.
        </Text>
      )}
      <ol className={styles.sets} style={{ marginTop: 8 }}>
        {conditions.map((tried) => (
          <Tried
            key={tried.condition_index}
            tried={tried}
            byDevice={flag.bucketing_identifier === 'device_id'}
            rollout={rolloutOf(filters.groups[tried.condition_index] ?? { properties: [] })}
            names={names}
          />
        ))}
      </ol>
    </section>
  )
}

function Tried({
  tried: { condition_index: at, outcome, properties, bucket, variant_bucket: variantBucket },
  byDevice,
  rollout,
  names,
}: {
  tried: TriedCondition
  byDevice: boolean
  rollout: number
  names: Names
}): ReactNode {
  return (
    <li>
      <strong>Set {at + 1}</strong>: {outcomes[outcome] ?? outcome}
      {properties.map(({ actual, matched, operator, value, ...filter }) => {
        const wanted = { ...filter, operator: operator ?? 'exact', value } as PropertyFilter
        return (
          <div key={JSON.stringify(wanted)} className="small">
            <span className={matched ? styles.yes : styles.no}>{matched ? '✓' : '✗'}</span>{' '}
            <span className="visually-hidden">{matched ? 'matched: ' : 'not matched: '}</span>
            {filterWords(wanted, names)}
            <span className="muted">
              {actual === undefined ? '; nothing is known' : `; it is ${JSON.stringify(actual)}`}
            </span>
          </div>
        )
      })}
      {bucket && (
        <div className="small">
          Drawn at {percent(bucket.value)} by <span className="mono">{bucket.id}</span>: the set takes those
          up to {percent(bucket.upper_bound)}.
        </div>
      )}
      {variantBucket !== null && (
        <div className="small">Its variant was drawn at {percent(variantBucket)}.</div>
      )}
      {byDevice && outcome === 'out_of_rollout_bound' && !bucket && (
        <div className="small">People are drawn by their device ({rollout} %), and here none is known.</div>
      )}
    </li>
  )
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

const outcomes: Record<string, string> = {
  condition_match: 'matched',
  no_condition_match: 'a filter did not match',
  out_of_rollout_bound: 'matched, but left out by its percentage',
  no_group_type: 'no group of its type was given',
}
