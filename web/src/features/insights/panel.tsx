import { ActionIcon, NativeSelect, Switch } from '@mantine/core'
import { IconChevronDown, IconPencil, IconX } from '@tabler/icons-react'
import { type ReactNode, useId, useState } from 'react'
import { type Dimension, dimensionsOf, MOST_DIMENSIONS, withDimensions } from '../../api/breakdowns.ts'
import type { BreakdownFilter, BreakdownType, FilterTree } from '../../api/questions.ts'
import { FilterGroups } from '../../ui/filter-groups.tsx'
import type { Names } from '../../ui/names.ts'
import { type Properties, type PropertyKind, PropertyPicker, pickedFrom } from '../../ui/property-picker.tsx'
import styles from './editor.module.css'

/** What is asked. Every change is asked at once. On a small screen it folds away into one line. */
export function QuestionPanel({
  summary,
  startsOpen,
  children,
}: {
  /** The question in short, for where it is folded away. */
  summary: string
  startsOpen: boolean
  children: ReactNode
}): ReactNode {
  const [open, setOpen] = useState(startsOpen)
  const panelId = useId()
  return (
    <section className="card" aria-label="Question">
      <button
        type="button"
        className={styles.toggle}
        aria-expanded={open}
        aria-controls={panelId}
        onClick={() => setOpen(!open)}
      >
        <span className="cut">{summary}</span>
        {open ? <IconChevronDown size={16} aria-hidden /> : <IconPencil size={16} aria-hidden />}
      </button>
      <div id={panelId} className={`${styles.panel} ${open ? '' : styles.folded}`}>
        {children}
      </div>
    </section>
  )
}

/** A part of the question under its heading. */
export function Part({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** What must hold for every event that counts. */
export function FiltersPart({
  names,
  query: { properties, filterTestAccounts },
  onChange,
}: {
  names: Names
  query: { properties?: FilterTree; filterTestAccounts?: boolean | null }
  onChange: (changes: { properties?: FilterTree; filterTestAccounts?: boolean }) => void
}): ReactNode {
  return (
    <Part title="Filters">
      <FilterGroups
        filters={properties}
        properties={names.properties}
        projectId={names.projectId}
        onChange={(filters) => onChange({ properties: filters })}
      />
      <Switch
        mt="sm"
        size="xs"
        label="Without test accounts"
        checked={filterTestAccounts ?? false}
        onChange={({ currentTarget: { checked } }) => onChange({ filterTestAccounts: checked || undefined })}
      />
    </Part>
  )
}

const limits = [5, 10, 25, 50, 100]
const USUAL_LIMIT = 25

/** By what the answer is told apart, and how many values are kept apart: up to three things at once, or cohorts. */
export function BreakdownPart({
  names,
  value,
  onChange,
  withBins = false,
  withCohorts = true,
  usualLimit = USUAL_LIMIT,
  children,
}: {
  names: Names
  value: BreakdownFilter | undefined
  onChange: (value: BreakdownFilter | undefined) => void
  /** Whether numbers can fall into ranges. */
  withBins?: boolean
  withCohorts?: boolean
  /** How many values are kept apart where nobody says it. */
  usualLimit?: number
  /** What else a breakdown of this kind has. */
  children?: ReactNode
}): ReactNode {
  const dimensions = dimensionsOf(value)
  const limit = value?.breakdown_limit ?? usualLimit
  const set = (next: Dimension[]) => onChange(withDimensions(value, next))
  const ofCohorts = dimensions[0]?.type === 'cohort'
  const { event, person, group, session, cohort, hogql } = names.properties
  const everyone = { key: 'all', name: 'Everyone', property_type: null }
  const cohorts = { cohort: [everyone, ...(cohort ?? [])] }
  const others: Properties = { event, person, group, session, hogql }
  const dimension = (kind: PropertyKind, key: string): Dimension => {
    const picked = pickedFrom(others, kind, key)
    const id = Number(key)
    return {
      type: kind as BreakdownType,
      property: kind === 'cohort' ? (Number.isNaN(id) ? key : id) : (picked?.name ?? key),
      ...(picked?.groupTypeIndex !== undefined && { groupTypeIndex: picked.groupTypeIndex }),
    }
  }
  /** What the one at a place may be: cohorts and properties don't go together. */
  const offered = (isOnly: boolean): Properties =>
    isOnly ? { ...others, ...(withCohorts && cohorts) } : ofCohorts ? cohorts : others
  const known = ({ type, property, groupTypeIndex }: Dimension) =>
    type === 'cohort'
      ? cohorts.cohort.find(({ key }) => key === String(property))
      : names.properties[type]?.find(
          (one) => one.name === property && (type !== 'group' || one.groupTypeIndex === groupTypeIndex),
        )
  const label = (one: Dimension) =>
    known(one)?.name ?? (one.type === 'cohort' ? `Cohort ${one.property}` : String(one.property))
  return (
    <Part title="Breakdown">
      <div className={styles.fields}>
        {dimensions.map((one, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a dimension is its place
          <div key={at} className={styles.breakdown}>
            <PropertyPicker
              label={`Broken down by ${label(one)}. Change`}
              properties={offered(dimensions.length === 1)}
              onPick={(kind, key) => set(dimensions.with(at, dimension(kind, key)))}
            >
              <span className="cut">{label(one)}</span>
            </PropertyPicker>
            {withBins && known(one)?.property_type === 'Numeric' && (
              <NativeSelect
                size="xs"
                aria-label={`Ranges of ${label(one)}`}
                value={one.bins ?? ''}
                data={[
                  { value: '', label: 'each value' },
                  ...[...new Set([...binCounts, ...(one.bins ? [one.bins] : [])])]
                    .sort((a, b) => a - b)
                    .map((count) => ({ value: String(count), label: `${count} ranges` })),
                ]}
                onChange={({ currentTarget }) => {
                  const bins = Number(currentTarget.value) || undefined
                  set(dimensions.with(at, { ...one, bins }))
                }}
              />
            )}
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={
                dimensions.length === 1 ? 'Remove the breakdown' : `Remove the breakdown by ${label(one)}`
              }
              onClick={() => set(dimensions.toSpliced(at, 1))}
            >
              <IconX size={16} />
            </ActionIcon>
          </div>
        ))}
        <div className={styles.breakdown}>
          {(ofCohorts || dimensions.length < MOST_DIMENSIONS) && (
            <PropertyPicker
              label={dimensions.length ? 'Add a breakdown' : 'Break down by: choose a property'}
              properties={offered(dimensions.length === 0)}
              onPick={(kind, key) => set([...dimensions, dimension(kind, key)])}
            >
              {dimensions.length ? '+ Breakdown' : 'Choose a property'}
            </PropertyPicker>
          )}
          {dimensions.length > 0 && !ofCohorts && (
            <NativeSelect
              size="xs"
              aria-label="Values kept apart"
              value={limit}
              data={[...new Set([...limits, limit, usualLimit])]
                .sort((a, b) => a - b)
                .map((most) => ({ value: String(most), label: `${most} values` }))}
              onChange={({ currentTarget }) => {
                const most = Number(currentTarget.value)
                onChange({ ...value, breakdown_limit: most === usualLimit ? undefined : most })
              }}
            />
          )}
        </div>
      </div>
      {dimensions.length > 0 && children}
    </Part>
  )
}

const binCounts = [5, 10, 20]
