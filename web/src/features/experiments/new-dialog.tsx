import {
  ActionIcon,
  Button,
  Group,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { eventNamesQuery } from '../../api/definitions.ts'
import { EventPicker } from '../../ui/event-picker.tsx'
import { sentence } from '../../ui/states.tsx'
import { evenShares, filtersOf, keyFrom, type Metric } from './metric.ts'
import { useCreateExperiment } from './queries.ts'

const MOST_VARIANTS = 10

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
  const [others, setOthers] = useState(['test'])
  const [metric, setMetric] = useState<Metric>({ kind: 'funnel', from: '', to: '' })
  const create = useCreateExperiment(projectId)
  const key = ownKey ?? keyFrom(name)
  const isComplete = metric.kind === 'funnel' ? metric.from !== '' && metric.to !== '' : metric.event !== ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isComplete) return
    const shares = evenShares(others.length + 1)
    create.mutate(
      {
        name: name.trim(),
        description: description.trim() || null,
        feature_flag_key: key,
        filters: filtersOf(metric),
        parameters: {
          feature_flag_variants: ['control', ...others].map((variant, i) => ({
            key: variant.trim(),
            name: '',
            rollout_percentage: shares[i],
          })),
        },
      },
      { onSuccess: ({ id }) => onCreated(id) },
    )
  }
  return (
    <Modal opened onClose={onClose} title="New experiment" size="lg">
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
          <Variants others={others} onChange={setOthers} />
          <MetricFields projectId={projectId} metric={metric} onChange={setMetric} />
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
    </Modal>
  )
}

function Variants({
  others,
  onChange,
}: {
  others: string[]
  onChange: (others: string[]) => void
}): ReactNode {
  const shares = evenShares(others.length + 1)
  return (
    <fieldset>
      <legend className="visually-hidden">Variants</legend>
      <Stack gap="xs">
        <Text size="sm" fw={500} aria-hidden>
          Variants
        </Text>
        <Group gap="xs" wrap="nowrap">
          <TextInput
            aria-label="Variant 1"
            classNames={{ input: 'mono' }}
            style={{ flex: 1 }}
            value="control"
            readOnly
          />
          <Text size="sm" c="dimmed" w={44} ta="right">
            {shares[0]} %
          </Text>
          <span style={{ width: 28 }} />
        </Group>
        {others.map((variant, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: variants have no identity but their place
          <Group key={i} gap="xs" wrap="nowrap">
            <TextInput
              aria-label={`Variant ${i + 2}`}
              classNames={{ input: 'mono' }}
              style={{ flex: 1 }}
              required
              maxLength={100}
              value={variant}
              onChange={(event) => onChange(others.with(i, event.currentTarget.value))}
            />
            <Text size="sm" c="dimmed" w={44} ta="right">
              {shares[i + 1]} %
            </Text>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove the variant ${variant}`}
              disabled={others.length === 1}
              onClick={() => onChange(others.toSpliced(i, 1))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <div>
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={14} />}
            disabled={others.length + 1 >= MOST_VARIANTS}
            onClick={() => onChange([...others, `test-${others.length + 1}`])}
          >
            Add a variant
          </Button>
        </div>
      </Stack>
    </fieldset>
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
