import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import { isUnfinished } from '../chart/buckets.ts'
import { type NotesOf, useNotes } from '../chart/notes.ts'
import type { ChartKind, ValueNames } from '../chart/time-chart-option.ts'
import { number, percent } from '../numbers.ts'
import { wallClock } from '../time.ts'
import { BarList } from './bar-list.tsx'
import { FunnelSteps, type Step } from './funnel-steps.tsx'
import { type FunnelTimes, FunnelTimesChart } from './funnel-times.tsx'
import styles from './insight.module.css'
import { Legend, useDrawn } from './legend.tsx'
import { PathChart } from './path-chart.tsx'
import { Pie } from './pie.tsx'
import { RetentionTable } from './retention-table.tsx'
import { RowsChart } from './rows-chart.tsx'
import { RowsTable } from './rows-table.tsx'
import { viewOfNode } from './rows-view.ts'
import type { Edge } from './sankey.ts'
import { type Series, seriesOf, valueName } from './series.ts'
import { type InsightLook, insightName, lookOf, type ShownInsight } from './shown.ts'
import { WorldMap } from './world-map.tsx'

const TimeChart = lazy(async () => ({ default: (await import('../chart/time-chart.tsx')).TimeChart }))

/** Pixels that a chart leaves for its legend. */
const LEGEND = 40
const kinds: Record<string, ChartKind> = {
  ActionsBar: 'bar',
  ActionsStackedBar: 'bar',
  ActionsUnstackedBar: 'bar',
  ActionsAreaGraph: 'area',
}
/** Of those who entered a funnel, in percent as the API says them. */
const percents: ValueNames = {
  short: (value) => `${value} %`,
  full: (value) => percent(value / 100),
  most: 100,
}

/** The answer of a saved insight, drawn by its kind. Without one, nothing. */
export function InsightChart({
  insight,
  timeZone,
  height = 220,
  legend = true,
  notesOf,
}: {
  insight: ShownInsight
  timeZone: string
  /** Of a chart over time, pixels; everything else fills its box. */
  height?: number
  legend?: boolean
  /** Whose remarks stand on charts over time; none where they are not to be seen. */
  notesOf?: NotesOf
}): ReactNode {
  const { result } = insight
  const look = useMemo(() => lookOf(insight), [insight])
  const series = useMemo(() => seriesOf(result, look.ranges), [result, look])
  if (result === null || result === undefined) return null
  const rows = Array.isArray(result) ? result : []
  const isEmpty = Array.isArray(result) && result.length === 0
  if (isEmpty) return <div className={styles.center}>No data in this period.</div>
  const overTime = (kind: ChartKind, own: Series[] = series, values?: ValueNames) => (
    <OverTime
      {...{ insight, look, series: own, timeZone, height, kind, values, notesOf }}
      legend={legend && (own.length > 1 || kind === 'bar')}
    />
  )
  switch (look.kind) {
    case 'trends':
      if (look.display === 'BoldNumber') return <Figures series={series} />
      if (look.display === 'ActionsTable') {
        return (
          <RowsTable
            columns={['Series', 'Total']}
            rows={series.map(({ label, figure }) => [label, figure])}
          />
        )
      }
      if (look.display === 'ActionsPie') return <Pie parts={series.map(asBar)} />
      if (look.display === 'ActionsBarValue') return <BarList bars={series.map(asBar)} />
      if (look.display === 'WorldMap') return <Countries series={series} height={height} />
      if (look.display === 'ActionsUnstackedBar') return overTime('bar', sideBySide(series))
      return overTime(kinds[look.display] ?? 'line')
    case 'lifecycle':
      return overTime(
        'bar',
        series.filter(({ status = '' }) => look.statuses?.includes(status) ?? true),
      )
    case 'stickiness':
      return <Stickiness series={series} legend={legend} height={height} name={insightName(insight)} />
    case 'funnel':
      if (!Array.isArray(result)) return <FunnelTimesChart result={result as FunnelTimes} height={height} />
      if ((rows[0] as { days?: unknown })?.days) return overTime('line', named(series, rows), percents)
      return (
        <FunnelSteps result={rows as Step[] | Step[][]} reference={look.reference} isSmall={height < 300} />
      )
    case 'retention':
      return <RetentionTable rows={rows} period={look.period} now={wallClock(readAt(insight), timeZone)} />
    case 'paths':
      return <PathChart edges={rows as Edge[]} least={height} />
    case 'table': {
      const columns = insight.columns ?? []
      const view = viewOfNode(insight.query)
      return view ? (
        <RowsChart columns={columns} rows={rows} view={view} height={height} name={insightName(insight)} />
      ) : (
        <RowsTable columns={columns} rows={rows} />
      )
    }
    default:
      return <div className={styles.center}>This kind of insight is not drawn here.</div>
  }
}

