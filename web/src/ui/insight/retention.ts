/** What of the API's cohort is drawn. */
export type RetentionRow = {
  label?: string
  date?: string
  values?: { count?: number }[]
  breakdown_value?: string
  /** Of an answer to older filters, which pools the cohorts of a value. */
  breakdown_values?: (string | number)[]
}

export type RetentionGroup<Row extends RetentionRow = RetentionRow> = {
  value: string | undefined
  rows: Row[]
}

/** The cohorts of each value of a breakdown, or all of them. */
export function retentionGroups<Row extends RetentionRow>(rows: Row[]): RetentionGroup<Row>[] {
  const found = new Map<string | undefined, Row[]>()
  for (const row of rows) {
    const of = found.get(row.breakdown_value)
    if (of) of.push(row)
    else found.set(row.breakdown_value, [row])
  }
  return [...found].map(([value, its]) => ({ value, rows: its }))
}

export type RetentionPeriod = 'hour' | 'day' | 'week' | 'month'

export const cellsOf = (row: RetentionRow): number[] => (row.values ?? []).map(({ count = 0 }) => count)

const steps: Record<RetentionPeriod, (start: Date, by: number) => number> = {
  hour: (start, by) => start.setUTCHours(start.getUTCHours() + by),
  day: (start, by) => start.setUTCDate(start.getUTCDate() + by),
  week: (start, by) => start.setUTCDate(start.getUTCDate() + 7 * by),
  month: (start, by) => start.setUTCMonth(start.getUTCMonth() + by),
}

/** A wall clock's time (the offset behind it says which zone's) as a moment of a zone without daylight saving. */
const wallTime = (text: string): Date => {
  const [, date = '', time = '00:00:00'] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d))?/.exec(text) ?? []
  return new Date(`${date}T${time}Z`)
}

/**
 * How far the interval `later` after a cohort's is: over, still running, or not yet begun.
 * @param began when the cohort's interval began, in the project's time zone
 * @param now that zone's wall clock, `2026-11-18 14:00:00`
 */
export function stateOfCell(
  began: string | undefined,
  later: number,
  period: RetentionPeriod,
  now: string,
): 'over' | 'running' | 'ahead' {
  const start = wallTime(began ?? '')
  if (Number.isNaN(start.getTime())) return 'over'
  const from = new Date(steps[period](new Date(start), later))
  const until = new Date(steps[period](new Date(start), later + 1))
  const at = wallTime(now)
  return at >= until ? 'over' : at >= from ? 'running' : 'ahead'
}

/**
 * Of all cohorts together how many (0 to 1) came back so many intervals later: the sum of who did by the sum of who
 * could have, which leaves out cohorts for which that interval is not over.
 */
export function retentionCurve(
  rows: RetentionRow[],
  period: RetentionPeriod,
  now: string,
): (number | undefined)[] {
  const cells = Math.max(...rows.map(({ values }) => values?.length ?? 0), 0)
  return Array.from({ length: cells }, (_, later) => {
    const over = rows.filter((row) => later === 0 || stateOfCell(row.date, later, period, now) === 'over')
    const began = over.reduce((sum, row) => sum + (cellsOf(row)[0] ?? 0), 0)
    const back = over.reduce((sum, row) => sum + (cellsOf(row)[later] ?? 0), 0)
    return began > 0 ? back / began : undefined
  })
}

/** When a cohort began, as people read it: a day, or an hour. */
export const cohortName = (began: string, period: RetentionPeriod): string =>
  began.slice(0, period === 'hour' ? 16 : 10).replace('T', ' ')
