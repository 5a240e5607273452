import type { EventLog, Whereabouts } from '../event-log/event-log.ts'
import type { CaptureEnvelope } from '../model/captured.ts'
import { type Fate, readNote } from './receipts.ts'

/** Where an event is. Times are milliseconds since 1970. */
export type EventReceipt =
  /** `processing`: read by the pipeline and not stored yet. `lagMs`: the age of the oldest event that waits. */
  | { status: 'accepted' | 'processing'; acceptedAt: number; lagMs: number }
  | {
      status: 'done'
      acceptedAt: number
      processedAt: number
      /** From then on an event that was stored can be queried. */
      doneAt: number
      /** How often it came again and was dropped for that. */
      repeats: number
      fate: Fate
    }
  /** Not accepted, or too long ago; `unsure` when more waits than can be looked through. */
  | { status: 'unknown' }
  | { status: 'unsure' }

/** Whether what was asked for can be queried; `lagMs` is how old the oldest event is that can not. */
export type Visibility = { isVisible: boolean; lagMs: number }

export type ReceiptReader = {
  /** @param uuid in canonical form */
  find(projectId: number, uuid: string): Promise<EventReceipt>
  /**
   * Waits until an event can be queried, or is known to become none; for `now`, everything accepted so far.
   * Null for an event that is not known.
   */
  whenVisible(
    projectId: number,
    after: string,
    options: { waitMs: number; signal?: AbortSignal },
  ): Promise<Visibility | null>
}

/** Tells where events are, from what the log keeps: no store is asked besides. */
export function createReceiptReader({
  log,
}: {
  log: Pick<EventLog, 'find' | 'mark' | 'reached' | 'backlog'>
}): ReceiptReader {
  const whereabouts = (projectId: number, uuid: string): Promise<Whereabouts> =>
    log.find(`${projectId}:${uuid}`, (record) => holds(record, projectId, uuid))
  const lag = () => log.backlog().oldestMs

  return {
    async find(projectId, uuid) {
      const found = await whereabouts(projectId, uuid)
      if (found.state === 'unknown') return { status: found.searched ? 'unknown' : 'unsure' }
      const { acceptedAt } = found
      if (found.state !== 'done') {
        return {
          status: found.state === 'waiting' ? 'accepted' : 'processing',
          acceptedAt,
          lagMs: lag(),
        }
      }
      const { readAt: processedAt, committedAt: doneAt, repeats, note } = found
      return { status: 'done', acceptedAt, processedAt, doneAt, repeats, fate: readNote(note) }
    },

    async whenVisible(projectId, after, options) {
      const found = after === 'now' ? null : await whereabouts(projectId, after)
      if (found?.state === 'done') return { isVisible: true, lagMs: 0 }
      if (found?.state === 'unknown' && found.searched) return null
      // What could not be looked through entirely is waited for entirely.
      const mark = found && found.state !== 'unknown' ? found.mark : await log.mark()
      const isVisible = await log.reached(mark, options)
      return { isVisible, lagMs: isVisible ? 0 : lag() }
    },
  }
}

const lineFeed = 10

/** Whether a record's first line names the event. */
function holds(record: Uint8Array, projectId: number, uuid: string): boolean {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength)
  const end = bytes.indexOf(lineFeed)
  const facts = end < 0 ? bytes : bytes.subarray(0, end)
  if (!facts.includes(uuid)) return false
  try {
    const envelope = JSON.parse(facts.toString('utf8')) as CaptureEnvelope
    return envelope.projectId === projectId && envelope.uuids.includes(uuid)
  } catch {
    // A record that can't be read holds no event: the pipeline says so in the dead letters.
    return false
  }
}
