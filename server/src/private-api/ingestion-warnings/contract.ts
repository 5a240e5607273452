import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { deadLetterReasons, warnings } from '../../pipeline/pipeline-event.ts'

const warningType = z.enum(warnings)

const WarningSummary = z
  .object({
    type: warningType.describe('What was odd.'),
    lastSeen: Instant.describe('When the latest was received.'),
    count: z
      .int()
      .describe(
        'How many were kept: of one type, the first of each distinct id in an hour, and at most a thousand.',
      ),
    sparkline: z
      .array(z.tuple([z.int(), z.string()]))
      .describe('Thirty days up to today, UTC: how many, and which day.'),
    warnings: z
      .array(
        z.object({
          type: warningType.describe('What was odd.'),
          timestamp: Instant.describe('When the event was received.'),
          details: z.record(z.string(), z.unknown()).describe('The event, and what helps to understand.'),
        }),
      )
      .describe(
        'The latest fifty, with the event (`eventUuid`, `event`, `distinctId`) and what helps to understand.',
      ),
  })
  .meta({ id: 'IngestionWarningSummary', description: 'What was odd about events, of one type.' })

const DeadLetter = z
  .object({
    id: z.guid().describe('Names the letter, to send it again.'),
    event_uuid: z.guid().describe('Uuid of the event.'),
    reason: z.enum(deadLetterReasons).describe('Why it could not be processed.'),
    step: z.string().describe('The step of the pipeline at which it failed.'),
    detail: z.string().describe('What exactly went wrong, for people to read.'),
    raw: z.string().describe('JSON text of the event as captured, or of the row that was refused.'),
    received_at: Instant.describe('When the event was captured.'),
    died_at: Instant.describe('When it was given up.'),
    replayed_at: Instant.nullable().describe('When it was sent again; null while it waits.'),
    replayable: z.boolean().describe('Whether it is an event that can be sent again.'),
  })
  .meta({ id: 'DeadLetter', description: 'An event that could not be processed.' })

const Replayed = z
  .object({
    replayed: z.int().describe('Sent again.'),
    already_stored: z.int().describe('Left alone: the event is stored already.'),
    left: z.int().describe('Those of the selection that still wait: call again.'),
  })
  .meta({ id: 'ReplayedDeadLetters' })

const base = '/api/projects/:project_id/'
const common = { access: 'project', tags: ['ingestion_warnings'] } as const

export const listWarnings = operation({
  ...common,
  id: 'ingestion_warnings_retrieve',
  method: 'GET',
  path: `${base}ingestion_warnings/`,
  scope: 'ingestion_warning:read',
  summary: 'List ingestion warnings',
  description:
    'What was odd about the events of the last thirty days, by type, the latest first. The events themselves are stored, unless the type says otherwise.',
  query: z.object({ q: z.string().max(400).optional().describe('A part of the details.') }),
  answer: z
    .object({ results: z.array(WarningSummary).describe('One for each type, the latest first.') })
    .meta({ id: 'IngestionWarningList' }),
})

export const listDeadLetters = operation({
  ...common,
  id: 'dead_letters_list',
  method: 'GET',
  path: `${base}dead_letters/`,
  scope: 'ingestion_warning:read',
  summary: 'List dead letters',
  description: 'Events that could not be processed, with the reason and the step, the newest first.',
  query: z.object({
    ...pageQuery,
    reason: z.enum(deadLetterReasons).optional().describe('Only those that died of this.'),
    step: z.string().max(100).optional().describe('Only those that died at this step.'),
    waiting: z
      .enum(['true', 'false'])
      .optional()
      .describe('`true`: those that were not sent again yet; `false`: the others.'),
  }),
  answer: pageOf(DeadLetter).meta({ id: 'PaginatedDeadLetterList' }),
  errors: [400],
})

export const replayDeadLetters = operation({
  ...common,
  id: 'dead_letters_replay_create',
  method: 'POST',
  path: `${base}dead_letters/replay/`,
  scope: 'ingestion_warning:write',
  summary: 'Send dead letters again',
  description:
    'Sends the named letters, or those of a reason or step, or all that wait, through the pipeline again: up to 500 a call, the oldest first. `left` says how many of the selection still wait. Each letter makes one event, however often it is sent again; what fails again is a new letter.',
  body: z
    .object({
      ids: z.array(z.guid()).min(1).max(500).optional().describe('Only these letters; at most 500.'),
      reason: z.enum(deadLetterReasons).optional().describe('Only those that died of this.'),
      step: z.string().max(100).optional().describe('Only those that died at this step.'),
    })
    .meta({ id: 'DeadLetterSelection' }),
  answer: Replayed,
  errors: [400, 503],
})
