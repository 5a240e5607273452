import type { ReactNode } from 'react'
import styles from './tag-button.module.css'

/** A tag in a list; a click narrows the list to it. */
export const TagButton = ({
  tag,
  what,
  onPick,
}: {
  tag: string
  /** "flags" */
  what: string
  onPick: (tag: string) => void
}): ReactNode => (
  <button
    type="button"
    className={styles.tag}
    aria-label={`Only ${what} with the tag ${tag}`}
    onClick={() => onPick(tag)}
  >
    {tag}
  </button>
)
