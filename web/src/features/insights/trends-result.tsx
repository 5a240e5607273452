import { type UseQueryResult, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useMemo, useRef } from 'react'
import type { TrendsAnswer, TrendsQuery } from '../../api/types.ts'
import { isUnfinished } from '../../ui/chart/buckets.ts'
import { rangeLabel } from '../../ui/date-range.tsx'
import { counted, number } from '../../ui/numbers.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'
import { DetailsTable } from './details-table.tsx'
import { trendsQuery } from './queries.ts'
import { type Row, rowsOf } from './series.ts'
import styles from './trends-page.module.css'

const TimeChart = lazy(async () => ({ default: (await import('../../ui/chart/time-chart.tsx')).TimeChart }))

type Answer = TrendsAnswer & { tookMs: number; at: number }

/** The answer: chart, number or table, and under a chart the figures it is drawn from. */
export function TrendsResult({
  projectId,
  query,
  trend,
  timeZone,
  hidden,
  onHidden,
}: {
  projectId: number
  query: TrendsQuery
  trend: UseQueryResult<Answer>
  timeZone: string
  hidden: string[]
  onHidden: (keys: string[]) => void
}): ReactNode {
  const client = useQueryClient()
  const slots = useRef(new Map<string, number>())
  const rows = useMemo(
    () => (trend.data ? rowsOf(query, trend.data.results, slots.current) : []),
    [trend.data, query],
  )
  if (query.series.length === 0) {
    return (
      <div className={`card ${styles.hold}`}>
        <Empty title="Pick an event to see its trend.">
          Nothing arrived yet?{' '}
          <Link to="/project/$projectId/onboarding" params={{ projectId }}>
            Send your first event
          </Link>
        </Empty>
      </div>
    )
  }
  if (trend.isError) {
    return (
      <div className={`card ${styles.hold}`} style={{ padding: 16 }}>
        <LoadError what="this chart" error={trend.error} retry={() => void trend.refetch()} />
      </div>
    )
  }
  if (!trend.data) {
    return (
      <div className={`card ${styles.hold}`}>
        <Loading what="this chart" rows={8} height={24} />
      </div>
    )
  }
  return (
    <Shown
      query={query}
      answer={trend.data}
      rows={rows}
      timeZone={timeZone}
      hidden={hidden}
      onHidden={onHidden}
      busy={trend.isFetching}
      refresh={() => void client.prefetchQuery({ ...trendsQuery(projectId, query, true), staleTime: 0 })}
    />
  )
}

function Shown({
  query,
  answer,
  rows,
  timeZone,
  hidden,
  onHidden,
  busy,
  refresh,
}: {
  query: TrendsQuery
  answer: Answer
  rows: Row[]
  timeZone: string
  hidden: string[]
  onHidden: (keys: string[]) => void
  busy: boolean
  refresh: () => void
}): ReactNode {
  const display = query.trendsFilter?.display ?? 'ActionsLineGraph'
  const overTime = display === 'ActionsLineGraph' || display === 'ActionsBar'
  const days = answer.results.find((each) => each.days?.length)?.days ?? []
  const visible = useMemo(() => rows.filter((row) => !hidden.includes(row.key)), [rows, hidden])
  const lastDay = days.at(-1)
  const unfinished = lastDay !== undefined && isUnfinished(lastDay, query.interval, timeZone, answer.at)
  return (
    <>
      <div className={`card ${styles.chart}`} aria-busy={busy}>
        {busy && <div className={styles.busy} />}
        <div className={busy ? styles.dimmed : ''}>
          {rows.length === 0 ? (
            <Empty title={`No events match in ${rangeLabel(query.dateRange).toLowerCase()}.`}>
              Try a longer range, or fewer filters.
            </Empty>
          ) : display === 'BoldNumber' ? (
            <div className={styles.numbers}>
              {rows.map((row) => (
                <div key={row.key}>
                  <div className={styles.big}>{number(row.aggregated ?? 0)}</div>
                  <div className="muted">{row.label}</div>
                </div>
              ))}
            </div>
          ) : overTime && days.length > 0 ? (
            <Suspense fallback={<div style={{ height: 360 }} />}>
              <TimeChart
                series={visible}
                days={days}
                interval={query.interval}
                kind={display === 'ActionsBar' ? 'bar' : 'line'}
                unfinished={unfinished}
                timeZone={timeZone}
                summary={summary(rows, query, days)}
              />
            </Suspense>
          ) : (
            <DetailsTable rows={rows} days={[]} query={query} unfinished={false} />
          )}
        </div>
        <p className={styles.foot}>
          <span>
            {unfinished && overTime ? 'The last bucket is not over: it is drawn dashed or pale. ' : ''}
            Time zone {timeZone}
          </span>
          <span>
            As of <RelativeTime at={answer.last_refresh} timeZone={timeZone} />
            {answer.is_cached ? ', from the cache' : ''} · {number(answer.tookMs)} ms ·{' '}
            {counted(answer.statistics.rows_read, 'row')} read ·{' '}
            <button type="button" className={styles.again} onClick={refresh}>
              Refresh
            </button>
          </span>
        </p>
      </div>
      {overTime && rows.length > 0 && (
        <div className={`card ${styles.details}`}>
          <DetailsTable
            rows={rows}
            days={days}
            query={query}
            unfinished={unfinished}
            hidden={hidden}
            onHidden={onHidden}
          />
        </div>
      )}
    </>
  )
}

function summary(rows: Row[], query: TrendsQuery, days: string[]): string {
  const range = rangeLabel(query.dateRange).toLowerCase()
  const parts = rows.slice(0, 5).map((row) => {
    const high = Math.max(...row.data)
    return `${row.label}: ends at ${number(row.data.at(-1) ?? 0)}, at most ${number(high)}`
  })
  return `Trend of ${rows.length} series over ${range}, ${days.length} buckets by ${query.interval}. ${parts.join('; ')}. The table below has every figure.`
}
