import type { KnownPerson, LookedUp, LookUpFailure } from '../model/flags.ts'
import type { CohortProblem } from './cohorts.ts'

/** Why something that an evaluation needs is not known; codes are PostHog's where it has them. */
export type FailureCode = LookUpFailure | CohortProblem

/** Thrown inside an evaluation that needs what is not known: the flag has failed, and the others go on. */
export class Unknown extends Error {
  readonly code: FailureCode
  constructor(code: FailureCode) {
    super(code)
    this.code = code
  }
}

/** Who asks: what the request says, and what was looked up. */
export type Asker = {
  distinctId: string
  deviceId: string | null
  /** What decides for flags with experience continuity, while nothing is kept for the person. */
  anonDistinctId: string | null
  /** Properties of the request, which win over those that are known. */
  personProperties: Record<string, unknown>
  /** Where the caller is (`$geoip_…`): wins over what is known, and fills what the request leaves empty. */
  place: Readonly<Record<string, unknown>> | null
  /** By group type index: the group's key. */
  groupKeys: Map<number, string>
  /** By group type index: properties of the request. */
  groupProperties: Map<number, Record<string, unknown>>
  found: LookedUp
}

const has = (object: Readonly<Record<string, unknown>>, key: string) => Object.hasOwn(object, key)

/** Whether the request itself says all there is to say about a person's property. */
export const isSaid = (asker: Omit<Asker, 'found'>, key: string): boolean =>
  has(asker.personProperties, key) || (asker.place !== null && has(asker.place, key)) || key === 'distinct_id'

/**
 * A person's property; undefined where there is none.
 * @throws Unknown when it would have to be looked up, and that failed
 */
export function personValue(asker: Asker, key: string): unknown {
  const own = ownValue(asker, key)
  if (own !== undefined || !key.startsWith('$initial_')) return own
  const later = key.slice('$initial_'.length)
  const present = ownValue(asker, `$${later}`)
  return present === undefined ? ownValue(asker, later) : present
}

function ownValue(asker: Asker, key: string): unknown {
  const { personProperties, place } = asker
  if (has(personProperties, key)) {
    const said = personProperties[key]
    return said === null && place && has(place, key) ? place[key] : said
  }
  if (place && has(place, key)) return place[key]
  if (key === 'distinct_id' && asker.distinctId !== '') return asker.distinctId
  const person = knownPerson(asker)
  return person && has(person.properties, key) ? person.properties[key] : undefined
}

/** @throws Unknown */
export function knownPerson({ found: { person } }: Asker): KnownPerson | null {
  if (typeof person === 'string') throw new Unknown(person)
  return person
}

/** @throws Unknown */
export function isMember({ found: { memberOf } }: Asker, cohortId: number): boolean {
  if (typeof memberOf === 'string') throw new Unknown(memberOf)
  return memberOf.has(cohortId)
}

/** A group's property; undefined where there is none. @throws Unknown */
export function groupValue(asker: Asker, index: number, key: string): unknown {
  const said = asker.groupProperties.get(index)
  if (said && has(said, key)) return said[key]
  const groupKey = asker.groupKeys.get(index)
  if (groupKey === undefined) return undefined
  if (key === '$group_key') return groupKey
  const { groups } = asker.found
  if (typeof groups === 'string') throw new Unknown(groups)
  const known = groups.get(index)
  return known && has(known, key) ? known[key] : undefined
}
