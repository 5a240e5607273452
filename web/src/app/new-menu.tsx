import { Button, Menu } from '@mantine/core'
import { IconFlag, IconMessageQuestion, IconPlus, IconTerminal2, IconUsersGroup } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { kinds } from '../features/insights/kinds.tsx'
import styles from './new-menu.module.css'

const others = [
  { label: 'SQL', to: '/project/$projectId/sql', icon: IconTerminal2 },
  { label: 'Feature flag', to: '/project/$projectId/feature_flags/new', icon: IconFlag },
  { label: 'Cohort', to: '/project/$projectId/cohorts/new', icon: IconUsersGroup },
  { label: 'Survey', to: '/project/$projectId/surveys/new', icon: IconMessageQuestion },
] as const

/** What can be begun from anywhere. */
export function NewMenu({ projectId }: { projectId: number }): ReactNode {
  return (
    <Menu position="bottom-end" width={260} shadow="md">
      <Menu.Target>
        <Button
          variant="default"
          size="compact-md"
          h={36}
          leftSection={<IconPlus size={16} />}
          className={styles.target}
        >
          New
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Insight</Menu.Label>
        {kinds.map(({ name, label, about, icon: Icon }) => (
          <Menu.Item
            key={name}
            leftSection={<Icon size={16} />}
            renderRoot={(props) => (
              <Link
                to="/project/$projectId/insights/new"
                params={{ projectId }}
                search={{ kind: name }}
                {...props}
              />
            )}
          >
            {label}
            <span className={styles.about}>{about}</span>
          </Menu.Item>
        ))}
        <Menu.Divider />
        {others.map(({ label, to, icon: Icon }) => (
          <Menu.Item
            key={label}
            leftSection={<Icon size={16} />}
            component={Link}
            to={to.replace('$projectId', String(projectId))}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
