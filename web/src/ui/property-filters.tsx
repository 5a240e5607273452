import { ActionIcon, Button, NativeSelect, TagsInput, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus, IconX } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { propertyValuesQuery } from '../api/definitions.ts'
import type { PropertyFilter } from '../api/types.ts'
import { operatorNames } from './operators.ts'
import styles from './property-filters.module.css'
import { type Properties, type PropertyKind, PropertyPicker, pickedFrom } from './property-picker.tsx'

type Type = 'String' | 'Numeric' | 'Boolean' | 'DateTime' | 'Cohort' | 'Flag' | 'Expression'
const presence = ['is_set', 'is_not_set']
const operators: Record<Type, string[]> = {
  String: ['exact', 'is_not', 'icontains', 'not_icontains', 'regex', 'not_regex', ...presence],
  Numeric: ['exact', 'is_not', 'gt', 'gte', 'lt', 'lte', ...presence],
  Boolean: ['exact', ...presence],
  DateTime: ['is_date_after', 'is_date_before', ...presence],
  Cohort: ['in', 'not_in'],
  Flag: ['flag_evaluates_to'],
  Expression: [],
}
const ofSeveral = new Set(['exact', 'is_not', 'icontains_multi', 'not_icontains_multi'])

/** What filters are made of. */
export type FilterSource = {
  properties: Properties
  projectId: number
  /** The type of the groups whose properties they are, where they are of one. */
  groupTypeIndex?: number
}

const knownOf = ({ properties, groupTypeIndex }: FilterSource, filter: PropertyFilter) =>
  properties[filter.type]?.find((each) =>
    filter.type === 'group'
      ? each.name === filter.key &&
        (each.groupTypeIndex ?? groupTypeIndex ?? 0) === (filter.group_type_index ?? 0)
      : (each.key ?? each.name) === (filter.type === 'cohort' ? String(filter.value) : filter.key),
  )

function typeOf(source: FilterSource, filter: PropertyFilter): Type {
  if (filter.type === 'cohort') return 'Cohort'
  if (filter.type === 'flag') return 'Flag'
  if (filter.type === 'hogql') return 'Expression'
  return filter.type === 'person_metadata' ? 'DateTime' : (knownOf(source, filter)?.property_type ?? 'String')
}

const nameOf = (source: FilterSource, filter: PropertyFilter): string =>
  knownOf(source, filter)?.name ?? (filter.type === 'cohort' ? `Cohort ${filter.value}` : filter.key)

/** A filter on what was picked, as it begins. */
export function freshFilter(source: FilterSource, type: PropertyKind, key: string): PropertyFilter {
  if (type === 'cohort') return { key: 'id', type, operator: 'in', value: Number(key) }
  if (type === 'flag') return { key, type, operator: 'flag_evaluates_to', value: true }
  if (type === 'hogql') return { key, type, operator: 'exact' }
  const picked = pickedFrom(source.properties, type, key)
  const filter: PropertyFilter = {
    key: picked?.name ?? key,
    type,
    operator: 'exact',
    ...(type === 'group' && { group_type_index: picked?.groupTypeIndex ?? source.groupTypeIndex }),
  }
  return { ...filter, operator: operators[typeOf(source, filter)][0] ?? 'exact' }
}

/** Filters that must all hold: property, operator, values. */
export function PropertyFilters({
  filters,
  onChange,
  ...source
}: FilterSource & {
  filters: PropertyFilter[]
  onChange: (filters: PropertyFilter[]) => void
}): ReactNode {
  const added = useRef<number>(undefined)
  return (
    <div className={styles.list}>
      {filters.map((filter, at) => (
        <FilterRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a filter is the place that it has in the list
          key={at}
          filter={filter}
          isNew={added.current === at}
          {...source}
          onChange={(changed) => onChange(filters.with(at, changed))}
          onRemove={() => onChange(filters.toSpliced(at, 1))}
        />
      ))}
      <div>
        <AddFilter
          {...source}
          onAdd={(filter) => {
            added.current = filters.length
            onChange([...filters, filter])
          }}
        />
      </div>
    </div>
  )
}

/** One filter: its property, operator and values. */
export function FilterRow({
  filter,
  isNew = false,
  onChange,
  onRemove,
  ...source
}: FilterSource & {
  filter: PropertyFilter
  /** Whether it was added just now: its value, which it still needs, has the focus. */
  isNew?: boolean
  onChange: (filter: PropertyFilter) => void
  /** Without it, whoever shows the row takes it away. */
  onRemove?: () => void
}): ReactNode {
  const { properties, projectId } = source
  const type = typeOf(source, filter)
  const name = nameOf(source, filter)
  const operator = operatorOf(filter)
  const offered = operators[type].includes(operator) ? operators[type] : [operator, ...operators[type]]
  const row = useRef<HTMLFieldSetElement>(null)
  // when it comes, not when the one before it is gone and it takes that one's place
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (!isNew) return
    const fields = [...(row.current?.querySelectorAll<HTMLElement>('input, select, button') ?? [])]
    const inValue = fields.find((one) => one.closest(`.${styles.value}`))
    ;(inValue ?? fields.find((one) => one.tagName !== 'BUTTON'))?.focus()
  }, [])
  return (
    <fieldset
      ref={row}
      className={`${styles.row} ${onRemove ? '' : styles.bare}`}
      aria-label={`Filter on ${name}`}
    >
      {type === 'Expression' ? (
        <Expression value={filter.key} onChange={(key) => onChange({ ...filter, key })} />
      ) : (
        <>
          <PropertyPicker
            label={`Property: ${name}. Change`}
            properties={properties}
            onPick={(kind, key) => onChange(freshFilter(source, kind, key))}
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
        </>
      )}
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
          choices={knownOf(source, filter)?.values}
          projectId={projectId}
          onChange={(value) => onChange({ ...filter, value })}
        />
      </div>
    </fieldset>
  )
}

export function AddFilter({
  onAdd,
  label = 'Add a filter',
  ...source
}: FilterSource & { onAdd: (filter: PropertyFilter) => void; label?: string }): ReactNode {
  return (
    <PropertyPicker
      label={label}
      properties={source.properties}
      leavesFocus
      onPick={(kind, key) => onAdd(freshFilter(source, kind, key))}
    >
      <span className={styles.add}>
        <IconPlus size={14} /> Filter
      </span>
    </PropertyPicker>
  )
}

/** A condition in SQL, asked when the field is left. */
function Expression({ value, onChange }: { value: string; onChange: (value: string) => void }): ReactNode {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const take = () => {
    if (text.trim() && text !== value) onChange(text.trim())
  }
  return (
    <TextInput
      className={styles.expression}
      classNames={{ input: 'mono' }}
      size="xs"
      aria-label="SQL expression"
      spellCheck={false}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take()
      }}
    />
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
  if (operator === 'is_set' || operator === 'is_not_set' || type === 'Cohort' || type === 'Expression')
    return null
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
