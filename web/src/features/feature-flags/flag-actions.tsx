import { Button, Checkbox, Menu, Stack, Switch, Text } from '@mantine/core'
import { IconCopy, IconDots, IconPencil, IconSend, IconTrash } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useMe } from '../../api/session.ts'
import type { FeatureFlag } from '../../api/types.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { sentence } from '../../ui/states.tsx'
import { withUndo } from '../../ui/undo.tsx'
import { useCopyFlag, useUpdateFlag } from './queries.ts'

type Props = { projectId: number; flag: FeatureFlag }

/**
 * Turns a flag on or off, after asking: people notice at once.
 * @param who who gets it, in words
 */
export function FlagSwitch({ projectId, flag, who }: Props & { who: string }): ReactNode {
  const { mutateAsync: update, isPending, variables } = useUpdateFlag(projectId)
  const [asks, setAsks] = useState(false)
  // what was just asked for stands there at once
  const active = isPending ? Boolean(variables.active) : flag.active
  const turn = async (to: boolean) => {
    setAsks(false)
    await withUndo(
      `“${flag.key}” is ${to ? 'on' : 'off'}.`,
      () => update({ id: flag.id, active: to }),
      () => update({ id: flag.id, active: !to }),
    )
  }
  return (
    <>
      <Switch
        aria-label={`${flag.key} is on`}
        checked={active}
        disabled={isPending || !flag.can_edit}
        onChange={() => setAsks(true)}
      />
      {asks && (
        <Confirm
          title={`Turn ${active ? 'off' : 'on'} “${flag.key}”?`}
          verb={active ? 'Turn off' : 'Turn on'}
          busy={false}
          error={null}
          onConfirm={() => void turn(!active)}
          onClose={() => setAsks(false)}
        >
          {active
            ? `It is for: ${who}. Off, nobody gets it, within a minute.`
            : `Then it is for: ${who}, within a minute.`}
        </Confirm>
      )}
    </>
  )
}

/** Deletes a flag; the message has the way back. */
export function useDeleteFlag(projectId: number) {
  const { mutateAsync: update } = useUpdateFlag(projectId)
  return async ({ id, key }: FeatureFlag, done?: () => void): Promise<void> => {
    if (
      await withUndo(
        `Deleted “${key}”.`,
        () => update({ id, deleted: true }),
        () => update({ id, deleted: false }),
      )
    ) {
      done?.()
    }
  }
}

/** What one can do with a flag besides turning it on and off. */
export function FlagMenu({
  projectId,
  flag,
  onDeleted,
  children,
}: Props & { onDeleted?: () => void; children: (label: string, icon: ReactNode) => ReactNode }): ReactNode {
  const navigate = useNavigate()
  const remove = useDeleteFlag(projectId)
  const [copying, setCopying] = useState(false)
  const others = useMe().organization?.teams.filter(({ id }) => id !== projectId) ?? []
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>{children(`More about ${flag.key}`, <IconDots size={16} />)}</Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconPencil size={16} />}
            disabled={!flag.can_edit}
            onClick={() =>
              void navigate({
                to: '/project/$projectId/feature_flags/$flagId/edit',
                params: { projectId, flagId: flag.id },
              })
            }
          >
            Edit
          </Menu.Item>
          <Menu.Item
            leftSection={<IconCopy size={16} />}
            onClick={() =>
              void navigate({
                to: '/project/$projectId/feature_flags/new',
                params: { projectId },
                search: { from: flag.id },
              })
            }
          >
            Duplicate
          </Menu.Item>
          <Menu.Item
            leftSection={<IconSend size={16} />}
            disabled={others.length === 0}
            onClick={() => setCopying(true)}
          >
            Copy to another project
          </Menu.Item>
          <Menu.Item
            leftSection={<IconTrash size={16} />}
            color="red"
            disabled={!flag.can_edit}
            onClick={() => void remove(flag, onDeleted)}
          >
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {copying && (
        <CopyDialog projectId={projectId} flag={flag} others={others} onClose={() => setCopying(false)} />
      )}
    </>
  )
}

function CopyDialog({
  projectId,
  flag,
  others,
  onClose,
}: Props & { others: { id: number; name: string }[]; onClose: () => void }): ReactNode {
  const copy = useCopyFlag('@current')
  const [targets, setTargets] = useState<string[]>([])
  const nameOf = (id: number) => others.find((other) => other.id === id)?.name ?? String(id)
  const copied = copy.data
    ? copy.variables.target_project_ids.filter((id) => !copy.data.failed.some((one) => one.project_id === id))
    : []
  const submit = (event: FormEvent) => {
    event.preventDefault()
    copy.mutate({
      feature_flag_key: flag.key,
      from_project: projectId,
      target_project_ids: targets.map(Number),
    })
  }
  return (
    <Dialog onClose={onClose} title={`Copy “${flag.key}” to another project`}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">
            Cohorts that it names go with it. Where a project has a flag of this key, that one is changed.
          </Text>
          <Checkbox.Group label="Projects" value={targets} onChange={setTargets}>
            <Stack gap="xs" mt={4}>
              {others.map(({ id, name }) => (
                <Checkbox key={id} value={String(id)} label={name} />
              ))}
            </Stack>
          </Checkbox.Group>
          {copy.isError && (
            <Text size="sm" c="var(--danger)" role="alert">
              {sentence(copy.error)}
            </Text>
          )}
          {copy.data?.failed.map(({ project_id: id, errors }) => (
            <Text key={id} size="sm" c="var(--danger)" role="alert">
              {nameOf(id)}: {errors}
            </Text>
          ))}
          {copied.length > 0 && (
            <Text size="sm" role="status">
              Copied to {copied.map(nameOf).join(', ')}.
            </Text>
          )}
          <Button type="submit" loading={copy.isPending} disabled={targets.length === 0}>
            Copy
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
