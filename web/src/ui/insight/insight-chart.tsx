import { useComputedColorScheme } from '@mantine/core'
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef } from 'react'
import type { Pin } from '../../api/pin.ts'
import { isUnfinished } from '../chart/buckets.ts'
import { type NotesOf, useNotes } from '../chart/notes.ts'
import type { ChartKind, ValueNames } from '../chart/time-chart-option.ts'
import { number, percent } from '../numbers.ts'
import { lookOf as colorOf } from '../palette.ts'
import { ScrollRegion } from '../scroll-region.tsx'
import { wallClock } from '../time.ts'
import { BarList } from './bar-list.tsx'
import { BigNumbers } from './big-numbers.tsx'
import { FunnelSteps, type Step } from './funnel-steps.tsx'
import { type FunnelTimes, FunnelTimesChart } from './funnel-times.tsx'
import styles from './insight.module.css'
import { Legend, useDrawn } from './legend.tsx'
import { PathChart, pathActions } from './path-chart.tsx'
import { Pick } from './pick.tsx'
import { Pie } from './pie.tsx'
import { cohortName, type RetentionPeriod, type RetentionRow, retentionGroups } from './retention.ts'
import { RetentionTable } from './retention-table.tsx'
import { RowsChart } from './rows-chart.tsx'
import { RowsTable } from './rows-table.tsx'
import { viewOfNode } from './rows-view.ts'
import type { Edge } from './sankey.ts'
import { type Series, seriesOf, valueName } from './series.ts'
import { type InsightLook, insightName, lookOf, type ShownInsight } from './shown.ts'
import { WorldMap } from './world-map.tsx'

const TimeChart = lazy(async () => ({ default: (await import('../chart/time-chart.tsx')).TimeChart }))

/** Of a number: which it is. */
export type OnPeople = (pin: Pin) => void

