import { Button, NativeSelect, Select, Stack, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { flagsQuery } from '../../api/flags.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { readFilters, variantsOf } from '../../ui/flag/filters.ts'
import { Problem } from '../../ui/problem.tsx'
import { useCreateFeature, useUpdateFeature } from './queries.ts'
import { type Feature, type Stage, stages } from './stages.ts'

/** More flags than these are not offered. */
const MOST_FLAGS = 500

/** Asks what an early access feature is, and makes or changes it. */
export function FeatureDialog({
  projectId,
  feature,
  onClose,
  onSaved,
}: {
  projectId: number
  /** The one that is changed; null for a new one. */
  feature: Feature | null
  onClose: () => void
  onSaved: (feature: Feature) => void
}): ReactNode {
  const [name, setName] = useState(feature?.name ?? '')
  const [description, setDescription] = useState(feature?.description ?? '')
  const [stage, setStage] = useState<Stage>(feature?.stage ?? 'beta')
  const [url, setUrl] = useState(feature?.documentation_url ?? '')
  const [flagId, setFlagId] = useState<number | null>(null)
  const create = useCreateFeature(projectId)
  const update = useUpdateFeature(projectId)
  const flags = useQuery({
    ...flagsQuery(projectId, { order: 'key', limit: MOST_FLAGS }),
    enabled: feature === null,
  })
  /** A feature's flag is about people, has no variants, and is no other feature's. */
  const usable = (flags.data?.results ?? []).filter(({ filters, features }) => {
    const read = readFilters(filters)
    const isOfPeople = (read.aggregation_group_type_index ?? null) === null
    return features.length === 0 && isOfPeople && variantsOf(read).length === 0
  })
  const { isPending, error } = feature ? update : create
  const isDirty =
    name !== (feature?.name ?? '') ||
    description !== (feature?.description ?? '') ||
    stage !== (feature?.stage ?? 'beta') ||
    url !== (feature?.documentation_url ?? '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const body = { name: name.trim(), description: description.trim(), stage, documentation_url: url.trim() }
    const done = { onSuccess: onSaved }
    if (feature) update.mutate({ id: feature.id, ...body }, done)
    else create.mutate({ ...body, feature_flag_id: flagId }, done)
  }
  return (
    <Dialog
      onClose={onClose}
      isDirty={isDirty}
      title={feature ? `Edit “${feature.name}”` : 'New early access feature'}
      size="lg"
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Name"
            description="What people read when they are offered it."
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <Textarea
            label="Description"
            description="Shown to people who may join."
            autosize
            minRows={2}
            maxLength={10_000}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <NativeSelect
            label="Stage"
            description={stages[stage].about}
            value={stage}
            data={Object.entries(stages).map(([value, { label }]) => ({ value, label }))}
            onChange={(event) => setStage(event.currentTarget.value as Stage)}
          />
          <TextInput
            label="Documentation"
            type="url"
            placeholder="https://docs.example.com/maps"
            maxLength={800}
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
          />
          {!feature && (
            <Select
              label="Feature flag"
              description="Code asks for it. It can be about people only, without variants."
              placeholder="A new one, named after the feature"
              clearable
              searchable
              nothingFoundMessage="No such flag"
              data={usable.map(({ id, key }) => ({ value: String(id), label: key }))}
              value={flagId === null ? null : String(flagId)}
              onChange={(id) => setFlagId(id === null ? null : Number(id))}
            />
          )}
          <Problem error={error} />
          <Button type="submit" loading={isPending} disabled={!name.trim()}>
            {feature ? 'Save' : 'Create'}
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
