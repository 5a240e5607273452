import { Avatar, Menu, Tooltip, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import {
  IconBuilding,
  IconCheck,
  IconChevronDown,
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSettings,
  IconSun,
  IconUserPlus,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { signOut, useMe } from '../api/session.ts'
import styles from './account-menu.module.css'

const themes = [
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
  { value: 'auto', label: 'As the system', icon: IconDeviceDesktop },
] as const

export function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s.@_-]+/)
    .filter(Boolean)
  return ((words[0]?.[0] ?? '?') + (words.length > 1 ? words[1]![0]! : '')).toUpperCase()
}

/** The name and picture at the top right: account settings behind the gear, the theme, the way out. */
export function AccountMenu({ onShortcuts }: { onShortcuts: () => void }): ReactNode {
  const me = useMe()
  const name = me.first_name || me.email
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const avatar = (
    <Avatar size={28} radius="xl" color="hedge" aria-hidden>
      {initials(name)}
    </Avatar>
  )
  return (
    <Menu position="bottom-end" width={268} shadow="md">
      <Menu.Target>
        <UnstyledButton className={styles.target}>
          {avatar}
          <span className={styles.name}>
            {name}
            <span className="visually-hidden">account menu</span>
          </span>
          <IconChevronDown size={14} className={styles.chevron} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={styles.head} role="presentation">
          {avatar}
          <div className={styles.who} role="presentation">
            <div className="cut">{name}</div>
            <div className="cut muted small">{me.email}</div>
          </div>
          <Tooltip label="Account settings">
            <Menu.Item
              component={Link}
              to="/me/settings"
              className={styles.gear}
              aria-label="Account settings"
            >
              <IconSettings size={18} />
            </Menu.Item>
          </Tooltip>
        </div>
        <Menu.Divider />
        {me.organization && (
          <>
            <Menu.Label>{me.organization.name}</Menu.Label>
            <Menu.Item
              component={Link}
              to="/organization/settings"
              hash="invite"
              leftSection={<IconUserPlus size={16} />}
            >
              Invite members
            </Menu.Item>
            <Menu.Item component={Link} to="/organization/settings" leftSection={<IconBuilding size={16} />}>
              Organization settings
            </Menu.Item>
            <Menu.Divider />
          </>
        )}
        <Menu.Label>Theme</Menu.Label>
        {themes.map(({ value, label, icon: Icon }) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={colorScheme === value}
            closeMenuOnClick={false}
            leftSection={<Icon size={16} />}
            rightSection={colorScheme === value ? <IconCheck size={16} /> : null}
            onClick={() => setColorScheme(value)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={16} />} rightSection="?" onClick={onShortcuts}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
