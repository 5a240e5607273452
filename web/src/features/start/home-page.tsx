import { Box, Button, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense } from 'react'
import { ask } from '../../api/ask.ts'
import { eventsQuery } from '../../api/events.ts'
import type { TrendsQuery } from '../../api/questions.ts'
import { lastViewedQuery } from '../../api/saved.ts'
import { useMe, useProject } from '../../api/session.ts'
import type { TrendsAnswer } from '../../api/types.ts'
import { isUnfinished } from '../../ui/chart/buckets.ts'
import { MakeDemoProject } from '../../ui/demo-project.tsx'
import { EventTable } from '../../ui/event-table.tsx'
import { insightName, kindName } from '../../ui/insight/shown.ts'
import { counted, number } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'
import styles from './home-page.module.css'

const TimeChart = lazy(async () => ({ default: (await import('../../ui/chart/time-chart.tsx')).TimeChart }))

/** What the home page asks: all events and everyone who sent them, in the last two weeks. */
const overview: TrendsQuery = {
  kind: 'TrendsQuery',
  series: [
    { kind: 'EventsNode', event: null, math: 'total' },
    { kind: 'EventsNode', event: null, math: 'dau' },
  ],
  interval: 'day',
  dateRange: { date_from: '-14d' },
}

/**
 * How the project is doing at a glance; where nothing has arrived, the way to the first event.
 * @param board the project's dashboard, with what comes below it
 */
export function HomePage({ board }: { board: (below: ReactNode) => ReactNode }): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/home' })
  const me = useMe()
  const project = useProject(projectId)
  const timeZone = project?.timezone ?? 'UTC'
  const newest = useQuery({ ...eventsQuery(projectId, { limit: 8 }), refetchInterval: 5000 })
  const none = newest.data?.results.length === 0
  return (
    <Page
      title={`Hello, ${me.first_name || me.email}`}
      about={project ? `This is ${project.name}.` : undefined}
    >
      {newest.isPending ? (
        <Loading what="your home page" rows={10} />
      ) : none ? (
        <div className="card">
          <Empty title="Send your first event.">
            It takes about two minutes: pick an SDK, copy a few lines, and watch it arrive.
            <div>
              <Button component={Link} to={`/project/${projectId}/onboarding`} mt="sm">
                Get started
              </Button>
            </div>
          </Empty>
          <section className={styles.demo} aria-labelledby="demo">
            <h2 id="demo" className={styles.title}>
              No site at hand?
            </h2>
            <p className="muted small">
              A demo project has three months of a product that doesn't exist: 20,000 people, about a million
              events, funnels, flags and an experiment. It takes a minute or two.
            </p>
            <MakeDemoProject />
          </section>
        </div>
      ) : (
        <div className={styles.stack}>
          <Overviews projectId={projectId} timeZone={timeZone} />
          {board(
            <div className={styles.below}>
              <section aria-labelledby="newest" className="card">
                <Group justify="space-between" px="md" pt="sm">
                  <h2 id="newest" className={styles.title}>
                    Newest events
                  </h2>
                  <Link to="/project/$projectId/activity" params={{ projectId }}>
                    Live events
                  </Link>
                </Group>
                {newest.data ? (
                  <EventTable projectId={projectId} timeZone={timeZone} events={newest.data.results} />
                ) : newest.isError ? (
                  <Box p="md">
                    <LoadError what="events" error={newest.error} retry={() => void newest.refetch()} />
                  </Box>
                ) : (
                  <Loading what="events" />
                )}
              </section>
              <LastViewed projectId={projectId} />
            </div>,
          )}
        </div>
      )}
    </Page>
  )
}

/** The insights that one looked at last, to go on with. */
function LastViewed({ projectId }: { projectId: number }): ReactNode {
  const viewed = useQuery(lastViewedQuery(projectId))
  return (
    <section aria-labelledby="viewed" className="card">
      <Group justify="space-between" px="md" pt="sm">
        <h2 id="viewed" className={styles.title}>
          You looked at last
        </h2>
        <Link to="/project/$projectId/insights" params={{ projectId }}>
          Insights
        </Link>
      </Group>
      {viewed.data ? (
        viewed.data.length > 0 ? (
          <ul className={styles.viewed}>
            {viewed.data.map((insight) => (
              <li key={insight.id}>
                <Link
                  to="/project/$projectId/insights/$shortId"
                  params={{ projectId, shortId: insight.short_id }}
                >
                  {insightName(insight)}
                </Link>
                <div className="muted small">{kindName(insight)}</div>
              </li>
            ))}
          </ul>
        ) : (
          <Empty title="None yet.">
            <Link to="/project/$projectId/insights/new" params={{ projectId }}>
              Ask your first question
            </Link>
          </Empty>
        )
      ) : viewed.isError ? (
        <Box p="md">
          <LoadError what="insights" error={viewed.error} retry={() => void viewed.refetch()} />
        </Box>
      ) : (
        <Loading what="insights" rows={5} />
      )}
    </section>
  )
}

/** All events, and everyone who sent them. */
function Overviews({ projectId, timeZone }: { projectId: number; timeZone: string }): ReactNode {
  const trend = useQuery({
    queryKey: ['project', projectId, 'overview'],
    // beside the newest events, which somebody may just have sent
    queryFn: ({ signal }) => ask<TrendsAnswer>(projectId, overview, signal, 'force_blocking'),
    staleTime: 30_000,
  })
  if (trend.isError) {
    return <LoadError what="the overview" error={trend.error} retry={() => void trend.refetch()} />
  }
  return (
    <section className={styles.charts} aria-label="The last two weeks">
      {[0, 1].map((at) => (
        <Overview
          key={at}
          projectId={projectId}
          title={at === 0 ? 'Events' : 'Active people'}
          math={at === 0 ? 'total' : 'dau'}
          slot={at === 0 ? 0 : 2}
          series={trend.data?.results[at]}
          timeZone={timeZone}
        />
      ))}
    </section>
  )
}

function Overview({
  projectId,
  title,
  math,
  slot,
  series,
  timeZone,
}: {
  projectId: number
  title: string
  math: 'total' | 'dau'
  slot: number
  series: TrendsAnswer['results'][number] | undefined
  timeZone: string
}): ReactNode {
  const days = series?.days ?? []
  const today = series?.data.at(-1) ?? 0
  return (
    <div className={`card ${styles.chart}`}>
      <Group justify="space-between" align="flex-start">
        <div>
          <h2 className={styles.title}>{title}</h2>
          <div className={styles.today}>{series ? number(today) : '–'}</div>
          <div className="muted small">today so far</div>
        </div>
        <Link
          to="/project/$projectId/insights/new"
          params={{ projectId }}
          search={{
            q: { ...overview, series: [{ kind: 'EventsNode', event: null, math }] },
          }}
        >
          Open
        </Link>
      </Group>
      <div style={{ height: 180 }}>
        {series && (
          <Suspense>
            <TimeChart
              series={[{ key: title, label: title, data: series.data, slot }]}
              days={days}
              interval="day"
              kind="line"
              unfinished={days.length > 0 && isUnfinished(days.at(-1)!, 'day', timeZone, Date.now())}
              timeZone={timeZone}
              summary={`${title} of the last two weeks: ${counted(days.length, 'day')}, today ${number(today)} so far.`}
              height={180}
            />
          </Suspense>
        )}
      </div>
    </div>
  )
}
