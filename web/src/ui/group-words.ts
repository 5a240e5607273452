import type { Properties } from '../api/types.ts'

type GroupType = { group_type: string; name_singular: string | null; name_plural: string | null }

/** What groups of a type are called: "companies". */
export const groupsName = ({ group_type: type, name_plural: plural }: GroupType): string =>
  plural || `${type}s`
/** What one of them is called: "company". */
export const groupTypeName = ({ group_type: type, name_singular: singular }: GroupType): string =>
  singular || type

/** A group's name, else its key. */
export const groupName = (key: string, { name }: Properties): string =>
  typeof name === 'string' && name ? name : key
