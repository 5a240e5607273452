import { Group, SegmentedControl, Select, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { eventNamesQuery } from '../../api/definitions.ts'
import { EventPicker } from '../../ui/event-picker.tsx'
import type { Metric } from './metric.ts'

/** What an experiment compares: how many get from one event to another, or how often one happens. */
export function MetricFields({
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
