import { ActionIcon, Textarea } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { sentence } from '../../ui/states.tsx'
import styles from './description.module.css'
import { useChangeDefinition } from './queries.ts'

/** What a name means; a click edits it, Enter saves, Escape leaves it as it was. */
export function Description({
  projectId,
  kind,
  id,
  name,
  value,
}: {
  projectId: number
  kind: 'event' | 'property'
  id: string
  name: string
  value: string
}): ReactNode {
  const [draft, setDraft] = useState<string | null>(null)
  const describe = useChangeDefinition(projectId, kind)
  if (draft === null) {
    return (
      <button
        type="button"
        className={styles.text}
        aria-label={value ? `${value}: edit the description of ${name}` : `Add a description of ${name}`}
        onClick={() => setDraft(value)}
      >
        {value || <span className="muted">Add a description</span>}
      </button>
    )
  }
  const save = () =>
    draft.trim() === value
      ? setDraft(null)
      : describe.mutate({ id, description: draft.trim() }, { onSuccess: () => setDraft(null) })
  return (
    <div className={styles.edit}>
      <Textarea
        size="xs"
        autosize
        minRows={1}
        autoFocus
        aria-label={`Description of ${name}`}
        value={draft}
        error={describe.isError ? sentence(describe.error) : undefined}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setDraft(null)
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault()
            save()
          }
        }}
      />
      <ActionIcon aria-label="Save the description" loading={describe.isPending} onClick={save}>
        <IconCheck size={16} />
      </ActionIcon>
      <ActionIcon variant="default" aria-label="Leave it as it was" onClick={() => setDraft(null)}>
        <IconX size={16} />
      </ActionIcon>
    </div>
  )
}
