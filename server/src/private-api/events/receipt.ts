import { z } from 'zod'
import { operation } from '../../http/operation.ts'
import type { Change, DeadLetterReason, DropReason, Warning } from '../../pipeline/pipeline-event.ts'
import type { EventReceipt } from '../../pipeline/receipt-reader.ts'

const moment = (what: string) => z.string().nullable().meta({ format: 'date-time' }).describe(what)

export const Receipt = z
  .object({
    uuid: z.guid().describe('Of the event that was asked about'),
    status: z
      .enum(['accepted', 'processing', 'stored', 'dropped', 'dead', 'unsure'])
      .describe(
        '`accepted`: safe on disk, waits for the pipeline. `processing`: the pipeline has it. `stored`: it can be queried. `dropped`: it is not stored, on purpose. `dead`: it could not be stored, and is kept as a dead letter. `unsure`: more is waiting than can be looked through; ask again.',
      ),
    detail: z.string().describe('The same as a sentence'),
    accepted_at: moment('When its request arrived'),
    processed_at: moment('When the pipeline took it'),
    stored_at: moment('When it could be queried, or it was settled that it will not be'),
    lag_ms: z
      .int()
      .nullable()
      .describe(
        'From `accepted_at` to `stored_at`; while it waits, how long the oldest event has been waiting',
      ),
    deduplicated: z.int().describe('How often the same uuid came again and was left out; at most 255'),
    changes: z
      .array(
        z.object({
          code: z.string().describe('For programs to switch on'),
          detail: z.string().describe('For people to read'),
        }),
      )
      .describe('What is stored otherwise than it was sent'),
    reason: z.string().nullable().describe('Why it was dropped or is dead'),
    step: z.string().nullable().describe('The step of the pipeline at which that was decided'),
    event: z.string().nullable().describe('Where it can be read, once it is stored'),
  })
  .meta({ id: 'EventReceipt', description: 'What became of an event.' })

export const eventReceipt = operation({
  id: 'events_receipt_retrieve',
  method: 'GET',
  path: '/api/projects/:project_id/events/receipt/:uuid/',
  access: 'project',
  scope: 'query:read',
  tags: ['events'],
  summary: 'Ask where an event is',
  description:
    'Known from the moment an event is acknowledged, for `RECEIPT_DAYS` days; answered without a look at the events themselves. 404: no event of this uuid was accepted here in that time.',
  params: z.object({ uuid: z.string().describe('Of the event, with or without hyphens.') }),
  answer: Receipt,
  errors: [404],
})

const dropped: Record<DropReason | 'unknown', string> = {
  unknown_project: 'its project is gone',
  too_old: 'it is older than the project takes events',
  bot: 'it comes from a bot, and the project drops those',
  repeated: 'the same uuid was stored before',
  performance_event: 'events of this name are not kept',
  snapshot: 'recordings are not kept',
  heatmap: 'it is heatmap data, kept in the table `heatmaps`, and no event',
  client_ingestion_warning: 'it is a warning of the SDK; it is listed among the ingestion warnings',
  person_processing_off: 'it is about a person, and switches person profiles off',
  unknown: 'of a reason that this version does not know',
}

const dead: Record<DeadLetterReason | 'unknown', string> = {
  unreadable_record: 'its record in the event log can not be read',
  not_an_object: 'it is no object',
  no_event_name: 'it has no name',
  no_distinct_id: 'it has no distinct id',
  step_failed: 'processing it failed',
  refused_by_database: 'the database refused what it holds',
  refused_by_warehouse: 'the warehouse refused what it holds',
  unknown: 'of a reason that this version does not know',
}

const changed: Record<Change | Warning, string> = {
  timestamp_corrected: "The client's clock was wrong: its time was put right by when the request was sent.",
  event_name_cut: 'The name was cut to 200 characters, or held characters that can not be stored.',
  distinct_id_made_text: 'The distinct id was no text, and was made one.',
  distinct_id_cut: 'The distinct id was cut to 200 characters, or held characters that can not be stored.',
  values_replaced:
    'Properties held what can not be stored: half characters are U+FFFD, what nests too deep is null.',
  ip_removed: 'The IP address was removed: the project does not keep any.',
  marked_as_bot: 'It comes from a bot, and was marked with `$is_bot`.',
  person_properties_ignored: 'Properties for its person were left out: it has no person profile.',
  invalid_process_person_profile: '`$process_person_profile` was neither true nor false, and counts as true.',
  invalid_event_when_process_person_profile_is_false:
    'It is about a person, and switches person profiles off.',
  ignored_invalid_timestamp: 'Its time could not be read: it has the time of its arrival.',
  event_timestamp_in_future: 'Its time lay more than 23 hours ahead: it has the time of its arrival.',
  timestamp_clamped: 'Its time lay before 1970 and was set to the beginning of 1970.',
  cannot_merge_with_illegal_distinct_id:
    'Persons were not merged: one of the distinct ids is such as many would share.',
  cannot_merge_already_identified: 'Persons were not merged: both were identified already.',
  person_properties_size_violation: "The person's properties grew too large, and were left as they were.",
  group_key_too_long: 'A group key was longer than 400 characters, and was left out.',
  client_ingestion_warning: 'The SDK sent a warning.',
}

const toIso = (at: number) => new Date(at).toISOString()
const nothing = { deduplicated: 0, changes: [], reason: null, step: null, event: null }

/** A receipt as it is answered; null when the event is not known. */
export function presentReceipt(
  projectId: number,
  uuid: string,
  found: EventReceipt,
): z.input<typeof Receipt> | null {
  if (found.status === 'unknown') return null
  if (found.status === 'unsure') {
    const detail = 'More events are waiting than can be looked through, and it may be among them. Ask again.'
    const times = { accepted_at: null, processed_at: null, stored_at: null, lag_ms: null }
    return { uuid, status: 'unsure', detail, ...times, ...nothing }
  }
  const accepted = { uuid, accepted_at: toIso(found.acceptedAt) }
  if (found.status !== 'done') {
    const detail =
      found.status === 'accepted'
        ? 'It is safe on disk and waits to be processed.'
        : 'It is being processed and will be stored in a moment.'
    const times = { processed_at: null, stored_at: null, lag_ms: Math.round(found.lagMs) }
    return { ...accepted, status: found.status, detail, ...times, ...nothing }
  }
  const { acceptedAt, processedAt, doneAt, repeats, fate } = found
  const times = {
    processed_at: toIso(processedAt),
    stored_at: toIso(doneAt),
    lag_ms: Math.max(0, Math.round(doneAt - acceptedAt)),
    deduplicated: repeats,
  }
  if (fate.fate === 'stored') {
    const changes = fate.changes.map((code) => ({ code, detail: changed[code] ?? 'Something was changed.' }))
    const again = repeats ? ` It came ${repeats + 1} times and counts once.` : ''
    const detail = `It is stored${changes.length ? ', with changes' : ''}.${again}`
    const event = `/api/projects/${projectId}/events/${uuid}/`
    return { ...accepted, status: 'stored', detail, ...nothing, ...times, changes, event }
  }
  const { reason } = fate
  const why = { ...nothing, ...times, reason, step: fate.step || null }
  return fate.fate === 'dropped'
    ? { ...accepted, status: 'dropped', detail: `It was dropped: ${dropped[fate.reason]}.`, ...why }
    : {
        ...accepted,
        status: 'dead',
        detail: `It could not be stored: ${dead[fate.reason]}. It is kept among the dead letters.`,
        ...why,
      }
}
