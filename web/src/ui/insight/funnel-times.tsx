import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import { duration } from '../numbers.ts'
import styles from './insight.module.css'
import { tookName } from './people.ts'

const TimeChart = lazy(async () => ({ default: (await import('../chart/time-chart.tsx')).TimeChart }))

export type FunnelTimes = { bins?: [number, number][]; average_conversion_time?: number | null }

/** How long people took from one step to another. */
export function FunnelTimesChart({
  result,
  height,
  onPeople,
}: {
  result: FunnelTimes
  height?: number
  /** Opens those who took so long, from and below how many seconds. */
  onPeople?: (took: number[]) => void
}): ReactNode {
  const { bins = [], average_conversion_time: average } = result
  const { days, axis, series } = useMemo(() => {
    const found = result.bins ?? []
    const starts = found.map(([start]) => String(start))
    const until = (start: string) => found[starts.indexOf(start) + 1]?.[0]
    const name = (start: string) => tookName(Number(start), until(start))
    return {
      days: starts,
      axis: { tick: (start: string) => duration(Number(start)), name },
      series: [{ key: 'people', label: 'People', data: found.map(([, count]) => count), slot: 0 }],
    }
  }, [result])
  const people = bins.reduce((sum, [, count]) => sum + count, 0)
  if (people === 0) return <div className={styles.center}>Nobody got through in this period.</div>
  const mean = average === null || average === undefined ? '' : `On average ${duration(average)}.`
  return (
    <div className={styles.filled}>
      <Suspense fallback={<div style={{ height: height ?? 360 }} />}>
        <TimeChart
          series={series}
          days={days}
          axis={axis}
          kind="bar"
          onPick={onPeople && ((_, at) => onPeople(bins.slice(at, at + 2).map(([start]) => start)))}
          summary={`How long it took ${people} people. ${mean}`}
          height={height}
        />
      </Suspense>
      <p className="muted small">{mean}</p>
    </div>
  )
}
