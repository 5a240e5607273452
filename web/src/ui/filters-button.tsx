import { Button } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconFilter } from '@tabler/icons-react'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { FilterTree } from '../api/types.ts'
import { FilterGroups } from './filter-groups.tsx'
import { finished, leavesOf } from './filter-tree.ts'
import styles from './filters-button.module.css'
import { useNames } from './names.ts'
import { isComplete } from './operators.ts'

/** While a value is written its letters are not asked one by one. */
const SETTLE_MS = 500

/**
 * A button that says how many filters there are, and what it opens: their editor, which takes a line of its own in the
 * row of controls that it stands in.
 */
export function FiltersButton({
  projectId,
  filters,
  about,
  onChange,
}: {
  projectId: number
  filters: FilterTree | undefined
  /** What is filtered. */
  about: string
  /** What is not finished of them is not told. */
  onChange: (filters: FilterTree | undefined) => void
}): ReactNode {
  const [open, setOpen] = useState(false)
  /** What is being written; what is not finished of it stays here. */
  const [draft, setDraft] = useState(filters)
  const panelId = useId()
  const asked = JSON.stringify(filters ?? [])
  /** What was told last, which is what they become; anything else is somebody else's doing. */
  const told = useRef(asked)
  const tell = useDebouncedCallback((written: FilterTree | undefined) => {
    const complete = written && finished(written, isComplete)
    const text = JSON.stringify(complete ?? [])
    told.current = text
    if (text !== asked) onChange(complete)
  }, SETTLE_MS)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text says when they are others
  useEffect(() => {
    if (asked === told.current) return
    told.current = asked
    setDraft(filters)
  }, [asked])
  const count = leavesOf(filters).length
  return (
    <>
      <Button
        variant={count > 0 ? 'light' : 'default'}
        leftSection={<IconFilter size={16} />}
        aria-expanded={open}
        aria-controls={panelId}
        onClick={() => {
          // they may have changed since: by Back, or by somebody else
          if (!open) setDraft(filters)
          setOpen(!open)
        }}
      >
        {count > 0 ? `Filters (${count})` : 'Filters'}
      </Button>
      {open && (
        <div id={panelId} className={`card ${styles.panel}`}>
          <p className="muted small">{about}</p>
          <div className={styles.narrow}>
            <Builder
              projectId={projectId}
              filters={draft}
              onChange={(written) => {
                setDraft(written)
                tell(written)
              }}
            />
          </div>
        </div>
      )}
    </>
  )
}

/** Only once it is opened the names are asked for. */
function Builder({
  projectId,
  filters,
  onChange,
}: {
  projectId: number
  filters: FilterTree | undefined
  onChange: (filters: FilterTree | undefined) => void
}): ReactNode {
  const { properties } = useNames(projectId)
  return <FilterGroups filters={filters} properties={properties} projectId={projectId} onChange={onChange} />
}
