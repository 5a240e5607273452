import type { EventLog } from '../../event-log/event-log.ts'
import { type Batch, drop } from '../batch.ts'
import type { PipelineEvent } from '../pipeline-event.ts'

/** Another try of a dead letter is no repeat of the first try, but two of them are one. */
const keyOf = ({ projectId, uuid, replayOf }: PipelineEvent) =>
  replayOf === null ? `${projectId}:${uuid}` : `${projectId}:${uuid}:${replayOf}`

/** A client that got no answer sends again: the same uuid counts once within 24 hours. */
export const dropRepeats =
  (log: Pick<EventLog, 'seenBefore'>) =>
  async (batch: Batch): Promise<Batch> => {
    const events: PipelineEvent[] = []
    const keys: string[] = []
    for (const event of batch.events) {
      const key = keyOf(event)
      if (batch.asked.has(key)) drop(batch, event, 'repeated')
      else {
        batch.asked.add(key)
        events.push(event)
        keys.push(key)
      }
    }
    const seen = keys.length ? await log.seenBefore(batch.first, keys) : []
    batch.events = events.filter((event, index) => {
      if (seen[index]) drop(batch, event, 'repeated')
      return !seen[index]
    })
    return batch
  }
