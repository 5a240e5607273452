import { Button, Stack, Text } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { useUpdateProject } from '../../api/project.ts'
import { useStarterDashboard } from '../../api/saved.ts'
import type { EventRow } from '../../api/types.ts'
import { Problem } from '../../ui/problem.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { sayFailed } from '../../ui/undo.tsx'
import styles from './start-page.module.css'

const SECONDS_BEFORE_HELP = 30

/**
 * Waits for the first event in words, and turns into what arrived. It is as high then as before, so that nothing around it
 * moves while somebody reads.
 */
export function Listening({
  projectId,
  timeZone,
  event,
  host,
  keyEnd,
  children,
}: {
  projectId: number
  timeZone: string
  event: EventRow | null
  host: string
  keyEnd: string
  /** What else can be done meanwhile. */
  children: ReactNode
}): ReactNode {
  const seconds = useSeconds(event === null)
  return (
    <Stack gap="sm">
      <div className={styles.state} role="status">
        {event ? <IconCircleCheck size={20} aria-hidden /> : <span className={styles.pulse} aria-hidden />}
        <strong>{event ? 'First event received' : 'Waiting for the first event…'}</strong>
      </div>
      <p className={styles.said}>
        {event ? (
          <>
            The newest is{' '}
            <Link to="/project/$projectId/events/$uuid" params={{ projectId, uuid: event.id }}>
              {event.event}
            </Link>{' '}
            from {event.distinct_id}, <RelativeTime at={event.timestamp} timeZone={timeZone} />.
          </>
        ) : (
          <span className="muted">This page notices by itself. Nothing yet after {seconds}&nbsp;s.</span>
        )}
      </p>
      <BuildDashboard projectId={projectId} disabled={!event} />
      <Button component={Link} to={`/project/${projectId}/activity`} variant="default">
        See live events
      </Button>
      {event ? (
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
      ) : (
        <Button variant="default" disabled>
          Draw its trend
        </Button>
      )}
      {children}
      <details className={styles.help} style={{ visibility: event ? 'hidden' : undefined }}>
        <summary>
          {seconds >= SECONDS_BEFORE_HELP ? (
            <strong>Not arriving? Four things to look at</strong>
          ) : (
            'Not arriving?'
          )}
        </summary>
        <ul>
          <li>
            The host must be <code>{host}</code>
          </li>
          <li>
            The key must end in <code>{keyEnd}</code>
          </li>
          <li>An ad blocker may stop requests from your page: try another browser</li>
          <li>Sending from localhost is fine</li>
        </ul>
      </details>
    </Stack>
  )
}

/** A dashboard for what arrived, and the way there. */
function BuildDashboard({ projectId, disabled }: { projectId: number; disabled: boolean }): ReactNode {
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
      <Button fullWidth disabled={disabled} loading={starter.isPending} onClick={build}>
        Build my dashboard
      </Button>
      <Text size="xs" c="dimmed" mt={4}>
        Made from the events that arrive: who comes, what they do, and whether they come back.
      </Text>
      <Problem error={starter.error} />
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
