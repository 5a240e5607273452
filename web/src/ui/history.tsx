import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { activityQuery } from '../api/activity-log.ts'
import { useProject } from '../api/session.ts'
import { ACTIVITY_AT_ONCE, ActivityList, moreActivity } from './activity/activity-list.tsx'
import type { Change } from './flag/words.ts'

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
  const [limit, setLimit] = useState(ACTIVITY_AT_ONCE)
  const { data, isError, error, refetch } = useQuery(activityQuery(projectId, of, limit))
  return (
    <ActivityList
      answer={{ data: data && { ...data, total_count: data.count }, isError, error, refetch }}
      words={words}
      timeZone={timeZone}
      onMore={() => setLimit(moreActivity(limit))}
    />
  )
}
