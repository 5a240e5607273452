import type { Batch } from './batch.ts'
import type { DeadLetterReason, DropReason, Warning } from './pipeline-event.ts'

export type PipelineCounters = {
  batches: number
  /** Events stored. */
  events: number
  drops: Partial<Record<DropReason, number>>
  warnings: Partial<Record<Warning, number>>
  deadLetters: Partial<Record<DeadLetterReason, number>>
  /** Milliseconds spent in each step, in order. */
  stepMs: Record<string, number>
  /** Tries that had to be repeated. */
  retries: number
}

/** Counts since the start of the process. A batch counts when it is done. */
export function createCounters() {
  const counters: PipelineCounters = {
    batches: 0,
    events: 0,
    drops: {},
    warnings: {},
    deadLetters: {},
    stepMs: {},
    retries: 0,
  }
  const add = <K extends string>(counts: Partial<Record<K, number>>, key: K, count: number) => {
    counts[key] = (counts[key] ?? 0) + count
  }
  return {
    timed: (name: string, ms: number) => add(counters.stepMs, name, ms),
    retried: () => {
      counters.retries++
    },
    done(batch: Batch): void {
      counters.batches++
      counters.events += batch.events.length
      for (const [reason, count] of batch.drops) add(counters.drops, reason, count)
      for (const [warning, count] of batch.warnings) add(counters.warnings, warning, count)
      for (const letter of batch.deadLetters) add(counters.deadLetters, letter.reason, 1)
    },
    snapshot: (): PipelineCounters => structuredClone(counters),
  }
}
