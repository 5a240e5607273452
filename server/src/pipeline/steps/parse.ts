import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LogRecord } from '../../event-log/event-log.ts'
import type { RawEvent } from '../../model/captured.ts'
import type { Batch } from '../batch.ts'
import { breath } from '../breathe.ts'
import type { PipelineEvent } from '../pipeline-event.ts'
import { readRecord } from '../record.ts'

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
  const { envelope, events: raws, plainTexts } = readRecord(record)
  const { projectId, ip, userAgent, path, uuids, replayOf = null } = envelope
  const receivedAt = Date.parse(envelope.receivedAt)
  if (Number.isNaN(receivedAt)) throw new Error('no time of receipt')
  const sent = envelope.sentAt === null ? Number.NaN : Date.parse(envelope.sentAt)
  const sentAt = Number.isNaN(sent) ? null : sent
  const request = { projectId, receivedAt, sentAt, ip, userAgent, path, plainTexts, replayOf }
  for (const [index, raw] of raws.entries()) {
    events.push(newEvent(uuids[index]!, raw, { record, index }, request))
  }
}

type RequestFacts = Pick<
  PipelineEvent,
  'projectId' | 'receivedAt' | 'sentAt' | 'ip' | 'userAgent' | 'path' | 'plainTexts' | 'replayOf'
>

/** Field by field: a spread takes several times as long. */
const newEvent = (
  uuid: string,
  raw: RawEvent,
  source: PipelineEvent['source'],
  request: RequestFacts,
): PipelineEvent => ({
  projectId: request.projectId,
  uuid,
  source,
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
  head: null,
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
