import type { Expr, JoinExpr, Query } from './ast.ts'
import type { PropertyTypes } from './tables.ts'
import type { Type, Typed } from './types.ts'

/** What a query is compiled for. */
export type Schema = {
  /** Put into every table read by `guard.ts`. */
  projectId: number
  /** IANA name: timestamps are shown, compared and cut into days in it. Default UTC. */
  timezone?: string
  /** The day with which `toStartOfWeek` begins a week where the query does not say: 0 Sunday (default), 1 Monday. */
  weekStartDay?: number
  /** Type of a property by its definition; default: all unknown, read as text. */
  propertyType?: PropertyTypes
  /**
   * Rows of the outermost query: `default` when it has no LIMIT, `max` when it asks for more. Default 100 and
   * 10,000; null leaves the query's own.
   */
  limits?: { default: number; max: number } | null
  /**
   * What `person.properties` of an event are: those it was sent with (`event`, the default, as upstream's
   * `person_id_override_properties_on_events`), or the person's today (`joined`).
   */
  personProperties?: 'event' | 'joined'
  /** A query for the ids of the people of a cohort (`person_id in cohort …`); null when there is no such cohort. */
  cohort?: (idOrName: number | string) => Query | null
  /** Every cohort and the version of its people that counts, for those who read `cohort_people` as a table. */
  cohortVersions?: readonly CohortVersion[]
}

export type CohortVersion = { id: number; version: number; isStatic: boolean }

/** Options with their defaults filled in, and the counters of one compilation. */
export type Context = {
  schema: Schema
  timezone: string
  propertyType: PropertyTypes
  /** Counts a table read or subquery; a query of thousands is refused (CTEs are inlined, and can multiply). */
  countRead(): void
}

/** A column of a resolved query. */
export type Column = { name: string; type: Type }

export type ResolvedQuery = { query: Query; columns: Column[] }

/** Something in FROM that columns can be read from. */
export type Source = {
  /** How a query names it: its alias, else the table's name. */
  name: string
  /** A column, a property or something further in (`person.properties.email`); undefined when there is none. */
  read(chain: (string | number)[]): Typed | undefined
  /** What `*` stands for. */
  star: string[]
  /** Every first step that `read` takes, for suggestions. */
  names(): string[]
}

/** A source and its place in FROM. `finish` is called when all reads are known and completes `join`. */
export type PlacedSource = { source: Source; join: JoinExpr; finish(): void; filters: Expr[] }
