import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { FeatureFlag } from '../../api/types.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { LoadError, Loading } from '../../ui/states.tsx'
import styles from './flag-page.module.css'
import { flagActivityQuery } from './queries.ts'
import { changeWords, type Names } from './words.ts'

const AT_ONCE = 10

/** Who changed a flag, when, and what. */
export function History({
  projectId,
  flag,
  names,
  timeZone,
}: {
  projectId: number
  flag: FeatureFlag
  names: Names
  timeZone: string
}): ReactNode {
  const [limit, setLimit] = useState(AT_ONCE)
  const activity = useQuery(flagActivityQuery(projectId, flag.id, limit))
  if (activity.isError) {
    return <LoadError what="the history" error={activity.error} retry={() => void activity.refetch()} />
  }
  if (!activity.data) return <Loading what="the history" rows={3} />
  const { results, total_count: count } = activity.data
  return (
    <>
      <ul className={styles.history}>
        {results.map(({ id, user, activity: verb, created_at: at, detail }) => {
          const changes = verb === 'updated' ? changeWords(detail.changes ?? [], names) : []
          const who = user && (user.first_name || ('email' in user ? user.email : null))
          return (
            <li key={id}>
              <strong>{who ?? 'Somebody who is gone'}</strong> {verb} it{' '}
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
