import { useQueries, useQuery } from '@tanstack/react-query'
import {
  actionsQuery,
  cohortsQuery,
  eventNamesQuery,
  groupTypesQuery,
  propertyNamesQuery,
} from '../api/definitions.ts'
import type { ActionName, EventName } from '../api/types.ts'
import type { Properties } from './property-picker.tsx'

/** What the pickers of an editor offer. */
export type Names = {
  projectId: number
  events: EventName[]
  actions: ActionName[]
  isLoading: boolean
  /** To filter by, and to break down by. */
  properties: Properties
}

/** What an action, or a cohort, is called that may have no name. */
export const actionNameOf = ({ id, name }: { id: number; name: string | null }): string =>
  name || `Action ${id}`
export const cohortNameOf = ({ id, name }: { id: number; name: string | null }): string =>
  name || `Cohort ${id}`

/** What the server computes of a session, by the names that its expressions have. */
const sessionProperties = Object.entries({
  Numeric: ['$session_duration', '$event_count', '$pageview_count', '$screen_count', '$autocapture_count'],
  DateTime: ['$start_timestamp', '$end_timestamp'],
  String: [
    ...['$entry_current_url', '$entry_pathname', '$entry_hostname', '$entry_referring_domain'],
    ...['$entry_utm_source', '$entry_utm_medium', '$entry_utm_campaign', '$entry_utm_term'],
    ...['$entry_utm_content', '$exit_current_url', '$exit_pathname'],
  ],
} as const).flatMap(([type, names]) =>
  names.map((name) => ({ name, property_type: type as 'Numeric' | 'DateTime' | 'String' })),
)

export function useNames(projectId: number): Names {
  const events = useQuery(eventNamesQuery(projectId))
  const actions = useQuery(actionsQuery(projectId))
  const ofEvents = useQuery(propertyNamesQuery(projectId, 'event'))
  const ofPeople = useQuery(propertyNamesQuery(projectId, 'person'))
  const cohorts = useQuery(cohortsQuery(projectId))
  const types = useQuery(groupTypesQuery(projectId)).data ?? []
  const ofGroups = useQueries({
    queries: types.map(({ group_type_index: index }) => propertyNamesQuery(projectId, 'group', index)),
  })
  return {
    projectId,
    events: events.data ?? [],
    actions: actions.data ?? [],
    isLoading: events.isPending,
    properties: {
      event: ofEvents.data ?? [],
      person: ofPeople.data ?? [],
      group: types.flatMap(({ group_type: type, name_singular: called, group_type_index: index }, at) =>
        (ofGroups[at]?.data ?? []).map(({ name, property_type }) => ({
          key: `${index}/${name}`,
          name,
          property_type,
          groupTypeIndex: index,
          under: `Properties of ${called || type}`,
        })),
      ),
      session: sessionProperties,
      hogql: [],
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
