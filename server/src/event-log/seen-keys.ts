import { createHash } from 'node:crypto'
import type { Database, RootDatabase } from 'lmdb'
import type { Receipt, Whereabouts } from './event-log.ts'

/** The range that asks or notes. `beside` is the beginning of the range that was open when this one was read. */
type Asking = { first: number; at: number; beside: number | null }

/** What stands beside a key. */
export type SeenEntry = Omit<Extract<Whereabouts, { state: 'done' }>, 'state'>

export type SeenKeys = {
  /** See `EventLog.seenBefore`. Nothing is written before `note`. */
  ask(range: Asking, keys: string[]): boolean[]
  /** Puts down what the range's keys came to. Belongs into the transaction that commits the range. */
  note(range: Pick<Asking, 'first' | 'at'>, receipts: Receipt[], committedAt: number): void
  /** Says how that transaction ended. */
  noted(first: number, isKept: boolean): void
  find(key: string): SeenEntry | null
}

const dayMs = 24 * 3600 * 1000

/**
 * Which keys were seen, and what became of them. Keys are kept by the day in databases that take turns: forgetting
 * is emptying the oldest one, whole, instead of finding and deleting key by key. Whether a key was seen before is
 * asked of the newest two days, so it is known for 24 to 48 hours; what became of it is known for `days`.
 *
 * Keys are written when their range is committed, in the same transaction: a range that is read again finds what it
 * found the first time. Until then they are in memory, for the range after it.
 */
export function createSeenKeys(root: RootDatabase, days: number): SeenKeys {
  const held: Database<number, number> = root.openDB({ name: 'receipt-days', encoding: 'json' })
  /** The day that each slot holds. */
  let slots = new Map<number, number>()
  const stores = new Map<number, Store>()
  /** Of the ranges that are open: the keys that were new, packed, by their text. */
  const open = new Map<number, Map<string, Uint8Array>>()

  function store(slot: number): Store {
    let found = stores.get(slot)
    if (!found) {
      found = root.openDB({ name: `receipts-${slot}`, encoding: 'binary', keyEncoding: 'binary' })
      stores.set(slot, found)
    }
    return found
  }

  function readSlots(): void {
    slots = new Map([...held.getRange()].map(({ key, value }) => [key, value]))
    for (const slot of slots.keys()) store(slot)
  }
  readSlots()

  /** Newest first. A clock that was set back must not hide what was seen before, so there may be younger ones. */
  const since = (oldest: number) =>
    [...slots]
      .filter(([, day]) => day >= oldest)
      .sort(([, a], [, b]) => b - a)
      .map(([slot]) => store(slot))

  /** The slot of a day; for a new day one that is free, after emptying those that are too old. */
  function slotOf(day: number): number {
    for (const [slot, own] of slots) if (own === day) return slot
    const old = [...slots].filter(([, own]) => own < day - days)
    // Days ahead were entered by a clock that was wrong; they are kept as long as there is room.
    const ahead = [...slots].filter(([, own]) => own > day).sort(([, a], [, b]) => b - a)
    const room = days + 1 - (slots.size - old.length)
    for (const [slot] of [...old, ...ahead.slice(0, Math.max(0, -room))]) {
      store(slot).clearAsync()
      held.remove(slot)
      slots.delete(slot)
    }
    let slot = 0
    while (slots.has(slot)) slot++
    slots.set(slot, day)
    held.put(slot, day)
    return slot
  }

  function ask({ first, at, beside }: Asking, keys: string[]): boolean[] {
    const live = since(dayOf(at) - 1)
    const others = [...open].filter(([begun]) => begun < first).map(([, seen]) => seen)
    const fresh = open.get(first) ?? new Map<string, Uint8Array>()
    const here = new Set<string>()
    const answers = keys.map((key) => {
      if (here.has(key)) return true
      here.add(key)
      if (fresh.has(key)) return false
      if (others.some((seen) => seen.has(key))) return true
      const packed = pack(key)
      for (const one of live) {
        const value = one.getBinaryFast(packed)
        if (value && (isCounted(value) || (wasAsked(value) && firstOf(value) === beside))) return true
      }
      fresh.set(key, packed)
      return false
    })
    open.set(first, fresh)
    return answers
  }

  function note({ first, at }: Pick<Asking, 'first' | 'at'>, receipts: Receipt[], committedAt: number): void {
    const mine = store(slotOf(dayOf(at)))
    const live = since(dayOf(at) - 1)
    const fresh = open.get(first) ?? new Map<string, Uint8Array>()
    const left = new Set(fresh.keys())
    const again = new Map<string, number>()
    for (const { key, outcome } of receipts) {
      if (outcome === 'repeated') again.set(key, (again.get(key) ?? 0) + 1)
    }
    const counted = new Set<string>()
    for (const { key, acceptedAt, outcome, note } of receipts) {
      if (outcome === 'repeated') continue
      const packed = fresh.get(key) ?? pack(key)
      // Of one uuid, what was stored is what there is to tell.
      if (outcome === 'uncounted') {
        const isStored = (one: Store) => {
          const value = one.getBinaryFast(packed)
          return value !== undefined && isCounted(value)
        }
        if (counted.has(key) || live.some(isStored)) continue
      } else counted.add(key)
      const flags = (outcome === 'uncounted' ? uncounted : 0) | (fresh.has(key) ? asked : 0)
      mine.put(packed, encode(first, at - acceptedAt, flags, again.get(key) ?? 0, note))
      left.delete(key)
    }
    for (const key of left) mine.put(fresh.get(key)!, encode(first, 0, asked, again.get(key) ?? 0, nothing))
    for (const [key, times] of again) {
      if (fresh.has(key)) continue
      const packed = pack(key)
      const holder = live.find((one) => one.getBinaryFast(packed) !== undefined)
      const value = holder?.get(packed)
      if (value) holder!.put(packed, withRepeats(value, times))
    }
    mine.put(rangeKey(first), encodeRange(at, committedAt))
  }

  function noted(first: number, isKept: boolean): void {
    if (isKept) open.delete(first)
    else readSlots()
  }

  function find(key: string): SeenEntry | null {
    const packed = pack(key)
    for (const one of since(Number.NEGATIVE_INFINITY)) {
      const value = one.get(packed)
      if (!value) continue
      const range = one.get(rangeKey(firstOf(value)))
      if (!range) throw new Error('a receipt without its range')
      const { readAt, committedAt } = decodeRange(range)
      return {
        acceptedAt: readAt - waitedOf(value),
        readAt,
        committedAt,
        outcome: isCounted(value) ? 'counted' : 'uncounted',
        repeats: value[plain + 1] ?? 0,
        note: Uint8Array.from(value.subarray(plain + 2)),
      }
    }
    return null
  }

  return { ask, note, noted, find }
}

