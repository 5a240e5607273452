import type { Row } from './processes.ts'
import { benchQuestions, type Question } from './questions.ts'

const month = { date_from: '2026-06-01', date_to: '2026-06-30' }
const series = (math?: string) => [
  { kind: 'EventsNode', event: 'event 20', name: 'event 20', ...(math && { math }) },
]

const questions: Question[] = [
  {
    what: 'trend: total by day',
    sql: 'total-by-day',
    query: { kind: 'TrendsQuery', series: series(), dateRange: month },
  },
  {
    what: 'trend: unique persons by day, through 10,000 merges',
    sql: 'unique-persons-by-day',
    query: { kind: 'TrendsQuery', series: series('dau'), dateRange: month },
  },
  {
    what: 'trend: broken down by $browser',
    sql: 'total-by-browser',
    query: {
      kind: 'TrendsQuery',
      series: series(),
      dateRange: month,
      breakdownFilter: { breakdown: '$browser', breakdown_type: 'event' },
    },
  },
  {
    what: 'trend: filtered by a person property',
    sql: 'total-filtered-by-person',
    query: {
      kind: 'TrendsQuery',
      series: series(),
      dateRange: month,
      properties: [{ key: 'plan', value: 'pro', operator: 'exact', type: 'person' }],
    },
  },
  {
    what: 'stickiness: 30 days',
    sql: 'stickiness-30-days',
    query: { kind: 'StickinessQuery', series: series(), dateRange: month },
  },
  {
    what: 'lifecycle: 30 days',
    sql: 'lifecycle-30-days',
    query: { kind: 'LifecycleQuery', series: series(), dateRange: month },
  },
]

export const benchTrends = (options?: { rows?: number[]; rounds?: number }): Promise<Row[]> =>
  benchQuestions(questions, options)
