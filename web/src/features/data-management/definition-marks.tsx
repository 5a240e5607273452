import { ActionIcon, Badge, Button, Group, Menu, Stack, Tooltip } from '@mantine/core'
import {
  IconDots,
  IconEye,
  IconEyeOff,
  IconHistory,
  IconRosetteDiscountCheck,
  IconRosetteDiscountCheckFilled,
  IconTag,
} from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { Problem } from '../../ui/problem.tsx'
import { TagButton } from '../../ui/tag-button.tsx'
import { TagsField } from '../../ui/tags-field.tsx'
import { withUndo } from '../../ui/undo.tsx'
import { useChangeDefinition } from './queries.ts'

/** What of a definition of an event or a property is shown and changed here. */
type Marked = { id: string; name: string; verified: boolean; hidden: boolean; tags: string[] }
type Kind = 'event' | 'property'

/** Its name with what people have said of it: that it is right to use, that it is hidden, and its tags. */
export function MarkedName({
  definition,
  what,
  onTag,
  children,
}: {
  definition: Marked
  /** "events", "properties" */
  what: string
  /** Narrows the list to a tag. */
  onTag: (tag: string) => void
  children: ReactNode
}): ReactNode {
  return (
    <Group gap={6}>
      {children}
      {definition.verified && (
        <Tooltip label="Verified: right to use">
          <IconRosetteDiscountCheckFilled
            size={16}
            role="img"
            aria-label="Verified"
            style={{ color: 'var(--link)', flex: 'none' }}
          />
        </Tooltip>
      )}
      {definition.hidden && (
        <Badge size="sm" variant="outline" color="gray" tt="none">
          Hidden
        </Badge>
      )}
      {definition.tags.map((tag) => (
        <TagButton key={tag} tag={tag} what={what} onPick={onTag} />
      ))}
    </Group>
  )
}

/** Marks it as right to use, hides it from pickers, and tags it. */
export function DefinitionMenu({
  projectId,
  kind,
  definition,
}: {
  projectId: number
  kind: Kind
  definition: Marked
}): ReactNode {
  const [tagging, setTagging] = useState(false)
  const navigate = useNavigate()
  const { mutateAsync: change } = useChangeDefinition(projectId, kind)
  const { id, name, verified, hidden } = definition
  const set = async (done: string, to: Partial<Marked>, back: Partial<Marked>) => {
    await withUndo(
      done,
      () => change({ id, ...to }),
      () => change({ id, ...back }),
    )
  }
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`More about ${name}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconRosetteDiscountCheck size={16} />}
            onClick={() =>
              void set(
                verified ? `${name} is not verified any more.` : `${name} is verified.`,
                { verified: !verified },
                { verified },
              )
            }
          >
            {verified ? 'Take back that it is verified' : 'Verify'}
          </Menu.Item>
          <Menu.Item
            leftSection={hidden ? <IconEye size={16} /> : <IconEyeOff size={16} />}
            onClick={() =>
              void set(
                hidden ? `${name} can be picked again.` : `${name} is hidden from pickers.`,
                { hidden: !hidden },
                { hidden },
              )
            }
          >
            {hidden ? 'Show in pickers again' : 'Hide from pickers'}
          </Menu.Item>
          <Menu.Item leftSection={<IconTag size={16} />} onClick={() => setTagging(true)}>
            Tags
          </Menu.Item>
          <Menu.Item
            leftSection={<IconHistory size={16} />}
            onClick={() =>
              void navigate({
                to: '/project/$projectId/data-management/history',
                params: { projectId },
                search: { scope: kind === 'event' ? 'EventDefinition' : 'PropertyDefinition', item_id: id },
              })
            }
          >
            History
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {tagging && (
        <TagsDialog
          projectId={projectId}
          kind={kind}
          definition={definition}
          onClose={() => setTagging(false)}
        />
      )}
    </>
  )
}

function TagsDialog({
  projectId,
  kind,
  definition,
  onClose,
}: {
  projectId: number
  kind: Kind
  definition: Marked
  onClose: () => void
}): ReactNode {
  const [tags, setTags] = useState(definition.tags)
  const change = useChangeDefinition(projectId, kind)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate({ id: definition.id, tags }, { onSuccess: onClose })
  }
  return (
    <Dialog onClose={onClose} title={`Tags of ${definition.name}`}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <TagsField projectId={projectId} value={tags} onChange={setTags} />
          <Problem error={change.error} />
          <Button type="submit" loading={change.isPending}>
            Save
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
