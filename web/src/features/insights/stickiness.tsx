import { NativeSelect, Switch } from '@mantine/core'
import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import type { Pin } from '../../api/pin.ts'
import { letter, nodeName, type StickinessQuery } from '../../api/questions.ts'
import type { StickinessAnswer, StickinessSeries } from '../../api/types.ts'
import { sideBySide } from '../../ui/insight/insight-chart.tsx'
import { type Hidden, Legend, useDrawn } from '../../ui/insight/legend.tsx'
import { Pick } from '../../ui/insight/pick.tsx'
import { type Series, seriesOf } from '../../ui/insight/series.ts'
import { number, percent } from '../../ui/numbers.ts'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { AnswerCard, type AnswerProps } from './answer-card.tsx'
import { FiltersPart, Part, QuestionPanel } from './panel.tsx'
import { SeriesEditor } from './series-editor.tsx'
import { Swatch } from './swatch.tsx'
import { IntervalSelect, Toolbar } from './toolbar.tsx'
import type { PanelProps } from './trends-panel.tsx'

const TimeChart = lazy(async () => ({ default: (await import('../../ui/chart/time-chart.tsx')).TimeChart }))

const MOST_SERIES = 26

/** On how many days of a period people did something: what they did. */
export function StickinessPanel({ names, query, onChange }: PanelProps<StickinessQuery>): ReactNode {
  return (
    <QuestionPanel
      summary={query.series.map(nodeName).join(', ') || 'Pick an event'}
      startsOpen={query.series.length === 0}
    >
      <Part title="People who did">
        <SeriesEditor
          names={names}
          noun="series"
          mark={letter}
          series={query.series}
          most={MOST_SERIES}
          onChange={(series) => onChange({ series })}
        />
      </Part>
      <FiltersPart names={names} query={query} onChange={onChange} />
    </QuestionPanel>
  )
}

/** How many were there on one day, on two, …: bars and their figures. */
export function StickinessAnswerView({
  projectId,
  query,
  timeZone,
  title,
  hidden,
  onHidden,
  onChange,
  onPeople,
}: AnswerProps<StickinessQuery>): ReactNode {
  return (
    <>
      <Toolbar
        dateRange={query.dateRange}
        onDates={(dateRange, interval) => onChange({ dateRange, interval })}
      >
        <IntervalSelect value={query.interval} onChange={(interval) => onChange({ interval })} />
        <NativeSelect
          aria-label="Counted"
          value={query.stickinessFilter?.computedAs ?? 'non_cumulative'}
          data={[
            { value: 'non_cumulative', label: 'on exactly so many' },
            { value: 'cumulative', label: 'on so many or more' },
          ]}
          onChange={({ currentTarget: { value } }) =>
            onChange({ stickinessFilter: value === 'cumulative' ? { computedAs: 'cumulative' } : undefined })
          }
        />
        <Switch
          label="Compare"
          checked={query.compareFilter?.compare ?? false}
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
        isEmpty={({ results }) => results.every(({ data }) => data.every((value) => value === 0))}
        below={({ results }) => <Figures results={results} query={query} onPeople={onPeople} />}
      >
        {(answer) => (
          <Chart query={query} answer={answer} hidden={hidden} onHidden={onHidden} onPeople={onPeople} />
        )}
      </AnswerCard>
    </>
  )
}

/** Whose people, by the answer's series. */
const pinOf = (results: StickinessSeries[], index: number, at: number): Pin => {
  const series = results[index]
  return {
    series: series?.order ?? 0,
    day: series?.days[at] ?? at + 1,
    ...(series?.compare_label === 'previous' && { previous: true }),
  }
}

function Chart({
  query,
  answer,
  hidden,
  onHidden,
  onPeople,
}: Hidden & {
  query: StickinessQuery
  answer: StickinessAnswer
  onPeople: AnswerProps<StickinessQuery>['onPeople']
}): ReactNode {
  const series = useMemo<Series[]>(() => sideBySide(seriesOf(answer.results)), [answer])
  const { drawn, legend } = useDrawn(series, { hidden, onHidden })
  const labels = useMemo(() => series[0]?.labels ?? [], [series])
  const axis = useMemo(() => ({ tick: (label: string) => label, name: (label: string) => label }), [])
  return (
    <>
      <Suspense fallback={<div style={{ height: 360 }} />}>
        <TimeChart
          series={drawn}
          days={labels}
          axis={axis}
          kind="bar"
          summary={`Stickiness: people by on how many ${query.interval}s they were there. The table below has every figure.`}
          onPick={({ key }, at) => {
            const index = series.findIndex((one) => one.key === key)
            onPeople(pinOf(answer.results, index, at))
          }}
        />
      </Suspense>
      {series.length > 1 && <Legend {...legend} />}
    </>
  )
}

function Figures({
  results,
  query,
  onPeople,
}: {
  results: StickinessSeries[]
  query: StickinessQuery
  onPeople: AnswerProps<StickinessQuery>['onPeople']
}): ReactNode {
  const series = seriesOf(results)
  const orMore = query.stickinessFilter?.computedAs === 'cumulative'
  /** Everybody who was there at all. */
  const all = ({ data }: Series) => (orMore ? (data[0] ?? 0) : data.reduce((sum, one) => sum + one, 0))
  return (
    <ScrollRegion label="Figures">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">There on</th>
            {series.map((one) => (
              <th key={one.key} scope="col" className="num">
                <Swatch slot={one.slot} isPale={one.previous} /> {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(results[0]?.labels ?? []).map((label, at) => (
            <tr key={label}>
              <td>{label}</td>
              {series.map((one, index) => {
                const value = one.data[at] ?? 0
                return (
                  <td key={one.key} className="num">
                    <Pick onPick={() => onPeople(pinOf(results, index, at))} what={`${one.label}, ${label}`}>
                      {number(value)}
                    </Pick>{' '}
                    <span className="muted">{percent(all(one) > 0 ? value / all(one) : 0)}</span>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