const readAt = ({ last_refresh: at }: ShownInsight): number => (at ? Date.parse(at) : Date.now())

/** Bars of one stack stand on each other: here each has its own. */
export const sideBySide = <T extends { key: string; stack?: string }>(series: T[]): T[] =>
  series.map((each) => ({ ...each, stack: each.key }))

/** Lines of a funnel over time have no name but their value. */
const named = (series: Series[], rows: { breakdown_value?: unknown }[]): Series[] =>
  series.map((each, at) => ({
    ...each,
    label: rows[at]?.breakdown_value === undefined ? 'Got through' : valueName(rows[at].breakdown_value),
    slot: at,
  }))

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

/** The first series by country. */
function Countries({ series, height }: { series: Series[]; height: number }): ReactNode {
  const regions = useMemo(
    () =>
      series
        .filter(({ stack }) => stack === series[0]?.stack)
        .map(({ label, figure }) => ({ code: label.split(' · ').at(-1) ?? label, value: figure })),
    [series],
  )
  return <WorldMap regions={regions} height={height + LEGEND} />
}

/** How many were there on so many intervals. */
function Stickiness({
  series,
  legend,
  height,
  name,
}: {
  series: Series[]
  legend: boolean
  height: number
  name: string
}): ReactNode {
  const labels = useMemo(() => series[0]?.labels ?? [], [series])
  const axis = useMemo(() => ({ tick: (label: string) => label, name: (label: string) => label }), [])
  const shown = useDrawn(series)
  const drawn = useMemo(() => sideBySide(shown.drawn), [shown.drawn])
  return (
    <div className={styles.charted} style={{ minHeight: height }}>
      <Suspense fallback={<div style={{ flex: 1 }} />}>
        <TimeChart
          series={drawn}
          days={labels}
          axis={axis}
          kind="bar"
          summary={`${name}: people by on how many intervals they were there.`}
          height="fill"
        />
      </Suspense>
      {legend && series.length > 1 && <Legend {...shown.legend} />}
    </div>
  )
}

function OverTime({
  insight,
  look,
  series,
  timeZone,
  height,
  kind,
  values,
  legend,
  notesOf,
}: {
  insight: ShownInsight
  look: InsightLook
  series: Series[]
  timeZone: string
  height: number
  kind: ChartKind
  values?: ValueNames
  legend: boolean
  notesOf: NotesOf | undefined
}): ReactNode {
  const { drawn, legend: listed } = useDrawn(series)
  const days = useMemo(() => series.find((one) => one.days.length)?.days ?? [], [series])
  const notes = useNotes(notesOf, days, look.interval, timeZone)
  const last = days.at(-1)
  const ends = drawn.slice(0, 5).map(({ label, data }) => `${label} ends at ${number(data.at(-1) ?? 0)}`)
  return (
    <div className={styles.charted} style={{ minHeight: height }}>
      <Suspense fallback={<div style={{ flex: 1 }} />}>
        <TimeChart
          series={drawn}
          days={days}
          interval={look.interval}
          kind={kind}
          values={values}
          unfinished={last !== undefined && isUnfinished(last, look.interval, timeZone, readAt(insight))}
          timeZone={timeZone}
          notes={notes}
          summary={`${insightName(insight)}: ${days.length} buckets by ${look.interval}. ${ends.join('; ')}.`}
          height="fill"
        />
      </Suspense>
      {legend && <Legend {...listed} />}
    </div>
  )
}
