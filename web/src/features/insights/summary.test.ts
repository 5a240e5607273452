import { expect, test } from 'vitest'
import { firstQuestion, type Question, type TrendsQuery } from '../../api/questions.ts'
import { summaryOf } from './summary.ts'

const query: TrendsQuery = {
  kind: 'TrendsQuery',
  series: [
    { kind: 'EventsNode', event: 'order', math: 'dau' },
    { kind: 'EventsNode', event: null, math: 'total' },
  ],
  interval: 'day',
  dateRange: { date_from: '-7d' },
}

test('a question in a few words', () => {
  expect(summaryOf(query)).toBe('order (unique people) & All events')
  expect(summaryOf({ ...query, breakdownFilter: { breakdown: 'plan', breakdown_type: 'event' } })).toBe(
    'order (unique people) & All events by plan',
  )
  const long = {
    ...query,
    series: [{ kind: 'EventsNode' as const, event: 'x'.repeat(500), math: 'total' as const }],
  }
  expect(summaryOf(long)).toHaveLength(400)
})

test('of every kind', () => {
  const series = query.series
  const of = (given: object) => summaryOf({ ...query, ...given } as Question)
  expect(of({ kind: 'FunnelsQuery', series: [{ ...series[0], custom_name: 'Paid' }, series[1]] })).toBe(
    'Paid → All events',
  )
  expect(of({ kind: 'LifecycleQuery' })).toBe('Lifecycle of order & All events')
  expect(summaryOf(firstQuestion('RetentionQuery'))).toBe('Retention: All events, then All events')
  expect(summaryOf(firstQuestion('PathsQuery'))).toBe('Paths')
})
