import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Pin } from '../../api/pin.ts'
import { readQuestion } from '../../api/questions.ts'
import type { Insight } from '../../api/types.ts'
import { PeoplePanel } from '../../ui/insight/people-panel.tsx'
import { tileQuery } from './queries.ts'

/** The people behind a number of a tile, as the dashboard asks it, or whoever looks at it. */
export function PeopleOfTile({
  projectId,
  dashboardId,
  insight,
  override,
  ...panel
}: {
  projectId: number
  dashboardId: number
  insight: Insight
  override: Record<string, unknown> | null
  pin: Pin
  onPin: (pin: Pin) => void
  onClose: () => void
}): ReactNode {
  const { data } = useQuery(tileQuery(projectId, dashboardId, insight, { override }))
  const asked = data?.typed_query
  const query = readQuestion(asked)
  if (!asked || !query) return null
  return <PeoplePanel projectId={projectId} query={query} whole={asked} {...panel} />
}
