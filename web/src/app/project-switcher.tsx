import { Menu, UnstyledButton } from '@mantine/core'
import { IconBuilding, IconCheck, IconPlus, IconSelector } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { useMe, useProject, useSwitch } from '../api/session.ts'
import styles from './project-switcher.module.css'

const NewProjectDialog = lazy(async () => ({ default: (await import('./new-dialogs.tsx')).NewProjectDialog }))
const NewOrganizationDialog = lazy(async () => ({
  default: (await import('./new-dialogs.tsx')).NewOrganizationDialog,
}))

/** From this level on members of an organization may make projects. */
const admin = 8

/** Which organization and project this is, and the way to the others. */
export function ProjectSwitcher({ projectId }: { projectId: number | null }): ReactNode {
  const me = useMe()
  const project = useProject(projectId ?? 0)
  const navigate = useNavigate()
  const toOrganization = useSwitch()
  const [making, setMaking] = useState<'project' | 'organization' | null>(null)
  const mayMake = (me.organization?.membership_level ?? 1) >= admin
  const close = () => setMaking(null)
  const others = me.organizations.filter((each) => each.id !== me.organization?.id)
  return (
    <>
      <Menu position="bottom-start" width={248} shadow="md">
        <Menu.Target>
          <UnstyledButton className={styles.switcher}>
            <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" className={styles.mark}>
              <rect width="32" height="32" rx="7" fill="#1f6b4f" />
              <path
                d="M7 24V15M13 24V10M19 24v-7M25 24V8"
                stroke="#fff"
                strokeWidth="3.2"
                strokeLinecap="round"
              />
            </svg>
            <span className={styles.names}>
              <span className={styles.project}>{project?.name ?? 'No project'}</span>
              <span className={styles.organization}>{me.organization?.name}</span>
            </span>
            <span className="visually-hidden">: switch the project</span>
            <IconSelector size={16} aria-hidden />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Projects of {me.organization?.name}</Menu.Label>
          {me.organization?.teams.map((team) => (
            <Menu.Item
              key={team.id}
              rightSection={team.id === projectId ? <IconCheck size={16} aria-label="current" /> : null}
              onClick={() =>
                void navigate({ to: '/project/$projectId/home', params: { projectId: team.id } })
              }
            >
              {team.name}
            </Menu.Item>
          ))}
          {me.organization && (
            <Menu.Item
              leftSection={<IconPlus size={16} />}
              disabled={!mayMake}
              onClick={() => setMaking('project')}
            >
              New project
              {!mayMake && <div className="small">Admins of the organization can make one.</div>}
            </Menu.Item>
          )}
          <Menu.Divider />
          {others.length > 0 && <Menu.Label>Other organizations</Menu.Label>}
          {others.map((each) => (
            <Menu.Item
              key={each.id}
              leftSection={<IconBuilding size={16} />}
              onClick={() =>
                toOrganization.mutate(
                  { set_current_organization: each.id },
                  { onSuccess: () => void navigate({ to: '/' }) },
                )
              }
            >
              {each.name}
            </Menu.Item>
          ))}
          <Menu.Item leftSection={<IconPlus size={16} />} onClick={() => setMaking('organization')}>
            New organization
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense>
        {making === 'project' && <NewProjectDialog onClose={close} />}
        {making === 'organization' && <NewOrganizationDialog onClose={close} />}
      </Suspense>
    </>
  )
}
