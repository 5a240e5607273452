import type { FilterTree, PropertyFilter, PropertyGroup } from '../api/questions.ts'

export const isGroup = (one: PropertyGroup | PropertyFilter): one is PropertyGroup => 'values' in one

/** As it is edited: a root that holds nothing but groups, at least one. */
export type Root = { type: PropertyGroup['type']; values: PropertyGroup[] }

/** Filters as groups, whichever of their forms they come in. */
export function rootOf(filters: FilterTree | undefined): Root {
  if (!filters) return { type: 'AND', values: [{ type: 'AND', values: [] }] }
  if (Array.isArray(filters)) return { type: 'AND', values: [{ type: 'AND', values: filters }] }
  if (filters.values.length === 0 || !filters.values.some(isGroup)) return { type: 'AND', values: [filters] }
  return {
    type: filters.type,
    values: filters.values.map((one) => (isGroup(one) ? one : { type: 'AND', values: [one] })),
  }
}

/** The other way round: what needs no groups is a plain list, nothing is undefined. */
export function filtersOf({ type, values }: Root): FilterTree | undefined {
  const [only] = values
  if (!only) return undefined
  if (values.length > 1) return { type, values }
  const leaves = only.values.filter((one) => !isGroup(one))
  const isPlain = leaves.length === only.values.length && (only.type === 'AND' || leaves.length < 2)
  if (isPlain) return leaves.length > 0 ? leaves : undefined
  return { type: 'AND', values: [only] }
}

/** Every condition, wherever it stands. */
export const leavesOf = (filters: FilterTree | undefined): PropertyFilter[] =>
  (Array.isArray(filters) ? filters : (filters?.values ?? [])).flatMap((one) =>
    isGroup(one) ? leavesOf(one) : [one],
  )

/** Without what is still being written, and without groups that are left empty by it; undefined for nothing. */
export function finished(
  filters: FilterTree,
  isComplete: (filter: PropertyFilter) => boolean,
): FilterTree | undefined {
  if (Array.isArray(filters)) {
    const complete = filters.filter(isComplete)
    return complete.length > 0 ? complete : undefined
  }
  const values = filters.values.flatMap((one): PropertyGroup['values'] => {
    if (!isGroup(one)) return isComplete(one) ? [one] : []
    const inner = finished(one, isComplete)
    return inner && !Array.isArray(inner) ? [inner] : []
  })
  return values.length > 0 ? { type: filters.type, values } : undefined
}
