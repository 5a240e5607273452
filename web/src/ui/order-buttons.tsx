import { ActionIcon } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconCopy, IconTrash, type TablerIcon } from '@tabler/icons-react'
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
  return (
    <>
      <OrderButton
        label={`Move ${what} up`}
        icon={IconArrowUp}
        disabled={at === 0}
        onClick={() => onMove(at - 1)}
      />
      <OrderButton
        label={`Move ${what} down`}
        icon={IconArrowDown}
        disabled={at === count - 1}
        onClick={() => onMove(at + 1)}
      />
      <OrderButton
        label={`Duplicate ${what}`}
        icon={IconCopy}
        disabled={count >= most}
        onClick={onDuplicate}
      />
      <OrderButton label={`Remove ${what}`} icon={IconTrash} disabled={count === 1} onClick={onRemove} />
    </>
  )
}

/** One of them, where the others don't fit. */
export function OrderButton({
  label,
  icon: Icon,
  disabled = false,
  onClick,
}: {
  label: string
  icon: TablerIcon
  disabled?: boolean
  onClick: () => void
}): ReactNode {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={disabled} onClick={onClick}>
      <Icon size={16} />
    </ActionIcon>
  )
}
