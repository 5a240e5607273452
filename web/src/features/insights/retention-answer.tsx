import { NativeSelect, SegmentedControl } from '@mantine/core'
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react'
import { dimensionsOf } from '../../api/breakdowns.ts'
import type { RetentionQuery } from '../../api/questions.ts'
import type { RetentionAnswer } from '../../api/types.ts'
import type { ChartSeries, ValueNames } from '../../ui/chart/time-chart-option.ts'
import { type Hidden, Legend, useDrawn } from '../../ui/insight/legend.tsx'
import {
  cellsOf,
  cohortName,
  type RetentionGroup,
  type RetentionPeriod,
  retentionCurve,
  retentionGroups,
} from '../../ui/insight/retention.ts'
import { RetentionTable } from '../../ui/insight/retention-table.tsx'
import { valueName } from '../../ui/insight/series.ts'
import { percent } from '../../ui/numbers.ts'
import { wallClock } from '../../ui/time.ts'
import { AnswerCard, type AnswerProps } from './answer-card.tsx'
import styles from './editor.module.css'
import { Toolbar } from './toolbar.tsx'

const TimeChart = lazy(async () => ({ default: (await import('../../ui/chart/time-chart.tsx')).TimeChart }))

const shares: ValueNames = { short: (share) => `${Math.round(share * 100)} %`, full: percent, most: 1 }

const groupsOf = ({ results }: RetentionAnswer) => retentionGroups(results)

/** Of several at once the values come as one text. */
const nameOf = ({ value }: RetentionGroup, dimensions: number): string =>
  value === undefined ? 'All' : valueName(dimensions > 1 ? value.split('::') : value)

/** Of each cohort how many came back: a curve over all of them, and the table. */
export function RetentionAnswerView({
  projectId,
  query,
  timeZone,
  title,
  hidden,
  onHidden,
  onChange,
  onPeople,
}: AnswerProps<RetentionQuery>): ReactNode {
  const [chosen, setChosen] = useState(0)
  const [show, setShow] = useState<'percent' | 'count'>('percent')
  const period = (query.retentionFilter.period ?? 'Day').toLowerCase() as RetentionPeriod
  const dimensions = dimensionsOf(query.breakdownFilter).length
  /** Of all cohorts together, who came back so much later. */
  const onAll = (value: string | undefined, later: number) =>
    onPeople({ ...(value !== undefined && { breakdown: value }), ...(later > 0 && { later }) })
  return (
    <>
      <Toolbar dateRange={query.dateRange} onDates={(dateRange) => onChange({ dateRange })}>
        <SegmentedControl
          aria-label="Cells"
          value={show}
          data={[
            { value: 'percent', label: '%' },
            { value: 'count', label: 'People' },
          ]}
          onChange={(value) => setShow(value as 'percent' | 'count')}
        />
      </Toolbar>
      <AnswerCard
        projectId={projectId}
        query={query}
        timeZone={timeZone}
        title={title}
        isEmpty={({ results }) => results.every((row) => (cellsOf(row)[0] ?? 0) === 0)}
        isTablePictured
        note={() => '* still runs, and counts in no mean.'}
        below={(answer) => {
          const groups = groupsOf(answer)
          const group = groups[Math.min(chosen, groups.length - 1)]
          return (
            group && (
              <>
                {groups.length > 1 && (
                  <NativeSelect
                    m="sm"
                    w={260}
                    label="Cohorts of"
                    value={groups.indexOf(group)}
                    data={groups.map((one, at) => ({ value: String(at), label: nameOf(one, dimensions) }))}
                    onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}
                  />
                )}
                <RetentionTable
                  rows={group.rows}
                  period={period}
                  now={wallClock(answer.receivedAt, timeZone)}
                  show={show}
                  onAll={(later) => onAll(group.value, later)}
                  onPeople={(row, cohort, later) =>
                    onPeople({
                      cohort,
                      ...(row.date && { day: cohortName(row.date, period) }),
                      ...(later > 0 && { later }),
                      ...(group.value !== undefined && { breakdown: group.value }),
                    })
                  }
                />
              </>
            )
          )
        }}
      >
        {(answer) => (
          <Curve
            answer={answer}
            dimensions={dimensions}
            period={period}
            now={wallClock(answer.receivedAt, timeZone)}
            hidden={hidden}
            onHidden={onHidden}
            onAll={onAll}
          />
        )}
      </AnswerCard>
    </>
  )
}

function Curve({
  answer,
  dimensions,
  period,
  now,
  hidden,
  onHidden,
  onAll,
}: Hidden & {
  answer: RetentionAnswer
  dimensions: number
  period: RetentionPeriod
  now: string
  onAll: (value: string | undefined, later: number) => void
}): ReactNode {
  const groups = useMemo(() => groupsOf(answer), [answer])
  const series = useMemo<ChartSeries[]>(
    () =>
      groups.map((group, slot) => ({
        key: group.value ?? '',
        label: nameOf(group, dimensions),
        // what nobody can have come to yet is no point of the line
        data: retentionCurve(group.rows, period, now).filter((share) => share !== undefined),
        slot,
      })),
    [groups, dimensions, period, now],
  )
  const { days, axis } = useMemo(() => {
    const name = (later: string) => `${period.charAt(0).toUpperCase()}${period.slice(1)} ${later}`
    const cells = Math.max(...groups.flatMap(({ rows }) => rows.map(({ values }) => values.length)), 0)
    return { days: Array.from({ length: cells }, (_, at) => String(at)), axis: { tick: name, name } }
  }, [groups, period])
  const { drawn, legend } = useDrawn(series, { hidden, onHidden })
  const [first] = series
  return (
    <div className={styles.drawn}>
      <Suspense fallback={<div style={{ height: 260 }} />}>
        <TimeChart
          series={drawn}
          days={days}
          axis={axis}
          values={shares}
          kind="line"
          onPick={({ key }, later) => onAll(groups.find(({ value = '' }) => value === key)?.value, later)}
          summary={`Of all who began, how many came back. ${first ? `${first.label}: ${first.data.map(percent).join(', ')}` : ''}. The table below has every cohort.`}
          height={260}
        />
      </Suspense>
      {series.length > 1 && <Legend {...legend} />}
    </div>
  )
}
