import { Drawer, type DrawerProps, Modal, type ModalProps } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'

/** A dialog in front of the page, open for as long as it is rendered. */
export function Dialog(props: Omit<ModalProps, 'opened'>): ReactNode {
  useFocusBack()
  return <Modal opened {...props} />
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
