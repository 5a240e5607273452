import type { ReactNode } from 'react'
import { number, percent } from '../numbers.ts'
import styles from './insight.module.css'
import { Pick } from './pick.tsx'

type Figure = {
  key: string
  /** What it is of, the same in both periods. */
  of: string
  label: string
  value: number
  /** Of the period before: it stands beside the one of now, by how much that is more or less. */
  previous?: boolean
  onPick?: () => void
}

/** A number for each series, large enough to be read from afar. */
export function BigNumbers({ figures }: { figures: Figure[] }): ReactNode {
  const before = new Map(figures.filter(({ previous }) => previous).map((one) => [one.of, one] as const))
  return (
    <div className={styles.numbers}>
      {figures
        .filter(({ previous }) => !previous)
        .map((one) => (
          <div key={one.key}>
            <div className={styles.big}>
              <Pick onPick={one.onPick} what={one.label}>
                {number(one.value)}
              </Pick>
            </div>
            <div className="muted">{one.label}</div>
            <Change now={one.value} before={before.get(one.of)} />
          </div>
        ))}
    </div>
  )
}

function Change({ now, before }: { now: number; before: Figure | undefined }): ReactNode {
  if (!before) return null
  const share = before.value === 0 ? undefined : (now - before.value) / Math.abs(before.value)
  return (
    <div className={styles.change}>
      {share === undefined
        ? 'before: '
        : share === 0
          ? 'as before: '
          : `${share > 0 ? '▲' : '▼'} ${percent(Math.abs(share))} from `}
      <Pick onPick={before.onPick} what={before.label}>
        {number(before.value)}
      </Pick>
    </div>
  )
}
