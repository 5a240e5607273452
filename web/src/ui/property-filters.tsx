import { ActionIcon, Button, NativeSelect, TagsInput, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus, IconX } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { propertyValuesQuery } from '../api/definitions.ts'
import type { PropertyFilter } from '../api/types.ts'
import { operatorNames } from './operators.ts'
import styles from './property-filters.module.css'
import { type Properties, type PropertyKind, PropertyPicker } from './property-picker.tsx'

type Type = 'String' | 'Numeric' | 'Boolean' | 'DateTime' | 'Cohort' | 'Flag'
const presence = ['is_set', 'is_not_set']
const operators: Record<Type, string[]> = {
  String: ['exact', 'is_not', 'icontains', 'not_icontains', 'regex', 'not_regex', ...presence],
  Numeric: ['exact', 'is_not', 'gt', 'gte', 'lt', 'lte', ...presence],
  Boolean: ['exact', ...presence],
  DateTime: ['is_date_after', 'is_date_before', ...presence],
  Cohort: ['in', 'not_in'],
  Flag: ['flag_evaluates_to'],
}
const ofSeveral = new Set(['exact', 'is_not', 'icontains_multi', 'not_icontains_multi'])

const known = (properties: Properties, { type, key, value }: PropertyFilter) =>
  properties[type]?.find((each) => (each.key ?? each.name) === (type === 'cohort' ? String(value) : key))

function typeOf(properties: Properties, filter: PropertyFilter): Type {
  if (filter.type === 'cohort') return 'Cohort'
  if (filter.type === 'flag') return 'Flag'
  return filter.type === 'person_metadata'
    ? 'DateTime'
    : (known(properties, filter)?.property_type ?? 'String')
}

const nameOf = (properties: Properties, filter: PropertyFilter): string =>
  known(properties, filter)?.name ?? (filter.type === 'cohort' ? `Cohort ${filter.value}` : filter.key)

/** A filter on what was picked, as it begins. */
export function freshFilter(
  properties: Properties,
  type: PropertyKind,
  key: string,
  groupTypeIndex?: number,
): PropertyFilter {
  if (type === 'cohort') return { key: 'id', type, operator: 'in', value: Number(key) }
  if (type === 'flag') return { key, type, operator: 'flag_evaluates_to', value: true }
  const filter: PropertyFilter = { key, type, operator: 'exact' }
  return {
    ...filter,
    operator: operators[typeOf(properties, filter)][0]!,
    ...(type === 'group' && { group_type_index: groupTypeIndex }),
  }
}

type Given = {
  properties: Properties
  projectId: number
  /** The type of the groups whose properties they are, where they are. */
  groupTypeIndex?: number
}

/** Filters that must all hold: property, operator, values. */
export function PropertyFilters({
  filters,
  onChange,
  ...given
}: Given & { filters: PropertyFilter[]; onChange: (filters: PropertyFilter[]) => void }): ReactNode {
  return (
    <div className={styles.list}>
      {filters.map((filter, at) => (
        <PropertyFilterRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a filter is the place that it has in the list
          key={at}
          {...given}
          filter={filter}
          onChange={(next) => onChange(filters.with(at, next))}
          onRemove={() => onChange(filters.toSpliced(at, 1))}
        />
      ))}
      <div>
        <PropertyPicker
          label="Add a filter"
          properties={given.properties}
          onPick={(kind, key) =>
            onChange([...filters, freshFilter(given.properties, kind, key, given.groupTypeIndex)])
          }
        >
          <span className={styles.add}>
            <IconPlus size={14} /> Filter
          </span>
        </PropertyPicker>
      </div>
    </div>
  )
}

