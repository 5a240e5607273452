import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { activityQuery } from '../api/activity-log.ts'
import { useProject } from '../api/session.ts'
import styles from './history.module.css'
import { RelativeTime } from './relative-time.tsx'
import { LoadError, Loading } from './states.tsx'

const AT_ONCE = 10

export type Change = { field: string | null; before: unknown; after: unknown }

/** What other verbs than `created`, `updated` and `deleted` say. */
const verbs: Record<string, string> = {
  persons_added_manually: 'added people to',
  person_removed_manually: 'took somebody out of',
  split_person: 'split',
}

/** Who changed a thing, when, and what. */
export function History({
  projectId,
  of,
  words,
}: {
  projectId: number
  /** Which thing: its kind and id in the activity log, and the key of its own query. */
  of: { scope: string; itemId: string; under: readonly unknown[] }
  /** The changes of an update, each a sentence. */
  words: (changes: Change[]) => string[]
}): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const [limit, setLimit] = useState(AT_ONCE)
  const activity = useQuery(activityQuery(projectId, of, limit))
  if (activity.isError) {
    return <LoadError what="the history" error={activity.error} retry={() => void activity.refetch()} />
  }
  if (!activity.data) return <Loading what="the history" rows={3} />
  const { results, count } = activity.data
  if (count === 0) return <p className="muted small">Nothing is written down of it.</p>
  return (
    <>
      <ul className={styles.history}>
        {results.map(({ id, user, activity: verb, created_at: at, detail }) => {
          const changes = verb === 'updated' ? words(detail.changes ?? []) : []
          const who = user && (user.first_name || ('email' in user ? user.email : null))
          return (
            <li key={id}>
              <strong>{who ?? 'Somebody who is gone'}</strong> {verbs[verb] ?? verb.replaceAll('_', ' ')} it{' '}
              <span className="muted">
                <RelativeTime at={at} timeZone={timeZone} />
              </span>
              {changes.length > 0 && (
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
        <Button size="compact-sm" variant="subtle" mt="xs" onClick={() => setLimit(limit + 5 * AT_ONCE)}>
          Show more
        </Button>
      )}
    </>
  )
}
