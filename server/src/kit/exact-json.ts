import { cutDeeper, mostLevels } from './json-depth.ts'
import { parseLenientJson } from './lenient-json.ts'
import { outsideStrings } from './outside-strings.ts'

/**
 * The value of a captured JSON text: no integer loses a digit (`quoteBigIntegers`), `NaN` and the like are null
 * (`parseLenientJson`), and so is what nests deeper than `mostLevels`.
 * @throws SyntaxError of `JSON.parse`.
 */
export function readCapturedJson(text: string): unknown {
  return cutDeeper(parseLenientJson(quoteBigIntegers(text)), mostLevels)
}

/**
 * JSON text with integers that JavaScript would write with other digits written as strings, so that `JSON.parse`
 * loses none. All other numbers stay numbers, also large ones such as 1e20; decimals are rounded everywhere.
 */
export function quoteBigIntegers(json: string): string {
  // below 16 digits every integer fits
  if (!/\d{16}/.test(json)) return json
  return outsideStrings(json, (part) => part.replace(/-?\d[\d.eE+-]*/g, quoted))
}

const quoted = (token: string) =>
  /^-?\d{16,}$/.test(token) && String(Number(token)) !== token ? `"${token}"` : token
