import { and, asc, eq, ilike, inArray, isNotNull } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { propertyDefinitions } from '../database/schema.ts'
import type { PropertyType } from '../hogql/types.ts'
import { containing } from '../kit/containing.ts'
import { propertyTypesChannel } from '../model/notifications.ts'
import type { FindProperties } from './hogql-autocomplete.ts'
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

/** The types that these names have, as plain data. */
export const typesOf = (names: Iterable<string>, propertyType: PropertyTypes): [string, PropertyType][] =>
  [...names].flatMap((name) =>
    places.flatMap(([kind, index]): [string, PropertyType][] => {
      const type = propertyType(kind, name, index)
      return type === null ? [] : [[`${kind} ${index ?? ''} ${name}`, type]]
    }),
  )
const places: [PropertyKind, number?][] = [
  ['event'],
  ['person'],
  ...[0, 1, 2, 3, 4].map((index): [PropertyKind, number] => ['group', index]),
]

type Definition = { kind: PropertyKind | undefined; groupTypeIndex: number; type: PropertyType }
/** By name; an empty list for a name of which no type is known. */
type Known = Map<string, Definition[]>

/** Beyond so many names of all projects the memory begins anew. */
const mostRemembered = 50_000

/**
 * Types of the properties that a question can need. They are remembered by name until the database says that types of
 * the project's have changed, which it does before any event can be queried that changed them.
 */
export function createPropertyTypes(database: Database) {
  const projects = new Map<number, Known>()
  let size = 0
  /** How often something was forgotten. */
  let changes = 0
  let listening: Promise<unknown> | null = null

  function forget(payload: string | null): void {
    changes++
    const ids = payload ? payload.split(',').map(Number) : [...projects.keys()]
    for (const id of ids) {
      size -= projects.get(id)?.size ?? 0
      projects.delete(id)
    }
  }

  async function listen(): Promise<void> {
    listening ??= database.listen(propertyTypesChannel, forget)
    try {
      await listening
    } catch (error) {
      listening = null
      throw error
    }
  }

  async function read(projectId: number, names: string[]): Promise<Known> {
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
          inArray(propertyDefinitions.name, names),
          isNotNull(propertyDefinitions.propertyType),
        ),
      )
    const known: Known = new Map(names.map((name) => [name, []]))
    for (const { name, type, groupTypeIndex, propertyType } of rows) {
      known.get(name)?.push({ kind: kinds[type], groupTypeIndex, type: propertyType as PropertyType })
    }
    return known
  }

  return async (projectId: number, names: Iterable<string>): Promise<PropertyTypes> => {
    await listen()
    let known: Known = projects.get(projectId) ?? new Map()
    const missing = [...names].filter((name) => !known.has(name))
    if (missing.length) {
      const before = changes
      const found = await read(projectId, missing)
      known = new Map([...known, ...found])
      // What was read may be older than what was told meanwhile.
      if (before === changes) {
        if (size + found.size > mostRemembered) forget(null)
        size += known.size - (projects.get(projectId)?.size ?? 0)
        projects.set(projectId, known)
      }
    }
    return (kind, key, groupTypeIndex) => {
      const index = kind === 'group' ? (groupTypeIndex ?? 0) : -1
      return known.get(key)?.find((one) => one.kind === kind && one.groupTypeIndex === index)?.type ?? null
    }
  }
}

/** Names of known properties, by parts of them, for editors. */
export const createPropertyNames =
  (database: Database) =>
  (projectId: number): FindProperties =>
  (kind, groupTypeIndex, search, limit) =>
    database.db
      .select({ name: propertyDefinitions.name, type: propertyDefinitions.propertyType })
      .from(propertyDefinitions)
      .where(
        and(
          eq(propertyDefinitions.projectId, projectId),
          eq(propertyDefinitions.type, { event: 1, person: 2, group: 3 }[kind]),
          eq(propertyDefinitions.groupTypeIndex, kind === 'group' ? (groupTypeIndex ?? 0) : -1),
          eq(propertyDefinitions.hidden, false),
          ilike(propertyDefinitions.name, containing(search)),
        ),
      )
      .orderBy(asc(propertyDefinitions.name))
      .limit(limit)
