import { NativeSelect, SegmentedControl } from '@mantine/core'
import { type ReactNode, useMemo } from 'react'
import { breakdownName } from '../../api/breakdowns.ts'
import { type FunnelsFilter, type FunnelsQuery, nodeName } from '../../api/questions.ts'
import type { FunnelAnswer, FunnelStep, FunnelTrend } from '../../api/types.ts'
import { isUnfinished } from '../../ui/chart/buckets.ts'
import type { ValueNames } from '../../ui/chart/time-chart-option.ts'
import { FunnelSteps } from '../../ui/insight/funnel-steps.tsx'
import { FunnelTimesChart } from '../../ui/insight/funnel-times.tsx'
import { type Hidden, Legend, useDrawn } from '../../ui/insight/legend.tsx'
import { valueName } from '../../ui/insight/series.ts'
import { percent } from '../../ui/numbers.ts'
import { AnnotatedChart } from './annotated-chart.tsx'
import { AnswerCard, type AnswerProps } from './answer-card.tsx'
import { BucketTable } from './bucket-table.tsx'
import styles from './editor.module.css'
import { rulesInWords } from './funnel.ts'
import type { Timed } from './queries.ts'
import { IntervalSelect, Toolbar } from './toolbar.tsx'

type View = NonNullable<FunnelsFilter['funnelVizType']>
const views: { value: View; label: string }[] = [
  { value: 'steps', label: 'Steps' },
  { value: 'time_to_convert', label: 'Time' },
  { value: 'trends', label: 'Over time' },
]
/** The API says these in percent already. */
const percents: ValueNames = {
  short: (value) => `${value} %`,
  full: (value) => percent(value / 100),
  most: 100,
}

/** How many got to each step; how long they took; how many percent of those who entered in a bucket got through. */
export function FunnelAnswerView({
  projectId,
  insightId,
  query,
  timeZone,
  title,
  hidden,
  onHidden,
  onChange,
  onPeople,
}: AnswerProps<FunnelsQuery>): ReactNode {
  const filter = query.funnelsFilter ?? {}
  const set = (changes: Partial<FunnelsFilter>) => onChange({ funnelsFilter: { ...filter, ...changes } })
  const view = filter.funnelVizType ?? 'steps'
  const reference = filter.funnelStepReference ?? 'total'
  return (
    <>
      <Toolbar
        dateRange={query.dateRange}
        onDates={(dateRange, interval) => onChange({ dateRange, interval })}
      >
        <SegmentedControl
          aria-label="Show as"
          value={view}
          data={views}
          onChange={(funnelVizType) => set({ funnelVizType: funnelVizType as View })}
        />
        {view === 'steps' && (
          <NativeSelect
            aria-label="Bars"
            value={reference}
            data={[
              { value: 'total', label: 'of the first step' },
              { value: 'previous', label: 'of the step before' },
            ]}
            onChange={({ currentTarget: { value } }) =>
              set({ funnelStepReference: value === 'total' ? undefined : 'previous' })
            }
          />
        )}
        {view === 'trends' && (
          <IntervalSelect value={query.interval} onChange={(interval) => onChange({ interval })} />
        )}
        {view !== 'steps' && query.series.length > 2 && <FromTo query={query} onChange={set} />}
      </Toolbar>
      <AnswerCard
        projectId={projectId}
        query={query}
        timeZone={timeZone}
        title={title}
        isEmpty={({ results }) => isEmpty(results)}
        note={(answer) =>
          `${rulesInWords(query)}${
            isTrend(answer.results) && isLastUnfinished(answer, query, timeZone)
              ? ' The last bucket is not over: it is drawn dashed.'
              : ''
          }`
        }
        below={
          view === 'trends'
            ? ({ results }) =>
                isTrend(results) && <TrendTable lines={results} query={query} onPeople={onPeople} />
            : undefined
        }
      >
        {(answer) => {
          const { results } = answer
          if (!Array.isArray(results)) {
            return (
              <div className={styles.drawn}>
                <FunnelTimesChart result={results} onPeople={(took) => onPeople({ took })} />
              </div>
            )
          }
          if (isTrend(results)) {
            return (
              <Trend
                projectId={projectId}
                insightId={insightId}
                query={query}
                lines={results}
                unfinished={isLastUnfinished(answer, query, timeZone)}
                timeZone={timeZone}
                hidden={hidden}
                onHidden={onHidden}
                onPeople={onPeople}
              />
            )
          }
          return (
            <FunnelSteps
              result={results}
              reference={reference}
              onPeople={(step, breakdown) => onPeople({ step, breakdown })}
            />
          )
        }}
      </AnswerCard>
    </>
  )
}

