import type { ReactNode } from 'react'
import styles from './code-block.module.css'
import { CopyButton } from './copy-button.tsx'

/** Code to be taken along: a label, the text, and a button that copies it. */
export function CodeBlock({ code, what, title }: { code: string; what: string; title?: string }): ReactNode {
  return (
    <figure className={styles.block}>
      <figcaption className={styles.head}>
        <span className="muted small">{title}</span>
        <CopyButton value={code} what={what} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section tabIndex={0} aria-label={title ? `${what}: ${title}` : what} className={styles.code}>
        <pre>{code}</pre>
      </section>
    </figure>
  )
}
