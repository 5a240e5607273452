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

/** Filters that must all hold: property, operator, values. */
export function PropertyFilters({
  filters,
  properties,
  projectId,
  groupTypeIndex,
  onChange,
}: {
  filters: PropertyFilter[]
  properties: Properties
  projectId: number
  /** The type of the groups whose properties they are, where they are. */
  groupTypeIndex?: number
  onChange: (filters: PropertyFilter[]) => void
}): ReactNode {
  const known = ({ type, key, value }: PropertyFilter) =>
    properties[type]?.find((each) => (each.key ?? each.name) === (type === 'cohort' ? String(value) : key))
  const typeOf = (filter: PropertyFilter): Type => {
    if (filter.type === 'cohort') return 'Cohort'
    if (filter.type === 'flag') return 'Flag'
    return filter.type === 'person_metadata' ? 'DateTime' : (known(filter)?.property_type ?? 'String')
  }
  const nameOf = (filter: PropertyFilter): string =>
    known(filter)?.name ?? (filter.type === 'cohort' ? `Cohort ${filter.value}` : filter.key)
  const fresh = (type: PropertyKind, key: string): PropertyFilter => {
    if (type === 'cohort') return { key: 'id', type, operator: 'in', value: Number(key) }
    if (type === 'flag') return { key, type, operator: 'flag_evaluates_to', value: true }
    const filter: PropertyFilter = { key, type, operator: 'exact' }
    return {
      ...filter,
      operator: operators[typeOf(filter)][0]!,
      ...(type === 'group' && { group_type_index: groupTypeIndex }),
    }
  }
  const change = (at: number, filter: PropertyFilter) => onChange(filters.with(at, filter))
  return (
    <div className={styles.list}>
      {filters.map((filter, at) => {
        const type = typeOf(filter)
        const operator = operatorOf(filter)
        const offered = operators[type].includes(operator) ? operators[type] : [operator, ...operators[type]]
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a filter is the place that it has in the list
          <fieldset key={at} className={styles.row} aria-label={`Filter on ${nameOf(filter)}`}>
            <PropertyPicker
              label={`Property: ${nameOf(filter)}. Change`}
              properties={properties}
              onPick={(kind, key) => change(at, fresh(kind, key))}
            >
              <span className="cut">{nameOf(filter)}</span>
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
                change(at, { ...filter, operator: event.currentTarget.value, negation: undefined })
              }
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove the filter on ${nameOf(filter)}`}
              onClick={() => onChange(filters.toSpliced(at, 1))}
            >
              <IconX size={16} />
            </ActionIcon>
            <div className={styles.value}>
              <Value
                filter={filter}
                type={type}
                choices={known(filter)?.values}
                projectId={projectId}
                onChange={(value) => change(at, { ...filter, value })}
              />
            </div>
          </fieldset>
        )
      })}
      <div>
        <PropertyPicker
          label="Add a filter"
          properties={properties}
          onPick={(kind, key) => onChange([...filters, fresh(kind, key)])}
        >
          <span className={styles.add}>
            <IconPlus size={14} /> Filter
          </span>
        </PropertyPicker>
      </div>
    </div>
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
