import { isIllegalDistinctId } from './illegal-distinct-id.ts'
import {
  type DistinctId,
  type IdentityEvent,
  type IdentityWarning,
  nextVersion,
  type Person,
  type PersonMode,
  type PersonOverride,
  type Properties,
} from './person.ts'
import { personUuid } from './person-uuid.ts'
import { firstProperties, maxPropertiesLength, overlay, updateProperties } from './update-properties.ts'

/** What is known of the people in a batch before its first event. See `loadPeople` for what must be in it. */
export type KnownPeople = {
  persons: Person[]
  distinctIds: DistinctId[]
  overrides: PersonOverride[]
}

/** Whose an event is. */
export type Resolution = {
  /** The person's uuid once the whole batch is processed: that of the survivor of any merge. */
  personId(): string
  mode: PersonMode
  /** The person's properties after the event, the event's `$set` laid over. Empty where the mode is propertyless. */
  properties: Properties
  /** Microseconds; null where no person exists. */
  createdAt: number | null
  warning: IdentityWarning | null
}

/** What a batch did, all rows in their final state. */
export type PeopleChanges = {
  created: Person[]
  /** With the version that was found: the write holds only if it is still that. */
  updated: { person: Person; foundVersion: number }[]
  /** Merged away. `version` is above all that the warehouse has seen of them. */
  deleted: { person: Person; foundVersion: number }[]
  distinctIds: { distinctId: DistinctId; isNew: boolean }[]
  overrides: PersonOverride[]
  /** What all of these replaced: the same events on `known` with this put back give these changes again. */
  replaced: ReplacedPeople
}

/** A plain JSON value. */
export type ReplacedPeople = {
  persons: Person[]
  distinctIds: DistinctId[]
  overrides: PersonOverride[]
  /** Keys that did not exist before. */
  newPersons: [projectId: number, uuid: string][]
  newDistinctIds: [projectId: number, distinctId: string][]
  newOverrides: [projectId: number, oldPersonId: string][]
}

type PersonState = Person & {
  found: Person | null
  touched: boolean
  mergedInto: PersonState | null
  distinctIds: Set<DistinctIdState>
}
type DistinctIdState = {
  projectId: number
  distinctId: string
  person: PersonState
  version: number
  found: DistinctId | null
  touched: boolean
}
type OverrideState = PersonOverride & { found: PersonOverride | null; touched: boolean }

const forceUpgradeAfter = 60_000_000

/**
 * Who is who: takes events one after the other, in their order, and answers whose each one is. Pure but for what it
 * remembers of the events before; `changes()` says what must be written. The rules are upstream's.
 */
