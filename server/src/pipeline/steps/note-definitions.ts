import type { Batch } from '../batch.ts'
import type { DefinitionStore } from '../definition-store.ts'
import type { PipelineEvent } from '../pipeline-event.ts'
import { groupSet } from './resolve-groups.ts'

/** Which events and properties there are, and of what type. A replay has noted them already. */
export const noteDefinitions =
  (definitions: DefinitionStore) =>
  (batch: Batch): Batch => {
    if (batch.replaced) return batch
    const notes = definitions.begin()
    for (const event of batch.events) if (event.event !== '$$plugin_metrics') noteEvent(notes, event)
    batch.definitions = notes.changes()
    return batch
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

function noteEvent(notes: ReturnType<DefinitionStore['begin']>, event: PipelineEvent): void {
  const { projectId, receivedAt, properties, set, setOnce } = event
  notes.event(projectId, event.event, receivedAt)
  const count = Object.keys(properties).length + Object.keys(set).length + Object.keys(setOnce).length
  if (count > mostProperties) return
  if (event.event === '$groupidentify') {
    const { identifiedGroup } = event
    const values = groupSet(event)
    if (identifiedGroup !== null) {
      for (const name in values)
        notes.groupProperty(projectId, identifiedGroup, name, values[name], receivedAt)
    }
  } else {
    for (const name in properties) {
      if (!notOfTheEvent.has(name))
        notes.eventProperty(projectId, event.event, name, properties[name], receivedAt)
    }
  }
  for (const name in setOnce) notes.personProperty(projectId, name, setOnce[name], receivedAt)
  for (const name in set) notes.personProperty(projectId, name, set[name], receivedAt)
}
