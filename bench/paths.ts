import { benchQuestions, type Question } from './questions.ts'

const questions: Question[] = [
  {
    what: 'paths: custom events of a week',
    sql: 'paths-week',
    query: {
      kind: 'PathsQuery',
      dateRange: { date_from: '2026-06-01', date_to: '2026-06-07' },
      pathsFilter: { includeEventTypes: ['custom_event'] },
    },
  },
]

/** Paths over HTTP against hand-written SQL. */
export const benchPaths = (size?: { rows?: number[]; rounds?: number }) => benchQuestions(questions, size)