/** Values of a breakdown whose cohorts have a table. */
const MOST_GROUPS = 10
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
  onPeople,
}: {
  insight: ShownInsight
  timeZone: string
  /** Of a chart over time, pixels; everything else fills its box. */
  height?: number
  legend?: boolean
  /** Whose remarks stand on charts over time; none where they are not to be seen. */
  notesOf?: NotesOf
  /** Opens the people behind a number; absent where nobody may see them. */
  onPeople?: OnPeople
}): ReactNode {
  const { result } = insight
  const look = useMemo(() => lookOf(insight), [insight])
  const series = useMemo(() => seriesOf(result, look.ranges, look.ofCohorts), [result, look])
  if (result === null || result === undefined) return null
  const rows = Array.isArray(result) ? result : []
  const isEmpty = Array.isArray(result) && result.length === 0
  if (isEmpty) return <div className={styles.center}>No data in this period.</div>
  const overTime = (kind: ChartKind, own: Series[] = series, values?: ValueNames) => (
    <OverTime
      {...{ insight, look, series: own, timeZone, height, kind, values, notesOf, onPeople }}
      legend={legend && (own.length > 1 || kind === 'bar')}
    />
  )
  switch (look.kind) {
    case 'trends':
      if (look.display === 'BoldNumber') return <BigNumbers figures={series.map(asBar(onPeople))} />
      if (look.display === 'ActionsTable') return <Totals series={series} onPeople={onPeople} />
      if (look.display === 'ActionsPie') return <Pie parts={ofNow(series).map(asBar(onPeople))} />
      if (look.display === 'ActionsBarValue') return <BarList bars={ofNow(series).map(asBar(onPeople))} />
      if (look.display === 'WorldMap') {
        return <Countries series={series} height={height} onPeople={onPeople} />
      }
      if (look.display === 'ActionsUnstackedBar') return overTime('bar', sideBySide(series))
      return overTime(kinds[look.display] ?? 'line')
    case 'lifecycle':
      return overTime(
        'bar',
        series.filter(({ status = '' }) => look.statuses?.includes(status) ?? true),
      )
    case 'stickiness':
      return (
        <Stickiness
          series={series}
          legend={legend}
          height={height}
          name={insightName(insight)}
          onPeople={onPeople}
        />
      )
    case 'funnel':
      if (!Array.isArray(result)) {
        return (
          <FunnelTimesChart
            result={result as FunnelTimes}
            height={height}
            onPeople={onPeople && ((took) => onPeople({ took }))}
          />
        )
      }
      if ((rows[0] as { days?: unknown })?.days) return overTime('line', named(series, rows), percents)
      return (
        <FunnelSteps
          result={rows as Step[] | Step[][]}
          reference={look.reference}
          isSmall={height < 300}
          onPeople={onPeople && ((step, breakdown) => onPeople({ step, breakdown }))}
        />
      )
    case 'retention':
      return (
        <Retention
          rows={rows}
          dimensions={look.ranges.length}
          period={look.period}
          now={wallClock(readAt(insight), timeZone)}
          onPeople={onPeople}
        />
      )
    case 'paths':
      return (
        <PathChart
          edges={rows as Edge[]}
          least={height}
          {...(onPeople && { onEdge: onEdge(onPeople), actions: pathActions(onPeople) })}
        />
      )
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

/** What a click on a series at one of its days opens; nothing where none of them has people. */
const pickIn = (series: Series[], onPeople: OnPeople | undefined, dayOf: (day: string) => Pin['day']) =>
  onPeople && series.some(({ pin }) => pin)
    ? ({ key }: { key: string }, at: number) => {
        const picked = series.find((one) => one.key === key)
        const day = picked?.days[at]
        if (picked?.pin && day !== undefined) onPeople({ ...picked.pin, day: dayOf(day) })
      }
    : undefined

const readAt = ({ last_refresh: at }: ShownInsight): number => (at ? Date.parse(at) : Date.now())

/** Bars of one stack stand on each other: here each has its own. */
export const sideBySide = <T extends { key: string; stack?: string }>(series: T[]): T[] =>
  series.map((each) => ({ ...each, stack: each.key }))

/** Lines of a funnel over time have no name but their value. */
const named = (series: Series[], rows: { breakdown_value?: Pin['breakdown'] }[]): Series[] =>
  series.map((each, at) => {
    const value = rows[at]?.breakdown_value
    return {
      ...each,
      label: value === undefined ? 'Got through' : valueName(value),
      slot: at,
      pin: value === undefined ? {} : { breakdown: value },
    }
  })

const pick = ({ pin }: Series, onPeople: OnPeople | undefined) => pin && onPeople && (() => onPeople(pin))

const asBar = (onPeople: OnPeople | undefined) => (one: Series) => ({
  key: one.key,
  of: one.of,
  label: one.label,
  value: one.figure,
  slot: one.slot,
  previous: one.previous,
  onPick: pick(one, onPeople),
})

/** Parts of a whole have no period before. */
export const ofNow = <T extends { previous?: boolean }>(series: T[]): T[] =>
  series.filter(({ previous }) => !previous)

/** A row for each series. */
function Totals({ series, onPeople }: { series: Series[]; onPeople?: OnPeople }): ReactNode {
  const scheme = useComputedColorScheme('light')
  return (
    <ScrollRegion label="Rows" className={styles.filled}>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Series</th>
            <th scope="col" className="num">
              Total
            </th>
          </tr>
        </thead>
        <tbody>
          {series.map((one) => (
            <tr key={one.key}>
              <td>
                <span className={styles.named}>
                  <span className={styles.swatch} style={{ background: colorOf(one.slot, scheme).color }} />
                  <span className="cut" title={one.label}>
                    {one.label}
                  </span>
                </span>
              </td>
              <td className="num">
                <Pick onPick={pick(one, onPeople)} what={one.label}>
                  {number(one.figure)}
                </Pick>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

/** The first series by country. */
function Countries({
  series,
  height,
  onPeople,
}: {
  series: Series[]
  height: number
  onPeople?: OnPeople
}): ReactNode {
  // the map is drawn anew for other regions only
  const latest = useRef(onPeople)
  useEffect(() => {
    latest.current = onPeople
  })
  const opens = onPeople !== undefined
  const regions = useMemo(
    () =>
      ofNow(series)
        .filter(({ stack }) => stack === series[0]?.stack)
        .map(({ label, figure, pin }) => ({
          code:
            typeof pin?.breakdown === 'string'
              ? valueName(pin.breakdown)
              : (label.split(' · ').at(-1) ?? label),
          value: figure,
          ...(opens && pin && { onPick: () => latest.current?.(pin) }),
        })),
    [series, opens],
  )
  return <WorldMap regions={regions} height={height + LEGEND} />
}

/** The cohorts, of each value of a breakdown by themselves. */
function Retention({
  rows,
  dimensions,
  period,
  now,
  onPeople,
}: {
  rows: RetentionRow[]
  /** By how many things the answer is broken down: of several the values come as one text. */
  dimensions: number
  period: RetentionPeriod
  now: string
  onPeople?: OnPeople
}): ReactNode {
  const groups = useMemo(() => retentionGroups(rows), [rows])
  const tables = groups.slice(0, MOST_GROUPS).map(({ value, rows: its }) => {
    const of = value === undefined ? {} : { breakdown: value }
    const table = (
      <RetentionTable
        key={value ?? ''}
        rows={its}
        period={period}
        now={now}
        onAll={
          onPeople && its[0]?.date ? (later) => onPeople({ ...of, ...(later > 0 && { later }) }) : undefined
        }
        onPeople={
          onPeople &&
          (({ date, breakdown_values: values }, cohort, later) =>
            onPeople({
              ...(date === undefined
                ? { breakdown: values }
                : { ...of, cohort, day: cohortName(date, period) }),
              ...(later > 0 && { later }),
            }))
        }
      />
    )
    if (value === undefined) return table
    const name = valueName(dimensions > 1 ? value.split('::') : value)
    return (
      <section key={value} aria-label={name}>
        <h3 className={styles.group}>{name}</h3>
        {table}
      </section>
    )
  })
  if (groups.length < 2) return tables
  return (
    <ScrollRegion label="Retention by value" className={styles.filled}>
      {tables}
      {groups.length > MOST_GROUPS && (
        <p className="muted small">and {number(groups.length - MOST_GROUPS)} values more</p>
      )}
    </ScrollRegion>
  )
}

const onEdge =
  (onPeople: OnPeople) =>
  ({ source, target }: Edge) =>
    onPeople({ from: source, to: target })

/** How many were there on so many intervals. */
function Stickiness({
  series,
  legend,
  height,
  name,
  onPeople,
}: {
  series: Series[]
  legend: boolean
  height: number
  name: string
  onPeople?: OnPeople
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
          onPick={pickIn(series, onPeople, Number)}
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
  onPeople,
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
  onPeople: OnPeople | undefined
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
          onPick={pickIn(series, onPeople, String)}
          summary={`${insightName(insight)}: ${days.length} buckets by ${look.interval}. ${ends.join('; ')}.`}
          height="fill"
        />
      </Suspense>
      {legend && <Legend {...listed} />}
    </div>
  )
}
