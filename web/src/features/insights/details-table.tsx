import type { ReactNode } from 'react'
import { breakdownName } from '../../api/breakdowns.ts'
import type { Pin } from '../../api/pin.ts'
import type { TrendsQuery } from '../../api/questions.ts'
import { bucketName, tick } from '../../ui/chart/buckets.ts'
import { Pick } from '../../ui/insight/pick.tsx'
import { number } from '../../ui/numbers.ts'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import styles from './editor.module.css'
import type { Row } from './series.ts'
import { Swatch } from './swatch.tsx'

const sum = (data: number[]): number => data.reduce((total, value) => total + value, 0)

/** Every figure of a chart, the newest bucket first; with `onHidden` also its legend. */
export function DetailsTable({
  rows,
  days,
  query,
  unfinished,
  hidden = [],
  onHidden,
  onPeople,
}: {
  rows: Row[]
  days: string[]
  query: TrendsQuery
  unfinished: boolean
  hidden?: string[]
  onHidden?: (keys: string[]) => void
  onPeople: (pin: Pin) => void
}): ReactNode {
  const newestFirst = days.map((day, at) => ({ day, at })).reverse()
  const overTime = days.length > 0
  return (
    <ScrollRegion label="Figures">
      <table className={`data ${styles.details}`} style={{ marginTop: 0 }}>
        <thead>
          <tr>
            <th scope="col">{breakdownName(query.breakdownFilter) ?? 'Series'}</th>
            <th scope="col" className="num">
              Total
            </th>
            {overTime && (
              <th scope="col" className="num">
                Average
              </th>
            )}
            {newestFirst.map(({ day, at }) => (
              <th key={day} scope="col" className="num" title={bucketName(day, query.interval)}>
                {tick(day, query.interval)}
                {unfinished && at === days.length - 1 && <span title="not over yet">*</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const shown = !hidden.includes(row.key)
            const swatch = <Swatch slot={row.slot} isPale={row.previous} />
            return (
              <tr key={row.key}>
                <td>
                  {onHidden ? (
                    <label className={styles.legend}>
                      <input
                        type="checkbox"
                        checked={shown}
                        aria-label={`Show ${row.label}`}
                        onChange={() =>
                          onHidden(shown ? [...hidden, row.key] : hidden.filter((key) => key !== row.key))
                        }
                      />
                      {swatch}
                      <span className="cut" title={row.label}>
                        {row.label}
                      </span>
                    </label>
                  ) : (
                    <span className={styles.legend}>
                      {swatch}
                      <span className="cut" title={row.label}>
                        {row.label}
                      </span>
                    </span>
                  )}
                </td>
                <td className="num">
                  <Total row={row} onPick={row.pin && (() => onPeople(row.pin!))} />
                </td>
                {overTime && (
                  <td className="num">{number(row.data.length ? sum(row.data) / row.data.length : 0)}</td>
                )}
                {newestFirst.map(({ day, at }) => (
                  <td key={day} className="num">
                    <Pick
                      onPick={row.pin && (() => onPeople({ ...row.pin, day: row.days[at] }))}
                      what={`${row.label}, ${bucketName(day, query.interval)}`}
                    >
                      {number(row.data[at] ?? 0)}
                    </Pick>
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

/** What all buckets come to. Of people, who may be in several, it is only said who they are. */
function Total({ row, onPick }: { row: Row; onPick: (() => void) | undefined }): ReactNode {
  const { label, aggregated, additive, data } = row
  if (aggregated !== null || additive) {
    return (
      <Pick onPick={onPick} what={label}>
        {number(aggregated ?? sum(data))}
      </Pick>
    )
  }
  if (!onPick) return <span className="muted">–</span>
  return (
    <Pick onPick={onPick} what={`${label}, everyone in these dates, each once`}>
      Everyone
    </Pick>
  )
}
