import { propertyMap } from '../hogql/property-column.ts'
import type { Properties } from '../persons/person.ts'

/** Both columns of a table's properties as JSON: the exact text as a string, and the flat map. */
export type PropertyTexts = { exact: string; map: string }

/** A property's name as it stands in each of them, with the comma before it. */
type NameTexts = { exact: string; map: string }
const names = new Map<string, NameTexts>()
const mostNames = 50_000

/** The same few names come again and again. */
function nameTexts(key: string): NameTexts {
  const known = names.get(key)
  if (known !== undefined) return known
  if (names.size >= mostNames) names.clear()
  const quoted = JSON.stringify(key)
  const texts = { exact: `,${escaped(quoted)}:`, map: `,${quoted}:` }
  names.set(key, texts)
  return texts
}

/** JSON text as it stands within a JSON string. */
const escaped = (json: string) => JSON.stringify(json).slice(1, -1)

/** Nothing in such a text is written in another way in JSON. */
const plain = /^[ !#-[\]-~]*$/

/** `JSON.stringify` of a string; most are plain, and then the call costs more than looking. */
export const quoted = (text: string) => (plain.test(text) ? `"${text}"` : JSON.stringify(text))

const emptyText = JSON.stringify(propertyMap({ x: '' }).x)

/**
 * `JSON.stringify` of the properties (as a string in JSON) and of their `propertyMap`, in one go. This is the
 * pipeline's hottest loop: the pieces are joined when the row is written, and copied nowhere before.
 */
export function propertyTexts(properties: Properties): PropertyTexts {
  let exact = ''
  let map = ''
  for (const key in properties) {
    const value = properties[key]
    if (value === undefined) continue
    const name = nameTexts(key)
    if (typeof value === 'string' && plain.test(value)) {
      exact += `${name.exact}\\"${value}\\"`
      map += name.map + (value === '' ? emptyText : `"${value}"`)
    } else if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
      exact += name.exact + value
      map += `${name.map}"${value}"`
    } else {
      const text = JSON.stringify(value)
      exact += name.exact + escaped(text)
      if (text !== 'null') map += name.map + (typeof value === 'string' ? text : JSON.stringify(text))
    }
  }
  return { exact: `"{${exact.slice(1)}}"`, map: `{${map.slice(1)}}` }
}
