import { cleanText } from '../../kit/clean-text.ts'
import { noteChange, type Outcome, type PipelineEvent } from '../pipeline-event.ts'

/**
 * How deep values may nest. Beyond it is `null`: `JSON.stringify` and PostgreSQL give up at some thousand levels, and
 * no query reads even ten.
 */
export const deepest = 100

/** Makes the values of an event such that every store takes them; one that none takes would stop its whole batch. */
export function makeHoldable(event: PipelineEvent): Outcome {
  if (event.plainTexts && isFlat(event.properties) && isFlat(event.set) && isFlat(event.setOnce)) return event
  const { properties, set, setOnce } = event
  event.properties = holdable(properties)
  event.set = holdable(set)
  event.setOnce = holdable(setOnce)
  const isSame = event.properties === properties && event.set === set && event.setOnce === setOnce
  if (!isSame) noteChange(event, 'values_replaced')
  return event
}

/** Nothing in it nests; a list of plain values is still flat. The usual event is, and then there is nothing to do. */
function isFlat(properties: Record<string, unknown>): boolean {
  for (const key in properties) {
    const value = properties[key]
    if (typeof value === 'object' && value !== null && !isPlainList(value)) return false
  }
  return true
}

const isPlainList = (value: object) =>
  Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null)

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
  const cleaned: unknown[] = []
  for (const key in object) {
    const clean = cleanValue(object[key], depth + 1)
    cleaned.push(clean)
    changed ||= clean !== object[key] || cleanText(key) !== key
  }
  if (!changed) return object
  // `fromEntries` defines, so that a property called `__proto__` stays one
  return Object.fromEntries(Object.keys(object).map((key, index) => [cleanText(key), cleaned[index]]))
}
