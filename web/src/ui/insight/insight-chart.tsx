import { useComputedColorScheme } from '@mantine/core'
import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import { isUnfinished } from '../chart/buckets.ts'
import { number } from '../numbers.ts'
import { lookOf as colourOf } from '../palette.ts'
import { BarList } from './bar-list.tsx'
import styles from './insight.module.css'
import { type Series, seriesOf } from './series.ts'
import { type InsightLook, insightName, lookOf, type ShownInsight } from './shown.ts'
import { FunnelSteps, PathEdges, RetentionTable, RowsTable } from './tables.tsx'

const TimeChart = lazy(async () => ({ default: (await import('../chart/time-chart.tsx')).TimeChart }))

const MOST_SERIES = 12
const oneFigure = new Set(['ActionsTable', 'ActionsPie', 'ActionsBarValue', 'WorldMap'])
const bars = new Set(['ActionsBar', 'ActionsStackedBar', 'ActionsUnstackedBar'])

/** The answer of a saved insight, drawn by its kind. Without one, nothing. */
export function InsightChart({
  insight,
  timeZone,
  height = 220,
  legend = true,
}: {
  insight: ShownInsight
  timeZone: string
  /** Of a chart over time, pixels; everything else fills its box. */
  height?: number
  legend?: boolean
}): ReactNode {
  const { result } = insight
  const look = useMemo(() => lookOf(insight), [insight])
  const series = useMemo(() => seriesOf(result), [result])
  if (result === null || result === undefined) return null
  const rows = Array.isArray(result) ? result : []
  const isEmpty = Array.isArray(result) && result.length === 0
  if (isEmpty) return <div className={styles.center}>No data in this period.</div>
  const overTime = (kind: 'line' | 'bar') => (
    <OverTime
      {...{ insight, look, series, timeZone, height, kind }}
      legend={legend && (series.length > 1 || kind === 'bar')}
    />
  )
  switch (look.kind) {
    case 'trends':
      if (look.display === 'BoldNumber') return <Figures series={series} />
      if (oneFigure.has(look.display)) return <BarList bars={series.map(asBar)} />
      return overTime(bars.has(look.display) ? 'bar' : 'line')
    case 'lifecycle':
      return overTime('bar')
    case 'stickiness':
      return (
        <BarList
          bars={series.flatMap(({ key, label, data, labels, slot }) =>
            data.map((value, at) => ({
              key: `${key}/${at}`,
              label: series.length > 1 ? `${label}, ${labels[at]}` : (labels[at] ?? ''),
              value,
              slot,
            })),
          )}
        />
      )
    case 'funnel':
      if (!Array.isArray(result)) return <Times result={result as { bins?: [number, number][] }} />
      if ((rows[0] as { days?: unknown })?.days) return overTime('line')
      return <FunnelSteps result={rows} />
    case 'retention':
      return <RetentionTable rows={rows} />
    case 'paths':
      return <PathEdges edges={rows} />
    case 'table':
      return <RowsTable columns={insight.columns ?? []} rows={rows} />
    default:
      return <div className={styles.center}>This kind of insight is not drawn here.</div>
  }
}

const asBar = ({ key, label, figure, slot }: Series) => ({ key, label, value: figure, slot })

function Figures({ series }: { series: Series[] }): ReactNode {
  return (
    <div className={styles.numbers}>
      {series.map(({ key, label, figure }) => (
        <div key={key}>
          <div className={styles.big}>{number(figure)}</div>
          <div className="muted">{label}</div>
        </div>
      ))}
    </div>
  )
}

/** How long people took, in spans of seconds. */
function Times({ result }: { result: { bins?: [number, number][] } }): ReactNode {
  const bins = result.bins ?? []
  if (bins.length === 0) return <div className={styles.center}>Nobody got through in this period.</div>
  return (
    <BarList
      bars={bins.map(([from, count]) => ({ key: String(from), label: `${number(from)} s`, value: count }))}
    />
  )
}

function OverTime({
  insight,
  look,
  series,
  timeZone,
  height,
  kind,
  legend,
}: {
  insight: ShownInsight
  look: InsightLook
  series: Series[]
  timeZone: string
  height: number
  kind: 'line' | 'bar'
  legend: boolean
}): ReactNode {
  const scheme = useComputedColorScheme('light')
  const drawn = useMemo(() => series.slice(0, MOST_SERIES), [series])
  const days = useMemo(() => drawn.find((one) => one.days.length)?.days ?? [], [drawn])
  const last = days.at(-1)
  const readAt = insight.last_refresh ? Date.parse(insight.last_refresh) : Date.now()
  const ends = drawn.slice(0, 5).map(({ label, data }) => `${label} ends at ${number(data.at(-1) ?? 0)}`)
  return (
    <div className={styles.filled}>
      <Suspense fallback={<div style={{ height }} />}>
        <TimeChart
          series={drawn}
          days={days}
          interval={look.interval}
          kind={kind}
          unfinished={last !== undefined && isUnfinished(last, look.interval, timeZone, readAt)}
          timeZone={timeZone}
          summary={`${insightName(insight)}: ${days.length} buckets by ${look.interval}. ${ends.join('; ')}.`}
          height={height}
        />
      </Suspense>
      {legend && (
        <ul className={styles.legend}>
          {drawn.map(({ key, label, slot, previous }) => (
            <li key={key}>
              <span
                className={styles.swatch}
                style={{ background: colourOf(slot, scheme).color, opacity: previous ? 0.45 : 1 }}
              />
              <span className="cut">{label}</span>
            </li>
          ))}
          {series.length > drawn.length && <li>and {number(series.length - drawn.length)} more</li>}
        </ul>
      )}
    </div>
  )
}
