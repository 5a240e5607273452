import { and, eq, inArray, isNotNull } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { propertyDefinitions } from '../database/schema.ts'
import type { PropertyType } from '../hogql/types.ts'
import type { PropertyKind } from './property-filters.ts'

/** Type of a property by its definition; null where none says one. `groupTypeIndex` only with `group`. */
export type PropertyTypes = (kind: PropertyKind, key: string, groupTypeIndex?: number) => PropertyType | null

const kinds: Record<number, PropertyKind> = { 1: 'event', 2: 'person', 3: 'group' }
const maxNames = 2000
const quotedOrWord = /'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*"|[\p{L}\p{N}_$%]+/gu

/**
 * Everything in a question that may be a property's name: each text in it, and the words of its expressions.
 * Asking for too many does no harm; a name that is left out is read as text.
 */
export function namesIn(...questions: unknown[]): Set<string> {
  const names = new Set<string>()
  const waiting: unknown[] = [...questions]
  while (waiting.length && names.size < maxNames) {
    const value = waiting.pop()
    if (typeof value === 'string') {
      if (value.length <= 400) names.add(value)
      for (const [word] of value.matchAll(quotedOrWord)) {
        names.add(/^['`"]/.test(word) ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word)
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const child of Object.values(value)) waiting.push(child)
    }
  }
  return names
}

/**
 * Looks up the definitions that a question can need: by name, for each question anew, so that a property's type
 * counts as soon as it is known.
 */
export const createPropertyTypes =
  (database: Database) =>
  async (projectId: number, names: Iterable<string>): Promise<PropertyTypes> => {
    const rows = await database.db
      .select({
        name: propertyDefinitions.name,
        type: propertyDefinitions.type,
        groupTypeIndex: propertyDefinitions.groupTypeIndex,
        propertyType: propertyDefinitions.propertyType,
      })
      .from(propertyDefinitions)
      .where(
        and(
          eq(propertyDefinitions.projectId, projectId),
          inArray(propertyDefinitions.name, [...names]),
          isNotNull(propertyDefinitions.propertyType),
        ),
      )
    const known = new Map(
      rows.map((row) => [
        JSON.stringify([kinds[row.type], row.groupTypeIndex, row.name]),
        row.propertyType as PropertyType,
      ]),
    )
    return (kind, key, groupTypeIndex) =>
      known.get(JSON.stringify([kind, kind === 'group' ? (groupTypeIndex ?? 0) : -1, key])) ?? null
  }
