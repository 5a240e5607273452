import { expect, test } from 'vitest'
import type { TrendsQuery } from '../../api/types.ts'
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
