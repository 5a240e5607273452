import { Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { blastRadiusQuery } from '../../api/flags.ts'
import { number } from '../numbers.ts'
import { isComplete } from '../operators.ts'
import { sentence } from '../states.tsx'
import { type ConditionSet, type FlagFilters, groupTypeOf, rolloutOf } from './filters.ts'
import type { Names } from './words.ts'

/** "Matches about 1,240 of 20,112 people; about 248 of them get it", a moment after the last change. */
export function Matches({
  projectId,
  set,
  filters,
  names,
}: {
  projectId: number
  set: ConditionSet
  filters: FlagFilters
  names: Names
}): ReactNode {
  const index = groupTypeOf(set, filters)
  // what is still being written does not count
  const [settled] = useDebouncedValue(JSON.stringify(set.properties.filter(isComplete)), 400)
  const radius = useQuery(blastRadiusQuery(projectId, JSON.parse(settled), index))
  const rollout = rolloutOf(set)
  const told = () => {
    if (radius.isError) return `Can't be counted: ${sentence(radius.error)}`
    if (!radius.data) return 'Counting…'
    const { users_affected: some, total_users: all } = radius.data
    const what = index === null ? 'people' : names.groups(index)
    const part =
      rollout < 100
        ? `; ${rollout} % of them, about ${number(Math.round((some * rollout) / 100))}, get it`
        : ''
    const besides = set.properties.some(({ type }) => type === 'flag') ? ' Its flags are not counted.' : ''
    return `Matches about ${number(some)} of ${number(all)} ${what}${part}.${besides}`
  }
  return (
    <Text size="xs" c="dimmed" role="status" aria-busy={radius.isPlaceholderData}>
      {told()}
    </Text>
  )
}
