import { useComputedColorScheme } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { type Axis, bucketName, type Interval, tick } from './buckets.ts'
import { init } from './echarts.ts'
import styles from './time-chart.module.css'
import {
  type ChartKind,
  type ChartSeries,
  chartOption,
  plainValues,
  seriesAt,
  type ValueNames,
} from './time-chart-option.ts'

/** A remark at a bucket. */
export type Note = { at: number; text: string }
const none: Note[] = []

/**
 * Lines or stacked bars over time. The last bucket is drawn dashed or pale while it still runs. With the keyboard:
 * arrows move from bucket to bucket, and what stands there is said.
 */
export function TimeChart({
  series,
  days,
  interval = 'day',
  axis,
  values = plainValues,
  kind,
  unfinished = false,
  timeZone,
  summary,
  notes = none,
  onPick,
  onNote,
  height = 360,
}: {
  series: ChartSeries[]
  /** The starts of the buckets, as the API names them. */
  days: string[]
  interval?: Interval
  /** How buckets are called that are not of time. Has to stay the same object. */
  axis?: Axis
  /** Has to stay the same object. */
  values?: ValueNames
  kind: ChartKind
  /** Whether the last bucket still runs. */
  unfinished?: boolean
  timeZone?: string
  /** What the chart shows, in a sentence. */
  summary: string
  /** Has to stay the same object. */
  notes?: Note[]
  /** A click on a point (or bar), and Enter where the arrows are. */
  onPick?: (series: ChartSeries, at: number) => void
  /** A click below a bucket, at its name, and `A` where the arrows are. Has to stay the same. */
  onNote?: (at: number) => void
  /** In pixels, or all that its column has. */
  height?: number | 'fill'
}): ReactNode {
  const names = useMemo<Axis>(
    () => axis ?? { tick: (day) => tick(day, interval), name: (day) => bucketName(day, interval) },
    [axis, interval],
  )
  const scheme = useComputedColorScheme('light')
  const element = useRef<HTMLDivElement>(null)
  const chart = useRef<ReturnType<typeof init> | null>(null)
  const tapped = useRef<number | null>(null)
  const [at, setAt] = useState<number | null>(null)
  const opens = onPick !== undefined

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
    const start = performance.now()
    chart.current?.setOption(
      chartOption({
        series,
        days,
        axis: names,
        values,
        kind,
        unfinished,
        notes: byBucket(notes),
        where: timeZone,
        hint: opens && isTouched() ? 'Tap again for the people' : undefined,
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
    // for the browser's profiler, and for the test that looks how long charts take: the last one is enough
    performance.clearMeasures('chart drawn')
    performance.measure('chart drawn', { start })
  }, [series, days, names, values, kind, unfinished, notes, timeZone, opens, scheme])

  useEffect(() => {
    const made = chart.current
    if (!made || !onPick) return
    /** With a finger the first tap tells what stands there, as a pointer does that is moved over it. */
    const tells = (event: Raw | undefined, bucket: number): boolean => {
      const isFirst = isTouch(event) && tapped.current !== bucket
      tapped.current = isFirst ? bucket : null
      return isFirst
    }
    if (kind === 'bar') {
      const pickBar = ({ seriesId, dataIndex, event }: Clicked) => {
        const picked = series.find(({ key }) => key === seriesId)
        if (picked && !tells(event?.event, dataIndex)) onPick(picked, dataIndex)
      }
      made.on('click', pickBar)
      return () => void made.off('click', pickBar)
    }
    const pick = ({ offsetX, offsetY, event }: { offsetX: number; offsetY: number; event?: Raw }) => {
      if (!made.containPixel('grid', [offsetX, offsetY])) return
      const [at, value] = made.convertFromPixel('grid', [offsetX, offsetY]) as [number, number]
      const picked = seriesAt(series, at, value, kind)
      if (picked && !tells(event, at)) onPick(picked, at)
    }
    const canvas = made.getZr()
    canvas.on('click', pick)
    return () => canvas.off('click', pick)
  }, [series, kind, onPick])

  useEffect(() => {
    const made = chart.current
    if (!made || !onNote) return
    const bucketBelow = ({ offsetX, offsetY }: { offsetX: number; offsetY: number }): number | null => {
      // where nothing is drawn is in the grid for sure: what is lower, and not in it, is at the names
      const zero = Number(made.convertToPixel({ yAxisIndex: 0 }, 0))
      if (offsetY < zero || !made.containPixel('grid', [offsetX, zero - 1])) return null
      if (made.containPixel('grid', [offsetX, offsetY])) return null
      const at = Math.round(Number(made.convertFromPixel({ xAxisIndex: 0 }, offsetX)))
      return at >= 0 && at < days.length ? at : null
    }
    const canvas = made.getZr()
    const click = (place: { offsetX: number; offsetY: number }) => {
      const below = bucketBelow(place)
      if (below !== null) onNote(below)
    }
    const move = (place: { offsetX: number; offsetY: number }) => {
      if (bucketBelow(place) !== null) canvas.setCursorStyle('copy')
    }
    canvas.on('click', click)
    canvas.on('mousemove', move)
    return () => {
      canvas.off('click', click)
      canvas.off('mousemove', move)
    }
  }, [days, onNote])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'a' && !event.ctrlKey && !event.metaKey && at !== null) onNote?.(at)
    if (event.key === 'Enter' && at !== null && series[0]) onPick?.(series[0], at)
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
      : `${names.name(days[at])}: ${[
          ...series.map((each) => `${each.label} ${values.full(each.data[at] ?? 0)}`),
          ...notes.filter((note) => note.at === at).map(({ text }) => text),
        ].join(', ')}`

  return (
    <figure className={height === 'fill' ? `${styles.figure} ${styles.fills}` : styles.figure}>
      {/* biome-ignore-start lint/a11y: a chart's arrows move from bucket to bucket, and no element stands for that */}
      <div
        className={styles.focus}
        role="group"
        aria-roledescription="chart"
        aria-label={summary}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div
          ref={element}
          role="img"
          aria-label={summary}
          className={onPick ? styles.pickable : undefined}
          style={{ height: height === 'fill' ? '100%' : height }}
        />
      </div>
      {/* biome-ignore-end lint/a11y: see above */}
      <div className="visually-hidden" aria-live="polite">
        {said}
      </div>
    </figure>
  )
}

/** The browser's event, and what ECharts says of it. */
type Raw = { zrByTouch?: boolean; pointerType?: string }
type Clicked = { seriesId?: string; dataIndex: number; event?: { event?: Raw } }

const isTouch = (event: Raw | undefined): boolean =>
  event?.zrByTouch === true || event?.pointerType === 'touch'
/** Whether fingers are what there is to point with. */
const isTouched = (): boolean => window.matchMedia('(hover: none)').matches

function byBucket(notes: Note[]): Map<number, string[]> {
  const found = new Map<number, string[]>()
  for (const { at, text } of notes) found.set(at, [...(found.get(at) ?? []), text])
  return found
}
