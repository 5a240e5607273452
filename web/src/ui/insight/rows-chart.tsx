import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import { type Axis, bucketName, tick } from '../chart/buckets.ts'
import { number } from '../numbers.ts'
import styles from './insight.module.css'
import { chartKinds, drawnRows, type RowsView } from './rows-view.ts'

const TimeChart = lazy(async () => ({ default: (await import('../chart/time-chart.tsx')).TimeChart }))

const wholeDay = /^\d{4}-\d\d-\d\d(?:[T ]00:00:00(?:\.0+)?(?:Z|[+-]\d\d:?\d\d)?)?$/
const LONGEST_TICK = 16

const ofDays: Axis = { tick: (day) => tick(day, 'day'), name: (day) => bucketName(day, 'day') }
const asTheyAre: Axis = {
  tick: (text) => (text.length > LONGEST_TICK ? `${text.slice(0, LONGEST_TICK - 1)}…` : text),
  name: (text) => text,
}

/** Rows of SQL as a chart. */
export function RowsChart({
  columns,
  rows,
  view,
  height,
  name,
}: {
  columns: string[]
  rows: unknown[]
  view: RowsView
  height: number
  name: string
}): ReactNode {
  const { labels, series, left } = useMemo(() => drawnRows({ columns, rows }, view), [columns, rows, view])
  if (series.length === 0) {
    return <div className={styles.center}>None of the columns that are drawn is in the answer.</div>
  }
  const axis = labels.every((label) => wholeDay.test(label)) ? ofDays : asTheyAre
  return (
    <div className={styles.filled}>
      <Suspense fallback={<div style={{ height }} />}>
        <TimeChart
          series={series}
          days={labels}
          axis={axis}
          kind={chartKinds[view.display]}
          summary={`${name}: ${series.map(({ label }) => label).join(', ')} by ${view.x}, ${number(labels.length)} points.`}
          height={height}
        />
      </Suspense>
      {left > 0 && <p className="muted small">{number(left)} rows more are not drawn.</p>}
    </div>
  )
}
