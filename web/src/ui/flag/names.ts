import { useQuery } from '@tanstack/react-query'
import { cohortsQuery, groupTypesQuery } from '../../api/definitions.ts'
import { flagKeysQuery } from '../../api/flags.ts'
import type { FlagFilters } from './filters.ts'
import type { Names } from './words.ts'

/** What the cohorts, flags and groups that these filters name are called; numbers until that is known. */
export function useNames(projectId: number, filters: FlagFilters[]): Names {
  const properties = filters.flatMap(({ groups }) => groups.flatMap((set) => set.properties))
  const flagIds = [
    ...new Set(properties.filter(({ type }) => type === 'flag').map(({ key }) => Number(key))),
  ].sort((a, b) => a - b)
  const cohorts = useQuery({
    ...cohortsQuery(projectId),
    enabled: properties.some(({ type }) => type === 'cohort'),
  })
  const keys = useQuery({ ...flagKeysQuery(projectId, flagIds), enabled: flagIds.length > 0 })
  const types = useQuery(groupTypesQuery(projectId))
  return {
    cohort: (id) => cohorts.data?.find((cohort) => cohort.id === id)?.name ?? String(id),
    flag: (id) => keys.data?.keys[String(id)] ?? String(id),
    groups: (index) => {
      const type = types.data?.find(({ group_type_index: at }) => at === index)
      return type ? type.name_plural || `${type.group_type}s` : `groups of type ${index}`
    },
  }
}
