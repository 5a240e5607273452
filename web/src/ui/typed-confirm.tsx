import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Dialog } from './dialog.tsx'
import { Problem } from './problem.tsx'

/** Asks before something that takes much with it: who does it types the name of what is lost. */
export function TypedConfirm({
  title,
  name,
  verb,
  busy,
  error,
  onConfirm,
  onClose,
  children,
}: {
  title: string
  /** To be typed as it is. */
  name: string
  verb: string
  busy: boolean
  error: unknown
  onConfirm: () => void
  onClose: () => void
  children: ReactNode
}): ReactNode {
  const [typed, setTyped] = useState('')
  const isSame = typed.trim() === name.trim()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isSame) onConfirm()
  }
  return (
    <Dialog onClose={onClose} title={title}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{children}</Text>
          <TextInput
            label={`Type “${name}” to go on`}
            value={typed}
            autoComplete="off"
            data-autofocus
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Problem error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              color="red"
              leftSection={<IconAlertTriangle size={16} />}
              disabled={!isSame}
              loading={busy}
            >
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
