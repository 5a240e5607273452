import { ActionIcon, type ActionIconProps, Menu, type MenuItemProps, Tooltip } from '@mantine/core'
import { type ReactNode, useId } from 'react'

/**
 * What somebody may see and not do stays where it is and says why, before it is clicked: it takes the focus, and a click
 * on it does nothing.
 */

/** Why nothing of a saved thing can be changed. */
export const viewOnly = 'You can view it, not change it.'

type Barrable = {
  /** Why it can't be done; nothing where it can. */
  barred: string | false | undefined
  onClick: () => void
}

/** An item of a menu. */
export function BarrableItem({
  barred,
  onClick,
  children,
  ...item
}: Barrable & Pick<MenuItemProps, 'leftSection' | 'color' | 'children'>): ReactNode {
  if (!barred) {
    return (
      <Menu.Item {...item} onClick={onClick}>
        {children}
      </Menu.Item>
    )
  }
  return (
    <Menu.Item {...item} color={undefined} aria-disabled closeMenuOnClick={false}>
      <span className="muted">{children}</span>
      <div className="muted small">{barred}</div>
    </Menu.Item>
  )
}

/** A button that is an icon. */
export function BarrableIcon({
  barred,
  onClick,
  label,
  pressed,
  children,
  ...button
}: Barrable &
  Pick<ActionIconProps, 'variant' | 'color' | 'size'> & {
    label: string
    /** Of one that is on or off. */
    pressed?: boolean
    children: ReactNode
  }): ReactNode {
  const id = useId()
  if (!barred) {
    return (
      <ActionIcon {...button} aria-label={label} aria-pressed={pressed} onClick={onClick}>
        {children}
      </ActionIcon>
    )
  }
  return (
    <>
      <Tooltip label={barred}>
        <ActionIcon
          {...button}
          aria-label={label}
          aria-pressed={pressed}
          aria-describedby={id}
          aria-disabled
          style={{ opacity: 0.45 }}
        >
          {children}
        </ActionIcon>
      </Tooltip>
      <span id={id} className="visually-hidden">
        {barred}
      </span>
    </>
  )
}
