import { nextVersion, type Properties } from './person.ts'

export type GroupType = { projectId: number; groupType: string; groupTypeIndex: number }

export type Group = {
  projectId: number
  groupTypeIndex: number
  groupKey: string
  properties: Properties
  /** Microseconds since 1970. */
  createdAt: number
  version: number
}

export type GroupChanges = {
  newTypes: GroupType[]
  groups: { group: Group; foundVersion: number | null }[]
  /** What these replaced, for a replay. A plain JSON value. */
  replaced: ReplacedGroups
}

export type ReplacedGroups = {
  newTypes: GroupType[]
  groups: Group[]
  newGroups: [projectId: number, groupTypeIndex: number, groupKey: string][]
}

/** A project has at most this many types; further ones are ignored. */
export const maxGroupTypes = 5
/** Longer keys are refused. */
export const maxGroupKeyLength = 400

const typeKey = (projectId: number, groupType: string) => `${projectId}:${groupType}`
const groupId = (group: Pick<Group, 'projectId' | 'groupTypeIndex' | 'groupKey'>) =>
  `${group.projectId}:${group.groupTypeIndex}:${group.groupKey}`

/** Group types of the projects in a batch: found, or given the next free number. */
export function createGroupTypes(known: GroupType[]) {
  const indexes = new Map(known.map((type) => [typeKey(type.projectId, type.groupType), type.groupTypeIndex]))
  const counts = new Map<number, number>()
  for (const type of known) {
    counts.set(type.projectId, Math.max(counts.get(type.projectId) ?? 0, type.groupTypeIndex + 1))
  }
  const newTypes: GroupType[] = []
  return {
    newTypes,
    /** The type's number, or null when the project has its five already. */
    indexOf(projectId: number, groupType: string): number | null {
      const key = typeKey(projectId, groupType)
      const found = indexes.get(key)
      if (found !== undefined) return found
      const groupTypeIndex = counts.get(projectId) ?? 0
      if (groupTypeIndex >= maxGroupTypes) return null
      counts.set(projectId, groupTypeIndex + 1)
      indexes.set(key, groupTypeIndex)
      newTypes.push({ projectId, groupType, groupTypeIndex })
      return groupTypeIndex
    },
  }
}

/** What `$groupidentify` events do to groups, in their order: properties are merged, the last one wins. */
export function createGroups(known: Group[]) {
  const groups = new Map<string, { group: Group; found: Group | null; touched: boolean }>()
  for (const group of known) groups.set(groupId(group), { group, found: group, touched: false })
  return {
    identify(event: {
      projectId: number
      groupTypeIndex: number
      groupKey: string
      set: Properties
      timestamp: number
      receivedAt: number
    }): void {
      const { set, timestamp, receivedAt, ...key } = event
      const state = groups.get(groupId(key))
      const version = nextVersion(state?.group.version ?? -1, receivedAt)
      if (!state) {
        const group = { ...key, properties: set, createdAt: timestamp, version }
        groups.set(groupId(key), { group, found: null, touched: true })
        return
      }
      const changes = Object.keys(set).some(
        (name) => JSON.stringify(state.group.properties[name]) !== JSON.stringify(set[name]),
      )
      if (!changes) return
      state.group = { ...state.group, properties: { ...state.group.properties, ...set }, version }
      state.touched = true
    },
    changes(newTypes: GroupType[]): GroupChanges {
      const touched = [...groups.values()].filter((state) => state.touched)
      return {
        newTypes,
        groups: touched.map(({ group, found }) => ({ group, foundVersion: found?.version ?? null })),
        replaced: {
          newTypes,
          groups: touched.flatMap(({ found }) => found ?? []),
          newGroups: touched
            .filter(({ found }) => !found)
            .map(({ group }) => [group.projectId, group.groupTypeIndex, group.groupKey]),
        },
      }
    },
  }
}

/** `known` types as they were before a batch whose changes are written already. */
export function putBackTypes(known: GroupType[], replaced: ReplacedGroups): GroupType[] {
  const added = new Set(replaced.newTypes.map((type) => typeKey(type.projectId, type.groupType)))
  return known.filter((type) => !added.has(typeKey(type.projectId, type.groupType)))
}

/** `known` groups as they were before a batch whose changes are written already. */
export function putBackGroups(known: Group[], replaced: ReplacedGroups): Group[] {
  const settled = new Set(replaced.groups.map(groupId))
  for (const [projectId, groupTypeIndex, groupKey] of replaced.newGroups) {
    settled.add(groupId({ projectId, groupTypeIndex, groupKey }))
  }
  return [...known.filter((group) => !settled.has(groupId(group))), ...replaced.groups]
}
