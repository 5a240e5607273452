const quote = 34
const backslash = 92
const openBracket = 91
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

/**
 * Whether JSON text nests lists and objects deeper than `limit`. Linear and without recursion: what is deeper would
 * overflow the stack of everything that walks the value later.
 */
export function isNestedDeeper(text: string, limit: number): boolean {
  // Every level takes two characters.
  if (text.length <= limit * 2) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at++
      while (at < text.length && text.charCodeAt(at) !== quote) {
        if (text.charCodeAt(at) === backslash) at++
        at++
      }
    } else if (code === openBracket || code === openBrace) {
      if (++depth > limit) return true
    } else if (code === closeBracket || code === closeBrace) {
      depth--
    }
  }
  return false
}

/**
 * How deep a captured body may nest: `JSON.stringify`, and everything of ours that walks values, gives up at some
 * thousand levels. More than what is kept of properties (`pipeline/steps/holdable.ts`) with all that stands around.
 */
export const mostLevels = 200

/** Whether a JSON value nests deeper than `levels`; most hold little that nests, and then it is soon known. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) return value.some((item) => isDeeper(item, levels - 1))
  for (const name in value) if (isDeeper((value as Record<string, unknown>)[name], levels - 1)) return true
  return false
}

/** A JSON value with null for what nests deeper than `levels`; the same one where nothing does. */
export const cutDeeper = (value: unknown, levels: number): unknown =>
  isDeeper(value, levels) ? cut(value, levels) : value

function cut(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (levels === 0) return null
  if (Array.isArray(value)) return value.map((item) => cut(item, levels - 1))
  // `fromEntries` defines, so that a property called `__proto__` stays one
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cut(item, levels - 1)]))
}
