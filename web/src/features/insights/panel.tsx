import { ActionIcon, NativeSelect, Switch } from '@mantine/core'
import { IconChevronDown, IconPencil, IconX } from '@tabler/icons-react'
import { type ReactNode, useId, useState } from 'react'
import type { BreakdownFilter, PropertyFilter } from '../../api/questions.ts'
import type { Names } from '../../ui/names.ts'
import { PropertyFilters } from '../../ui/property-filters.tsx'
import { PropertyPicker } from '../../ui/property-picker.tsx'
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
  query: { properties = [], filterTestAccounts },
  onChange,
}: {
  names: Names
  query: { properties?: PropertyFilter[]; filterTestAccounts?: boolean | null }
  onChange: (changes: { properties?: PropertyFilter[]; filterTestAccounts?: boolean }) => void
}): ReactNode {
  return (
    <Part title="Filters">
      <PropertyFilters
        filters={properties}
        properties={names.properties}
        projectId={names.projectId}
        onChange={(filters) => onChange({ properties: filters.length ? filters : undefined })}
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
const usualLimit = 25

/** By which property the answer is told apart, and how many of its values are kept apart. */
export function BreakdownPart({
  names,
  value,
  onChange,
  children,
}: {
  names: Names
  value: BreakdownFilter | undefined
  onChange: (value: BreakdownFilter | undefined) => void
  /** What else a breakdown of this kind has. */
  children?: ReactNode
}): ReactNode {
  const limit = value?.breakdown_limit ?? usualLimit
  return (
    <Part title="Breakdown">
      <div className={styles.breakdown}>
        <PropertyPicker
          label={value ? `Broken down by ${value.breakdown}. Change` : 'Break down by: choose a property'}
          properties={{ event: names.properties.event, person: names.properties.person }}
          onPick={(kind, key) =>
            onChange({
              ...value,
              breakdown: key,
              breakdown_type: kind === 'person' ? 'person' : 'event',
            })
          }
        >
          {value ? value.breakdown : 'Choose a property'}
        </PropertyPicker>
        {value && (
          <>
            <NativeSelect
              size="xs"
              aria-label="Values kept apart"
              value={limit}
              data={[...new Set([...limits, limit])]
                .sort((a, b) => a - b)
                .map((most) => ({ value: String(most), label: `${most} values` }))}
              onChange={({ currentTarget }) => {
                const most = Number(currentTarget.value)
                onChange({ ...value, breakdown_limit: most === usualLimit ? undefined : most })
              }}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Remove the breakdown"
              onClick={() => onChange(undefined)}
            >
              <IconX size={16} />
            </ActionIcon>
          </>
        )}
      </div>
      {value && children}
    </Part>
  )
}
