import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import { duration } from '../numbers.ts'
import styles from './insight.module.css'

const TimeChart = lazy(async () => ({ default: (await import('../chart/time-chart.tsx')).TimeChart }))

export type FunnelTimes = { bins?: [number, number][]; average_conversion_time?: number | null }

/** How long people took from one step to another. */
export function FunnelTimesChart({ result, height }: { result: FunnelTimes; height?: number }): ReactNode {
  const { bins = [], average_conversion_time: average } = result
  const { days, axis, series } = useMemo(() => {
    const found = result.bins ?? []
    const starts = found.map(([start]) => String(start))
    const until = (start: string) => found[starts.indexOf(start) + 1]?.[0]
    const name = (start: string) => {
      const end = until(start)
      const from = duration(Number(start))
      return end === undefined ? `${from} or more` : `${from} to ${duration(end)}`
    }
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
          summary={`How long it took ${people} people. ${mean}`}
          height={height}
        />
      </Suspense>
      <p className="muted small">{mean}</p>
    </div>
  )
}
