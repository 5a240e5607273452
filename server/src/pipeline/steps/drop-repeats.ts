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
    const keys = batch.events.map(keyOf)
    if (!keys.length) return batch
    const seen = await log.seenBefore(batch.first, keys)
    const kept: PipelineEvent[] = []
    for (const [index, event] of batch.events.entries()) {
      if (seen[index]) drop(batch, event, 'repeated')
      else kept.push(event)
    }
    batch.events = kept
    return batch
  }
