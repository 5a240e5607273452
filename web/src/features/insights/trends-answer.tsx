import { NativeSelect, Switch } from '@mantine/core'
import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import type { Display, TrendsQuery } from '../../api/questions.ts'
import type { TrendsAnswer } from '../../api/types.ts'
import { isUnfinished } from '../../ui/chart/buckets.ts'
import type { ChartKind } from '../../ui/chart/time-chart-option.ts'
import { rangeLabel } from '../../ui/date-range.tsx'
import { BarList } from '../../ui/insight/bar-list.tsx'
import { BigNumbers } from '../../ui/insight/big-numbers.tsx'
import { ofNow, sideBySide } from '../../ui/insight/insight-chart.tsx'
import { Pie } from '../../ui/insight/pie.tsx'
import { valueName } from '../../ui/insight/series.ts'
import { WorldMap } from '../../ui/insight/world-map.tsx'
import { number } from '../../ui/numbers.ts'
import { AnnotatedChart } from './annotated-chart.tsx'
import { AnswerCard, type AnswerProps } from './answer-card.tsx'
import { DetailsTable } from './details-table.tsx'
import styles from './editor.module.css'
import type { Timed } from './queries.ts'
import { type Row, rowsOf } from './series.ts'
import { IntervalSelect, Toolbar } from './toolbar.tsx'

const displayNames: Record<Display, string> = {
  ActionsLineGraph: 'Line',
  ActionsLineGraphCumulative: 'Line, added up',
  ActionsAreaGraph: 'Area',
  ActionsBar: 'Bars, stacked',
  ActionsUnstackedBar: 'Bars side by side',
  ActionsBarValue: 'Value bars',
  ActionsPie: 'Pie',
  ActionsTable: 'Table',
  BoldNumber: 'Number',
  WorldMap: 'World map',
}
const overTime: Partial<Record<Display, ChartKind>> = {
  ActionsLineGraph: 'line',
  ActionsLineGraphCumulative: 'line',
  ActionsAreaGraph: 'area',
  ActionsBar: 'bar',
  ActionsUnstackedBar: 'bar',
}

/** Whether it has room for the period before. */
const mayCompare = (display: Display): boolean =>
  display in overTime || display === 'BoldNumber' || display === 'ActionsTable'

const ofCountries = { breakdown: '$geoip_country_code', breakdown_type: 'event' } as const

const displayOf = ({ trendsFilter }: TrendsQuery): Display => trendsFilter?.display ?? 'ActionsLineGraph'

/** How often something happens over time: chart, number or table, and the figures that a chart is drawn from. */
export function TrendsAnswerView({
  projectId,
  insightId,
  query,
  timeZone,
  title,
  hidden,
  onHidden,
  onChange,
  onPeople,
}: AnswerProps<TrendsQuery>): ReactNode {
  const slots = useRef(new Map<string, number>())
  const display = displayOf(query)
  const kind = overTime[display]
  const compares = mayCompare(display)
  const rows = (answer: TrendsAnswer) => rowsOf(query, answer.results, slots.current)
  return (
    <>
      <Toolbar
        dateRange={query.dateRange}
        onDates={(dateRange, interval) => onChange({ dateRange, interval })}
      >
        <IntervalSelect
          value={query.interval}
          disabled={!kind}
          onChange={(interval) => onChange({ interval })}
        />
        <NativeSelect
          aria-label="Show as"
          value={display}
          data={Object.entries(displayNames).map(([value, label]) => ({ value, label }))}
          onChange={({ currentTarget: { value } }) =>
            onChange({
              trendsFilter: { ...query.trendsFilter, display: value as Display },
              // a period before that is not shown is not asked for
              ...(!mayCompare(value as Display) && { compareFilter: undefined }),
              // a map of nothing but countries
              ...(value === 'WorldMap' && { breakdownFilter: ofCountries }),
            })
          }
        />
        <Switch
          label="Compare"
          checked={query.compareFilter?.compare ?? false}
          disabled={!compares}
          onChange={({ currentTarget: { checked } }) =>
            onChange({ compareFilter: checked ? { compare: true } : undefined })
          }
        />
      </Toolbar>
      <AnswerCard
        projectId={projectId}
        query={query}
        timeZone={timeZone}
        title={title}
        isEmpty={({ results }) => results.length === 0}
        legend={kind && ((answer) => rows(answer).filter(({ key }) => !hidden.includes(key)))}
        note={(answer) =>
          kind && isLastUnfinished(answer, query, timeZone)
            ? `The last bucket is not over${kind === 'area' ? '' : ': it is drawn dashed or pale'}.`
            : ''
        }
        below={
          kind &&
          ((answer) => (
            <DetailsTable
              rows={rows(answer)}
              days={daysOf(answer)}
              query={query}
              unfinished={isLastUnfinished(answer, query, timeZone)}
              hidden={hidden}
              onHidden={onHidden}
              onPeople={onPeople}
            />
          ))
        }
      >
        {(answer) =>
          kind ? (
            <OverTime
              projectId={projectId}
              insightId={insightId}
              query={query}
              answer={answer}
              slots={slots.current}
              kind={kind}
              timeZone={timeZone}
              hidden={hidden}
              onPeople={onPeople}
            />
          ) : (
            <Figures rows={rows(answer)} query={query} display={display} onPeople={onPeople} />
          )
        }
      </AnswerCard>
    </>
  )
}

