import type { ReactNode } from 'react'
import styles from './parts.module.css'

/** Why something can't be saved, where it stands. */
export const Problem = ({ text }: { text: string | undefined }): ReactNode =>
  text ? (
    <p className={styles.problem} role="alert">
      {text}
    </p>
  ) : null
