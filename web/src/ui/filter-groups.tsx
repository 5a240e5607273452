import { ActionIcon, Button, SegmentedControl } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { type ReactNode, useRef } from 'react'
import type { FilterTree, PropertyGroup } from '../api/types.ts'
import { filtersOf, isGroup, rootOf } from './filter-tree.ts'
import styles from './property-filters.module.css'
import { AddFilter, FilterRow, type FilterSource } from './property-filters.tsx'

/** Groups inside groups inside groups: nobody reads more than that. */
const DEEPEST = 3

/** Filters of which all or any must hold, and groups of them. Without a second group it looks like a plain list. */
export function FilterGroups({
  filters,
  onChange,
  ...source
}: FilterSource & {
  filters: FilterTree | undefined
  onChange: (filters: FilterTree | undefined) => void
}): ReactNode {
  const root = rootOf(filters)
  const { type, values: groups } = root
  const set = (values: PropertyGroup[]) => onChange(filtersOf({ type, values }))
  const several = groups.length > 1
  return (
    <div className={styles.tree}>
      {several && (
        <div className={styles.head}>
          <AllOrAny
            label="Of the groups"
            value={type}
            onChange={(next) => onChange(filtersOf({ type: next, values: groups }))}
          />
          of these groups hold
        </div>
      )}
      {groups.map((group, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a group is its place
        <div key={at} className={styles.tree}>
          {at > 0 && <span className={styles.joint}>{type === 'AND' ? 'and' : 'or'}</span>}
          <Group
            {...source}
            group={group}
            name={several ? `group ${at + 1}` : ''}
            level={1}
            onChange={(changed) => set(groups.with(at, changed))}
            onRemove={several ? () => set(groups.toSpliced(at, 1)) : undefined}
            onSibling={several ? undefined : () => set([...groups, { type: 'AND', values: [] }])}
          />
        </div>
      ))}
      {several && (
        <div>
          <AddGroup label="Add a group" onClick={() => set([...groups, { type: 'AND', values: [] }])} />
        </div>
      )}
    </div>
  )
}

function Group({
  group,
  name,
  level,
  onChange,
  onRemove,
  onSibling,
  ...source
}: FilterSource & {
  group: PropertyGroup
  /** "group 2", "group 2.1"; empty for the only one, which needs no box. */
  name: string
  level: number
  onChange: (group: PropertyGroup) => void
  onRemove?: () => void
  /** The only one: the next group stands beside it. */
  onSibling?: () => void
}): ReactNode {
  const { type, values } = group
  const added = useRef<number>(undefined)
  const set = (next: PropertyGroup['values']) => onChange({ type, values: next })
  const inner = values.filter(isGroup)
  const suffix = name && ` to ${name}`
  return (
    <fieldset
      className={`${styles.group} ${name ? styles.boxed : ''}`}
      aria-label={name ? `Filters, ${name}` : 'Filters'}
    >
      {(values.length > 1 || onRemove) && (
        <div className={styles.head}>
          {values.length < 2 && <span>{name.charAt(0).toUpperCase() + name.slice(1)}</span>}
          {values.length > 1 && (
            <>
              <AllOrAny
                label={name ? `Of ${name}` : 'Of the filters'}
                value={type}
                onChange={(next) => onChange({ type: next, values })}
              />
              of these hold
            </>
          )}
          {onRemove && (
            <ActionIcon
              className={styles.end}
              variant="subtle"
              color="gray"
              aria-label={`Remove ${name}`}
              onClick={onRemove}
            >
              <IconX size={16} />
            </ActionIcon>
          )}
        </div>
      )}
      {values.map((one, at) =>
        isGroup(one) ? (
          <Group
            // biome-ignore lint/suspicious/noArrayIndexKey: a group is its place
            key={at}
            {...source}
            group={one}
            name={name ? `${name}.${inner.indexOf(one) + 1}` : `group ${inner.indexOf(one) + 1}`}
            level={level + 1}
            onChange={(changed) => set(values.with(at, changed))}
            onRemove={() => set(values.toSpliced(at, 1))}
          />
        ) : (
          <FilterRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a filter is its place
            key={at}
            {...source}
            filter={one}
            isNew={added.current === at}
            onChange={(changed) => set(values.with(at, changed))}
            onRemove={() => set(values.toSpliced(at, 1))}
          />
        ),
      )}
      <div className={styles.more}>
        <AddFilter
          {...source}
          label={`Add a filter${suffix}`}
          onAdd={(filter) => {
            added.current = values.length
            set([...values, filter])
          }}
        />
        {onSibling
          ? values.length > 0 && <AddGroup label="Add a group" onClick={onSibling} />
          : level < DEEPEST && (
              <AddGroup
                label={`Add a group${suffix}`}
                onClick={() => set([...values, { type: 'AND', values: [] }])}
              />
            )}
      </div>
    </fieldset>
  )
}

function AllOrAny({
  label,
  value,
  onChange,
}: {
  label: string
  value: PropertyGroup['type']
  onChange: (value: PropertyGroup['type']) => void
}): ReactNode {
  return (
    <SegmentedControl
      size="xs"
      aria-label={label}
      value={value}
      data={[
        { value: 'AND', label: 'All' },
        { value: 'OR', label: 'Any' },
      ]}
      onChange={(next) => onChange(next as PropertyGroup['type'])}
    />
  )
}

function AddGroup({ label, onClick }: { label: string; onClick: () => void }): ReactNode {
  return (
    <Button
      size="xs"
      variant="subtle"
      leftSection={<IconPlus size={14} />}
      aria-label={label}
      onClick={onClick}
    >
      Group
    </Button>
  )
}
