import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { FeatureFlag } from '../../api/types.ts'
import { ACTIVITY_AT_ONCE, ActivityList, moreActivity } from '../../ui/activity/activity-list.tsx'
import type { Names } from '../../ui/flag/words.ts'
import { flagActivityQuery } from './queries.ts'

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
  const [limit, setLimit] = useState(ACTIVITY_AT_ONCE)
  const answer = useQuery(flagActivityQuery(projectId, flag.id, limit))
  return (
    <ActivityList
      answer={answer}
      names={names}
      timeZone={timeZone}
      onMore={() => setLimit(moreActivity(limit))}
    />
  )
}
