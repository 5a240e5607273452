import { NativeSelect, Switch } from '@mantine/core'
import type { ReactNode } from 'react'
import { byWhat } from '../../api/breakdowns.ts'
import {
  entityOfNode,
  mostRetentionIntervals,
  nodeName,
  nodeOfEntity,
  type RetentionEntity,
  type RetentionFilter,
  type RetentionPeriod,
  type RetentionQuery,
  retentionPeriods,
  retentionTypes,
} from '../../api/questions.ts'
import { counted } from '../../ui/numbers.ts'
import styles from './editor.module.css'
import { BreakdownPart, FiltersPart, Part, QuestionPanel } from './panel.tsx'
import { SeriesEditor } from './series-editor.tsx'
import type { PanelProps } from './trends-panel.tsx'

const typeNames: Record<(typeof retentionTypes)[number], string> = {
  retention_first_time: 'for the first time',
  retention_recurring: 'every time',
  retention_first_ever_occurrence: 'for the first time of all',
}

/** Dates and length that suit a period. */
const usual: Record<RetentionPeriod, { date_from: string; intervals: number }> = {
  Hour: { date_from: '-24h', intervals: 12 },
  Day: { date_from: '-7d', intervals: 8 },
  Week: { date_from: '-90d', intervals: 8 },
  Month: { date_from: '-180d', intervals: 6 },
}
const lengths = [4, 6, 7, 8, 11, 12, 14, 30, 60, mostRetentionIntervals]

/** Of those who did something, how many did something again: both, and over which intervals. */
export function RetentionPanel({ names, query, onChange }: PanelProps<RetentionQuery>): ReactNode {
  const filter = query.retentionFilter
  const set = (changes: Partial<RetentionFilter>) => onChange({ retentionFilter: { ...filter, ...changes } })
  const { period = 'Day', totalIntervals = 7, retentionType = 'retention_recurring' } = filter
  const entity = (
    noun: string,
    value: RetentionEntity | undefined,
    at: 'targetEntity' | 'returningEntity',
  ) => (
    <SeriesEditor
      names={names}
      noun={noun}
      mark={() => ''}
      series={[nodeOfEntity(value)]}
      most={1}
      onChange={([node]) => node && set({ [at]: entityOfNode(node) })}
    />
  )
  return (
    <QuestionPanel summary={inShort(query)} startsOpen={false}>
      <Part title="People who did">
        {entity('first event', filter.targetEntity, 'targetEntity')}
        <NativeSelect
          mt="xs"
          size="xs"
          aria-label="Which time"
          value={retentionType}
          data={retentionTypes.map((value) => ({ value, label: typeNames[value] }))}
          onChange={({ currentTarget: { value } }) =>
            set({ retentionType: value as RetentionFilter['retentionType'] })
          }
        />
      </Part>
      <Part title="and came back to do">
        {entity('returning event', filter.returningEntity, 'returningEntity')}
      </Part>
      <Part title="Intervals">
        <div className={styles.fields}>
          <div className={styles.line}>
            <NativeSelect
              size="xs"
              aria-label="Intervals followed"
              value={totalIntervals}
              data={[...new Set([...lengths, totalIntervals])].sort((a, b) => a - b).map(String)}
              onChange={({ currentTarget }) => set({ totalIntervals: Number(currentTarget.value) })}
            />
            <NativeSelect
              size="xs"
              aria-label="Period"
              value={period}
              data={retentionPeriods.map((value) => ({ value, label: `${value.toLowerCase()}s` }))}
              onChange={({ currentTarget: { value } }) => {
                const { date_from, intervals } = usual[value as RetentionPeriod]
                onChange({
                  dateRange: { date_from },
                  retentionFilter: {
                    ...filter,
                    period: value as RetentionPeriod,
                    totalIntervals: intervals,
                  },
                })
              }}
            />
          </div>
          <Switch
            size="xs"
            label="Also who came back later than that"
            checked={filter.cumulative ?? false}
            disabled={filter.timeWindowMode === '24_hour_windows'}
            onChange={({ currentTarget: { checked } }) => set({ cumulative: checked || undefined })}
          />
          <Switch
            size="xs"
            label="Intervals begin with each one's own first event"
            checked={filter.timeWindowMode === '24_hour_windows'}
            onChange={({ currentTarget: { checked } }) =>
              set({
                timeWindowMode: checked ? '24_hour_windows' : undefined,
                ...(checked && { cumulative: undefined }),
              })
            }
          />
        </div>
      </Part>
      <FiltersPart names={names} query={query} onChange={onChange} />
      <BreakdownPart
        names={names}
        value={query.breakdownFilter}
        withCohorts={false}
        onChange={(breakdownFilter) => onChange({ breakdownFilter })}
      />
    </QuestionPanel>
  )
}

function inShort(query: RetentionQuery): string {
  const filter = query.retentionFilter
  const over = counted(filter.totalIntervals ?? 7, (filter.period ?? 'Day').toLowerCase())
  const [target, returning] = [filter.targetEntity, filter.returningEntity].map((one) =>
    nodeName(nodeOfEntity(one)),
  )
  return `${target}, then ${returning} over ${over}${byWhat(query)}`
}
