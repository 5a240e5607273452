import { Button, Group, Progress, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { type DemoProject, demoProjectsQuery, isUnderWay, useMakeDemo, useStopDemo } from '../api/demo.ts'
import { meQuery, useMe } from '../api/session.ts'
import { number } from './numbers.ts'
import { Problem } from './problem.tsx'
import { LoadError } from './states.tsx'

/** From this level on members of an organization may make projects. */
const admin = 8

/** Makes a project with made-up data, shows how far it is, and leads there. */
export function MakeDemoProject(): ReactNode {
  const { organization } = useMe()
  if (!organization) return null
  if ((organization.membership_level ?? 1) < admin) {
    return (
      <Text size="sm" c="dimmed">
        Admins of {organization.name} can make a demo project.
      </Text>
    )
  }
  return <OfOrganization organizationId={organization.id} />
}

function OfOrganization({ organizationId }: { organizationId: string }): ReactNode {
  const latest = useQuery(demoProjectsQuery(organizationId))
  const make = useMakeDemo(organizationId)
  const last = latest.data?.last
  const there = latest.data?.there
  useNewProject(last)
  if (latest.isError) {
    return (
      <LoadError
        what="whether there is a demo project"
        error={latest.error}
        retry={() => void latest.refetch()}
      />
    )
  }
  if (last && isUnderWay(last)) return <UnderWay organizationId={organizationId} demo={last} />
  return (
    <Stack gap="xs" align="flex-start">
      <Problem error={last?.state === 'failed' && last.error} lead="The demo project could not be made:" />
      {there && (
        <Text size="sm" role="status">
          “{there.name}” is there: {number(there.events)} events of {number(there.people)} people.
        </Text>
      )}
      <Group gap="xs">
        {there && (
          <Button component={Link} to={`/project/${there.project}/dashboard`}>
            Open the demo project
          </Button>
        )}
        <Button
          variant="default"
          disabled={latest.isPending}
          loading={make.isPending}
          onClick={() => make.mutate()}
        >
          {there ? 'Make another' : 'Make a demo project'}
        </Button>
      </Group>
      <Problem error={make.error} />
    </Stack>
  )
}

function UnderWay({ organizationId, demo }: { organizationId: string; demo: DemoProject }): ReactNode {
  const stop = useStopDemo(organizationId)
  const percent = Math.floor(demo.progress * 100)
  const isStopping = demo.state === 'stopping'
  return (
    <Stack gap="xs" maw={460}>
      <Progress.Root size="lg">
        <Progress.Section value={percent} aria-label="How far the demo project is" />
      </Progress.Root>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          {isStopping
            ? 'Stopping, and deleting what there is…'
            : `${number(demo.events)} events, ${percent} %${left(demo)}`}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          disabled={isStopping}
          loading={stop.isPending}
          onClick={() => stop.mutate(demo.id)}
        >
          Stop
        </Button>
      </Group>
      <Problem error={stop.error} />
    </Stack>
  )
}

/** How long it will take, once that can be told. */
function left({ progress, created_at: begun }: DemoProject): string {
  if (progress < 0.05) return ''
  const seconds = ((Date.now() - Date.parse(begun)) / 1000 / progress) * (1 - progress)
  return `, ${Math.max(1, Math.round(seconds))} s left`
}

/** The user's record names the projects there are: it is read again when one has come or gone. */
function useNewProject(demo: DemoProject | null | undefined): void {
  const client = useQueryClient()
  const state = demo && `${demo.id} ${demo.state}`
  const before = useRef(state)
  useEffect(() => {
    if (state && before.current !== undefined && before.current !== state) {
      void client.invalidateQueries({ queryKey: meQuery.queryKey })
    }
    before.current = state
  }, [client, state])
}
