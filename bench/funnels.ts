import type { Row } from './processes.ts'
import { benchQuestions, type Question } from './questions.ts'

const funnel = (more: object = {}) => ({
  kind: 'FunnelsQuery',
  series: ['event 20', 'event 25', 'event 30'].map((event) => ({ kind: 'EventsNode', event })),
  dateRange: { date_from: '2026-06-01', date_to: '2026-06-14' },
  ...more,
})

/**
 * The yardstick gives the same answer: how many, and the average and the median of the times from step to step. Beside
 * it the quickest that only counts, `windowFunnel`, which knows no times: what they cost.
 */
const questions: Question[] = [
  { what: 'funnel: 3 steps over 14 days', sql: 'funnel-of-three', query: funnel() },
  {
    what: '… against one that only counts',
    sql: 'funnel-of-three-counts',
    query: funnel(),
    isBudgeted: false,
  },
]

export const benchFunnels = (options?: { rows?: number[]; rounds?: number }): Promise<Row[]> =>
  benchQuestions(questions, options)
