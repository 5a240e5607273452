import { type ReactNode, useMemo } from 'react'
import {
  type LifecycleQuery,
  type LifecycleStatus,
  lifecycleStatuses,
  nodeName,
} from '../../api/questions.ts'
import type { LifecycleAnswer, LifecycleSeries } from '../../api/types.ts'
import { isUnfinished } from '../../ui/chart/buckets.ts'
import type { Hidden } from '../../ui/insight/legend.tsx'
import { seriesOf } from '../../ui/insight/series.ts'
import { number } from '../../ui/numbers.ts'
import { AnnotatedChart } from './annotated-chart.tsx'
import { AnswerCard, type AnswerProps } from './answer-card.tsx'
import { BucketTable } from './bucket-table.tsx'
import styles from './editor.module.css'
import { FiltersPart, Part, QuestionPanel } from './panel.tsx'
import type { Timed } from './queries.ts'
import { SeriesEditor } from './series-editor.tsx'
import { Swatch } from './swatch.tsx'
import { IntervalSelect, Toolbar } from './toolbar.tsx'
import type { PanelProps } from './trends-panel.tsx'

const meaning: Record<LifecycleStatus, string> = {
  new: 'came for the first time',
  returning: 'were there the period before too',
  resurrecting: 'came back after a pause',
  dormant: 'were there the period before, and not in this one',
}

/** Who is new, stays, comes back and goes: by which event. */
export function LifecyclePanel({ names, query, onChange }: PanelProps<LifecycleQuery>): ReactNode {
  return (
    <QuestionPanel
      summary={query.series.map(nodeName).join(', ') || 'Pick an event'}
      startsOpen={query.series.length === 0}
    >
      <Part title="People who did">
        <SeriesEditor
          names={names}
          noun="event"
          mark={() => ''}
          series={query.series}
          most={1}
          onChange={(series) => onChange({ series })}
        />
      </Part>
      <FiltersPart names={names} query={query} onChange={onChange} />
    </QuestionPanel>
  )
}

const shownOf = ({ lifecycleFilter }: LifecycleQuery): LifecycleStatus[] =>
  lifecycleFilter?.toggledLifecycles ?? [...lifecycleStatuses]

/** Bars up for who is there, down for who went away. */
export function LifecycleAnswerView({
  projectId,
  insightId,
  query,
  timeZone,
  title,
  onChange,
  onPeople,
}: AnswerProps<LifecycleQuery>): ReactNode {
  const shown = shownOf(query)
  const toggle = (status: LifecycleStatus) => {
    const left = lifecycleStatuses.filter((one) => shown.includes(one) !== (one === status))
    onChange({
      lifecycleFilter: left.length === lifecycleStatuses.length ? undefined : { toggledLifecycles: left },
    })
  }
  return (
    <>
      <Toolbar
        dateRange={query.dateRange}
        onDates={(dateRange, interval) => onChange({ dateRange, interval })}
      >
        <IntervalSelect value={query.interval} onChange={(interval) => onChange({ interval })} />
      </Toolbar>
      <AnswerCard
        projectId={projectId}
        query={query}
        timeZone={timeZone}
        title={title}
        isEmpty={({ results }) => results.every(({ data }) => data.every((value) => value === 0))}
        note={(answer) =>
          isLastUnfinished(answer, query, timeZone)
            ? 'The last bucket is not over: it is drawn pale, and who did not come yet is among the dormant.'
            : ''
        }
        below={({ results }) => <Figures results={results} query={query} onPeople={onPeople} />}
      >
        {(answer) => (
          <>
            <Chart
              projectId={projectId}
              insightId={insightId}
              query={query}
              answer={answer}
              timeZone={timeZone}
              onPeople={onPeople}
            />
            <fieldset className={styles.statuses} aria-label="Shown">
              {seriesOf(answer.results).map(({ status = '', key, slot }) => (
                <label
                  key={key}
                  className={styles.legend}
                  title={meaning[status as LifecycleStatus]}
                  data-picture={shown.includes(status as LifecycleStatus) ? undefined : 'never'}
                >
                  <input
                    type="checkbox"
                    data-picture="never"
                    checked={shown.includes(status as LifecycleStatus)}
                    onChange={() => toggle(status as LifecycleStatus)}
                  />
                  <Swatch slot={slot} />
                  {status}
                </label>
              ))}
            </fieldset>
          </>
        )}
      </AnswerCard>
    </>
  )
}

function isLastUnfinished(answer: Timed<LifecycleAnswer>, query: LifecycleQuery, timeZone: string): boolean {
  const last = answer.results[0]?.days.at(-1)
  return last !== undefined && isUnfinished(last, query.interval, timeZone, answer.receivedAt)
}

function Chart({
  projectId,
  insightId,
  query,
  answer,
  timeZone,
  onPeople,
}: Omit<AnswerProps<LifecycleQuery>, 'onChange' | 'title' | keyof Hidden> & {
  answer: Timed<LifecycleAnswer>
}): ReactNode {
  const days = useMemo(() => answer.results[0]?.days ?? [], [answer])
  const { lifecycleFilter } = query
  const series = useMemo(() => {
    const shown = lifecycleFilter?.toggledLifecycles ?? [...lifecycleStatuses]
    return seriesOf(answer.results).filter(({ status }) => shown.includes(status as LifecycleStatus))
  }, [answer, lifecycleFilter])
  return (
    <AnnotatedChart
      projectId={projectId}
      insightId={insightId}
      series={series}
      days={days}
      interval={query.interval}
      kind="bar"
      unfinished={isLastUnfinished(answer, query, timeZone)}
      timeZone={timeZone}
      summary={`Lifecycle over ${days.length} buckets by ${query.interval}: new, returning and resurrecting people up, dormant ones down. The table below has every figure.`}
      onPick={({ key }, at) => {
        const picked = series.find((one) => one.key === key)
        if (picked) onPeople({ day: days[at], status: picked.status as LifecycleStatus })
      }}
    />
  )
}

function Figures({
  results,
  query,
  onPeople,
}: {
  results: LifecycleSeries[]
  query: LifecycleQuery
  onPeople: AnswerProps<LifecycleQuery>['onPeople']
}): ReactNode {
  const days = results[0]?.days ?? []
  return (
    <BucketTable
      heading={query.interval.charAt(0).toUpperCase() + query.interval.slice(1)}
      days={days}
      interval={query.interval}
      columns={results.map(({ status, data }) => ({
        name: status,
        cells: days.map((_, at) => number(Math.abs(data[at] ?? 0))),
        onPick: (day) => onPeople({ day, status }),
      }))}
    />
  )
}
