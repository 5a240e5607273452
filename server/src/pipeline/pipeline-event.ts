import type { RawEvent } from '../model/captured.ts'
import type { PersonMode, Properties } from '../persons/person.ts'
import type { EventSource } from './record.ts'

/** One event on its way through the steps. A step fills what it is named after; the defaults say "nothing". */
export type PipelineEvent = {
  readonly projectId: number
  readonly uuid: string
  readonly source: EventSource
  /** As captured, for the steps that look at a part of a batch; empty afterwards, and steps may have changed it. */
  raw: RawEvent
  /** Server clock when the request arrived, milliseconds since 1970. */
  readonly receivedAt: number
  /** The client's clock when it sent, milliseconds since 1970. */
  readonly sentAt: number | null
  readonly ip: string | null
  /** That of the request. */
  readonly userAgent: string | null
  /** Path of the request, without the trailing slash. */
  readonly path: string
  /** The request had no escapes of Unicode: no text in it holds NUL or half of a surrogate pair. */
  readonly plainTexts: boolean
  /** The dead letter that this is another try of; null for what was captured. */
  readonly replayOf: string | null

  /** What was changed of it; see `noteChange`. */
  changes: readonly (Change | Warning)[]
  event: string
  distinctId: string
  /** Empty once they stand in `head`. */
  properties: Record<string, unknown>
  set: Record<string, unknown>
  setOnce: Record<string, unknown>
  unset: string[]
  /** False for `$process_person_profile: false`; an event may be upgraded when its person is known. */
  personProcessing: boolean
  /** The distinct id to be merged into this event's; null where there is none. */
  mergeFrom: string | null

  /** Microseconds since 1970, from 1970 on. */
  timestamp: number
  elementsChain: string
  /** Keys by group type index, '' where there is none. */
  groupKeys: string[]
  /** The group type index that a `$groupidentify` event is about. */
  identifiedGroup: number | null
  /** Which of the batch's `heads` is this event's; null while it can still change. */
  head: number | null
  person: {
    /** Known once the whole batch is resolved. */
    id: () => string
    mode: PersonMode
    properties: Properties
    /** Microseconds; null where no person exists. */
    createdAt: number | null
  }
}

/** A place on a page, in units of 16 pixels. */
export type HeatmapPoint = {
  event: PipelineEvent
  sessionId: string
  url: string
  /** `click`, `rageclick`, `mousemove`, `deadclick`, `scrolldepth`, … */
  type: string
  x: number
  y: number
  /** It keeps its place on the screen when the page scrolls. */
  isFixed: boolean
  viewportWidth: number
  viewportHeight: number
}

/** The steps, in their order; receipts name them. */
export const stepNames = [
  'parse',
  'set aside',
  'normalise',
  'make holdable',
  'fix clock',
  'sift',
  'drop repeats',
  'heatmaps',
  'route special',
  'name browser',
  'locate',
  'lift properties',
  'resolve persons',
  'resolve groups',
  'elements',
  'note definitions',
  'write heads',
  'to rows',
  'write database',
  'insert',
] as const
export type StepName = (typeof stepNames)[number]

/** What may be changed of an event without a warning. A closed set, told in receipts. */
export const changes = [
  'timestamp_corrected',
  'event_name_cut',
  'distinct_id_made_text',
  'distinct_id_cut',
  'values_replaced',
  'ip_removed',
  'marked_as_bot',
  'person_properties_ignored',
] as const
export type Change = (typeof changes)[number]

/** Remembers that something of the event was changed; its receipt says so. */
export function noteChange(event: PipelineEvent, change: Change | Warning): void {
  if (!event.changes.includes(change)) event.changes = [...event.changes, change]
}

/** Why an event is not stored. A closed set, counted. */
export const dropReasons = [
  'unknown_project',
  'repeated',
  'performance_event',
  'snapshot',
  'heatmap',
  'client_ingestion_warning',
  'person_processing_off',
  'too_old',
  'bot',
] as const
export type DropReason = (typeof dropReasons)[number]

/** What is odd about an event, whether it is stored or not; PostHog's names. A closed set, counted and kept. */
export const warnings = [
  'invalid_process_person_profile',
  'invalid_event_when_process_person_profile_is_false',
  'ignored_invalid_timestamp',
  'event_timestamp_in_future',
  'timestamp_clamped',
  'cannot_merge_with_illegal_distinct_id',
  'cannot_merge_already_identified',
  'person_properties_size_violation',
  'group_key_too_long',
  'client_ingestion_warning',
] as const
export type Warning = (typeof warnings)[number]

/** A warning, kept so that people can see it. */
export type IngestionWarning = {
  projectId: number
  type: Warning
  /** Server clock, milliseconds since 1970. */
  at: number
  /** `eventUuid`, `event`, `distinctId`, and what helps to understand. */
  details: Record<string, unknown> & { distinctId: string }
}

export const deadLetterReasons = [
  'unreadable_record',
  'not_an_object',
  'no_event_name',
  'no_distinct_id',
  'step_failed',
  'refused_by_database',
  'refused_by_warehouse',
] as const
export type DeadLetterReason = (typeof deadLetterReasons)[number]

/** What could not be processed: kept where it can be seen and sent again. */
export type DeadLetter = {
  projectId: number
  uuid: string
  reason: DeadLetterReason
  /** The step of the pipeline at which it failed. */
  step: string
  detail: string
  /** JSON text of the captured event, or whatever there was. */
  raw: string
  receivedAt: number
}

export type Drop = { drop: DropReason }
export type Dead = { dead: DeadLetterReason; detail: string }

/** What a step that looks at one event says. */
export type Outcome = PipelineEvent | Drop | Dead
