import { useComputedColorScheme } from '@mantine/core'
import type { ReactNode } from 'react'
import type { TrendsQuery } from '../../api/types.ts'
import { bucketName, tick } from '../../ui/chart/buckets.ts'
import { number } from '../../ui/numbers.ts'
import { lookOf } from '../../ui/palette.ts'
import type { Row } from './series.ts'
import styles from './trends-page.module.css'

const sum = (data: number[]): number => data.reduce((total, value) => total + value, 0)

/** Every figure of a chart, the newest bucket first; with `onHidden` also its legend. */
export function DetailsTable({
  rows,
  days,
  query,
  unfinished,
  hidden = [],
  onHidden,
}: {
  rows: Row[]
  days: string[]
  query: TrendsQuery
  unfinished: boolean
  hidden?: string[]
  onHidden?: (keys: string[]) => void
}): ReactNode {
  const scheme = useComputedColorScheme('light')
  const newestFirst = days.map((day, at) => ({ day, at })).reverse()
  const overTime = days.length > 0
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="scroll-x" tabIndex={0} aria-label="Figures">
      <table className={`data ${styles.details}`} style={{ marginTop: 0 }}>
        <thead>
          <tr>
            <th scope="col">{query.breakdownFilter?.breakdown ?? 'Series'}</th>
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
            const swatch = (
              <span
                className={styles.swatch}
                style={{ background: lookOf(row.slot, scheme).color, opacity: row.previous ? 0.45 : 1 }}
              />
            )
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
                  {row.aggregated !== null ? (
                    number(row.aggregated)
                  ) : row.additive ? (
                    number(sum(row.data))
                  ) : (
                    <span
                      className="muted"
                      title="People who came in several buckets would count several times"
                    >
                      –
                    </span>
                  )}
                </td>
                {overTime && (
                  <td className="num">{number(row.data.length ? sum(row.data) / row.data.length : 0)}</td>
                )}
                {newestFirst.map(({ day, at }) => (
                  <td key={day} className="num">
                    {number(row.data[at] ?? 0)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
