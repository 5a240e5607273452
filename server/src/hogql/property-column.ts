/**
 * How one property is kept in, and read from, a table's `*_map` column: both directions side by side, because they
 * must agree on every key to the byte. The pipeline writes with `propertyMap`, the printer reads with
 * `printPropertyRead`. Why the column looks like this: docs/adr/0003-properties-column.md.
 */

// In a JSON column a dot separates path steps, and `^`, `:`, `[]` and `@` ask for things other than a plain path.
// Everything that is not plainly part of a name is written as %XX, so that a path is always one step and never
// needs quoting rules of its own. `%` itself is among the escaped, which keeps the mapping one to one.
const special = /[\0-#%-,./:-@[-^`{-\x7f]/g

/** A property's name as the path under which a `*_map` column keeps it. One to one; never empty. */
export function propertyPath(key: string): string {
  // A path can't be empty. `%` alone is no other key's path: an escaped key has two digits after each `%`.
  if (key === '') return '%'
  return key.replace(special, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/**
 * SQL text of type `Nullable(String)`: the value of property `key`, null where there is none. Strings come as they
 * are; numbers, booleans, arrays and objects as their JSON text.
 * @param column SQL text of the `*_map` column, qualified and quoted by the caller (`events.properties_map`).
 */
export function printPropertyRead(column: string, key: string): string {
  return `${column}.\`${propertyPath(key)}\`.:String`
}

/**
 * Properties as a row of a `*_map` column: flat, every value text, nulls left out. The values must be holdable
 * already (`pipeline/steps/holdable.ts`).
 */
export function propertyMap(properties: Record<string, unknown>): Record<string, string> {
  const map: Record<string, string> = Object.create(null)
  for (const key in properties) {
    const value = properties[key]
    if (value === null || value === undefined) continue
    map[propertyPath(key)] = typeof value === 'string' ? value : JSON.stringify(value)
  }
  return map
}
