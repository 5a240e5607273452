import { ActionIcon, Button, Group, Stack, Text } from '@mantine/core'
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Confirm } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { PercentInput } from '../../ui/percent-input.tsx'
import { Problem } from '../../ui/problem.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'
import { type Holdout, holdoutsQuery, useDeleteHoldout, useSaveHoldout } from './holdout-queries.ts'
import { NameFields } from './name-fields.tsx'
import { heldOutOf } from './shown.ts'

/** The holdouts of the project: makes, changes and deletes them. */
export function HoldoutsDialog({
  projectId,
  onClose,
}: {
  projectId: number
  onClose: () => void
}): ReactNode {
  const [edited, setEdited] = useState<Holdout | 'new' | null>(null)
  const [deleted, setDeleted] = useState<Holdout | null>(null)
  const remove = useDeleteHoldout(projectId)
  const back = () => {
    setDeleted(null)
    remove.reset()
  }
  if (deleted) {
    return (
      <Confirm
        title={`Delete “${deleted.name}”?`}
        verb="Delete it"
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(deleted.id, { onSuccess: back })}
        onClose={back}
      >
        The people whom it keeps out then get variants of its experiments, of those too that run.
      </Confirm>
    )
  }
  if (edited) {
    return (
      <HoldoutForm
        projectId={projectId}
        holdout={edited === 'new' ? undefined : edited}
        onDone={() => setEdited(null)}
      />
    )
  }
  return (
    <Dialog onClose={onClose} title="Holdouts" size="lg">
      <Stack gap="md">
        <Group justify="space-between" gap="sm">
          <Text size="sm" c="dimmed" maw={380}>
            A holdout keeps the same people out of all its experiments, to see what these come to together.
          </Text>
          <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited('new')}>
            New holdout
          </Button>
        </Group>
        <HoldoutList projectId={projectId} onEdit={setEdited} onDelete={setDeleted} />
      </Stack>
    </Dialog>
  )
}

function HoldoutList({
  projectId,
  onEdit,
  onDelete,
}: {
  projectId: number
  onEdit: (holdout: Holdout) => void
  onDelete: (holdout: Holdout) => void
}): ReactNode {
  const holdouts = useQuery(holdoutsQuery(projectId))
  if (holdouts.isError) {
    return <LoadError what="holdouts" error={holdouts.error} retry={() => void holdouts.refetch()} />
  }
  if (!holdouts.data) return <Loading what="holdouts" rows={2} />
  if (!holdouts.data.length) return <Empty title="No holdouts yet." />
  return (
    <ScrollRegion label="Holdouts">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="num">
              Held out
            </th>
            <th scope="col">
              <span className="visually-hidden">Change</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {holdouts.data.map((holdout) => (
            <tr key={holdout.id}>
              <td>
                {holdout.name}
                {holdout.description && <div className="muted small">{holdout.description}</div>}
              </td>
              <td className="num">{heldOutOf(holdout)} %</td>
              <td>
                <Group gap={4} justify="flex-end" wrap="nowrap">
                  <ActionIcon
                    variant="subtle"
                    aria-label={`Edit “${holdout.name}”`}
                    onClick={() => onEdit(holdout)}
                  >
                    <IconPencil size={16} />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="red"
                    aria-label={`Delete “${holdout.name}”`}
                    onClick={() => onDelete(holdout)}
                  >
                    <IconTrash size={16} />
                  </ActionIcon>
                </Group>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

function HoldoutForm({
  projectId,
  holdout,
  onDone,
}: {
  projectId: number
  holdout: Holdout | undefined
  onDone: () => void
}): ReactNode {
  const [name, setName] = useState(holdout?.name ?? '')
  const [description, setDescription] = useState(holdout?.description ?? '')
  const [percent, setPercent] = useState(holdout ? heldOutOf(holdout) : 10)
  const save = useSaveHoldout(projectId, holdout?.id)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const [, ...others] = holdout?.filters ?? []
    const first = { properties: [], ...holdout?.filters[0], rollout_percentage: percent }
    save.mutate(
      { name: name.trim(), description: description.trim() || null, filters: [first, ...others] },
      { onSuccess: onDone },
    )
  }
  return (
    <Dialog onClose={onDone} title={holdout ? `Edit “${holdout.name}”` : 'New holdout'} size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          <NameFields
            name={name}
            onName={setName}
            description={description}
            onDescription={setDescription}
            about="What it is for"
          />
          <Group gap="xs">
            <PercentInput label="Held out" value={percent} onChange={setPercent} />
            <Text size="sm">of all people are held out</Text>
          </Group>
          {holdout && (
            <Text size="sm" c="dimmed">
              The flags of its experiments follow, of those too that run: people then come in, or drop out.
            </Text>
          )}
          <Problem error={save.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onDone}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!name.trim()}>
              {holdout ? 'Save' : 'Create'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
