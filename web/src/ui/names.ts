import { useQuery } from '@tanstack/react-query'
import { actionsQuery, cohortsQuery, eventNamesQuery, propertyNamesQuery } from '../api/definitions.ts'
import type { ActionName, EventName } from '../api/types.ts'
import type { Properties } from './property-picker.tsx'

/** What the pickers of an editor offer. */
export type Names = {
  projectId: number
  events: EventName[]
  actions: ActionName[]
  isLoading: boolean
  /** To filter by. */
  properties: Properties
}

/** What an action, or a cohort, is called that may have no name. */
export const actionNameOf = ({ id, name }: { id: number; name: string | null }): string =>
  name || `Action ${id}`
export const cohortNameOf = ({ id, name }: { id: number; name: string | null }): string =>
  name || `Cohort ${id}`

export function useNames(projectId: number): Names {
  const events = useQuery(eventNamesQuery(projectId))
  const actions = useQuery(actionsQuery(projectId))
  const ofEvents = useQuery(propertyNamesQuery(projectId, 'event'))
  const ofPeople = useQuery(propertyNamesQuery(projectId, 'person'))
  const cohorts = useQuery(cohortsQuery(projectId))
  return {
    projectId,
    events: events.data ?? [],
    actions: actions.data ?? [],
    isLoading: events.isPending,
    properties: {
      event: ofEvents.data ?? [],
      person: ofPeople.data ?? [],
      cohort: cohortChoices(cohorts.data ?? []),
    },
  }
}

/** Cohorts as a picker of properties offers them. */
export function cohortChoices(
  cohorts: { id: number; name: string | null }[],
): NonNullable<Properties['cohort']> {
  const names = new Set<string>()
  return cohorts.map(({ id, name }) => {
    const own = cohortNameOf({ id, name })
    // names may be used twice
    const shown = names.has(own) ? `${own} (${id})` : own
    names.add(own)
    return { name: shown, key: String(id), property_type: null }
  })
}
