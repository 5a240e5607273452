import { benchQuestions, type Question } from './questions.ts'

const retention = (target: string, more: object = {}) => ({
  kind: 'RetentionQuery',
  dateRange: { date_from: '2026-06-01', date_to: '2026-06-30' },
  retentionFilter: {
    targetEntity: { id: target, type: 'events' },
    returningEntity: { id: 'event 20', type: 'events' },
    totalIntervals: 30,
    ...more,
  },
})

const questions: Question[] = [
  { what: 'retention: 30 days', sql: 'retention-30-days', query: retention('event 20') },
  {
    what: 'retention: 30 days of first times',
    sql: 'retention-first-time',
    query: retention('event 10', { retentionType: 'retention_first_time' }),
  },
  {
    what: 'retention: 30 days of any event',
    sql: 'retention-any-event',
    query: {
      ...retention('any'),
      retentionFilter: { targetEntity: { id: null }, returningEntity: { id: null }, totalIntervals: 30 },
    },
  },
]

/** Retention over HTTP against hand-written SQL. */
export const benchRetention = (size?: { rows?: number[]; rounds?: number }) => benchQuestions(questions, size)