export function createPeople(known: KnownPeople) {
  const persons = new Map<string, PersonState>()
  const distinctIds = new Map<string, DistinctIdState>()
  const overrides = new Map<string, OverrideState>()
  const overridesByTarget = new Map<string, Set<OverrideState>>()

  const key = (projectId: number, text: string) => `${projectId}:${text}`
  const bag = (target: string) => {
    const found = overridesByTarget.get(target) ?? new Set()
    overridesByTarget.set(target, found)
    return found
  }

  for (const person of known.persons) {
    // field by field: a spread takes several times as long
    persons.set(key(person.projectId, person.uuid), {
      projectId: person.projectId,
      uuid: person.uuid,
      id: person.id,
      properties: person.properties,
      createdAt: person.createdAt,
      isIdentified: person.isIdentified,
      version: person.version,
      found: person,
      touched: false,
      mergedInto: null,
      distinctIds: new Set(),
    })
  }
  for (const row of known.distinctIds) {
    const person = persons.get(key(row.projectId, row.personUuid))
    if (!person)
      throw new Error(`distinct id of project ${row.projectId} without its person ${row.personUuid}`)
    const state = {
      projectId: row.projectId,
      distinctId: row.distinctId,
      version: row.version,
      person,
      found: row,
      touched: false,
    }
    person.distinctIds.add(state)
    distinctIds.set(key(row.projectId, row.distinctId), state)
  }
  for (const row of known.overrides) {
    const state = { ...row, found: row, touched: false }
    overrides.set(key(row.projectId, row.oldPersonId), state)
    bag(key(row.projectId, row.personId)).add(state)
  }

  function touch(person: PersonState, now: number) {
    if (person.touched) return
    person.touched = true
    person.version = nextVersion(person.version, now)
  }

  function pointOverride(projectId: number, oldPersonId: string, target: PersonState, now: number) {
    const existing = overrides.get(key(projectId, oldPersonId))
    if (existing?.personId === target.uuid) return
    const state = existing ?? {
      projectId,
      oldPersonId,
      personId: target.uuid,
      version: 0,
      found: null,
      touched: false,
    }
    if (existing) bag(key(projectId, existing.personId)).delete(existing)
    else overrides.set(key(projectId, oldPersonId), state)
    state.personId = target.uuid
    if (!state.touched) state.version = nextVersion(state.version, now)
    state.touched = true
    bag(key(projectId, target.uuid)).add(state)
  }

  /** The highest version that a row of this uuid, or of its distinct id, may have had before it was deleted. */
  const lastVersion = (projectId: number, uuid: string) => overrides.get(key(projectId, uuid))?.version ?? -1

  /** `distinctId` had no person so far; its personless events carry the uuid that it would have got. */
  function attach(projectId: number, distinctId: string, person: PersonState, now: number) {
    const own = personUuid(projectId, distinctId)
    const state: DistinctIdState = {
      projectId,
      distinctId,
      person,
      version: nextVersion(lastVersion(projectId, own), now),
      found: null,
      touched: true,
    }
    distinctIds.set(key(projectId, distinctId), state)
    person.distinctIds.add(state)
    if (!persons.has(key(projectId, own))) pointOverride(projectId, own, person, now)
  }

  function create(event: IdentityEvent): PersonState {
    const { projectId, distinctId, receivedAt } = event
    const own = personUuid(projectId, distinctId)
    // Another person may have kept this uuid after the distinct id was split from it.
    const uuid = persons.has(key(projectId, own)) ? personUuid(projectId, `${distinctId}:${event.uuid}`) : own
    const person: PersonState = {
      projectId,
      uuid,
      id: null,
      properties: firstProperties(event),
      createdAt: event.timestamp,
      isIdentified: false,
      version: nextVersion(lastVersion(projectId, uuid), receivedAt),
      found: null,
      touched: true,
      mergedInto: null,
      distinctIds: new Set(),
    }
    persons.set(key(projectId, uuid), person)
    // A former bearer of the uuid may have been merged away: from now on it means itself again.
    if (overrides.has(key(projectId, uuid))) pointOverride(projectId, uuid, person, receivedAt)
    attach(projectId, distinctId, person, receivedAt)
    return person
  }

  function identify(person: PersonState, now: number) {
    if (person.isIdentified) return
    touch(person, now)
    person.isIdentified = true
  }

  /**
   * Cases, as upstream: 1 the same id, 2 an id that can't be one person's, 3 no person yet, 4 one person, 5 the same
   * person, 6 the source is somebody already, 7 two persons become one.
   */
  function merge(event: IdentityEvent, from: string): IdentityWarning | null {
    const { projectId, distinctId, receivedAt } = event
    if (from === distinctId) return null
    if (isIllegalDistinctId(from) || isIllegalDistinctId(distinctId)) {
      return 'cannot_merge_with_illegal_distinct_id'
    }
    const source = distinctIds.get(key(projectId, from))?.person
    const target = distinctIds.get(key(projectId, distinctId))?.person
    if (!target) {
      if (source) attach(projectId, distinctId, source, receivedAt)
      else attach(projectId, from, create(event), receivedAt)
    } else if (!source) {
      attach(projectId, from, target, receivedAt)
    } else if (source !== target) {
      if (source.isIdentified && event.event !== '$merge_dangerously') {
        identify(target, receivedAt)
        return 'cannot_merge_already_identified'
      }
      absorb(target, source, receivedAt)
    }
    identify(distinctIds.get(key(projectId, distinctId))!.person, receivedAt)
    return null
  }

  function absorb(target: PersonState, source: PersonState, now: number) {
    if (!target.touched || source.version > target.version) {
      target.version = nextVersion(Math.max(source.version, target.version), now)
      target.touched = true
    }
    const properties = overlay(source.properties, target.properties)
    if (JSON.stringify(properties).length <= maxPropertiesLength) target.properties = properties
    target.createdAt = Math.min(target.createdAt, source.createdAt)
    for (const state of source.distinctIds) {
      state.person = target
      if (!state.touched) state.version = nextVersion(state.version, now)
      state.touched = true
      target.distinctIds.add(state)
    }
    source.distinctIds.clear()
    source.mergedInto = target
    source.touched = true
    source.version = nextVersion(source.version, now)
    for (const override of [...bag(key(source.projectId, source.uuid))]) {
      pointOverride(source.projectId, override.oldPersonId, target, now)
    }
    pointOverride(source.projectId, source.uuid, target, now)
  }

  function apply(event: IdentityEvent): Resolution {
    const { projectId, distinctId, receivedAt } = event
    let mode: PersonMode = 'full'
    if (event.personless) {
      const person = distinctIds.get(key(projectId, distinctId))?.person
      if (!person || event.timestamp <= person.createdAt + forceUpgradeAfter) {
        const own = person ? null : personUuid(projectId, distinctId)
        return {
          personId: () => own ?? survivor(person!).uuid,
          mode: 'propertyless',
          properties: nothing,
          createdAt: person?.createdAt ?? null,
          warning: null,
        }
      }
      mode = 'force_upgrade'
    }
    let warning = event.mergeFrom === null ? null : merge(event, event.mergeFrom)
    const existing = distinctIds.get(key(projectId, distinctId))?.person
    const person = existing ?? create(event)
    if (existing) {
      const properties = updateProperties(existing.properties, event)
      if (properties === null) warning ??= 'person_properties_size_violation'
      else if (properties !== existing.properties) {
        touch(existing, receivedAt)
        existing.properties = properties
      }
    }
    return {
      personId: () => survivor(person).uuid,
      mode,
      properties: overlay(person.properties, event.set),
      createdAt: person.createdAt,
      warning,
    }
  }

  function changes(): PeopleChanges {
    const result: PeopleChanges = {
      created: [],
      updated: [],
      deleted: [],
      distinctIds: [],
      overrides: [],
      replaced: {
        persons: [],
        distinctIds: [],
        overrides: [],
        newPersons: [],
        newDistinctIds: [],
        newOverrides: [],
      },
    }
    const { replaced } = result
    for (const state of persons.values()) {
      if (!state.touched) continue
      const { found, mergedInto } = state
      if (found) replaced.persons.push(found)
      else if (!mergedInto) replaced.newPersons.push([state.projectId, state.uuid])
      const person = plainPerson(state)
      if (!found) {
        if (!mergedInto) result.created.push(person)
      } else if (mergedInto) result.deleted.push({ person, foundVersion: found.version })
      else result.updated.push({ person, foundVersion: found.version })
    }
    for (const state of distinctIds.values()) {
      if (!state.touched) continue
      const { projectId, distinctId, found, version } = state
      if (found) replaced.distinctIds.push(found)
      else replaced.newDistinctIds.push([projectId, distinctId])
      result.distinctIds.push({
        distinctId: { projectId, distinctId, personUuid: state.person.uuid, version },
        isNew: found === null,
      })
    }
    for (const state of overrides.values()) {
      if (!state.touched) continue
      const { projectId, oldPersonId, personId, version, found } = state
      if (found) replaced.overrides.push(found)
      else replaced.newOverrides.push([projectId, oldPersonId])
      result.overrides.push({ projectId, oldPersonId, personId, version })
    }
    return result
  }

  return { apply, changes }
}

