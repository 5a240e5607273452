import { Button, Stack, Text } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { useUpdateProject } from '../../api/project.ts'
import { useStarterDashboard } from '../../api/saved.ts'
import type { EventRow } from '../../api/types.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { sentence } from '../../ui/states.tsx'
import { sayFailed } from '../../ui/undo.tsx'
import styles from './start-page.module.css'

const SECONDS_BEFORE_HELP = 30

/** Waits for the first event in words, and turns into what arrived. */
export function Listening({
  projectId,
  timeZone,
  event,
  host,
  keyEnd,
}: {
  projectId: number
  timeZone: string
  event: EventRow | null
  host: string
  keyEnd: string
}): ReactNode {
  const seconds = useSeconds(event === null)
  if (event) {
    return (
      <Stack gap="sm" role="status">
        <div className={styles.got}>
          <IconCircleCheck size={22} aria-hidden />
          <strong>First event received</strong>
        </div>
        <Text size="sm">
          The newest is{' '}
          <Link to="/project/$projectId/events/$uuid" params={{ projectId, uuid: event.id }}>
            {event.event}
          </Link>{' '}
          from {event.distinct_id}, <RelativeTime at={event.timestamp} timeZone={timeZone} />.
        </Text>
        <BuildDashboard projectId={projectId} />
        <Button component={Link} to={`/project/${projectId}/activity`} variant="default">
          See live events
        </Button>
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link
              to="/project/$projectId/insights/new"
              params={{ projectId }}
              search={{
                q: {
                  kind: 'TrendsQuery',
                  series: [{ kind: 'EventsNode', event: event.event, math: 'total' }],
                  interval: 'day',
                  dateRange: { date_from: '-7d' },
                },
              }}
              {...props}
            />
          )}
        >
          Draw its trend
        </Button>
      </Stack>
    )
  }
  return (
    <Stack gap="sm">
      <div className={styles.waiting} role="status">
        <span className={styles.pulse} aria-hidden />
        <strong>Waiting for the first event…</strong>
      </div>
      <Text size="sm" c="dimmed">
        This page notices by itself. Nothing yet after {seconds} s.
      </Text>
      {seconds >= SECONDS_BEFORE_HELP && (
        <div>
          <Text size="sm" fw={500}>
            Not arriving?
          </Text>
          <ul className={styles.help}>
            <li>
              The host must be <code>{host}</code>
            </li>
            <li>
              The key must end in <code>{keyEnd}</code>
            </li>
            <li>An ad blocker may stop requests from your page: try another browser</li>
            <li>Sending from localhost is fine</li>
          </ul>
        </div>
      )}
    </Stack>
  )
}

/** A dashboard for what arrived, and the way there. */
function BuildDashboard({ projectId }: { projectId: number }): ReactNode {
  const starter = useStarterDashboard(projectId)
  const project = useUpdateProject(projectId)
  const navigate = useNavigate()
  const build = () =>
    starter.mutate(undefined, {
      onSuccess: ({ id }) => {
        // it is about what this project sends: the home page shows it from now on
        project.mutate({ primary_dashboard: id }, { onError: sayFailed })
        void navigate({
          to: '/project/$projectId/dashboard/$dashboardId',
          params: { projectId, dashboardId: id },
        })
      },
    })
  return (
    <div>
      <Button fullWidth loading={starter.isPending} onClick={build}>
        Build my dashboard
      </Button>
      <Text size="xs" c="dimmed" mt={4}>
        From the events that have arrived: who comes, what they do, and whether they come back.
      </Text>
      {starter.isError && (
        <Text size="sm" c="var(--danger)" role="alert">
          {sentence(starter.error)}
        </Text>
      )}
    </div>
  )
}

function useSeconds(running: boolean): number {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => setSeconds((old) => old + 1), 1000)
    return () => clearInterval(timer)
  }, [running])
  return seconds
}
