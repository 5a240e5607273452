import { ActionIcon } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconCopy, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'

/** What is done with one of several things in an order: moved, duplicated, removed; the last one stays. */
export function OrderButtons({
  what,
  at,
  count,
  most,
  onMove,
  onDuplicate,
  onRemove,
}: {
  /** Which it is, in the names of the buttons: "set 2". */
  what: string
  /** Its place, from 0, and how many there are, and may be. */
  at: number
  count: number
  most: number
  onMove: (to: number) => void
  onDuplicate: () => void
  onRemove: () => void
}): ReactNode {
  const button = (label: string, icon: ReactNode, disabled: boolean, onClick: () => void) => (
    <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={disabled} onClick={onClick}>
      {icon}
    </ActionIcon>
  )
  return (
    <>
      {button(`Move ${what} up`, <IconArrowUp size={16} />, at === 0, () => onMove(at - 1))}
      {button(`Move ${what} down`, <IconArrowDown size={16} />, at === count - 1, () => onMove(at + 1))}
      {button(`Duplicate ${what}`, <IconCopy size={16} />, count >= most, onDuplicate)}
      {button(`Remove ${what}`, <IconTrash size={16} />, count === 1, onRemove)}
    </>
  )
}
