import { Button } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
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

/** The tag that a list is narrowed to, beside its search; a click shows all again. Nothing where it is not. */
export const TagFilter = ({ tag, onClear }: { tag: string | undefined; onClear: () => void }): ReactNode =>
  tag === undefined ? null : (
    <Button
      variant="default"
      rightSection={<IconX size={14} />}
      aria-label={`Tag ${tag}: remove this filter`}
      onClick={onClear}
    >
      {tag}
    </Button>
  )
