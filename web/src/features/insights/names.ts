import { useQuery } from '@tanstack/react-query'
import { actionsQuery, cohortsQuery, eventNamesQuery, propertyNamesQuery } from '../../api/definitions.ts'
import type { ActionName, EventName } from '../../api/types.ts'
import type { Properties } from '../../ui/property-picker.tsx'

/** What the pickers of an editor offer. */
export type Names = {
  projectId: number
  events: EventName[]
  actions: ActionName[]
  isLoading: boolean
  /** To filter by. */
  properties: Properties
}

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
      cohort: (cohorts.data ?? []).map(({ id, name }) => ({
        key: String(id),
        name: name || `Cohort ${id}`,
        property_type: null,
      })),
    },
  }
}
