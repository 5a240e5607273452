import type { Receipt } from '../event-log/event-log.ts'
import type { Batch } from './batch.ts'
import {
  type Change,
  changes,
  type DeadLetter,
  type DeadLetterReason,
  type DropReason,
  deadLetterReasons,
  dropReasons,
  type PipelineEvent,
  stepNames,
  type Warning,
  warnings,
} from './pipeline-event.ts'

/** What a receipt's note says. */
export type Fate =
  | { fate: 'stored'; changes: (Change | Warning)[] }
  | { fate: 'dropped'; reason: DropReason | 'unknown'; step: string }
  | { fate: 'dead'; reason: DeadLetterReason | 'unknown'; step: string }

/** What the events of a batch came to, when everything of it is inserted. */
export function receiptsOf({ captured, events, dropped, deadLetters }: Batch): Receipt[] {
  const drops = new Map(dropped.map((one) => [one.event, one]))
  const letters = new Map(deadLetters.map((letter) => [`${letter.projectId}:${letter.uuid}`, letter]))
  const stayed = letters.size + drops.size ? new Set(events) : null
  return captured.map((event): Receipt => {
    const key = `${event.projectId}:${event.uuid}`
    const receipt = { key, acceptedAt: event.receivedAt }
    const drop = drops.get(event)
    if (drop?.reason === 'repeated') return { ...receipt, outcome: 'repeated', note: nothing }
    // Its points are stored: a repetition must not store them twice.
    if (drop?.reason === 'heatmap') {
      return { ...receipt, outcome: 'counted', note: noteOf('dropped', [drop.reason, drop.step]) }
    }
    if (drop) return { ...receipt, outcome: 'uncounted', note: noteOf('dropped', [drop.reason, drop.step]) }
    const letter = letters.get(key)
    if (stayed && !stayed.has(event)) {
      const words = letter ? [letter.reason, letter.step] : ['step_failed', '']
      return { ...receipt, outcome: 'uncounted', note: noteOf('dead', words) }
    }
    if (letter && diedLate(letter)) {
      return { ...receipt, outcome: 'uncounted', note: noteOf('dead', [letter.reason, letter.step]) }
    }
    return { ...receipt, outcome: 'counted', note: changesOf(event) }
  })
}

/** Of two copies of one uuid, one may have died early and the other be stored. */
const diedLate = ({ step }: DeadLetter) => step === 'to rows' || step === 'insert'

const nothing = new Uint8Array()
const changesOf = ({ changes }: PipelineEvent) => (changes.length ? noteOf('stored', changes) : nothing)

/*
 * A note is a byte for the fate and two for each word: a hash of it, so that lists of words may grow and be sorted
 * anew. A test sees that no two words have the same.
 */
const fates = ['stored', 'dropped', 'dead'] as const
const made = new Map<string, Uint8Array>()
const mostChanges = 16

function noteOf(fate: (typeof fates)[number], words: readonly string[]): Uint8Array {
  const told = words.slice(0, mostChanges)
  const name = `${fate} ${told}`
  const known = made.get(name)
  if (known) return known
  const note = Buffer.alloc(1 + 2 * told.length)
  note[0] = fates.indexOf(fate)
  for (const [index, word] of told.entries()) note.writeUInt16BE(codeOf(word), 1 + 2 * index)
  if (made.size < 1000) made.set(name, note)
  return note
}

/** FNV-1a, folded to 16 bits. */
export function codeOf(word: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(word)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return (hash >>> 16) ^ (hash & 0xffff)
}

/** Every word that a note can hold. */
export const words: readonly string[] = [
  '',
  ...stepNames,
  ...changes,
  ...warnings,
  ...dropReasons,
  ...deadLetterReasons,
]
const byCode = new Map(words.map((word) => [codeOf(word), word]))

/** Reads a note back. A word that this version does not know is `unknown`. */
export function readNote(note: Uint8Array): Fate {
  const bytes = Buffer.from(note)
  const told: string[] = []
  for (let at = 1; at + 1 < bytes.length; at += 2) {
    told.push(byCode.get(bytes.readUInt16BE(at)) ?? 'unknown')
  }
  const fate = fates[bytes[0] ?? 0] ?? 'stored'
  if (fate === 'stored') return { fate, changes: told as (Change | Warning)[] }
  const [reason = 'unknown', step = ''] = told
  return { fate, reason, step } as Fate
}
