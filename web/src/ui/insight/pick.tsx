import type { ReactNode } from 'react'
import styles from './insight.module.css'

/** A number that opens the people behind it; where there is nobody to open, just the number. */
export function Pick({
  onPick,
  what,
  children,
}: {
  onPick?: () => void
  /** Of what it is the number. */
  what: string
  children: ReactNode
}): ReactNode {
  return onPick ? (
    <button type="button" className={styles.pick} title={`People: ${what}`} onClick={onPick}>
      {children}
    </button>
  ) : (
    children
  )
}
