import { Button, Group, SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { Problem } from '../../ui/problem.tsx'
import { useSetProperty } from './queries.ts'

/** The value that a text means; undefined where it is no JSON and should be. */
function meant(text: string, isText: boolean): unknown {
  if (isText) return text
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Sets a property of a person: a new one, or one that is there to another value. */
export function PropertyDialog({
  projectId,
  uuid,
  name: given,
  value: before,
  onClose,
}: {
  projectId: number
  uuid: string
  /** Of a property that is there. */
  name?: string
  value?: unknown
  onClose: () => void
}): ReactNode {
  const set = useSetProperty(projectId, uuid)
  const [name, setName] = useState(given ?? '')
  const [isText, setIsText] = useState(before === undefined || typeof before === 'string')
  const [text, setText] = useState(
    before === undefined ? '' : typeof before === 'string' ? before : JSON.stringify(before, null, 2),
  )
  const value = meant(text, isText)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (value === undefined) return
    set.mutate({ key: name.trim(), value }, { onSuccess: onClose })
  }
  return (
    <Dialog onClose={onClose} title={given === undefined ? 'Add a property' : `Change ${given}`}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {given === undefined && (
            <TextInput
              label="Name"
              required
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              data-autofocus
            />
          )}
          <SegmentedControl
            aria-label="Kind of value"
            value={isText ? 'text' : 'json'}
            onChange={(kind) => setIsText(kind === 'text')}
            data={[
              { value: 'text', label: 'Text' },
              { value: 'json', label: 'Number, true, false or JSON' },
            ]}
          />
          <Textarea
            label="Value"
            autosize
            minRows={1}
            maxRows={12}
            classNames={{ input: isText ? undefined : 'mono' }}
            value={text}
            error={!isText && text.trim() && value === undefined ? 'This is not JSON.' : undefined}
            onChange={(event) => setText(event.currentTarget.value)}
            data-autofocus={given !== undefined || undefined}
          />
          <Problem error={set.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={set.isPending} disabled={!name.trim() || value === undefined}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
