/** A person as the identity rules see it. Points in time are microseconds since 1970, UTC. */
export type Person = {
  projectId: number
  uuid: string
  /** The integer id of the database; null until it has one. */
  id: number | null
  properties: Properties
  createdAt: number
  isIdentified: boolean
  version: number
}

/** Never changed in place: an event keeps the object that was true when it was processed. */
export type Properties = Readonly<Record<string, unknown>>

export type DistinctId = { projectId: number; distinctId: string; personUuid: string; version: number }

/** Events that say `oldPersonId` belong to `personId`. */
export type PersonOverride = { projectId: number; oldPersonId: string; personId: string; version: number }

/** What identity needs of an event. */
export type IdentityEvent = {
  projectId: number
  uuid: string
  event: string
  distinctId: string
  /** The id to be merged into `distinctId` (`$anon_distinct_id`, `alias`); null where nothing is to be merged. */
  mergeFrom: string | null
  /** True for `$process_person_profile: false`. */
  personless: boolean
  /** Microseconds since 1970. */
  timestamp: number
  /** When the server got it, milliseconds since 1970. */
  receivedAt: number
  set: Properties
  setOnce: Properties
  unset: readonly string[]
}

export type PersonMode = 'full' | 'propertyless' | 'force_upgrade'

export type IdentityWarning =
  | 'cannot_merge_with_illegal_distinct_id'
  | 'cannot_merge_already_identified'
  | 'person_properties_size_violation'

/**
 * Versions order the rows of one key in the warehouse, also across a deletion and a new beginning of the same key:
 * so they never lag behind the clock.
 * @param now milliseconds since 1970
 */
export const nextVersion = (version: number, now: number) => Math.max(version + 1, Math.floor(now))
