import type { EventLog } from '../../event-log/event-log.ts'
import { type Batch, countOne } from '../batch.ts'
import type { PipelineEvent } from '../pipeline-event.ts'

/** A client that got no answer sends again: the same uuid counts once within 24 hours. */
export const dropRepeats =
  (log: Pick<EventLog, 'seenBefore'>) =>
  async (batch: Batch): Promise<Batch> => {
    const keys = batch.events.map((event) => `${event.projectId}:${event.uuid}`)
    if (!keys.length) return batch
    const seen = await log.seenBefore(batch.first, keys)
    const kept: PipelineEvent[] = []
    for (const [index, event] of batch.events.entries()) {
      if (seen[index]) countOne(batch.drops, 'repeated')
      else kept.push(event)
    }
    batch.events = kept
    return batch
  }
