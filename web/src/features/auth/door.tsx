import type { ReactNode } from 'react'
import styles from './door.module.css'

/** What stands around the two forms that lead in. */
export function Door({
  title,
  about,
  children,
}: {
  title: string
  about?: string
  children: ReactNode
}): ReactNode {
  return (
    <main className={styles.door}>
      <div className={styles.box}>
        <div className={styles.brand}>
          <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
            <rect width="32" height="32" rx="7" fill="#1f6b4f" />
            <path
              d="M7 24V15M13 24V10M19 24v-7M25 24V8"
              stroke="#fff"
              strokeWidth="3.2"
              strokeLinecap="round"
            />
          </svg>
          Hedgerow
        </div>
        <div className={styles.card}>
          <h1 className={styles.title}>{title}</h1>
          {about && <p className={styles.about}>{about}</p>}
          {children}
        </div>
      </div>
    </main>
  )
}
