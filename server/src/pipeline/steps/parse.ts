import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LogRecord } from '../../event-log/event-log.ts'
import { readCapturedJson } from '../../kit/exact-json.ts'
import { type CaptureEnvelope, eventsOf, type RawEvent } from '../../model/captured.ts'
import type { Batch } from '../batch.ts'
import { breath } from '../breathe.ts'
import type { PipelineEvent } from '../pipeline-event.ts'

const lineFeed = 10

/** From the log's bytes to events. A record that can't be read is one dead letter. */
export async function parse(batch: Batch): Promise<Batch> {
  let rested = 0
  for (const record of batch.records) {
    if (batch.events.length - rested > breath) {
      rested = batch.events.length
      await nextTurn()
    }
    try {
      addEvents(record, batch.events)
    } catch (error) {
      batch.deadLetters.push({
        projectId: 0,
        uuid: '00000000-0000-0000-0000-000000000000',
        reason: 'unreadable_record',
        step: '',
        detail: `position ${record.position}: ${error}`,
        raw: Buffer.from(record.bytes).toString('utf8'),
        receivedAt: 0,
      })
    }
  }
  batch.captured = batch.events
  return batch
}

function addEvents(record: LogRecord, events: PipelineEvent[]): void {
  if (record.isDamaged) throw new Error('damaged on disk')
  const bytes = Buffer.from(record.bytes.buffer, record.bytes.byteOffset, record.bytes.byteLength)
  const end = bytes.indexOf(lineFeed)
  const envelope = JSON.parse(bytes.toString('utf8', 0, end)) as CaptureEnvelope
  const text = bytes.toString('utf8', end + 1)
  // Only as escapes: bytes of UTF-8 decode to whole characters, and JSON has no bare NUL.
  const plainTexts = !text.includes('\\u')
  const raws = eventsOf(readCapturedJson(text))
  const { projectId, ip, userAgent, path, uuids, replayOf = null } = envelope
  if (uuids.length !== raws.length) throw new Error(`${raws.length} events with ${uuids.length} uuids`)
  const receivedAt = Date.parse(envelope.receivedAt)
  if (Number.isNaN(receivedAt)) throw new Error('no time of receipt')
  const sent = envelope.sentAt === null ? Number.NaN : Date.parse(envelope.sentAt)
  const sentAt = Number.isNaN(sent) ? null : sent
  for (const [index, raw] of raws.entries()) {
    events.push(
      newEvent(uuids[index]!, raw, {
        projectId,
        receivedAt,
        sentAt,
        ip,
        userAgent,
        path,
        plainTexts,
        replayOf,
      }),
    )
  }
}

type RequestFacts = Pick<
  PipelineEvent,
  'projectId' | 'receivedAt' | 'sentAt' | 'ip' | 'userAgent' | 'path' | 'plainTexts' | 'replayOf'
>

/** Field by field: a spread takes several times as long. */
const newEvent = (uuid: string, raw: RawEvent, request: RequestFacts): PipelineEvent => ({
  projectId: request.projectId,
  uuid,
  raw,
  receivedAt: request.receivedAt,
  sentAt: request.sentAt,
  ip: request.ip,
  userAgent: request.userAgent,
  path: request.path,
  plainTexts: request.plainTexts,
  replayOf: request.replayOf,
  changes: noChanges,
  event: '',
  distinctId: '',
  properties: {},
  set: {},
  setOnce: {},
  unset: [],
  personProcessing: true,
  mergeFrom: null,
  timestamp: 0,
  elementsChain: '',
  groupKeys: noGroups,
  identifiedGroup: null,
  person: nobody,
})

const noChanges: PipelineEvent['changes'] = []
const noGroups = ['', '', '', '', '']
const nobody: PipelineEvent['person'] = {
  id: () => {
    throw new Error('the person of an event was asked for before it was resolved')
  },
  mode: 'full',
  properties: {},
  createdAt: null,
}
