import type { KnownPeople, PeopleChanges } from './people.ts'
import { type DistinctId, nextVersion, type Person } from './person.ts'
import { personUuid } from './person-uuid.ts'

/**
 * Every distinct id but one becomes a person of its own without properties. The one is `main`, and the person keeps
 * the properties; without it the first stays, and the properties go. Past events stay with the person, but for
 * those from before a merge, which go back to whom they were of.
 * @param known the person with all their distinct ids in their order, and who bears the uuids these would get
 * @param now milliseconds since 1970
 */
export function splitChanges(
  known: KnownPeople,
  uuid: string,
  main: string | undefined,
  now: number,
): PeopleChanges {
  const person = known.persons.find((one) => one.uuid === uuid)!
  const ids = known.distinctIds.filter((one) => one.personUuid === uuid)
  const stays = ids.find((one) => one.distinctId === main) ?? ids[0]
  const changes = noChanges()
  const version = nextVersion(person.version, now)
  const properties = main === undefined ? {} : person.properties
  changes.updated.push({ person: { ...person, properties, version }, foundVersion: person.version })
  const taken = new Set(known.persons.map((one) => one.uuid))
  for (const id of ids) {
    if (id === stays) continue
    const { projectId, distinctId } = id
    const own = personUuid(projectId, distinctId)
    const isFree = !taken.has(own)
    const personUuidNow = isFree ? own : personUuid(projectId, `${distinctId}:${uuid}:${person.version}`)
    taken.add(personUuidNow)
    changes.distinctIds.push({
      distinctId: { ...id, personUuid: personUuidNow, version: nextVersion(id.version, now) },
      isNew: false,
    })
    const override = known.overrides.find((one) => one.oldPersonId === own)
    changes.created.push(newPerson(projectId, personUuidNow, nextVersion(override?.version ?? -1, now), now))
    if (isFree && override) {
      changes.overrides.push({
        ...override,
        personId: own,
        version: nextVersion(override.version, now),
      })
    }
  }
  return changes
}

/**
 * The person goes, and their distinct ids with them: `distinctIds` have the versions to say so with. `personIds` are
 * all that their events may say who they are of. An event may
 * have been received before this and be processed after it, so whoever comes back needs to know these versions: they
 * are left behind as overrides of each uuid by itself.
 */
export function removal(known: KnownPeople, uuid: string, now: number) {
  const found = known.persons.find((one) => one.uuid === uuid)!
  const changes = noChanges()
  const person = { ...found, version: nextVersion(found.version, now) }
  changes.deleted.push({ person, foundVersion: found.version })
  const distinctIds: DistinctId[] = known.distinctIds
    .filter((one) => one.personUuid === uuid)
    .map((one) => ({ ...one, version: nextVersion(one.version, now) }))
  const { projectId } = person
  const uuids = new Set([uuid, ...distinctIds.map(({ distinctId }) => personUuid(projectId, distinctId))])
  const before = known.overrides.filter((one) => uuids.has(one.oldPersonId))
  const version = Math.max(...[person, ...distinctIds, ...before].map((one) => one.version)) + 1
  for (const one of uuids) {
    // Another person's: it never was this one's.
    if (one !== uuid && known.persons.some((other) => other.uuid === one)) continue
    changes.overrides.push({ projectId, oldPersonId: one, personId: one, version })
  }
  const followers = known.overrides.filter((one) => one.personId === uuid)
  const personIds = [...new Set([...followers, ...changes.overrides].map(({ oldPersonId }) => oldPersonId))]
  return { changes, distinctIds, personIds }
}

const newPerson = (projectId: number, uuid: string, version: number, now: number): Person => ({
  projectId,
  uuid,
  id: null,
  properties: {},
  createdAt: now * 1000,
  isIdentified: false,
  version,
})

const noChanges = (): PeopleChanges => ({
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
})
