import type { ReactNode } from 'react'
import { number } from '../numbers.ts'
import { BarList } from './bar-list.tsx'
import styles from './insight.module.css'
import { valueName } from './series.ts'

const MOST_ROWS = 100

type RetentionRow = { label?: string; values?: { count?: number }[] }

/** Of each group that began, how many came back: the first cell is who began. */
export function RetentionTable({ rows }: { rows: RetentionRow[] }): ReactNode {
  const columns = Math.max(...rows.map(({ values }) => values?.length ?? 0), 0)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={styles.filled} tabIndex={0} aria-label="Retention">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Began</th>
            <th scope="col" className="num">
              People
            </th>
            {Array.from({ length: Math.max(columns - 1, 0) }, (_, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
              <th key={at} scope="col" className="num">
                {at + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map(({ label, values = [] }, row) => {
            const began = values[0]?.count ?? 0
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
              <tr key={row}>
                <td style={{ whiteSpace: 'nowrap' }}>{label}</td>
                <td className="num">{number(began)}</td>
                {values.slice(1).map(({ count = 0 }, at) => {
                  const share = began > 0 ? count / began : 0
                  const fill = `color-mix(in srgb, var(--primary) ${Math.round(share * 40)}%, transparent)`
                  return (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
                    <td key={at} className={styles.cell} style={{ background: fill }} title={number(count)}>
                      {began > 0 ? `${Math.round(100 * share)} %` : ''}
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

type Step = { name?: string | null; custom_name?: string | null; count?: number; breakdown_value?: unknown }

const conversion = (steps: Step[]): number => {
  const [first, last] = [steps[0]?.count ?? 0, steps.at(-1)?.count ?? 0]
  return first > 0 ? last / first : 0
}

/** How many got to each step; by a breakdown, how many of each value got to the last. */
export function FunnelSteps({ result }: { result: Step[] | Step[][] }): ReactNode {
  if (Array.isArray(result[0])) {
    const runs = result as Step[][]
    return (
      <BarList
        of={1}
        bars={runs.map((steps, at) => ({
          key: String(at),
          label: valueName(steps[0]?.breakdown_value),
          value: Math.round(1000 * conversion(steps)) / 1000,
          note: `of ${number(steps[0]?.count ?? 0)}`,
          slot: at,
        }))}
      />
    )
  }
  const steps = result as Step[]
  const first = steps[0]?.count ?? 0
  return (
    <BarList
      of={first}
      bars={steps.map(({ name, custom_name: custom, count = 0 }, at) => ({
        key: String(at),
        label: `${at + 1}. ${custom || name || 'Step'}`,
        value: count,
        note: at > 0 && first > 0 ? `${Math.round((1000 * count) / first) / 10} %` : undefined,
      }))}
    />
  )
}

type Edge = { source?: string; target?: string; value?: number }
const stepName = (step = ''): string => step.replace(/^\d+_/, '')

/** From where to where people went, most taken first. */
export function PathEdges({ edges }: { edges: Edge[] }): ReactNode {
  return (
    <BarList
      bars={edges.map(({ source, target, value = 0 }, at) => ({
        key: String(at),
        label: `${stepName(source)} → ${stepName(target)}`,
        value,
      }))}
    />
  )
}

/** Rows of SQL or of a list, as they came. */
export function RowsTable({ columns, rows }: { columns: string[]; rows: unknown[] }): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={styles.filled} tabIndex={0} aria-label="Rows">
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
    </section>
  )
}

function shown(value: unknown): ReactNode {
  if (value === null || value === undefined) return <span className="muted">null</span>
  if (typeof value === 'object') return <code>{JSON.stringify(value).slice(0, 200)}</code>
  return String(value)
}
