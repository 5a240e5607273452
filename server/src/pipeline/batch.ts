import type { LogRecord } from '../event-log/event-log.ts'
import type { GroupChanges, ReplacedGroups } from '../persons/groups.ts'
import type { PeopleChanges, ReplacedPeople } from '../persons/people.ts'
import { inBreaths } from './breathe.ts'
import type { DefinitionChanges, DefinitionNotes } from './definition-store.ts'
import {
  type DeadLetter,
  type DeadLetterReason,
  type DropReason,
  type HeatmapPoint,
  type IngestionWarning,
  noteChange,
  type Outcome,
  type PipelineEvent,
  type StepName,
  type Warning,
} from './pipeline-event.ts'
import { rawTextOf } from './record.ts'
import { createRowBytes, type RowBytes } from './row-bytes.ts'

/** The events of one exact range of the log on their way, and what they come to. */
export type Batch = {
  readonly first: number
  readonly last: number
  readonly records: LogRecord[]
  /** What an earlier try at this range has written over; null when nothing is written yet. */
  readonly replaced: Replaced | null
  /** What an earlier try found that the database refuses. */
  readonly refused: Refused
  /** That of which this is a part; itself, where it is none. */
  readonly whole: Batch

  /** All that were captured, also those that were dropped on the way. */
  captured: PipelineEvent[]
  events: PipelineEvent[]
  deadLetters: DeadLetter[]
  drops: Map<DropReason, number>
  dropped: Dropped[]
  warnings: Map<Warning, number>
  /** Those of them that are kept. */
  warned: IngestionWarning[]
  people: PeopleChanges | null
  groups: GroupChanges | null
  /** Keys of events that the log was asked about. */
  readonly asked: Set<string>
  notes: DefinitionNotes | null
  definitions: DefinitionChanges | null
  readonly heatmaps: HeatmapPoint[]
  /** What rows say of the events themselves, for those whose persons and groups can't change it. */
  heads: RowBytes
  rows: Rows
}

/** What a table of the warehouse gets: one row. */
export type Row = {
  /** JSON, without a line feed. */
  line: string
  /** What is kept of it where the warehouse refuses it. */
  deadLetter(reason: DeadLetterReason, detail: string): DeadLetter
}
/** What an event needs to be seen with is inserted before it. */
export const tablesBeforeEvents = [
  'persons',
  'person_distinct_ids',
  'person_overrides',
  'groups',
  'heatmaps',
] as const

/** Rows in their order, to be inserted as a whole or in parts. */
export type TableRows = {
  count: number
  /** Those from `from` to before `to`, as `Warehouse.insert` takes them. */
  part(from: number, to: number): string[] | Uint8Array[]
  deadLetter(index: number, reason: DeadLetterReason, detail: string): DeadLetter
}
export type Rows = Record<(typeof tablesBeforeEvents)[number], Row[]> & {
  events: TableRows
}

/** With it a replay computes what the first try did. A plain JSON value. */
export type Replaced = { people: ReplacedPeople; groups: ReplacedGroups | null }

/** Events by their uuid, with the detail of why, and projects that are gone. */
export type Refused = {
  events: ReadonlyMap<string, { reason: DeadLetterReason; step: string; detail: string }>
  projects: ReadonlySet<number>
}

/** An event that is not stored, and at which step that was decided. */
export type Dropped = { event: PipelineEvent; reason: DropReason; step: string }

/** One step of the pipeline. */
export type Step = {
  name: StepName
  run(batch: Batch): Batch | Promise<Batch>
}

export const countOne = <K>(counts: Map<K, number>, key: K) => counts.set(key, (counts.get(key) ?? 0) + 1)

/** Counts an event that is not stored, and why. */
export function drop(batch: Batch, event: PipelineEvent, reason: DropReason): void {
  countOne(batch.drops, reason)
  batch.dropped.push({ event, reason, step: '' })
}

/** Says that something about the event that is looked at is odd. */
export type Warn = (type: Warning, details?: Record<string, unknown>) => void

/** Beyond it warnings of a batch are only counted. */
const mostWarned = 2000

/** Counts a warning, and keeps it with what tells which event it is about. */
export function noteWarning(
  batch: Batch,
  event: PipelineEvent,
  type: Warning,
  details: Record<string, unknown> = {},
): void {
  countOne(batch.warnings, type)
  noteChange(event, type)
  if (batch.warned.length >= mostWarned) return
  const { projectId, uuid, event: name, distinctId, receivedAt } = event
  batch.warned.push({
    projectId,
    type,
    at: receivedAt,
    details: { eventUuid: uuid, event: name, distinctId, ...details },
  })
}

/** Lifts a look at one event to the batch. What throws is that event's fault: it goes to the dead letters. */
export const each =
  (look: (event: PipelineEvent, warn: Warn) => Outcome) =>
  async (batch: Batch): Promise<Batch> => {
    let looked: PipelineEvent | undefined
    const warn: Warn = (type, details) => noteWarning(batch, looked!, type, details)
    const kept: PipelineEvent[] = []
    for await (const part of inBreaths(batch.events)) {
      for (const event of part) {
        looked = event
        const outcome = attempt(look, event, warn)
        if ('drop' in outcome) drop(batch, event, outcome.drop)
        else if ('dead' in outcome) {
          batch.deadLetters.push(deadLetter(event, outcome.dead, outcome.detail))
        } else kept.push(outcome)
      }
    }
    batch.events = kept
    return batch
  }

function attempt(
  look: (event: PipelineEvent, warn: (warning: Warning) => void) => Outcome,
  event: PipelineEvent,
  warn: Warn,
): Outcome {
  try {
    return look(event, warn)
  } catch (error) {
    return { dead: 'step_failed', detail: String(error) }
  }
}

export const tableRows = (rows: Row[]): TableRows => ({
  count: rows.length,
  part: (from, to) => rows.slice(from, to).map((row) => row.line),
  deadLetter: (index, reason, detail) => rows[index]!.deadLetter(reason, detail),
})

/** The event as a dead letter, with what was captured of it. */
export const deadLetter = (
  event: PipelineEvent,
  reason: DeadLetter['reason'],
  detail: string,
  step = '',
): DeadLetter => ({
  projectId: event.projectId,
  uuid: event.uuid,
  reason,
  step,
  detail,
  raw: rawTextOf(event.source),
  receivedAt: event.receivedAt,
})

export const noRows = (): Rows => ({
  persons: [],
  person_distinct_ids: [],
  person_overrides: [],
  groups: [],
  heatmaps: [],
  events: tableRows([]),
})

export const newBatch = (
  facts: Pick<Batch, 'first' | 'last' | 'records' | 'replaced' | 'refused'>,
): Batch => {
  const batch: Omit<Batch, 'whole'> = {
    ...facts,
    captured: [],
    events: [],
    deadLetters: [],
    drops: new Map(),
    dropped: [],
    warnings: new Map(),
    warned: [],
    people: null,
    groups: null,
    asked: new Set(),
    notes: null,
    definitions: null,
    heatmaps: [],
    heads: createRowBytes(),
    rows: noRows(),
  }
  const whole = batch as Batch & { whole: Batch }
  whole.whole = whole
  return whole
}

/** Some events of a batch: they are its own, what they come to is the whole's. */
export const partOf = (whole: Batch): Batch => ({
  ...whole,
  captured: [],
  events: [],
})
