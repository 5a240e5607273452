import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Change, Names } from '../flag/words.ts'
import { RelativeTime } from '../relative-time.tsx'
import { LoadError, Loading } from '../states.tsx'
import styles from '../thing-page.module.css'
import { changeWords, type Entry, tellsChanges, verbOf, whoOf } from './words.ts'

/** How many entries are shown at first; "Show more" adds five times as many. */
export const ACTIVITY_AT_ONCE = 10
export const moreActivity = (limit: number): number => limit + 5 * ACTIVITY_AT_ONCE

type Answer = {
  data: { results: Entry[]; total_count: number } | undefined
  isError: boolean
  error: unknown
  refetch: () => unknown
}

/** Who changed a thing, when, and what; newest first. */
export function ActivityList({
  answer,
  names,
  words,
  timeZone,
  onMore,
}: {
  answer: Answer
  names?: Names
  /** The changes of an update, each a sentence, where the kind of thing has words of its own. */
  words?: (changes: Change[]) => string[]
  timeZone: string
  onMore: () => void
}): ReactNode {
  if (answer.isError) {
    return <LoadError what="the history" error={answer.error} retry={() => void answer.refetch()} />
  }
  if (!answer.data) return <Loading what="the history" rows={3} />
  const { results, total_count: count } = answer.data
  if (count === 0) return <p className="muted small">Nothing is written down of it.</p>
  return (
    <>
      <ul className={styles.history}>
        {results.map((entry) => {
          const changes = words ? words(entry.detail.changes ?? []) : changeWords(entry, timeZone, names)
          return (
            <li key={entry.id}>
              <strong>{whoOf(entry)}</strong> {verbOf(entry.activity)} it{' '}
              <span className="muted">
                <RelativeTime at={entry.created_at} timeZone={timeZone} />
              </span>
              {tellsChanges(entry.activity) && changes.length > 0 && (
                <ul className="small">
                  {changes.map((text) => (
                    <li key={text}>{text}</li>
                  ))}
                </ul>
              )}
            </li>
          )
        })}
      </ul>
      {count > results.length && (
        <Button size="compact-sm" variant="subtle" mt="xs" onClick={onMore}>
          Show more
        </Button>
      )}
    </>
  )
}
