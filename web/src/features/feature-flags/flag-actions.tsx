import { Button, Checkbox, Menu, Stack, Switch, Text, Tooltip } from '@mantine/core'
import { IconCopy, IconDots, IconPencil, IconSend, IconTrash } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useMe } from '../../api/session.ts'
import type { FeatureFlag } from '../../api/types.ts'
import { BarrableItem } from '../../ui/barred.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Problem } from '../../ui/problem.tsx'
import { deleteRestorable, withUndo } from '../../ui/undo.tsx'
import { viewOnly } from './editors.tsx'
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
      <Tooltip label={viewOnly} refProp="rootRef" disabled={flag.can_edit}>
        <Switch
          aria-label={`${flag.key} is on`}
          aria-description={flag.can_edit ? undefined : viewOnly}
          checked={active}
          disabled={isPending || !flag.can_edit}
          onChange={() => setAsks(true)}
        />
      </Tooltip>
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

/** What one can do with a flag besides turning it on and off. */
export function FlagMenu({
  projectId,
  flag,
  onDeleted,
  children,
}: Props & { onDeleted?: () => void; children: (label: string, icon: ReactNode) => ReactNode }): ReactNode {
  const navigate = useNavigate()
  const { mutateAsync: update } = useUpdateFlag(projectId)
  const [copying, setCopying] = useState(false)
  const others = useMe().organization?.teams.filter(({ id }) => id !== projectId) ?? []
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>{children(`More about ${flag.key}`, <IconDots size={16} />)}</Menu.Target>
        <Menu.Dropdown>
          <BarrableItem
            leftSection={<IconPencil size={16} />}
            barred={!flag.can_edit && viewOnly}
            onClick={() =>
              void navigate({
                to: '/project/$projectId/feature_flags/$flagId/edit',
                params: { projectId, flagId: flag.id },
              })
            }
          >
            Edit
          </BarrableItem>
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
          <BarrableItem
            leftSection={<IconSend size={16} />}
            barred={others.length === 0 && 'You have no other project.'}
            onClick={() => setCopying(true)}
          >
            Copy to another project
          </BarrableItem>
          <BarrableItem
            leftSection={<IconTrash size={16} />}
            color="red"
            barred={!flag.can_edit && viewOnly}
            onClick={() =>
              void deleteRestorable(flag.key, (deleted) => update({ id: flag.id, deleted }), onDeleted)
            }
          >
            Delete
          </BarrableItem>
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
          <Problem error={copy.error} />
          {copy.data?.failed.map(({ project_id: id, errors }) => (
            <Problem key={id} error={errors} lead={`${nameOf(id)}:`} />
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
