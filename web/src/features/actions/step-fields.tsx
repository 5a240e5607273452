import { ActionIcon, NativeSelect, TextInput } from '@mantine/core'
import { IconCopy, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { EventPicker } from '../../ui/event-picker.tsx'
import type { Names } from '../../ui/names.ts'
import { PropertyFilters } from '../../ui/property-filters.tsx'
import styles from './steps.module.css'
import { autocapture, elementMatching, type Matching, type Step, urlMatching } from './steps.ts'

const matchings: { value: Matching; label: string }[] = [
  { value: 'contains', label: 'contains' },
  { value: 'exact', label: 'is' },
  { value: 'regex', label: 'matches regex' },
]

/** One description of events: all that it says must hold. */
export function StepFields({
  names,
  step,
  number,
  onChange,
  onDuplicate,
  onRemove,
}: {
  names: Names
  step: Step
  number: number
  onChange: (step: Step) => void
  onDuplicate: () => void
  onRemove?: () => void
}): ReactNode {
  const set = (changes: Partial<Step>) => onChange({ ...step, ...changes })
  const called = `step ${number}`
  return (
    <fieldset className={styles.step} aria-label={`Step ${number}`}>
      <div className={styles.head}>
        <strong>Step {number}</strong>
        <ActionIcon variant="subtle" color="gray" aria-label={`Duplicate ${called}`} onClick={onDuplicate}>
          <IconCopy size={16} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Remove ${called}`}
          disabled={!onRemove}
          onClick={onRemove}
        >
          <IconTrash size={16} />
        </ActionIcon>
      </div>
      <div>
        <span className={styles.label}>Event</span>
        <EventPicker
          projectId={names.projectId}
          label={`Event of ${called}`}
          events={names.events}
          loading={names.isLoading}
          allEvents
          value={step.event}
          onChange={(event) => set({ event })}
        />
      </div>
      {step.event === autocapture && (
        <>
          <Matched
            label="Text of what was clicked"
            called={called}
            value={step.text}
            matching={elementMatching(step, 'text')}
            placeholder="Buy now"
            onChange={(text, text_matching) => set({ text, text_matching })}
          />
          <Matched
            label="Where it leads (href)"
            called={called}
            value={step.href}
            matching={elementMatching(step, 'href')}
            placeholder="/checkout"
            onChange={(href, href_matching) => set({ href, href_matching })}
          />
          <TextInput
            size="xs"
            label="Selector"
            aria-label={`Selector of ${called}`}
            placeholder="form > button.primary"
            classNames={{ input: 'mono' }}
            value={step.selector ?? ''}
            onChange={(event) => set({ selector: event.currentTarget.value || null })}
          />
          <TextInput
            size="xs"
            label="Tag"
            aria-label={`Tag of ${called}`}
            placeholder="button"
            classNames={{ input: 'mono' }}
            value={step.tag_name ?? ''}
            onChange={(event) => set({ tag_name: event.currentTarget.value.trim() || null })}
          />
        </>
      )}
      <Matched
        label="URL"
        called={called}
        value={step.url}
        matching={urlMatching(step)}
        placeholder="/pricing"
        hint="% stands for any text, _ for any letter."
        onChange={(url, url_matching) => set({ url, url_matching })}
      />
      <div>
        <span className={styles.label}>Filters</span>
        {Array.isArray(step.properties) ? (
          <PropertyFilters
            filters={step.properties}
            properties={names.properties}
            projectId={names.projectId}
            onChange={(properties) => set({ properties })}
          />
        ) : (
          <code className="mono">{JSON.stringify(step.properties.kept)}</code>
        )}
      </div>
    </fieldset>
  )
}

/** A text, and how it is compared. */
function Matched({
  label,
  called,
  value,
  matching,
  placeholder,
  hint,
  onChange,
}: {
  label: string
  called: string
  value: string | null
  matching: Matching
  placeholder: string
  /** What else may stand there, where it is looked for as a part. */
  hint?: string
  onChange: (value: string | null, matching: Matching) => void
}): ReactNode {
  return (
    <div>
      <span className={styles.label}>{label}</span>
      <div className={styles.matched}>
        <NativeSelect
          size="xs"
          aria-label={`How the ${label} of ${called} is compared`}
          value={matching}
          data={matchings}
          onChange={(event) => onChange(value, event.currentTarget.value as Matching)}
        />
        <TextInput
          size="xs"
          aria-label={`${label} of ${called}`}
          placeholder={placeholder}
          value={value ?? ''}
          onChange={(event) => onChange(event.currentTarget.value || null, matching)}
        />
      </div>
      {hint && matching === 'contains' && value && <div className="muted small">{hint}</div>}
    </div>
  )
}
