import type { ReactNode } from 'react'
import { number } from '../numbers.ts'
import { ScrollRegion } from '../scroll-region.tsx'
import styles from './insight.module.css'

const MOST_ROWS = 100

/** Rows of SQL or of a list, as they came. */
export function RowsTable({ columns, rows }: { columns: string[]; rows: unknown[] }): ReactNode {
  return (
    <ScrollRegion label="Rows" className={styles.filled}>
      <table className="data">
        <thead>
          <tr>
            {columns.map((name, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
              <th key={at} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
            <tr key={at}>
              {(Array.isArray(row) ? row : [row]).map((value, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: cells have no identity but their place
                <td key={column} className={typeof value === 'number' ? 'num' : ''}>
                  {shown(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS && (
        <p className="muted small">
          The first {MOST_ROWS} of {number(rows.length)} rows.
        </p>
      )}
    </ScrollRegion>
  )
}

function shown(value: unknown): ReactNode {
  if (value === null || value === undefined) return <span className="muted">null</span>
  if (typeof value === 'object') return <code>{JSON.stringify(value).slice(0, 200)}</code>
  return String(value)
}