const daysOf = (answer: TrendsAnswer): string[] =>
  answer.results.find(({ days, compare_label: of }) => days?.length && of !== 'previous')?.days ?? []

function isLastUnfinished(answer: Timed<TrendsAnswer>, query: TrendsQuery, timeZone: string): boolean {
  const last = daysOf(answer).at(-1)
  return last !== undefined && isUnfinished(last, query.interval, timeZone, answer.receivedAt)
}

function OverTime({
  projectId,
  insightId,
  query,
  answer,
  slots,
  kind,
  timeZone,
  hidden,
  onPeople,
}: {
  projectId: number
  insightId?: number
  query: TrendsQuery
  answer: Timed<TrendsAnswer>
  slots: Map<string, number>
  kind: ChartKind
  timeZone: string
  hidden: string[]
  onPeople: AnswerProps<TrendsQuery>['onPeople']
}): ReactNode {
  const rows = useMemo(() => rowsOf(query, answer.results, slots), [query, answer, slots])
  const days = useMemo(() => daysOf(answer), [answer])
  const isApart = displayOf(query) === 'ActionsUnstackedBar'
  const drawn = useMemo(() => {
    const visible = rows.filter(({ key }) => !hidden.includes(key))
    return isApart ? sideBySide(visible) : visible
  }, [rows, hidden, isApart])
  return (
    <AnnotatedChart
      projectId={projectId}
      insightId={insightId}
      series={drawn}
      days={days}
      interval={query.interval}
      kind={kind}
      unfinished={isLastUnfinished(answer, query, timeZone)}
      timeZone={timeZone}
      summary={inWords(rows, query, days)}
      onPick={({ key }, at) => {
        const row = rows.find((one) => one.key === key)
        if (row?.pin) onPeople({ ...row.pin, day: row.days[at] })
      }}
    />
  )
}

/** One figure for each series. */
function Figures({
  rows,
  query,
  display,
  onPeople,
}: {
  rows: Row[]
  query: TrendsQuery
  display: Display
  onPeople: AnswerProps<TrendsQuery>['onPeople']
}): ReactNode {
  if (display === 'ActionsTable') {
    return <DetailsTable rows={rows} days={[]} query={query} unfinished={false} onPeople={onPeople} />
  }
  const bars = (display === 'BoldNumber' ? rows : ofNow(rows)).map((row) => ({
    key: row.key,
    of: row.of,
    label: row.label,
    value: row.aggregated ?? 0,
    slot: row.slot,
    previous: row.previous,
    onPick: row.pin && (() => onPeople(row.pin!)),
  }))
  if (display === 'BoldNumber') {
    return (
      <div className={styles.held}>
        <BigNumbers figures={bars} />
      </div>
    )
  }
  if (display === 'WorldMap') return <Countries rows={rows} onPeople={onPeople} />
  if (display === 'ActionsPie') return <Pie parts={bars} />
  return <BarList bars={bars.toSorted((a, b) => b.value - a.value)} most={100} />
}

/** The first series by country; a map has no room for others. */
function Countries({
  rows,
  onPeople,
}: {
  rows: Row[]
  onPeople: AnswerProps<TrendsQuery>['onPeople']
}): ReactNode {
  const pick = useRef(onPeople)
  useEffect(() => {
    pick.current = onPeople
  })
  const regions = useMemo(
    () =>
      ofNow(rows)
        .filter(({ stack }) => stack === rows[0]?.stack)
        .map(({ label, aggregated, pin }) => ({
          code: typeof pin?.breakdown === 'string' ? valueName(pin.breakdown) : label,
          value: aggregated ?? 0,
          onPick: pin && (() => pick.current(pin)),
        })),
    [rows],
  )
  return <WorldMap regions={regions} height={420} />
}

function inWords(rows: Row[], query: TrendsQuery, days: string[]): string {
  const range = rangeLabel(query.dateRange).toLowerCase()
  const parts = rows.slice(0, 5).map((row) => {
    const high = Math.max(...row.data)
    return `${row.label}: ends at ${number(row.data.at(-1) ?? 0)}, at most ${number(high)}`
  })
  return `Trend of ${rows.length} series over ${range}, ${days.length} buckets by ${query.interval}. ${parts.join('; ')}. The table below has every figure.`
}