/** Which two steps the time and the conversion are between. */
function FromTo({
  query,
  onChange,
}: {
  query: FunnelsQuery
  onChange: (changes: Partial<FunnelsFilter>) => void
}): ReactNode {
  const last = query.series.length - 1
  const { funnelFromStep: from = 0, funnelToStep: to = last } = query.funnelsFilter ?? {}
  const steps = query.series.map((node, at) => ({ value: String(at), label: `${at + 1}. ${nodeName(node)}` }))
  return (
    <>
      <NativeSelect
        aria-label="From step"
        value={from}
        data={steps.slice(0, to)}
        onChange={({ currentTarget }) =>
          onChange({ funnelFromStep: Number(currentTarget.value) || undefined })
        }
      />
      <NativeSelect
        aria-label="To step"
        value={to}
        data={steps.slice(from + 1)}
        onChange={({ currentTarget }) => {
          const step = Number(currentTarget.value)
          onChange({ funnelToStep: step === last ? undefined : step })
        }}
      />
    </>
  )
}

type Results = FunnelAnswer['results']

const isTrend = (results: Results): results is FunnelTrend[] =>
  Array.isArray(results) && 'days' in (results[0] ?? {})

function isEmpty(results: Results): boolean {
  if (!Array.isArray(results)) return (results.bins ?? []).every(([, count]) => count === 0)
  if (isTrend(results)) return results.length === 0
  const [first] = results as FunnelStep[] | FunnelStep[][]
  return !(Array.isArray(first) ? results.length > 0 : (first?.count ?? 0) > 0)
}

function isLastUnfinished(answer: Timed<FunnelAnswer>, query: FunnelsQuery, timeZone: string): boolean {
  const last = isTrend(answer.results) ? answer.results[0]?.days.at(-1) : undefined
  return last !== undefined && isUnfinished(last, query.interval, timeZone, answer.receivedAt)
}

const lineKey = ({ breakdown_value: value }: FunnelTrend): string => JSON.stringify(value ?? null)
const lineName = ({ breakdown_value: value }: FunnelTrend): string =>
  value === undefined ? 'Got through' : valueName(value)

function Trend({
  projectId,
  insightId,
  query,
  lines,
  unfinished,
  timeZone,
  hidden,
  onHidden,
  onPeople,
}: Hidden & {
  projectId: number
  insightId?: number
  query: FunnelsQuery
  lines: FunnelTrend[]
  unfinished: boolean
  timeZone: string
  onPeople: AnswerProps<FunnelsQuery>['onPeople']
}): ReactNode {
  const days = useMemo(() => lines[0]?.days ?? [], [lines])
  const series = useMemo(
    () =>
      lines.map((line, slot) => ({
        key: lineKey(line),
        label: lineName(line),
        data: line.data,
        slot,
      })),
    [lines],
  )
  const { drawn, legend } = useDrawn(series, { hidden, onHidden })
  return (
    <>
      <AnnotatedChart
        projectId={projectId}
        insightId={insightId}
        series={drawn}
        days={days}
        interval={query.interval}
        kind="line"
        values={percents}
        unfinished={unfinished}
        timeZone={timeZone}
        summary={`How many percent got through, ${days.length} buckets by ${query.interval}. The table below has every figure.`}
        onPick={({ key }, at) => {
          const line = lines.find((one) => lineKey(one) === key)
          onPeople({ day: days[at], breakdown: line?.breakdown_value })
        }}
      />
      {series.length > 1 && <Legend {...legend} />}
    </>
  )
}

function TrendTable({
  lines,
  query,
  onPeople,
}: {
  lines: FunnelTrend[]
  query: FunnelsQuery
  onPeople: AnswerProps<FunnelsQuery>['onPeople']
}): ReactNode {
  const days = lines[0]?.days ?? []
  return (
    <BucketTable
      heading={breakdownName(query.breakdownFilter) ?? 'Who entered'}
      days={days}
      interval={query.interval}
      columns={lines.map((line) => ({
        name: lineName(line),
        cells: days.map((_, at) => percent((line.data[at] ?? 0) / 100)),
        onPick: (day) => onPeople({ day, breakdown: line.breakdown_value }),
      }))}
    />
  )
}
