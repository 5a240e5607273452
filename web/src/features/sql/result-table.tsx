import type { ReactNode } from 'react'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import styles from './sql-page.module.css'

const MOST_ROWS = 500

/** Rows of a query as they came: numbers to the right, objects as JSON. */
export function ResultTable({ columns, rows }: { columns: string[]; rows: unknown[][] }): ReactNode {
  const numeric = columns.map((_, at) => rows.every((row) => row[at] === null || typeof row[at] === 'number'))
  return (
    <>
      <ScrollRegion label="Results" className={`scroll-x ${styles.rows}`}>
        <table className="data">
          <thead>
            <tr>
              {columns.map((name, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
                <th key={at} scope="col" className={numeric[at] ? 'num' : ''}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST_ROWS).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
              <tr key={index}>
                {columns.map((_, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: cells have no identity but their place
                  <td key={at} className={numeric[at] ? 'num' : ''}>
                    <Cell value={row[at]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {rows.length > MOST_ROWS && (
        <p className={`muted small ${styles.cut}`}>
          The first {MOST_ROWS} of {rows.length} rows are shown; “Copy as table” takes all of them.
        </p>
      )}
    </>
  )
}

function Cell({ value }: { value: unknown }): ReactNode {
  if (value === null || value === undefined) return <span className="muted">null</span>
  if (typeof value === 'object') return <code className={styles.json}>{JSON.stringify(value)}</code>
  return String(value)
}
