import type { Context } from './context.ts'
import { placeTable } from './sources.ts'
import { type PropertyKind, tables } from './tables.ts'

/** What an editor may offer at a place in a query. */
export type Place =
  /** Columns, and tables and properties beside them, which go on after a dot. */
  | { kind: 'columns'; names: { name: string; type?: string; goesOn: boolean }[] }
  /** Properties, by their definitions. */
  | { kind: 'properties'; of: PropertyKind; groupIndex?: number }

// Columns of the server's own; a query may name them, but nobody looks for them.
const unoffered = new Set(['team_id', 'inserted_at', 'person_mode'])

// Suggestions name sources; they read nothing, for no project.
const nowhere: Context = {
  schema: { projectId: 0 },
  timezone: 'UTC',
  propertyType: () => null,
  countRead() {},
}

/** What `chain` leads to from a table: `['person', 'properties']` from events to a person's properties. */
export function placeWithin(table: string, chain: string[], groupIndex?: number): Place | undefined {
  const [first, ...rest] = chain
  if (first === undefined) return columnsOf(table)
  const properties = tables[table]?.properties
  if (properties && Object.hasOwn(properties, first)) {
    return rest.length ? undefined : { kind: 'properties', of: properties[first]!.kind, groupIndex }
  }
  if (table !== 'events') return undefined
  if (first === 'person' || first === 'poe') return placeWithin('persons', rest)
  if (first === 'session') return placeWithin('sessions', rest)
  if (first === 'pdi') {
    return rest[0] === 'person'
      ? placeWithin('persons', rest.slice(1))
      : placeWithin('person_distinct_ids', rest)
  }
  const group = /^group_([0-4])$/.exec(first)?.[1]
  return group === undefined ? undefined : placeWithin('groups', rest, Number(group))
}

function columnsOf(table: string): Place {
  const names = placeTable(nowhere, table, table, true).source.names()
  const properties = tables[table]?.properties ?? {}
  return {
    kind: 'columns',
    names: names
      .filter((name) => !unoffered.has(name))
      .map((name) => ({
        name,
        type: tables[table]?.columns[name]?.type.name,
        goesOn: Object.hasOwn(properties, name) || /^(?:person|poe|pdi|session|group_\d)$/.test(name),
      })),
  }
}
