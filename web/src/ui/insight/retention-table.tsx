import type { CSSProperties, ReactNode } from 'react'
import { bucketName, tick } from '../chart/buckets.ts'
import { counted, number, percent } from '../numbers.ts'
import { ScrollRegion } from '../scroll-region.tsx'
import styles from './insight.module.css'
import { Pick } from './pick.tsx'
import { cellsOf, type RetentionPeriod, type RetentionRow, retentionCurve, stateOfCell } from './retention.ts'

const MOST_ROWS = 100

/**
 * Of each cohort, how many came back so many intervals later; on top all of them. The shade goes from nothing to the
 * largest share there is. What still runs has a star and counts in no mean, what has not begun is empty.
 */
export function RetentionTable({
  rows,
  period,
  now,
  show = 'percent',
  onPeople,
  onAll,
}: {
  rows: RetentionRow[]
  period: RetentionPeriod
  /** The wall clock of the project's zone, `2026-11-18 14:00:00`. */
  now: string
  show?: 'percent' | 'count'
  onPeople?: (row: RetentionRow, cohort: number, later: number) => void
  /** The same of all cohorts. */
  onAll?: (later: number) => void
}): ReactNode {
  const curve = retentionCurve(rows, period, now)
  const shares = rows.flatMap((row) => {
    const [began = 0, ...back] = cellsOf(row)
    return began > 0 ? back.map((count) => count / began) : []
  })
  const most = Math.max(...shares, 0)
  const shade = (share: number): CSSProperties => ({
    background: `color-mix(in srgb, var(--heat) ${most > 0 ? Math.round((share / most) * 48) : 0}%, transparent)`,
  })
  const columns = curve.map((_, at) => at).slice(1)
  const all = rows.reduce((sum, row) => sum + (cellsOf(row)[0] ?? 0), 0)
  return (
    <ScrollRegion label="Retention" className={styles.filled}>
      <table className={`data ${styles.retention}`}>
        <thead>
          <tr>
            <th scope="col">Began</th>
            <th scope="col" className="num">
              People
            </th>
            {columns.map((later) => (
              <th key={later} scope="col" className="num">
                {period.charAt(0).toUpperCase() + period.slice(1)} {later}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">All, by size</th>
            <td className="num">
              <Pick onPick={all > 0 && onAll ? () => onAll(0) : undefined} what="all who began">
                {number(all)}
              </Pick>
            </td>
            {columns.map((later) => {
              const share = curve[later]
              return (
                <td key={later} className="num" style={share === undefined ? undefined : shade(share)}>
                  {share !== undefined && (
                    <Pick
                      onPick={onAll && (() => onAll(later))}
                      what={`all who were back ${counted(later, period)} later`}
                    >
                      {percent(share)}
                    </Pick>
                  )}
                </td>
              )
            })}
          </tr>
          {rows.slice(0, MOST_ROWS).map((row, cohort) => {
            const cells = cellsOf(row)
            const began = cells[0] ?? 0
            const pick = (later: number) => onPeople && (() => onPeople(row, cohort, later))
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
              <tr key={cohort}>
                <th scope="row" title={row.date && bucketName(row.date, period)}>
                  {row.date ? tick(row.date, period) : row.label}
                </th>
                <td className="num">
                  <Pick onPick={began > 0 ? pick(0) : undefined} what={`began ${row.label}`}>
                    {number(began)}
                  </Pick>
                </td>
                {columns.map((later) => {
                  const count = cells[later] ?? 0
                  const state = stateOfCell(row.date, later, period, now)
                  const isThere = began > 0 && state !== 'ahead' && later < cells.length
                  if (!isThere) return <td key={later} />
                  const share = count / began
                  const isRunning = state === 'running'
                  return (
                    <td
                      key={later}
                      className={`num ${isRunning ? styles.running : ''}`}
                      style={shade(share)}
                      title={`${number(count)} of ${number(began)}${isRunning ? ', so far' : ''}`}
                    >
                      <Pick onPick={pick(later)} what={`back ${counted(later, period)} later`}>
                        {show === 'percent' ? percent(share) : number(count)}
                        {isRunning && '*'}
                      </Pick>
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
