import { Button, Stack, Text } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { Problem } from '../../ui/problem.tsx'
import { filtersOf, isMeasured, type Metric, metricOf } from './metric.ts'
import { MetricFields } from './metric-fields.tsx'
import { NameFields } from './name-fields.tsx'
import { type Experiment, useUpdateExperiment } from './queries.ts'

/** Changes what an experiment is called, what is expected of it, and what it compares. */
export function EditExperimentDialog({
  projectId,
  experiment,
  onClose,
}: {
  projectId: number
  experiment: Experiment
  onClose: () => void
}): ReactNode {
  const kept = metricOf(experiment.filters)
  const [name, setName] = useState(experiment.name)
  const [description, setDescription] = useState(experiment.description ?? '')
  const [metric, setMetric] = useState(kept)
  const update = useUpdateExperiment(projectId, experiment.id)
  const isOther = JSON.stringify(metric) !== JSON.stringify(kept)
  const isDirty =
    name.trim() !== experiment.name || description.trim() !== (experiment.description ?? '') || isOther
  /** Windows and other settings that no field stands for stay, as long as it is the same kind of question. */
  const filtersWith = (next: Metric) => ({
    ...(next.kind === kept?.kind && experiment.filters),
    ...filtersOf(next),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!name.trim()) return
    update.mutate(
      {
        name: name.trim(),
        description: description.trim() || null,
        ...(isOther && metric && { filters: filtersWith(metric) }),
      },
      { onSuccess: onClose },
    )
  }
  return (
    <Dialog onClose={onClose} isDirty={isDirty} title="Edit experiment" size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          <NameFields
            name={name}
            onName={setName}
            description={description}
            onDescription={setDescription}
            about="What you expect"
            example="A green button makes more people buy."
          />
          {metric ? (
            <>
              <MetricFields projectId={projectId} metric={metric} onChange={setMetric} />
              {experiment.start_date && isOther && (
                <Text size="sm">
                  The results are counted anew, from the launch on. A metric that is changed once results are
                  seen proves little.
                </Text>
              )}
            </>
          ) : (
            <Text size="sm" c="dimmed">
              What it compares was said by the API, in a way that no field here stands for. It stays as it is.
            </Text>
          )}
          <Problem error={update.error} />
          <Button
            type="submit"
            loading={update.isPending}
            disabled={!name.trim() || !isDirty || (metric !== null && !isMeasured(metric))}
          >
            Save
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
