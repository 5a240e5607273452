import { type PropertyType, type Type, type } from './types.ts'

/**
 * The tables that a query sees and where their columns are kept (`warehouse/migrations/`). What takes more than a
 * column (people through merges, a person's newest version, groups of an event) is in `sources.ts`.
 */
export type PropertyKind = 'event' | 'person' | 'group'

export type LogicalTable = {
  /** Physical table; every read of it gets the project's filter from `guard.ts`. */
  physical: PhysicalTable
  columns: Record<string, { physical: string; type: Type }>
  /** Columns that hold properties: JSON text for showing, a `*_map` column for reading single ones. */
  properties: Record<string, { text: string; map: string; kind: PropertyKind }>
  /**
   * Tables with many versions of a row: the newest counts. `key` names what identifies a row (physical columns),
   * `deleted` the column that marks a row as gone.
   */
  latest?: { key: string[]; version: string; deleted?: string }
  /** What `*` stands for. */
  star: string[]
}

export const physicalTables = [
  'events',
  'persons',
  'person_distinct_ids',
  'person_overrides',
  'groups',
  'heatmaps',
  'cohort_people',
] as const
export type PhysicalTable = (typeof physicalTables)[number]

/** Column of every physical table that says whose row it is. */
export const projectColumn = 'team_id'

const groupIndexes = [0, 1, 2, 3, 4] as const
const groupColumns = groupIndexes.map((index) => `$group_${index}`)

export const tables: Record<string, LogicalTable> = {
  events: {
    physical: 'events',
    columns: {
      uuid: { physical: 'uuid', type: type('UUID') },
      event: { physical: 'event', type: type('String') },
      timestamp: { physical: 'timestamp', type: type('DateTime') },
      team_id: { physical: 'team_id', type: type('Integer') },
      distinct_id: { physical: 'distinct_id', type: type('String') },
      elements_chain: { physical: 'elements_chain', type: type('String') },
      created_at: { physical: 'created_at', type: type('DateTime') },
      inserted_at: { physical: 'inserted_at', type: type('DateTime') },
      person_mode: { physical: 'person_mode', type: type('String') },
      $session_id: { physical: '$session_id', type: type('String') },
      $window_id: { physical: '$window_id', type: type('String') },
      ...Object.fromEntries(groupColumns.map((name) => [name, { physical: name, type: type('String') }])),
    },
    properties: { properties: { text: 'properties', map: 'properties_map', kind: 'event' } },
    star: [
      'uuid',
      'event',
      'properties',
      'timestamp',
      'distinct_id',
      'elements_chain',
      'created_at',
      '$session_id',
      '$window_id',
      'person_id',
      ...groupColumns,
    ],
  },
  persons: {
    physical: 'persons',
    columns: {
      id: { physical: 'id', type: type('UUID') },
      created_at: { physical: 'created_at', type: type('DateTime') },
      is_identified: { physical: 'is_identified', type: type('Boolean') },
      team_id: { physical: 'team_id', type: type('Integer') },
    },
    properties: { properties: { text: 'properties', map: 'properties_map', kind: 'person' } },
    latest: { key: ['id'], version: 'version', deleted: 'is_deleted' },
    star: ['id', 'created_at', 'properties', 'is_identified'],
  },
  person_distinct_ids: {
    physical: 'person_distinct_ids',
    columns: {
      distinct_id: { physical: 'distinct_id', type: type('String') },
      person_id: { physical: 'person_id', type: type('UUID') },
      team_id: { physical: 'team_id', type: type('Integer') },
    },
    properties: {},
    latest: { key: ['distinct_id'], version: 'version', deleted: 'is_deleted' },
    star: ['distinct_id', 'person_id'],
  },
  groups: {
    physical: 'groups',
    columns: {
      index: { physical: 'group_type_index', type: type('Integer') },
      key: { physical: 'group_key', type: type('String') },
      created_at: { physical: 'created_at', type: type('DateTime') },
      updated_at: { physical: 'inserted_at', type: type('DateTime') },
      team_id: { physical: 'team_id', type: type('Integer') },
    },
    properties: { properties: { text: 'group_properties', map: 'group_properties_map', kind: 'group' } },
    latest: { key: ['group_type_index', 'group_key'], version: 'version' },
    star: ['index', 'key', 'created_at', 'updated_at', 'properties'],
  },
  heatmaps: {
    physical: 'heatmaps',
    columns: {
      session_id: { physical: 'session_id', type: type('String') },
      distinct_id: { physical: 'distinct_id', type: type('String') },
      timestamp: { physical: 'timestamp', type: type('DateTime') },
      current_url: { physical: 'current_url', type: type('String') },
      type: { physical: 'type', type: type('String') },
      x: { physical: 'x', type: type('Integer') },
      y: { physical: 'y', type: type('Integer') },
      scale_factor: { physical: 'scale_factor', type: type('Integer') },
      viewport_width: { physical: 'viewport_width', type: type('Integer') },
      viewport_height: { physical: 'viewport_height', type: type('Integer') },
      pointer_target_fixed: { physical: 'pointer_target_fixed', type: type('Boolean') },
      team_id: { physical: 'team_id', type: type('Integer') },
    },
    properties: {},
    star: [
      'session_id',
      'distinct_id',
      'timestamp',
      'current_url',
      'type',
      'x',
      'y',
      'scale_factor',
      'viewport_width',
      'viewport_height',
      'pointer_target_fixed',
    ],
  },
  /** Every version, with people who may be one by now; `cohort_people` is made of it. */
  raw_cohort_people: {
    physical: 'cohort_people',
    columns: {
      cohort_id: { physical: 'cohort_id', type: type('Integer') },
      version: { physical: 'version', type: type('Integer') },
      team_id: { physical: 'team_id', type: type('Integer') },
    },
    properties: {},
    star: ['person_id', 'cohort_id', 'team_id', 'version'],
  },
}

/** Tables of who is in which cohort; upstream keeps static cohorts in one of their own. */
export const cohortTables = ['cohort_people', 'static_cohort_people']

/** Every table that FROM may name; `sessions` and cohorts' people are computed from others. */
export const tableNames = [...Object.keys(tables), 'sessions', ...cohortTables]

/** Table functions of the engine that a query may use in FROM, with the columns they give. */
export const tableFunctions: Record<
  string,
  { minArgs: number; maxArgs: number; columns: Record<string, Type> }
> = {
  numbers: { minArgs: 1, maxArgs: 3, columns: { number: type('Integer') } },
}

/** How a property's type is looked up: `null` when no definition says. `groupIndex` only with `group`. */
export type PropertyTypes = (kind: PropertyKind, key: string, groupIndex?: number) => PropertyType | null
