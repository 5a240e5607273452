import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Memory, memoryOf } from '../support/memory.ts'
import type { Found, Load } from './load.ts'

/** What a kind of fault came to. */
export type Outcome = Found & {
  kind: string
  rounds: number
  longestOutageMs: number
  /** Figures that only this kind has. */
  notes: string[]
  /** What was promised and did not hold, beside events lost or doubled. */
  broken: string[]
}

export type Run = { rounds: number; say(line: string): void }

export const nothingYet = (kind: string): Outcome => ({
  kind,
  rounds: 0,
  acknowledged: 0,
  found: 0,
  doubled: 0,
  persons: 0,
  longestOutageMs: 0,
  notes: [],
  broken: [],
})

/** Adds a round. */
export function add(outcome: Outcome, found: Found, longestOutageMs = 0): void {
  outcome.rounds++
  outcome.acknowledged += found.acknowledged
  outcome.found += found.found
  outcome.doubled += found.doubled
  outcome.persons += found.persons
  outcome.longestOutageMs = Math.max(outcome.longestOutageMs, Math.round(longestOutageMs))
}

/** Everything that did not hold, as sentences. */
export function problemsOf(outcome: Outcome): string[] {
  const { kind, acknowledged, found, doubled, persons, broken } = outcome
  return [
    ...(found === acknowledged ? [] : [`${acknowledged - found} of ${acknowledged} events are lost`]),
    ...(doubled ? [`${doubled} events are there twice`] : []),
    ...(persons ? [`${persons} distinct ids have more than one person`] : []),
    ...broken,
  ].map((problem) => `${kind}: ${problem}`)
}

/** Says which answers there were that this fault does not excuse. */
export function onlyThese(outcome: Outcome, load: Load, allowed: string[]): void {
  const others = Object.keys(load.statuses).filter((status) => !allowed.includes(status))
  if (others.length) outcome.broken.push(`capture also answered ${others.join(', ')}`)
  if (load.withoutRetryAfter()) outcome.broken.push(`${load.withoutRetryAfter()} 503s had no Retry-After`)
}

export const newFolder = () => mkdtempSync(join(tmpdir(), 'hedgerow-faults-'))

/** The engine may be writing for a moment after its parent was killed. */
export const removeFolder = (folder: string) =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 })

export const random = (low: number, high: number) => low + Math.random() * (high - low)

/** Watches the memory of a process tree that is idle now. */
export function watchMemory(pid: number) {
  const idle = memoryOf(pid)
  let most = idle
  return {
    /** Watches while something is done. */
    async during<T>(work: () => Promise<T>): Promise<T> {
      const timer = setInterval(() => {
        const now = memoryOf(pid)
        if (now.all > most.all) most = now
      }, 500)
      return work().finally(() => clearInterval(timer))
    },
    /** Puts down what was seen. */
    note(outcome: Outcome): void {
      const text = ({ all, files }: Memory) => `${Math.round(all)} MB (mapped files ${Math.round(files)})`
      const bound = 1.3 * idle.all + 300
      if (outcome.rounds < 4) outcome.notes.push(`memory ${text(idle)} idle, ${text(most)} at most`)
      if (most.all > bound) outcome.broken.push(`memory went beyond ${Math.round(bound)} MB`)
    },
  }
}
