import { Button, Group, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Dialog } from './dialog.tsx'
import { Problem } from './problem.tsx'

/**
 * Asks before something that can't be taken back, or (`calm`) that people will notice. The button says what it does;
 * Cancel has the focus.
 */
export function Confirm({
  title,
  verb,
  busy,
  error,
  calm = false,
  onConfirm,
  onClose,
  children,
}: {
  title: string
  verb: string
  busy: boolean
  error: unknown
  calm?: boolean
  onConfirm: () => void
  onClose: () => void
  children: ReactNode
}): ReactNode {
  return (
    <Dialog onClose={onClose} title={title}>
      <Text size="sm" component="div">
        {children}
      </Text>
      <Problem error={error} mt="sm" />
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button
          {...(!calm && { color: 'red', leftSection: <IconAlertTriangle size={16} /> })}
          loading={busy}
          onClick={onConfirm}
        >
          {verb}
        </Button>
      </Group>
    </Dialog>
  )
}
