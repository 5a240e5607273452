import { Button, Checkbox, Group, NativeSelect, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { counted } from '../../ui/numbers.ts'
import { Problem } from '../../ui/problem.tsx'
import { useDeletePerson, useSplitPerson } from './queries.ts'

type Props = { projectId: number; uuid: string; name: string; onClose: () => void }

/** Makes every distinct id but one a person of its own. */
export function SplitDialog({ projectId, uuid, name, ids, onClose }: Props & { ids: string[] }): ReactNode {
  const split = useSplitPerson(projectId, uuid)
  const [main, setMain] = useState(ids[0] ?? '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    split.mutate(main, {
      onSuccess: () => {
        notifications.show({
          role: 'status',
          message: `${counted(ids.length - 1, 'id is a person', 'ids are people')} of their own now.`,
        })
        onClose()
      },
    })
  }
  return (
    <Dialog onClose={onClose} title={`Split ${name}?`}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">
            Every other id becomes a person of its own, without properties. Events that came since they were
            one stay with this person. That can't be taken back.
          </Text>
          <NativeSelect
            label="The id that stays, with the properties"
            value={main}
            data={ids}
            onChange={(event) => setMain(event.currentTarget.value)}
          />
          <Problem error={split.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              color="red"
              leftSection={<IconAlertTriangle size={16} />}
              loading={split.isPending}
            >
              Split
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}

/** Deletes a person, with their events if one likes. */
export function DeleteDialog({ projectId, uuid, name, onClose }: Props): ReactNode {
  const navigate = useNavigate()
  const remove = useDeletePerson(projectId, uuid)
  const [withEvents, setWithEvents] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    remove.mutate(withEvents, {
      onSuccess: () => {
        notifications.show({
          role: 'status',
          message: `Deleted ${name}.${withEvents ? ' Their events go in the background.' : ''}`,
        })
        void navigate({ to: '/project/$projectId/persons', params: { projectId } })
      },
    })
  }
  return (
    <Dialog onClose={onClose} title={`Delete ${name}?`}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">
            Their properties and distinct ids are gone; a next event makes them a person again. That can't be
            taken back.
          </Text>
          <Checkbox
            label="Delete their events too"
            description="Numbers of the past change with that."
            checked={withEvents}
            onChange={(event) => setWithEvents(event.currentTarget.checked)}
          />
          <Problem error={remove.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose} data-autofocus>
              Cancel
            </Button>
            <Button
              type="submit"
              color="red"
              leftSection={<IconAlertTriangle size={16} />}
              loading={remove.isPending}
            >
              Delete
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
