import { sql } from 'drizzle-orm'
import type { Queries } from '../database/database.ts'
import { cleanText } from '../kit/clean-text.ts'
import { propertyTypesChannel } from '../model/notifications.ts'
import { inferPropertyType, type PropertyType } from './property-type.ts'

/** PostHog's numbers for what a property belongs to. */
export const propertyOf = { event: 1, person: 2, group: 3 } as const
const noGroupType = -1

type EventDefinition = { projectId: number; name: string; seenAt: number }
type PropertyDefinition = {
  projectId: number
  name: string
  type: number
  groupTypeIndex: number
  propertyType: PropertyType | null
}
type EventProperty = { projectId: number; event: string; property: string }

/** What a batch saw for the first time, or again after an hour. */
export type DefinitionChanges = {
  events: EventDefinition[]
  properties: PropertyDefinition[]
  pairs: EventProperty[]
}

/** Names longer than this in UTF-8 get no definition. */
const longestName = 200
const hourMs = 3_600_000
/** Beyond this the memory starts anew: it only saves writes. */
const mostRemembered = 500_000

/** Names seen, and whether their type is known. */
type Names = Map<string, boolean>
type Memory = {
  /** Property names on an event of that name. */
  events: Map<string, Names>
  eventProperties: Names
  personProperties: Names
  groupProperties: Map<number, Names>
}

/**
 * Event and property definitions: what was seen lately is remembered, so that a busy project costs one look in
 * memory for each property and writes nothing. The memory forgets everything each hour, which refreshes
 * `last_seen_at` and brings back what was deleted meanwhile.
 */
export function createDefinitionStore() {
  let projects = new Map<number, Memory>()
  let size = 0
  let bornAt = Number.NEGATIVE_INFINITY

  function memoryOf(projectId: number): Memory {
    const memory = projects.get(projectId) ?? {
      events: new Map(),
      eventProperties: new Map(),
      personProperties: new Map(),
      groupProperties: new Map(),
    }
    projects.set(projectId, memory)
    return memory
  }

  function forget(now: number) {
    projects = new Map()
    size = 0
    bornAt = now
  }

  return {
    /** Notes for one batch. They count as remembered at once: call `forget` when they could not be written. */
    begin() {
      const events = new Map<string, EventDefinition>()
      const properties = new Map<string, PropertyDefinition>()
      const pairs: EventProperty[] = []

      function property(
        names: Names,
        projectId: number,
        type: number,
        groupTypeIndex: number,
        name: string,
        value: unknown,
        now: number,
      ): void {
        if (names.get(name)) return
        const isNew = !names.has(name)
        const propertyType = inferPropertyType(name, value, now)
        if (!isNew && propertyType === null) return
        names.set(name, propertyType !== null)
        size++
        if (Buffer.byteLength(name) > longestName) return
        const definition = { projectId, name: cleanText(name), type, groupTypeIndex, propertyType }
        properties.set(`${projectId}:${type}:${groupTypeIndex}:${definition.name}`, definition)
      }

      return {
        /** What may be noted of one event of that name. */
        of(projectId: number, event: string, now: number) {
          if (now > bornAt + hourMs || size > mostRemembered) forget(now)
          const memory = memoryOf(projectId)
          const seen = memory.events.get(event) ?? new Map<string, boolean>()
          if (!memory.events.has(event)) {
            memory.events.set(event, seen)
            size++
            if (Buffer.byteLength(event) <= longestName) {
              events.set(`${projectId}:${event}`, { projectId, name: event, seenAt: now })
            }
          }
          return {
            eventProperty(name: string, value: unknown): void {
              // The usual case, thirty times an event: nothing new.
              if (seen.get(name)) return
              property(memory.eventProperties, projectId, propertyOf.event, noGroupType, name, value, now)
              if (
                !seen.has(name) &&
                !name.startsWith('$feature/') &&
                !name.startsWith('$feature_enrollment/')
              ) {
                size++
                if (Buffer.byteLength(name) <= longestName && Buffer.byteLength(event) <= longestName) {
                  pairs.push({ projectId, event, property: cleanText(name) })
                }
              }
              seen.set(name, memory.eventProperties.get(name) ?? false)
            },
            personProperty(name: string, value: unknown): void {
              property(memory.personProperties, projectId, propertyOf.person, noGroupType, name, value, now)
            },
            groupProperty(index: number, name: string, value: unknown): void {
              const names = memory.groupProperties.get(index) ?? new Map<string, boolean>()
              memory.groupProperties.set(index, names)
              property(names, projectId, propertyOf.group, index, name, value, now)
            },
          }
        },
        changes: (): DefinitionChanges => ({
          events: [...events.values()],
          properties: [...properties.values()],
          pairs,
        }),
      }
    },
    forget: () => forget(Number.NEGATIVE_INFINITY),
  }
}

export type DefinitionStore = ReturnType<typeof createDefinitionStore>
export type DefinitionNotes = ReturnType<DefinitionStore['begin']>

/** Writes what a batch saw. The first type that a property gets stays; `last_seen_at` only grows. */
export async function writeDefinitions(tx: Queries, changes: DefinitionChanges): Promise<void> {
  const { events, properties, pairs } = changes
  if (events.length) {
    await tx.execute(sql`
      insert into event_definitions as d (project_id, name, created_at, last_seen_at)
      select u.project_id, u.name, u.seen_at, u.seen_at
      from unnest(${list(events, (one) => one.projectId)}::int[], ${list(events, (one) => one.name)}::text[],
        ${list(events, (one) => new Date(one.seenAt).toISOString())}::timestamptz[]) as u(project_id, name, seen_at)
      on conflict (project_id, name) do update set last_seen_at = excluded.last_seen_at
        where d.last_seen_at is null or d.last_seen_at < excluded.last_seen_at`)
  }
  if (properties.length) {
    await tx.execute(sql`
      insert into property_definitions as d (project_id, name, type, group_type_index, property_type, is_numerical)
      select u.*, coalesce(u.property_type = 'Numeric', false)
      from unnest(${list(properties, (one) => one.projectId)}::int[], ${list(properties, (one) => one.name)}::text[],
        ${list(properties, (one) => one.type)}::smallint[], ${list(properties, (one) => one.groupTypeIndex)}::smallint[],
        ${list(properties, (one) => one.propertyType)}::text[])
        as u(project_id, name, type, group_type_index, property_type)
      on conflict (project_id, type, group_type_index, name)
        do update set property_type = excluded.property_type, is_numerical = excluded.is_numerical
        where d.property_type is null and excluded.property_type is not null`)
    const ids = [...new Set(properties.map((one) => one.projectId))]
    // A notification holds 7,900 bytes.
    await tx.execute(sql`select pg_notify(${propertyTypesChannel}, ${ids.length > 500 ? '' : ids.join()})`)
  }
  if (pairs.length) {
    await tx.execute(sql`
      insert into event_properties (project_id, event, property)
      select distinct * from unnest(${list(pairs, (one) => one.projectId)}::int[],
        ${list(pairs, (one) => one.event)}::text[], ${list(pairs, (one) => one.property)}::text[])
      on conflict do nothing`)
  }
}

const list = <T>(rows: T[], value: (row: T) => unknown) => sql.param(rows.map(value))
