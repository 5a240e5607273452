import { Button, Group, Stack, Switch } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { propertyNamesQuery } from '../../api/definitions.ts'
import { type ProjectChanges, useUpdateProject } from '../../api/project.ts'
import type { Project, PropertyFilter } from '../../api/types.ts'
import { useUnsavedGuard } from '../../ui/leave-guard.tsx'
import { Problem } from '../../ui/problem.tsx'
import { PropertyFilters } from '../../ui/property-filters.tsx'
import { Section } from './section.tsx'

const saved = () => notifications.show({ message: 'Project settings are saved.', role: 'status' })

/** What posthog-js sends by itself; each with whether a project's setting has it on. */
const captures = [
  {
    label: 'Clicks, changes and submits (autocapture)',
    description: 'Every click on a link, button or field becomes an $autocapture event.',
    isOn: (project: Project) => project.autocapture_opt_out !== true,
    change: (on: boolean): ProjectChanges => ({ autocapture_opt_out: !on }),
  },
  {
    label: 'Heatmaps',
    description: 'Where on a page people click and how far they scroll.',
    isOn: (project: Project) => project.heatmaps_opt_in === true,
    change: (on: boolean): ProjectChanges => ({ heatmaps_opt_in: on }),
  },
  {
    label: 'Dead clicks',
    description: 'Clicks after which nothing happened.',
    isOn: (project: Project) => project.capture_dead_clicks === true,
    change: (on: boolean): ProjectChanges => ({ capture_dead_clicks: on }),
  },
  {
    label: 'Errors',
    description: 'Exceptions on your pages that nobody caught.',
    isOn: (project: Project) => project.autocapture_exceptions_opt_in === true,
    change: (on: boolean): ProjectChanges => ({ autocapture_exceptions_opt_in: on }),
  },
  {
    label: 'Web vitals',
    description: 'How fast your pages load and react.',
    isOn: (project: Project) => project.autocapture_web_vitals_opt_in === true,
    change: (on: boolean): ProjectChanges => ({ autocapture_web_vitals_opt_in: on }),
  },
]

/** What posthog-js captures on the project's pages without code. */
export function WebCapture({ project }: { project: Project }): ReactNode {
  const update = useUpdateProject(project.id)
  return (
    <Section
      id="web-capture"
      title="Captured on web pages"
      about="What posthog-js sends by itself, besides page views. Pages take it on when they are loaded the next time."
    >
      <Stack gap="sm">
        {captures.map(({ label, description, isOn, change }) => (
          <Switch
            key={label}
            label={label}
            description={description}
            checked={isOn(project)}
            disabled={update.isPending}
            onChange={(event) => update.mutate(change(event.currentTarget.checked), { onSuccess: saved })}
          />
        ))}
      </Stack>
      <Problem error={update.error} mt="xs" />
    </Section>
  )
}

/** Who is left out by "Without test accounts" in an insight. */
export function TestAccounts({ project }: { project: Project }): ReactNode {
  const update = useUpdateProject(project.id)
  const kept = project.test_account_filters as PropertyFilter[]
  const [filters, setFilters] = useState(kept)
  const events = useQuery(propertyNamesQuery(project.id, 'event'))
  const people = useQuery(propertyNamesQuery(project.id, 'person'))
  const isChanged = JSON.stringify(filters) !== JSON.stringify(kept)
  const guard = useUnsavedGuard(isChanged, 'the test accounts')
  const save = () => update.mutate({ test_account_filters: filters }, { onSuccess: saved })
  return (
    <Section
      id="test-accounts"
      title="Test accounts"
      about="Insights that are asked “without test accounts” count only events for which all of these hold."
    >
      <Stack gap="sm">
        <PropertyFilters
          filters={filters}
          properties={{ event: events.data ?? [], person: people.data ?? [] }}
          projectId={project.id}
          onChange={setFilters}
        />
        <Group>
          <Button disabled={!isChanged} loading={update.isPending} onClick={save}>
            Save filters
          </Button>
        </Group>
        <Problem error={update.error} />
      </Stack>
      {guard.question}
    </Section>
  )
}
