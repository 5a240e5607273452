const replacement = '\ufffd'

/** Text that every store can hold: NUL and halves of surrogate pairs become U+FFFD. */
export function cleanText(text: string): string {
  return /[\0\p{Surrogate}]/u.test(text) ? text.replace(/[\0\p{Surrogate}]/gu, replacement) : text
}

/** The first `count` characters (code points, not UTF-16 units). */
export function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text
  let end = 0
  for (let taken = 0; taken < count && end < text.length; taken++) {
    end += text.codePointAt(end)! > 0xffff ? 2 : 1
  }
  return text.slice(0, end)
}

/** A JSON value as text whose strings and names every store can hold. */
export function cleanJson(value: unknown): string {
  const text = JSON.stringify(value)
  // Only these are written as escapes: NUL, and halves of pairs.
  return /\\u(?:0000|d[89a-f])/.test(text) ? JSON.stringify(cleanValue(value)) : text
}

function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(cleanValue)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), cleanValue(item)]))
}
