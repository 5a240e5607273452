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