/** One filter: property, operator, values. */
export function PropertyFilterRow({
  filter,
  properties,
  projectId,
  groupTypeIndex,
  onChange,
  onRemove,
}: Given & {
  filter: PropertyFilter
  onChange: (filter: PropertyFilter) => void
  /** Without it, whoever shows the row takes it away. */
  onRemove?: () => void
}): ReactNode {
  const type = typeOf(properties, filter)
  const name = nameOf(properties, filter)
  const operator = operatorOf(filter)
  const offered = operators[type].includes(operator) ? operators[type] : [operator, ...operators[type]]
  return (
    <fieldset className={`${styles.row} ${onRemove ? '' : styles.bare}`} aria-label={`Filter on ${name}`}>
      <PropertyPicker
        label={`Property: ${name}. Change`}
        properties={properties}
        onPick={(kind, key) => onChange(freshFilter(properties, kind, key, groupTypeIndex))}
      >
        <span className="cut">{name}</span>
      </PropertyPicker>
      <NativeSelect
        size="xs"
        aria-label="Operator"
        value={operator}
        data={offered.map((value) => ({
          value,
          label: type === 'Boolean' && value === 'exact' ? 'is' : (operatorNames[value] ?? value),
        }))}
        onChange={(event) =>
          onChange({ ...filter, operator: event.currentTarget.value, negation: undefined })
        }
      />
      {onRemove && (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Remove the filter on ${name}`}
          onClick={onRemove}
        >
          <IconX size={16} />
        </ActionIcon>
      )}
      <div className={styles.value}>
        <Value
          filter={filter}
          type={type}
          choices={known(properties, filter)?.values}
          projectId={projectId}
          onChange={(value) => onChange({ ...filter, value })}
        />
      </div>
    </fieldset>
  )
}

/** Cohorts were once left out by `negation`, and named without an operator. */
const operatorOf = ({ type, operator, negation }: PropertyFilter): string =>
  type === 'cohort' ? (operator === 'not_in' || negation ? 'not_in' : 'in') : operator

type ValueProps = {
  filter: PropertyFilter
  type: Type
  /** What a flag can be besides on and off. */
  choices?: string[]
  projectId: number
  onChange: (value: PropertyFilter['value']) => void
}

function Value({ filter, type, choices = [], projectId, onChange }: ValueProps): ReactNode {
  const { operator, value } = filter
  if (operator === 'is_set' || operator === 'is_not_set' || type === 'Cohort') return null
  if (type === 'Flag') {
    const own = typeof value === 'string' && !choices.includes(value) ? [value] : []
    return (
      <NativeSelect
        size="xs"
        aria-label="Value of the flag"
        value={String(value)}
        data={[
          { value: 'true', label: 'on' },
          { value: 'false', label: 'off' },
          ...[...choices, ...own].map((key) => ({ value: key, label: `the variant ${key}` })),
        ]}
        onChange={({ currentTarget: { value: picked } }) =>
          onChange(picked === 'true' ? true : picked === 'false' ? false : picked)
        }
      />
    )
  }
  const chosen = listOf(value)
  if (type === 'Boolean') {
    return (
      <Button.Group>
        {['true', 'false'].map((each) => (
          <Button
            key={each}
            size="xs"
            variant={chosen[0] === each ? 'filled' : 'default'}
            aria-pressed={chosen[0] === each}
            onClick={() => onChange([each])}
          >
            {each}
          </Button>
        ))}
      </Button.Group>
    )
  }
  if (ofSeveral.has(operator)) return <Values filter={filter} projectId={projectId} onChange={onChange} />
  const isRange = operator.endsWith('between')
  // so long ago, or a time of day, is no date for the browser
  const isDay = type === 'DateTime' && /^(\d{4}-\d\d-\d\d)?$/.test(chosen[0] ?? '')
  return (
    <TextInput
      size="xs"
      aria-label="Value"
      placeholder={isRange ? 'From, to' : 'Value'}
      type={isRange ? 'text' : type === 'Numeric' ? 'number' : isDay ? 'date' : 'text'}
      value={isRange ? chosen.join(',') : (chosen[0] ?? '')}
      onChange={({ currentTarget: { value: text } }) => onChange(isRange ? text.split(',') : text)}
    />
  )
}

const listOf = (value: PropertyFilter['value']): string[] =>
  value === undefined || value === null ? [] : (Array.isArray(value) ? value : [value]).map(String)

function Values({ filter, projectId, onChange }: Omit<ValueProps, 'type'>): ReactNode {
  const [text, setText] = useState('')
  const [settled] = useDebouncedValue(text, 200)
  const { data: suggestions = [] } = useQuery({
    ...propertyValuesQuery(projectId, filter, settled),
    placeholderData: keepPreviousData,
  })
  const chosen = listOf(filter.value)
  return (
    <TagsInput
      size="xs"
      aria-label="Values, any of which may match"
      placeholder={chosen.length === 0 ? 'Any of…' : undefined}
      data={suggestions}
      value={chosen}
      searchValue={text}
      onSearchChange={setText}
      acceptValueOnBlur
      maxDropdownHeight={220}
      onChange={(picked) => onChange(picked)}
    />
  )
}
