import { ActionIcon, Menu } from '@mantine/core'
import { IconArrowBackUp } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useMe } from '../api/session.ts'
import { useDeeds } from '../ui/recent.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import styles from './recent-menu.module.css'

/** What was done last in this window, with the way back, also after its message has gone. */
export function RecentMenu(): ReactNode {
  const deeds = useDeeds()
  const timeZone = useMe().team?.timezone ?? 'UTC'
  return (
    <Menu position="bottom-end" width={320} shadow="md">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          aria-label="Recent changes"
          title="Recent changes"
        >
          <IconArrowBackUp size={20} stroke={1.75} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>What you did here, to take back</Menu.Label>
        {deeds.length === 0 && <Menu.Item disabled>Nothing yet.</Menu.Item>}
        {deeds.map(({ id, done, at, undo }) => (
          <Menu.Item key={id} rightSection="Undo" onClick={undo}>
            <span className={styles.done}>{done}</span>
            <span className="muted small">
              <RelativeTime at={new Date(at).toISOString()} timeZone={timeZone} />
            </span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
