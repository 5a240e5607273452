/**
 * JSON as Python's parser reads it: `NaN`, `Infinity` and `-Infinity` are taken too, and become null, since JSON has
 * no way to hand them on.
 * @throws SyntaxError of `JSON.parse`.
 */
export function parseLenientJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error
    return JSON.parse(constantsToNull(text))
  }
}

/** One pass, string by string: an expression for strings would take quadratic time on text that ends in one. */
function constantsToNull(text: string): string {
  const parts: string[] = []
  for (let at = 0; at < text.length; ) {
    const start = text.indexOf('"', at)
    const outside = text.slice(at, start < 0 ? text.length : start)
    parts.push(outside.replace(/-?\b(?:NaN|Infinity)\b/g, 'null'))
    if (start < 0) break
    let end = start + 1
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
    parts.push(text.slice(start, end + 1))
    at = end + 1
  }
  return parts.join('')
}
