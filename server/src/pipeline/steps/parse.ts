import type { LogRecord } from '../../event-log/event-log.ts'
import type { RawEvent } from '../../model/captured.ts'
import { type Batch, partOf } from '../batch.ts'
import type { PipelineEvent } from '../pipeline-event.ts'
import { readRecord } from '../record.ts'

/** Events of a part: few enough that most of what is made of them is gone before V8's young generation is full. */
const mostEvents = 100

/**
 * From the log's bytes to events, in parts of the batch. A record that can't be read is one dead letter.
 */
export function* parse(batch: Batch): Generator<Batch> {
  let part = partOf(batch)
  for (const record of batch.records) {
    for (const event of eventsIn(record, batch)) {
      part.events.push(event)
      if (part.events.length < mostEvents) continue
      yield part
      part = partOf(batch)
    }
  }
  if (part.events.length) yield part
}

function* eventsIn(record: LogRecord, batch: Batch): Generator<PipelineEvent> {
  let read: { raws: (RawEvent | undefined)[]; uuids: string[]; request: RequestFacts }
  try {
    const { envelope, events: raws, plainTexts } = readRecord(record)
    const { projectId, ip, userAgent, path, uuids, replayOf = null } = envelope
    const receivedAt = Date.parse(envelope.receivedAt)
    if (Number.isNaN(receivedAt)) throw new Error('no time of receipt')
    const sent = envelope.sentAt === null ? Number.NaN : Date.parse(envelope.sentAt)
    const sentAt = Number.isNaN(sent) ? null : sent
    const request = { projectId, receivedAt, sentAt, ip, userAgent, path, plainTexts, replayOf }
    read = { raws, uuids, request }
  } catch (error) {
    batch.deadLetters.push({
      projectId: 0,
      uuid: '00000000-0000-0000-0000-000000000000',
      reason: 'unreadable_record',
      step: 'parse',
      detail: `position ${record.position}: ${error}`,
      raw: Buffer.from(record.bytes).toString('utf8'),
      receivedAt: 0,
    })
    return
  }
  const { raws, uuids, request } = read
  for (let index = 0; index < raws.length; index++) {
    const raw = raws[index]!
    // Its event has it now, and lets it go.
    raws[index] = undefined
    yield newEvent(uuids[index]!, raw, { record, index }, request)
  }
}

type RequestFacts = Pick<
  PipelineEvent,
  'projectId' | 'receivedAt' | 'sentAt' | 'ip' | 'userAgent' | 'path' | 'plainTexts' | 'replayOf'
>

/** An event before the first step. Field by field: a spread takes several times as long. */
export const newEvent = (
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
