import type { ActorKind } from '../insights/actors-query.ts'
import type { GroupStore } from '../persons/group-store.ts'
import type { PersonReader, StoredPerson } from '../persons/read-persons.ts'
import { listedGroup } from './group-shapes.ts'
import { listedPerson } from './person-shapes.ts'

export type ActorReader = {
  persons: Pick<PersonReader, 'findAll'>
  groups: Pick<GroupStore, 'loadGroups'>
}

const atOnce = 1000

/** How the actors of a project are shown in lists: those of the ids that are known, by id. */
export function showActors(
  { persons, groups }: ActorReader,
  project: { id: number; settings: Record<string, unknown> },
  showPerson: (person: StoredPerson) => object = (person) => listedPerson(person, project),
) {
  const load = async (kind: ActorKind, ids: string[]): Promise<[string, object][]> => {
    if (kind.type === 'person') {
      const found = await persons.findAll(project.id, ids)
      return found.map((person) => [person.uuid, showPerson(person)])
    }
    const { groupTypeIndex } = kind
    const keys = ids.map((groupKey) => ({ projectId: project.id, groupTypeIndex, groupKey }))
    return (await groups.loadGroups(keys)).map((group) => [group.groupKey, listedGroup(group)])
  }
  return async (kind: ActorKind, ids: string[]): Promise<Map<string, object>> => {
    const found = new Map<string, object>()
    for (let from = 0; from < ids.length; from += atOnce) {
      for (const [id, actor] of await load(kind, ids.slice(from, from + atOnce))) found.set(id, actor)
    }
    return found
  }
}
