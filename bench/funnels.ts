import type { Row } from './processes.ts'
import { benchQuestions, type Question } from './questions.ts'

const funnel = (more: object = {}) => ({
  kind: 'FunnelsQuery',
  series: ['event 20', 'event 25', 'event 30'].map((event) => ({ kind: 'EventsNode', event })),
  dateRange: { date_from: '2026-06-01', date_to: '2026-06-14' },
  ...more,
})

/**
 * The yardstick only counts: `windowFunnel` knows no times. What is asked of the API has times as well, so the ratio
 * is the harder one.
 */
const questions: Question[] = [
  { what: 'funnel: 3 steps over 14 days', sql: 'funnel-of-three', query: funnel() },
]

export const benchFunnels = (options?: { rows?: number[]; rounds?: number }): Promise<Row[]> =>
  benchQuestions(questions, options)
