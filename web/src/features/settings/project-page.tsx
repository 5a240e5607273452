import { Button, NativeSelect, Select, Switch, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { projectQuery, useUpdateProject } from '../../api/project.ts'
import type { Project } from '../../api/types.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { useUnsavedGuard } from '../../ui/leave-guard.tsx'
import { Page } from '../../ui/page.tsx'
import { Problem } from '../../ui/problem.tsx'
import { LoadError, Loading } from '../../ui/states.tsx'
import { ApiUsage } from './api-usage.tsx'
import { TestAccounts, WebCapture } from './capture-settings.tsx'
import { DeleteProject } from './danger-zone.tsx'
import { useResetToken } from './queries.ts'
import { Rail, Section } from './section.tsx'
import styles from './settings.module.css'

const sections = [
  { id: 'general', title: 'General' },
  { id: 'key', title: 'Project API key' },
  { id: 'test-accounts', title: 'Test accounts' },
  { id: 'web-capture', title: 'Captured on web pages' },
  { id: 'privacy', title: 'Privacy' },
  { id: 'api-usage', title: 'API usage' },
  { id: 'danger', title: 'Danger zone' },
]
const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')]

const saved = () => notifications.show({ message: 'Project settings are saved.', role: 'status' })

/** What belongs to the project, for everyone in it. */
export function ProjectPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/settings' })
  const project = useQuery(projectQuery(projectId))
  const isAdmin = (project.data?.effective_membership_level ?? 1) >= 8
  return (
    <Page title="Project settings">
      <div className={styles.layout}>
        <Rail sections={sections} />
        <div className={styles.sections}>
          {project.data ? (
            <>
              <General key={projectId} project={project.data} />
              <Key project={project.data} isAdmin={isAdmin} />
              <TestAccounts key={`${projectId} test accounts`} project={project.data} />
              <WebCapture project={project.data} />
              <Privacy project={project.data} />
              <ApiUsage organizationId={project.data.organization} />
              <DeleteProject project={project.data} isAllowed={isAdmin} />
            </>
          ) : project.isError ? (
            <LoadError what="these settings" error={project.error} retry={() => void project.refetch()} />
          ) : (
            <Loading what="these settings" />
          )}
        </div>
      </div>
    </Page>
  )
}

function General({ project }: { project: Project }): ReactNode {
  const update = useUpdateProject(project.id)
  const [name, setName] = useState(project.name)
  const [timezone, setTimezone] = useState(project.timezone)
  const [weekStart, setWeekStart] = useState<0 | 1>(project.week_start_day ?? 0)
  const changed =
    name.trim() !== project.name ||
    timezone !== project.timezone ||
    weekStart !== (project.week_start_day ?? 0)
  const guard = useUnsavedGuard(changed, 'these settings')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    update.mutate({ name: name.trim(), timezone, week_start_day: weekStart }, { onSuccess: saved })
  }
  return (
    <Section id="general" title="General">
      <form className={styles.fields} onSubmit={submit}>
        <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Select
          label="Time zone"
          description="Days and weeks of charts are counted in it. Stored data doesn't change."
          data={zones.includes(timezone) ? zones : [timezone, ...zones]}
          value={timezone}
          searchable
          allowDeselect={false}
          limit={100}
          nothingFoundMessage="No such time zone"
          onChange={(zone) => zone && setTimezone(zone)}
        />
        <NativeSelect
          label="Weeks begin on"
          description="In charts by week, for everyone in the project."
          value={String(weekStart)}
          data={[
            { value: '0', label: 'Sunday' },
            { value: '1', label: 'Monday' },
          ]}
          onChange={(event) => setWeekStart(event.currentTarget.value === '1' ? 1 : 0)}
        />
        <Problem error={update.error} />
        <div>
          <Button type="submit" disabled={!changed || !name.trim()} loading={update.isPending}>
            Save
          </Button>
        </div>
      </form>
      {guard.question}
    </Section>
  )
}

function Key({ project, isAdmin }: { project: Project; isAdmin: boolean }): ReactNode {
  const [asking, setAsking] = useState(false)
  const reset = useResetToken(project.id)
  return (
    <Section
      id="key"
      title="Project API key"
      about="SDKs send with it. It can't read anything, so it may stand in a web page."
    >
      <div className={styles.key}>
        <code>{project.api_token}</code>
        <CopyButton value={project.api_token} what="the project API key" />
        {isAdmin && (
          <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>
            Reset…
          </Button>
        )}
      </div>
      {!isAdmin && (
        <Text size="sm" c="dimmed" mt="xs">
          Admins of the organization can give it a new one.
        </Text>
      )}
      {asking && (
        <Confirm
          title="Give this project a new key?"
          verb="Reset the key"
          busy={reset.isPending}
          error={reset.error}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            reset.mutate(undefined, {
              onSuccess: () => {
                setAsking(false)
                notifications.show({ message: 'The project has a new key.', role: 'status' })
              },
            })
          }
        >
          The old key stops working at once: every app that sends with it loses its events until it has the
          new one.
        </Confirm>
      )}
    </Section>
  )
}

function Privacy({ project }: { project: Project }): ReactNode {
  const update = useUpdateProject(project.id)
  return (
    <Section id="privacy" title="Privacy">
      <Switch
        label="Don't store IP addresses"
        description="Country and city are still worked out before the address is dropped."
        checked={project.anonymize_ips}
        disabled={update.isPending}
        onChange={(event) =>
          update.mutate({ anonymize_ips: event.currentTarget.checked }, { onSuccess: saved })
        }
      />
      <Problem error={update.error} mt="xs" />
    </Section>
  )
}
