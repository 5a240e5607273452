import { useComputedColorScheme } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { number } from '../numbers.ts'
import { bucketName, type Interval } from './buckets.ts'
import { init } from './echarts.ts'
import styles from './time-chart.module.css'
import { type ChartSeries, chartOption } from './time-chart-option.ts'

/**
 * Lines or stacked bars over time. The last bucket is drawn dashed or pale while it still runs. With the keyboard:
 * arrows move from bucket to bucket, and what stands there is said.
 */
export function TimeChart({
  series,
  days,
  interval,
  kind,
  unfinished,
  timeZone,
  summary,
  height = 360,
}: {
  series: ChartSeries[]
  /** The starts of the buckets, as the API names them. */
  days: string[]
  interval: Interval
  kind: 'line' | 'bar'
  /** Whether the last bucket still runs. */
  unfinished: boolean
  timeZone: string
  /** What the chart shows, in a sentence. */
  summary: string
  height?: number
}): ReactNode {
  const scheme = useComputedColorScheme('light')
  const element = useRef<HTMLDivElement>(null)
  const chart = useRef<ReturnType<typeof init> | null>(null)
  const [at, setAt] = useState<number | null>(null)

  useEffect(() => {
    if (!element.current) return
    const made = init(element.current)
    chart.current = made
    const resize = new ResizeObserver(() => made.resize())
    resize.observe(element.current)
    return () => {
      resize.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [])

  useEffect(() => {
    if (!element.current) return
    const style = getComputedStyle(element.current)
    const ink = (name: string) => style.getPropertyValue(name).trim()
    chart.current?.setOption(
      chartOption({
        series,
        days,
        interval,
        kind,
        unfinished,
        timeZone,
        scheme,
        ink: {
          text: ink('--text'),
          muted: ink('--muted'),
          border: ink('--border'),
          surface: ink('--surface'),
        },
      }),
      { notMerge: true },
    )
  }, [series, days, interval, kind, unfinished, timeZone, scheme])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      chart.current?.dispatchAction({ type: 'hideTip' })
      setAt(null)
    }
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
    event.preventDefault()
    const step = event.key === 'ArrowRight' ? 1 : -1
    const next = at === null ? days.length - 1 : Math.min(Math.max(at + step, 0), days.length - 1)
    setAt(next)
    chart.current?.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: next })
  }
  const said =
    at === null || !days[at]
      ? ''
      : `${bucketName(days[at], interval)}: ${series.map((each) => `${each.label} ${number(each.data[at] ?? 0)}`).join(', ')}`

  return (
    <figure className={styles.figure}>
      {/* biome-ignore-start lint/a11y: a chart's arrows move from bucket to bucket, and no element stands for that */}
      <div
        className={styles.focus}
        role="group"
        aria-roledescription="chart"
        aria-label={summary}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div ref={element} role="img" aria-label={summary} style={{ height }} />
      </div>
      {/* biome-ignore-end lint/a11y: see above */}
      <div className="visually-hidden" aria-live="polite">
        {said}
      </div>
    </figure>
  )
}
