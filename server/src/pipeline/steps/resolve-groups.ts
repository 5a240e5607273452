import { cleanText } from '../../kit/clean-text.ts'
import { isObject } from '../../kit/is-object.ts'
import type { GroupKey, GroupStore } from '../../persons/group-store.ts'
import {
  createGroups,
  createGroupTypes,
  maxGroupKeyLength,
  putBackGroups,
  putBackTypes,
} from '../../persons/groups.ts'
import { type Batch, noteWarning } from '../batch.ts'
import type { PipelineEvent } from '../pipeline-event.ts'

/** A `$groupidentify` event's group, once its type has a number. */
type Identified = { event: PipelineEvent; key: GroupKey }

/** Where an event says its groups by their types' numbers. */
const numbered = ['$group_0', '$group_1', '$group_2', '$group_3', '$group_4'] as const

/**
 * Which groups each event belongs to, and what `$groupidentify` says about one. `$groups` is written into the
 * properties by number as well; a number that is there already holds where `$groups` says nothing about its type.
 */
export const resolveGroups =
  (groups: Pick<GroupStore, 'loadTypes' | 'loadGroups'>) =>
  async (batch: Batch): Promise<Batch> => {
    const events = batch.events.filter(
      (event) => event.person.mode !== 'propertyless' && mentionsGroups(event),
    )
    if (!events.length) return batch
    const { replaced } = batch
    const known = await groups.loadTypes([...new Set(events.map((event) => event.projectId))])
    const types = createGroupTypes(replaced?.groups ? putBackTypes(known, replaced.groups) : known)
    const identified: Identified[] = []
    for (const event of events) {
      const { properties } = event
      const keys = numbered.map((name) => toKey(properties[name]))
      for (const [type, value] of pairs(properties.$groups)) {
        const index = types.indexOf(event.projectId, type)
        if (index === null) continue
        keys[index] = value
        properties[numbered[index]!] = value
      }
      event.groupKeys = keys
      const key = identifiedKey(event, types.indexOf, () =>
        noteWarning(batch, event, 'group_key_too_long', {
          groupKey: String(event.properties.$group_key).slice(0, 500),
        }),
      )
      if (!key) continue
      event.identifiedGroup = key.groupTypeIndex
      identified.push({ event, key })
    }
    const found = identified.length ? await groups.loadGroups(identified.map((one) => one.key)) : []
    const state = createGroups(replaced?.groups ? putBackGroups(found, replaced.groups) : found)
    for (const { event, key } of identified) {
      state.identify({
        ...key,
        set: groupSet(event),
        timestamp: event.timestamp,
        receivedAt: event.receivedAt,
      })
    }
    batch.groups = state.changes(types.newTypes)
    return batch
  }

/** Whether an event says anything about groups. */
export const mentionsGroups = ({ event, properties }: PipelineEvent) =>
  event === '$groupidentify' ||
  isObject(properties.$groups) ||
  numbered.some((name) => properties[name] !== undefined)

function* pairs(groups: unknown): Iterable<[type: string, key: string]> {
  if (!isObject(groups)) return
  for (const type in groups) {
    const key = toKey(groups[type])
    if (key !== '' && isTypeName(type)) yield [cleanText(type), key]
  }
}

function identifiedKey(
  event: PipelineEvent,
  indexOf: (projectId: number, type: string) => number | null,
  refuse: () => void,
): GroupKey | null {
  if (event.event !== '$groupidentify') return null
  const { $group_type: type, $group_key: value } = event.properties
  const groupKey = toKey(value)
  if (typeof type !== 'string' || !isTypeName(type) || groupKey === '') return null
  if (groupKey.length > maxGroupKeyLength) {
    refuse()
    return null
  }
  const groupTypeIndex = indexOf(event.projectId, cleanText(type))
  return groupTypeIndex === null ? null : { projectId: event.projectId, groupTypeIndex, groupKey }
}

/** The properties that a `$groupidentify` event sets. */
export const groupSet = (event: PipelineEvent) =>
  isObject(event.properties.$group_set) ? event.properties.$group_set : {}

const isTypeName = (type: string) => type !== '' && type.length <= maxGroupKeyLength

const toKey = (value: unknown): string =>
  value === null || value === undefined
    ? ''
    : cleanText(typeof value === 'object' ? JSON.stringify(value) : String(value))
