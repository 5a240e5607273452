import { cleanText } from '../../kit/clean-text.ts'
import type { Outcome, PipelineEvent } from '../pipeline-event.ts'

/**
 * How deep values may nest. Beyond it is `null`: `JSON.stringify` and PostgreSQL give up at some thousand levels, and
 * no query reads even ten.
 */
export const deepest = 100

/** Makes the values of an event such that every store takes them; one that none takes would stop its whole batch. */
export function makeHoldable(event: PipelineEvent): Outcome {
  event.properties = holdable(event.properties)
  event.set = holdable(event.set)
  event.setOnce = holdable(event.setOnce)
  return event
}

/**
 * A parsed JSON object as the warehouse and the database can hold it and give it back: NUL and halves of surrogate
 * pairs, in texts and names, become U+FFFD; what nests too deep becomes null. Where two names become one, the later
 * value stays. Gives the same object back when nothing has to change. Integers that JavaScript rounds are kept
 * earlier, while they are still text (`kit/exact-json.ts`).
 */
export function holdable<T extends Record<string, unknown>>(properties: T): T {
  return cleanValue(properties, 0) as T
}

function cleanValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= deepest) return null
  return Array.isArray(value)
    ? cleanArray(value, depth)
    : cleanObject(value as Record<string, unknown>, depth)
}

function cleanArray(items: unknown[], depth: number): unknown[] {
  let copy: unknown[] | null = null
  for (const [index, item] of items.entries()) {
    const clean = cleanValue(item, depth + 1)
    if (clean === item) continue
    copy ??= [...items]
    copy[index] = clean
  }
  return copy ?? items
}

function cleanObject(object: Record<string, unknown>, depth: number): Record<string, unknown> {
  let changed = false
  const entries: [string, unknown][] = []
  for (const key of Object.keys(object)) {
    const name = cleanText(key)
    const clean = cleanValue(object[key], depth + 1)
    changed ||= name !== key || clean !== object[key]
    entries.push([name, clean])
  }
  // `fromEntries` defines, so that a property called `__proto__` stays one
  return changed ? Object.fromEntries(entries) : object
}
