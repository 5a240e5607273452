import { createPeople, putBack } from '../../persons/people.ts'
import type { IdentityEvent } from '../../persons/person.ts'
import type { IdKey, PersonStore } from '../../persons/person-store.ts'
import { type Batch, noteWarning } from '../batch.ts'
import { inBreaths } from '../breathe.ts'
import { noteChange, type PipelineEvent } from '../pipeline-event.ts'

/** Whose each event is: one read for the batch, then everything in memory, in the order of arrival. */
export const resolvePersons =
  (persons: Pick<PersonStore, 'load'>) =>
  async (batch: Batch): Promise<Batch> => {
    if (!batch.events.length) return batch
    const loaded = await persons.load({ ...idsOf(batch.events), replay: batch.replaced !== null })
    const people = createPeople(batch.replaced ? putBack(loaded, batch.replaced.people) : loaded)
    for await (const part of inBreaths(batch.events)) {
      for (const event of part) {
        const { personId, mode, properties, createdAt, warning } = people.apply(toIdentityEvent(event))
        event.person = { id: personId, mode, properties, createdAt }
        if (warning) noteWarning(batch, event, warning, mergeDetails(event))
        settle(event)
      }
    }
    batch.people = people.changes()
    return batch
  }

/** Without a person nothing can have been set on it, and the event's properties don't say so. */
function settle(event: PipelineEvent): void {
  const { properties, person } = event
  if (person.mode === 'force_upgrade') delete properties.$process_person_profile
  if (person.mode !== 'propertyless') return
  if ('$set' in properties || '$set_once' in properties || event.unset.length) {
    noteChange(event, 'person_properties_ignored')
  }
  delete properties.$set
  delete properties.$set_once
  delete properties.$unset
  event.set = {}
  event.setOnce = {}
  event.unset = []
}

const mergeDetails = ({ mergeFrom, distinctId }: PipelineEvent) =>
  mergeFrom === null ? {} : { sourcePersonDistinctId: mergeFrom, targetPersonDistinctId: distinctId }

function idsOf(events: PipelineEvent[]) {
  const all = new Map<string, IdKey>()
  const mayCreate = new Map<string, IdKey>()
  const mayMerge = new Map<string, IdKey>()
  for (const { projectId, distinctId, mergeFrom, personProcessing } of events) {
    const key = `${projectId}:${distinctId}`
    const id = all.get(key) ?? { projectId, distinctId }
    all.set(key, id)
    if (personProcessing) mayCreate.set(key, id)
    if (mergeFrom === null) continue
    const other = { projectId, distinctId: mergeFrom }
    const otherKey = `${projectId}:${mergeFrom}`
    all.set(otherKey, other)
    mayCreate.set(otherKey, other)
    mayMerge.set(key, id)
    mayMerge.set(otherKey, other)
  }
  return { all: [...all.values()], mayCreate: [...mayCreate.values()], mayMerge: [...mayMerge.values()] }
}

const toIdentityEvent = (event: PipelineEvent): IdentityEvent => ({
  projectId: event.projectId,
  uuid: event.uuid,
  event: event.event,
  distinctId: event.distinctId,
  mergeFrom: event.mergeFrom,
  personless: !event.personProcessing,
  timestamp: event.timestamp,
  receivedAt: event.receivedAt,
  set: event.set,
  setOnce: event.setOnce,
  unset: event.unset,
})
