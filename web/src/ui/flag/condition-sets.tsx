import { Button, NativeSelect, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { cohortsQuery, groupTypesQuery, propertyNamesQuery } from '../../api/definitions.ts'
import { flagsQuery } from '../../api/flags.ts'
import { cohortChoices } from '../names.ts'
import { OrderButtons } from '../order-buttons.tsx'
import { PercentInput } from '../percent-input.tsx'
import { PropertyFilters } from '../property-filters.tsx'
import type { Properties } from '../property-picker.tsx'
import styles from './condition-sets.module.css'
import {
  type ConditionSet,
  type FlagFilters,
  groupTypeOf,
  readFilters,
  rolloutOf,
  variantsOf,
} from './filters.ts'
import { Matches } from './matches.tsx'
import type { Names } from './words.ts'

/** More flags than these are not offered to be asked for. */
const MOST_FLAGS = 500
const MOST_SETS = 200

type Props = {
  projectId: number
  filters: FlagFilters
  names: Names
  /** The flag that is changed, which can't ask for itself. */
  ownId: number | null
  /** Whether it can't be decided for groups. */
  onlyPeople?: boolean
  onChange: (filters: FlagFilters) => void
}

/** Who gets a flag: sets of filters, tried in order; whoever one of them takes in gets it. */
export function ConditionSets({
  projectId,
  filters,
  names,
  ownId,
  onlyPeople = false,
  onChange,
}: Props): ReactNode {
  const types = useQuery(groupTypesQuery(projectId))
  const { groups } = filters
  const setGroups = (next: ConditionSet[]) => onChange({ ...filters, groups: next })
  const move = (from: number, to: number) => {
    const others = groups.toSpliced(from, 1)
    setGroups(others.toSpliced(to, 0, groups[from]!))
  }
  return (
    <div className={styles.sets}>
      {!onlyPeople && (types.data?.length ?? 0) > 0 && (
        <NativeSelect
          label="Decided for"
          description="People and groups have other properties, so another choice empties the filters."
          value={String(filters.aggregation_group_type_index ?? '')}
          data={[
            { value: '', label: 'people' },
            ...(types.data ?? []).map(({ group_type_index: index }) => ({
              value: String(index),
              label: names.groups(index),
            })),
          ]}
          onChange={({ currentTarget: { value } }) =>
            onChange({
              ...filters,
              aggregation_group_type_index: value === '' ? null : Number(value),
              groups: groups.map(({ aggregation_group_type_index: _, ...set }) => ({
                ...set,
                properties: [],
              })),
            })
          }
        />
      )}
      {groups.map((set, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a set is the place that it has in the list
        <fieldset key={at} className={styles.set} aria-label={`Set ${at + 1}`}>
          <div className={styles.head}>
            <Text size="sm" fw={500}>
              {at > 0 && <span className="muted">or </span>}Set {at + 1}
            </Text>
            <OrderButtons
              what={`set ${at + 1}`}
              at={at}
              count={groups.length}
              most={MOST_SETS}
              onMove={(to) => move(at, to)}
              onDuplicate={() => setGroups(groups.toSpliced(at + 1, 0, set))}
              onRemove={() => setGroups(groups.toSpliced(at, 1))}
            />
          </div>
          <SetFields
            {...{ projectId, filters, names, ownId, set }}
            onChange={(next) => setGroups(groups.with(at, next))}
          />
        </fieldset>
      ))}
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={groups.length >= MOST_SETS}
          onClick={() => setGroups([...groups, { properties: [], rollout_percentage: 0 }])}
        >
          Add a set
        </Button>
      </div>
    </div>
  )
}

function SetFields({
  projectId,
  filters,
  names,
  ownId,
  set,
  onChange,
}: Omit<Props, 'onChange'> & { set: ConditionSet; onChange: (set: ConditionSet) => void }): ReactNode {
  const index = groupTypeOf(set, filters)
  const properties = useProperties(projectId, index, ownId)
  const variants = variantsOf(filters)
  const rollout = rolloutOf(set)
  const all = index === null ? 'people' : names.groups(index)
  const setRollout = (percentage: number) => onChange({ ...set, rollout_percentage: percentage })
  return (
    <>
      {set.properties.length === 0 && (
        <Text size="sm" c="dimmed">
          All {all}. Filters narrow it: they must all hold.
        </Text>
      )}
      <PropertyFilters
        filters={set.properties}
        properties={properties}
        projectId={projectId}
        groupTypeIndex={index ?? undefined}
        onChange={(next) => onChange({ ...set, properties: next })}
      />
      <div className={styles.rollout}>
        <Text size="sm">Roll out to</Text>
        <PercentInput label="Rollout" value={rollout} onChange={setRollout} />
        <input
          type="range"
          aria-label="Rollout slider"
          min={0}
          max={100}
          value={rollout}
          onChange={(event) => setRollout(Number(event.currentTarget.value))}
        />
      </div>
      {variants.length > 0 && (
        <NativeSelect
          size="xs"
          label="Variant"
          value={set.variant ?? ''}
          data={[
            { value: '', label: 'Drawn by their shares' },
            ...variants.map(({ key }) => ({ value: key, label: `Always ${key}` })),
          ]}
          onChange={(event) => onChange({ ...set, variant: event.currentTarget.value || null })}
        />
      )}
      <Matches projectId={projectId} set={set} filters={filters} names={names} />
    </>
  )
}

/** What the filters of a set can ask. */
function useProperties(projectId: number, groupType: number | null, ownId: number | null): Properties {
  const isOfPeople = groupType === null
  const people = useQuery({ ...propertyNamesQuery(projectId, 'person'), enabled: isOfPeople })
  const cohorts = useQuery({ ...cohortsQuery(projectId), enabled: isOfPeople })
  const flags = useQuery({
    ...flagsQuery(projectId, { active: 'true', order: 'key', limit: MOST_FLAGS }),
    enabled: isOfPeople,
  })
  const ofGroups = useQuery({
    ...propertyNamesQuery(projectId, 'group', groupType ?? 0),
    enabled: !isOfPeople,
  })
  if (!isOfPeople) return { group: ofGroups.data ?? [] }
  return {
    person: people.data ?? [],
    cohort: cohortChoices(cohorts.data ?? []),
    flag: (flags.data?.results ?? [])
      .filter(({ id }) => id !== ownId)
      .map(({ id, key, filters }) => ({
        name: key,
        key: String(id),
        property_type: null,
        values: variantsOf(readFilters(filters)).map((variant) => variant.key),
      })),
  }
}