type Store = Database<Buffer, Uint8Array>

const dayOf = (at: number) => Math.floor(at / dayMs)
const nothing = new Uint8Array()

/*
 * A value is: the range's beginning (6 bytes), how long the event waited for it (3); and, unless it is an ordinary
 * event, flags (1), repeats (1), the note.
 */
const plain = 9
const uncounted = 1
/** It came as far as the question whether it was seen before. Plain ones have. */
const asked = 2
/** From here on a wait is written in seconds. */
const inSeconds = 2 ** 23

function encode(first: number, waitedMs: number, flags: number, repeats: number, note: Uint8Array): Buffer {
  const isPlain = flags === asked && repeats === 0 && note.length === 0
  const value = Buffer.allocUnsafe(isPlain ? plain : plain + 2 + note.length)
  const ms = Math.max(0, Math.round(waitedMs))
  value.writeUIntBE(first, 0, 6)
  value.writeUIntBE(ms < inSeconds ? ms : inSeconds + Math.min(inSeconds - 1, Math.floor(ms / 1000)), 6, 3)
  if (isPlain) return value
  value[plain] = flags
  value[plain + 1] = Math.min(255, repeats)
  value.set(note, plain + 2)
  return value
}

const isCounted = (value: Buffer) => value.length <= plain || (value[plain]! & uncounted) === 0
const wasAsked = (value: Buffer) => value.length <= plain || (value[plain]! & asked) !== 0
const firstOf = (value: Buffer) => value.readUIntBE(0, 6)

function waitedOf(value: Buffer): number {
  const waited = value.readUIntBE(6, 3)
  return waited < inSeconds ? waited : (waited - inSeconds) * 1000
}

function withRepeats(value: Buffer, times: number): Buffer {
  const flags = value[plain] ?? asked
  const repeats = (value[plain + 1] ?? 0) + times
  return encode(firstOf(value), waitedOf(value), flags, repeats, value.subarray(plain + 2))
}

/** Ranges stand among the keys, and are forgotten with them. No packed key is of this length. */
function rangeKey(first: number): Buffer {
  const key = Buffer.alloc(7, 255)
  key.writeUIntBE(first, 1, 6)
  return key
}

function encodeRange(readAt: number, committedAt: number): Buffer {
  const value = Buffer.alloc(10)
  value.writeUIntBE(Math.max(0, Math.floor(readAt)), 0, 6)
  value.writeUInt32BE(Math.min(2 ** 32 - 1, Math.max(0, Math.round(committedAt - readAt))), 6)
  return value
}

function decodeRange(value: Buffer): { readAt: number; committedAt: number } {
  const readAt = value.readUIntBE(0, 6)
  return { readAt, committedAt: readAt + value.readUInt32BE(6) }
}

const usual = /^\d{1,9}:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * The uuid's 16 bytes, and before them the project in as few bytes as it needs; anything else by its hash, which is
 * longer and so never mistaken for one.
 */
function pack(key: string): Uint8Array {
  if (!usual.test(key)) return createHash('sha256').update(key).digest()
  const colon = key.length - 37
  const project = Number(key.slice(0, colon))
  const length = project < 2 ** 8 ? 1 : project < 2 ** 16 ? 2 : 4
  const packed = Buffer.allocUnsafe(length + 16)
  packed.writeUIntBE(project, 0, length)
  packed.write(key.slice(colon + 1).replaceAll('-', ''), length, 'hex')
  return packed
}
