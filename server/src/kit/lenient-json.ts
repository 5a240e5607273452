import { outsideStrings } from './outside-strings.ts'

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

const constantsToNull = (text: string) =>
  outsideStrings(text, (part) => part.replace(/-?\b(?:NaN|Infinity)\b/g, 'null'))
