import { Button, Stack, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { Problem } from '../../ui/problem.tsx'
import { type Variant, variantsProblem } from '../../ui/variants.ts'
import { VariantsEditor } from '../../ui/variants-editor.tsx'
import { HoldoutSelect } from './holdout-select.tsx'
import { filtersOf, isMeasured, keyFrom, type Metric } from './metric.ts'
import { MetricFields } from './metric-fields.tsx'
import { NameFields } from './name-fields.tsx'
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
  const isComplete = isMeasured(metric) && variantsProblem(variants) === null
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
    <Dialog
      onClose={onClose}
      isDirty={name.trim() !== '' || description.trim() !== ''}
      title="New experiment"
      size="lg"
    >
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
          <Problem error={create.error} />
          <Button type="submit" loading={create.isPending} disabled={!isComplete}>
            Create as a draft
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
