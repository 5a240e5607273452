import { SegmentedControl, Switch, Text, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { payloadText, variantsOf } from '../../ui/flag/filters.ts'
import styles from '../../ui/parts.module.css'
import { TagsField } from '../../ui/tags-field.tsx'
import { spreadEvenly, type Variant } from '../../ui/variants.ts'
import { VariantsEditor } from '../../ui/variants-editor.tsx'
import { type Draft, keyProblem, type Problems, payloadProblem, withPayload, withVariants } from './draft.ts'

const MOST_VARIANTS = 100
const variantOf = (key: string): Variant => ({ key, name: '', rollout_percentage: 50 })

type Fields = { draft: Draft; set: (next: Partial<Draft>) => void }

/** What code asks for it by, and what people say of it. */
export function About({
  projectId,
  draft,
  oldKey,
  problems,
  set,
}: Fields & { projectId: number; oldKey: string | null; problems: Problems }): ReactNode {
  const isRenamed = oldKey !== null && draft.key !== oldKey
  return (
    <section className={`card ${styles.part}`} aria-label="About">
      <TextInput
        label="Key"
        description="What code asks for. Letters, digits, - and _ only; it can't be changed safely later."
        required
        maxLength={400}
        classNames={{ input: 'mono' }}
        value={draft.key}
        error={problems.key ?? (draft.key ? keyProblem(draft.key) : undefined)}
        onChange={(event) => set({ key: event.currentTarget.value.trim() })}
        autoFocus={oldKey === null}
      />
      {isRenamed && (
        <Text size="sm" c="var(--warning)" role="status">
          Code that asks for “{oldKey}” gets nothing any more, and people are drawn anew.
        </Text>
      )}
      <Textarea
        label="Description"
        autosize
        minRows={2}
        maxLength={10_000}
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TagsField projectId={projectId} value={draft.tags} onChange={(tags) => set({ tags })} />
      <Switch
        label="On"
        description="Off, nobody gets it, whatever the conditions say."
        checked={draft.active}
        onChange={(event) => set({ active: event.currentTarget.checked })}
      />
    </section>
  )
}

/** What those get who get it: on, or a variant; with a payload. */
export function Values({ draft, isCompared, set }: Fields & { isCompared: boolean }): ReactNode {
  const { filters } = draft
  const variants = variantsOf(filters)
  const setVariants = (next: Variant[]) => set({ filters: withVariants(filters, next) })
  const payload = (key: string, label: string) => (
    <Textarea
      size="xs"
      label={label}
      placeholder='JSON, as {"color": "green"}'
      autosize
      minRows={1}
      classNames={{ input: 'mono' }}
      value={payloadText(filters, key)}
      error={payloadProblem(payloadText(filters, key))}
      onChange={(event) => set({ filters: withPayload(filters, key, event.currentTarget.value) })}
    />
  )
  return (
    <>
      <SegmentedControl
        aria-label="Type"
        value={variants.length ? 'multivariate' : 'boolean'}
        onChange={(type) =>
          setVariants(type === 'boolean' ? [] : spreadEvenly(['control', 'test'].map(variantOf)))
        }
        data={[
          { value: 'boolean', label: 'On or off' },
          { value: 'multivariate', label: 'Variants' },
        ]}
      />
      {isCompared && (
        <Text size="sm" c="var(--warning)">
          An experiment compares its variants: other ones spoil its results.
        </Text>
      )}
      {variants.length ? (
        <VariantsEditor
          variants={variants}
          most={MOST_VARIANTS}
          create={variantOf}
          onChange={setVariants}
          more={({ key }) => payload(key, `Payload of ${key}`)}
        />
      ) : (
        payload('true', 'Payload')
      )}
    </>
  )
}

/** By what people are drawn into a percentage. */
export function Drawing({ draft, set }: Fields): ReactNode {
  const isOfPeople = (draft.filters.aggregation_group_type_index ?? null) === null
  if (!isOfPeople) return null
  const byDevice = draft.bucketing_identifier === 'device_id'
  return (
    <section className={`card ${styles.part}`} aria-label="How percentages are drawn">
      <h2>How percentages are drawn</h2>
      <div>
        <SegmentedControl
          aria-label="Drawn by"
          value={byDevice ? 'device_id' : 'distinct_id'}
          onChange={(by) => set({ bucketing_identifier: by === 'device_id' ? by : null })}
          data={[
            { value: 'distinct_id', label: 'By distinct id' },
            { value: 'device_id', label: 'By device' },
          ]}
        />
        <Text size="xs" c="dimmed" mt={4}>
          {byDevice
            ? 'A device keeps what it got, whoever uses it. Only SDKs that tell the device can ask.'
            : 'Somebody gets the same wherever the same id asks.'}
        </Text>
      </div>
      <Switch
        label="Keep it after sign-in"
        description="Who got it before they were known keeps it. Needs a look-up, so SDKs can't evaluate it on their own."
        checked={draft.ensure_experience_continuity}
        disabled={byDevice && !draft.ensure_experience_continuity}
        onChange={(event) => set({ ensure_experience_continuity: event.currentTarget.checked })}
      />
    </section>
  )
}
