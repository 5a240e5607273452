import type { Batch } from '../batch.ts'
import type { DefinitionNotes, DefinitionStore } from '../definition-store.ts'
import type { PipelineEvent } from '../pipeline-event.ts'
import { groupSet } from './resolve-groups.ts'
import { isSettled } from './write-heads.ts'

/**
 * Which events and properties there are, and of what type: of a part of a batch, those that nothing will change.
 * A replay has noted them already.
 */
export const noteSettled =
  (definitions: DefinitionStore) =>
  (batch: Batch): Batch => {
    if (batch.replaced) return batch
    batch.whole.notes ??= definitions.begin()
    noteEvents(batch.whole.notes, batch.events.filter(isSettled))
    return batch
  }

/** The rest of the batch, and what all of it comes to. */
export const noteDefinitions =
  (definitions: DefinitionStore) =>
  (batch: Batch): Batch => {
    if (batch.replaced) return batch
    batch.notes ??= definitions.begin()
    noteEvents(
      batch.notes,
      batch.events.filter((event) => event.head === null),
    )
    batch.definitions = batch.notes.changes()
    return batch
  }

function noteEvents(notes: DefinitionNotes, events: PipelineEvent[]): void {
  for (const event of events) if (event.event !== '$$plugin_metrics') noteEvent(notes, event)
}

/** An event with more properties than this is data, not description. */
const mostProperties = 10_000

const notOfTheEvent = new Set([
  '$set',
  '$set_once',
  '$unset',
  '$groups',
  '$group_0',
  '$group_1',
  '$group_2',
  '$group_3',
  '$group_4',
])

function noteEvent(notes: DefinitionNotes, event: PipelineEvent): void {
  const { properties, set, setOnce } = event
  const note = notes.of(event.projectId, event.event, event.receivedAt)
  if (hasTooMany(properties, set, setOnce)) return
  if (event.event !== '$groupidentify') {
    for (const name in properties) if (!notOfTheEvent.has(name)) note.eventProperty(name, properties[name])
  } else if (event.identifiedGroup !== null) {
    const values = groupSet(event)
    for (const name in values) note.groupProperty(event.identifiedGroup, name, values[name])
  }
  for (const name in setOnce) note.personProperty(name, setOnce[name])
  for (const name in set) note.personProperty(name, set[name])
}

function hasTooMany(...objects: object[]): boolean {
  let count = 0
  for (const object of objects) for (const _ in object) count++
  return count > mostProperties
}
