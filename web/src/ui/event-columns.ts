/**
 * The columns between an event's name and its time, as a project's `live_events_columns` says them: expressions of HogQL,
 * of which these pages know the person, the place, and properties of the event.
 */
export const personColumn = 'person'
export const placeColumn = 'coalesce(properties.$current_url, properties.$screen_name) -- Url / Screen'
const libraryColumn = 'properties.$lib'
export const usualColumns: readonly string[] = [personColumn, placeColumn, libraryColumn]

/** More than this nobody reads side by side. */
export const MOST_COLUMNS = 12

const plain = /^[A-Za-z_$][\w$]*$/

/** The column that holds a property of the event. */
export const columnOf = (property: string): string =>
  `properties.${plain.test(property) ? property : `\`${property.replace(/[\\`]/g, '\\$&')}\``}`

/** The property that a column holds; undefined for any other column. */
export function propertyOf(column: string): string | undefined {
  const [, name, quoted] = /^properties\.(?:([A-Za-z_$][\w$]*)|`((?:[^\\`]|\\.)+)`)$/.exec(column) ?? []
  return name ?? quoted?.replace(/\\(.)/g, '$1')
}

/** What stands above it. */
export function columnName(column: string): string {
  if (column === personColumn) return 'Person'
  if (column === placeColumn) return 'URL / screen'
  if (column === libraryColumn) return 'Library'
  return propertyOf(column) ?? column
}

/** Columns that an address or a project says, without what is not known here; undefined where none are said. */
export function readColumns(given: unknown): string[] | undefined {
  if (!Array.isArray(given)) return undefined
  const known = given.filter(
    (one): one is string =>
      typeof one === 'string' &&
      (one === personColumn || one === placeColumn || propertyOf(one) !== undefined),
  )
  return [...new Set(known)].slice(0, MOST_COLUMNS)
}
