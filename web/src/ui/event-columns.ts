/**
 * The columns between an event's name and its time, as a project's `live_events_columns` says them: expressions of HogQL,
 * of which these pages know the person, the place, and properties of the event and of the person at that time.
 */
export const personColumn = 'person'
export const placeColumn = 'coalesce(properties.$current_url, properties.$screen_name) -- Url / Screen'
const libraryColumn = 'properties.$lib'
export const usualColumns: readonly string[] = [personColumn, placeColumn, libraryColumn]

/** More than this nobody reads side by side. */
export const MOST_COLUMNS = 12

const plain = /^[A-Za-z_$][\w$]*$/

/** What a column of a property holds. */
export type ColumnProperty = { of: 'event' | 'person'; name: string }

/** The column that holds a property. */
export const columnOf = (property: string, of: ColumnProperty['of'] = 'event'): string =>
  `${of === 'person' ? 'person.' : ''}properties.${plain.test(property) ? property : `\`${property.replace(/[\\`]/g, '\\$&')}\``}`

/** The property that a column holds; undefined for any other column. */
export function propertyOf(column: string): ColumnProperty | undefined {
  const [, person, plainly, quoted] =
    /^(person\.)?properties\.(?:([A-Za-z_$][\w$]*)|`((?:[^\\`]|\\.)+)`)$/.exec(column) ?? []
  const name = plainly ?? quoted?.replace(/\\(.)/g, '$1')
  return name === undefined ? undefined : { of: person ? 'person' : 'event', name }
}

/** The properties of the person that columns hold, by name; undefined where there are none. */
export function personPropertiesIn(columns: readonly string[]): string[] | undefined {
  const names = columns.flatMap((column) => {
    const property = propertyOf(column)
    return property?.of === 'person' ? [property.name] : []
  })
  return names.length > 0 ? names : undefined
}

/** What stands above it. */
export function columnName(column: string): string {
  if (column === personColumn) return 'Person'
  if (column === placeColumn) return 'URL / screen'
  if (column === libraryColumn) return 'Library'
  const property = propertyOf(column)
  if (!property) return column
  return property.of === 'person' ? `${property.name} (person)` : property.name
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