export type People = ReturnType<typeof createPeople>

const nothing: Properties = Object.freeze({})

function survivor(person: PersonState): PersonState {
  let last = person
  while (last.mergedInto) last = last.mergedInto
  return last
}

const plainPerson = (state: PersonState): Person => ({
  projectId: state.projectId,
  uuid: state.uuid,
  id: state.id,
  properties: state.properties,
  createdAt: state.createdAt,
  isIdentified: state.isIdentified,
  version: state.version,
})

/** `known` as it was before a batch whose changes are written already. */
export function putBack(known: KnownPeople, replaced: ReplacedPeople): KnownPeople {
  const key = (projectId: number, text: string) => `${projectId}:${text}`
  const restore = <T>(now: T[], before: T[], newKeys: [number, string][], keyOf: (row: T) => string) => {
    const settled = new Set([...before.map(keyOf), ...newKeys.map(([project, text]) => key(project, text))])
    return [...now.filter((row) => !settled.has(keyOf(row))), ...before]
  }
  return {
    persons: restore(known.persons, replaced.persons, replaced.newPersons, (row) =>
      key(row.projectId, row.uuid),
    ),
    distinctIds: restore(known.distinctIds, replaced.distinctIds, replaced.newDistinctIds, (row) =>
      key(row.projectId, row.distinctId),
    ),
    overrides: restore(known.overrides, replaced.overrides, replaced.newOverrides, (row) =>
      key(row.projectId, row.oldPersonId),
    ),
  }
}
