/**
 * How a property is kept in, and read from, a table's `*_map` column: both directions side by side, because they
 * must agree. The pipeline writes with `propertyMap`, the printer reads with `printPropertyRead`. Why the column is a
 * map of strings: docs/adr/0003-properties-column.md.
 */

/**
 * What stands for an empty text in a map, where reading an absent key gives an empty text too. A property that is
 * this control character and nothing else reads as empty in queries; its exact text stays beside the map.
 */
const empty = '\x01'

/**
 * Properties that have a column of their own beside the map, by map column: those that most questions ask for. The
 * table computes them (`MATERIALIZED`), so that the pipeline writes them nowhere; a test compares this list with
 * the tables.
 */
export const hotProperties: Readonly<Record<string, readonly string[]>> = {
  'events.properties_map': [
    '$browser',
    '$os',
    '$device_type',
    '$current_url',
    '$pathname',
    '$host',
    '$referring_domain',
    '$lib',
    '$screen_name',
    '$geoip_country_code',
    'utm_source',
  ],
}

/**
 * Properties as a row of a `*_map` column: every value as text, nulls left out. Strings come as they are; numbers,
 * booleans, arrays and objects as their JSON text. A number that JSON can't hold (`1e999`) is null there and so left
 * out. The values must be holdable already.
 */
export function propertyMap(properties: Record<string, unknown>): Record<string, string> {
  // without a prototype, so that a property called `__proto__` is one
  const map: Record<string, string> = Object.create(null)
  for (const key in properties) {
    const value = properties[key]
    if (value === null || value === undefined) continue
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (typeof value === 'number' && text === 'null') continue
    map[key] = value === '' ? empty : text
  }
  return map
}

/** Whether a table has a column of its own for the property. */
export const isHot = (table: string | undefined, column: string, key: string): boolean =>
  table !== undefined && hotProperties[`${table}.${column}`]?.includes(key) === true

/** Whether the text is kept as it is, and is nothing that stands for something else. */
export const isKeptAsIs = (text: unknown): text is string =>
  typeof text === 'string' && text !== '' && text !== empty

/**
 * SQL text of type `Nullable(String)`: the value of property `key`, null where there is none.
 * @param column SQL text of the `*_map` column, qualified and quoted by the caller (`events.properties_map`).
 * @param table The table whose own column it is, where it is one and not a subquery's. Then a property with a
 *   column of its own is read from that.
 * @param asKept the map's own value instead, of type `String`; a column of its own is read as ever
 */
export function printPropertyRead(column: string, key: string, table?: string, asKept = false): string {
  const name = /(\w+)[`"]?$/.exec(column)?.[1]
  if (name && isHot(table, name, key)) {
    return `${column.slice(0, column.lastIndexOf(name)).replace(/[`"]$/, '')}\`${name}:${key}\``
  }
  // The bare `map['key']` is what the engine turns into reading one bucket; `mapContains` would read them all.
  const read = `${column}[${quote(key)}]`
  if (asKept) return read
  return `multiIf(${read} = '', NULL, ${read} = '\\x01', '', ${read})`
}

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&').replaceAll('\0', '\\0')}'`
}
