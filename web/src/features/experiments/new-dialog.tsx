import { Button, Group, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { eventNamesQuery } from '../../api/definitions.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { EventPicker } from '../../ui/event-picker.tsx'
import { sentence } from '../../ui/states.tsx'
import { type Variant, variantsProblem } from '../../ui/variants.ts'
import { VariantsEditor } from '../../ui/variants-editor.tsx'
import { HoldoutSelect } from './holdout-select.tsx'
import { filtersOf, keyFrom, type Metric } from './metric.ts'
import { useCreateExperiment } from './queries.ts'

const MOST_VARIANTS = 10
const variantOf = (key: string): Variant => ({ key, name: '', rollout_percentage: 50 })

/** Asks what an experiment needs, and makes it as a draft. */
export function NewExperimentDialog({
  projectId,
  onClose,
  onCreated,
}: {
  projectId: number
  onClose: () => void
  onCreated: (id: number) => void
}): ReactNode {
  const [name, setName] = useState('')
  const [ownKey, setOwnKey] = useState<string | null>(null)
  const [description, setDescription] = useState('')
  const [variants, setVariants] = useState(['control', 'test'].map(variantOf))
  const [metric, setMetric] = useState<Metric>({ kind: 'funnel', from: '', to: '' })
  const [holdoutId, setHoldoutId] = useState<number | null>(null)
  const create = useCreateExperiment(projectId)
  const key = ownKey ?? keyFrom(name)
  const isMeasured = metric.kind === 'funnel' ? metric.from !== '' && metric.to !== '' : metric.event !== ''
  const isComplete = isMeasured && variantsProblem(variants) === null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isComplete) return
    create.mutate(
      {
        name: name.trim(),
        description: description.trim() || null,
        feature_flag_key: key,
        filters: filtersOf(metric),
        parameters: { feature_flag_variants: variants },
        holdout_id: holdoutId,
      },
      { onSuccess: ({ id }) => onCreated(id) },
    )
  }
  return (
    <Dialog onClose={onClose} title="New experiment" size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Name"
            required
            maxLength={400}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <Textarea
            label="What you expect"
            placeholder="A green button makes more people buy."
            autosize
            minRows={2}
            maxLength={400}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <TextInput
            label="Key of the feature flag"
            description="What code asks for. Letters, digits, - and _ only; it can't be changed later."
            required
            maxLength={400}
            classNames={{ input: 'mono' }}
            value={key}
            onChange={(event) => setOwnKey(event.currentTarget.value)}
          />
          <VariantsEditor
            variants={variants}
            most={MOST_VARIANTS}
            locked="control"
            create={variantOf}
            onChange={setVariants}
          />
          <MetricFields projectId={projectId} metric={metric} onChange={setMetric} />
          <HoldoutSelect projectId={projectId} value={holdoutId} onChange={setHoldoutId} />
          {create.isError && (
            <Text size="sm" c="var(--danger)" role="alert">
              {sentence(create.error)}
            </Text>
          )}
          <Button type="submit" loading={create.isPending} disabled={!isComplete}>
            Create as a draft
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}

function MetricFields({
  projectId,
  metric,
  onChange,
}: {
  projectId: number
  metric: Metric
  onChange: (metric: Metric) => void
}): ReactNode {
  const events = useQuery(eventNamesQuery(projectId))
  const pick = (word: string, value: string, set: (name: string) => void) => (
    <Group gap="xs" wrap="nowrap">
      <Text size="sm" c="dimmed" w={36} aria-hidden>
        {word}
      </Text>
      <div style={{ flex: 1, minWidth: 0 }}>
        <EventPicker
          projectId={projectId}
          label={`${word} this event`}
          events={events.data ?? []}
          loading={events.isPending}
          value={value || undefined}
          onChange={(name) => set(name ?? '')}
        />
      </div>
    </Group>
  )
  return (
    <fieldset>
      <legend className="visually-hidden">What is compared</legend>
      <Stack gap="xs">
        <Text size="sm" fw={500} aria-hidden>
          What is compared
        </Text>
        <SegmentedControl
          aria-label="Kind of metric"
          value={metric.kind}
          onChange={(kind) =>
            onChange(
              kind === 'funnel'
                ? { kind: 'funnel', from: '', to: '' }
                : { kind: 'trend', event: '', math: 'total' },
            )
          }
          data={[
            { value: 'funnel', label: 'Conversion' },
            { value: 'trend', label: 'Count' },
          ]}
        />
        {metric.kind === 'funnel' ? (
          <>
            {pick('From', metric.from, (from) => onChange({ ...metric, from }))}
            {pick('To', metric.to, (to) => onChange({ ...metric, to }))}
          </>
        ) : (
          <>
            {pick('Of', metric.event, (event) => onChange({ ...metric, event }))}
            <Select
              aria-label="Counted by"
              value={metric.math}
              allowDeselect={false}
              data={[
                { value: 'total', label: 'How often it happens' },
                { value: 'dau', label: 'How many people do it' },
              ]}
              onChange={(math) => onChange({ ...metric, math: math === 'dau' ? 'dau' : 'total' })}
            />
          </>
        )}
      </Stack>
    </fieldset>
  )
}
