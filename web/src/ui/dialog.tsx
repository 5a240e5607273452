import { Button, Drawer, type DrawerProps, Group, Modal, type ModalProps, Text } from '@mantine/core'
import { type ReactNode, useEffect, useRef, useState } from 'react'

/**
 * A dialog in front of the page, open for as long as it is rendered.
 * @param isDirty whether something is written in it that closing would lose: then it asks first
 */
export function Dialog({
  isDirty = false,
  onClose,
  ...props
}: Omit<ModalProps, 'opened'> & { isDirty?: boolean }): ReactNode {
  useFocusBack()
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Modal
        opened
        onClose={() => (isDirty ? setAsking(true) : onClose())}
        // Escape is for the question while that is open
        closeOnEscape={!asking}
        {...props}
      />
      {asking && <AskBeforeClosing onStay={() => setAsking(false)} onClose={onClose} />}
    </>
  )
}

function AskBeforeClosing({ onStay, onClose }: { onStay: () => void; onClose: () => void }): ReactNode {
  return (
    <Modal opened onClose={onStay} title="Close without saving?">
      <Text size="sm">What you wrote here is lost.</Text>
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onStay} data-autofocus>
          Go on writing
        </Button>
        <Button color="red" onClick={onClose}>
          Close anyway
        </Button>
      </Group>
    </Modal>
  )
}

/** A panel at the right of the page, open for as long as it is rendered. */
export function SidePanel(props: Omit<DrawerProps, 'opened' | 'position'>): ReactNode {
  useFocusBack()
  return <Drawer opened position="right" {...props} />
}

/**
 * What had the focus gets it back when the dialog is gone, unless something else took it. Mantine does this for dialogs
 * that stay and are closed, not for those that are taken away.
 */
function useFocusBack(): void {
  const from = useRef<HTMLElement | null | undefined>(undefined)
  if (from.current === undefined) from.current = focused()
  useEffect(
    () => () => {
      setTimeout(() => {
        const isLost = !document.activeElement || document.activeElement === document.body
        if (isLost && from.current?.isConnected) from.current.focus({ preventScroll: true })
      })
    },
    [],
  )
}

/** What has the focus; of a menu, which goes when something of it is chosen, the button that opened it. */
function focused(): HTMLElement | null {
  const at = document.activeElement
  const opener = at?.closest('[role="menu"]')?.getAttribute('aria-labelledby')
  const element = opener ? document.getElementById(opener) : at
  return element instanceof HTMLElement ? element : null
}
