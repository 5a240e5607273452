import { ActionIcon, Button, NativeSelect, TagsInput, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus, IconX } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { propertyValuesQuery } from '../api/definitions.ts'
import type { PropertyFilter } from '../api/types.ts'
import styles from './property-filters.module.css'
import { type Properties, PropertyPicker } from './property-picker.tsx'

type Type = 'String' | 'Numeric' | 'Boolean' | 'DateTime'
const presence: [string, string][] = [
  ['is_set', 'is set'],
  ['is_not_set', "isn't set"],
]
const operators: Record<Type, [string, string][]> = {
  String: [
    ['exact', 'equals'],
    ['is_not', "doesn't equal"],
    ['icontains', 'contains'],
    ['not_icontains', "doesn't contain"],
    ['regex', 'matches regex'],
    ['not_regex', "doesn't match regex"],
    ...presence,
  ],
  Numeric: [
    ['exact', 'equals'],
    ['is_not', "doesn't equal"],
    ['gt', 'is above'],
    ['gte', 'is at least'],
    ['lt', 'is below'],
    ['lte', 'is at most'],
    ...presence,
  ],
  Boolean: [['exact', 'is'], ...presence],
  DateTime: [['is_date_after', 'is after'], ['is_date_before', 'is before'], ...presence],
}

/** Filters that must all hold: property, operator, values. */
export function PropertyFilters({
  filters,
  properties,
  projectId,
  onChange,
}: {
  filters: PropertyFilter[]
  properties: Properties
  projectId: number
  onChange: (filters: PropertyFilter[]) => void
}): ReactNode {
  const typeOf = (filter: PropertyFilter): Type =>
    properties[filter.type].find((each) => each.name === filter.key)?.property_type ?? 'String'
  const change = (at: number, filter: PropertyFilter) =>
    onChange(filters.map((old, index) => (index === at ? filter : old)))
  return (
    <div className={styles.list}>
      {filters.map((filter, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a filter is the place that it has in the list
        <fieldset key={at} className={styles.row} aria-label={`Filter on ${filter.key}`}>
          <PropertyPicker
            label={`Property: ${filter.key}. Change`}
            properties={properties}
            onPick={(type, key) => {
              const next: PropertyFilter = { key, type, operator: 'exact' }
              change(at, { ...next, operator: operators[typeOf(next)][0]![0] })
            }}
          >
            <span className="cut">{filter.key}</span>
          </PropertyPicker>
          <NativeSelect
            size="xs"
            aria-label="Operator"
            value={filter.operator}
            data={operators[typeOf(filter)].map(([value, label]) => ({ value, label }))}
            onChange={(event) => change(at, { ...filter, operator: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove the filter on ${filter.key}`}
            onClick={() => onChange(filters.filter((_, index) => index !== at))}
          >
            <IconX size={16} />
          </ActionIcon>
          <div className={styles.value}>
            <Value
              filter={filter}
              type={typeOf(filter)}
              projectId={projectId}
              onChange={(value) => change(at, { ...filter, value })}
            />
          </div>
        </fieldset>
      ))}
      <div>
        <PropertyPicker
          label="Add a filter"
          properties={properties}
          onPick={(type, key) => {
            const next: PropertyFilter = { key, type, operator: 'exact' }
            onChange([...filters, { ...next, operator: operators[typeOf(next)][0]![0] }])
          }}
        >
          <span className={styles.add}>
            <IconPlus size={14} /> Filter
          </span>
        </PropertyPicker>
      </div>
    </div>
  )
}

type ValueProps = {
  filter: PropertyFilter
  type: Type
  projectId: number
  onChange: (value: PropertyFilter['value']) => void
}

function Value({ filter, type, projectId, onChange }: ValueProps): ReactNode {
  const { operator, value } = filter
  if (operator === 'is_set' || operator === 'is_not_set') return null
  if (type === 'Boolean') {
    return (
      <Button.Group>
        {['true', 'false'].map((each) => (
          <Button
            key={each}
            size="xs"
            variant={Array.isArray(value) && value[0] === each ? 'filled' : 'default'}
            aria-pressed={Array.isArray(value) && value[0] === each}
            onClick={() => onChange([each])}
          >
            {each}
          </Button>
        ))}
      </Button.Group>
    )
  }
  if (operator === 'exact' || operator === 'is_not') {
    return <Values filter={filter} type={type} projectId={projectId} onChange={onChange} />
  }
  return (
    <TextInput
      size="xs"
      aria-label="Value"
      placeholder="Value"
      type={type === 'Numeric' ? 'number' : type === 'DateTime' ? 'date' : 'text'}
      value={value === undefined || value === null ? '' : String(value)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

function Values({ filter, projectId, onChange }: ValueProps): ReactNode {
  const [text, setText] = useState('')
  const [settled] = useDebouncedValue(text, 200)
  const { data: suggestions = [] } = useQuery({
    ...propertyValuesQuery(projectId, filter.type, filter.key, settled),
    placeholderData: keepPreviousData,
  })
  const chosen = Array.isArray(filter.value) ? filter.value.map(String) : []
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
