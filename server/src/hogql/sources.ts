import {
  type Call,
  call,
  compare,
  constant,
  type Expr,
  type Field,
  field,
  type JoinExpr,
  type SelectQuery,
  select,
  tuple,
} from './ast.ts'
import type { Column, Context, PlacedSource, Source } from './context.ts'
import { placeSessions } from './sessions.ts'
import { cohortTables, type LogicalTable, type PropertyKind, tables } from './tables.ts'
import { type Type, type Typed, type } from './types.ts'
import { propertyRead, readPath, typedProperty, zoned } from './values.ts'
import { placeLatest, placeOverrides } from './versions.ts'

/**
 * Where the columns of a table are read. *Direct*: the table stands in the query's own FROM and expressions over it
 * are used as they are. *Wrapped*: it stands in a subquery of its own, whose columns are what was read.
 */
type Home = {
  /** Name of the table where its physical columns are. */
  inner: string
  /** LEFT JOINs that the reads ask for, beside the table. */
  joins: PlacedSource[]
  /** An expression over the physical columns, as the query sees it. `name` says what it is, one expression a name. */
  expose(name: string, inner: () => Typed): Typed
}

/** A table of `tables.ts` in FROM. `direct` where it is first and nothing can turn its rows into empty ones. */
export function placeTable(context: Context, name: string, alias: string, direct: boolean): PlacedSource {
  if (name === 'sessions') return placeSessions(context, alias)
  if (cohortTables.includes(name)) return placeCohortPeople(context, name, alias)
  const table = tables[name]!
  if (table.latest) return placeLatest(context, table, alias)
  return direct ? placeDirect(context, table, alias) : placeWrapped(context, table, alias)
}

function placeDirect(context: Context, table: LogicalTable, alias: string): PlacedSource {
  context.countRead()
  const home: Home = { inner: alias, joins: [], expose: (_, inner) => inner() }
  const join: JoinExpr = { table: field(table.physical), alias }
  const filters: Expr[] = []
  return {
    source: eventsSource(context, table, alias, home),
    join,
    filters,
    finish() {
      for (const joined of home.joins) joined.finish()
      join.next = chain(
        home.joins.map((joined) => joined.join),
        join.next,
      )
    },
  }
}

function placeWrapped(context: Context, table: LogicalTable, alias: string): PlacedSource {
  context.countRead()
  const exposed = new Map<string, Typed>()
  const home: Home = {
    inner: table.physical,
    joins: [],
    expose: (name, inner) =>
      exposed.get(name) ? outer(alias, name, exposed.get(name)!) : register(name, inner()),
  }
  const register = (name: string, inner: Typed): Typed => {
    exposed.set(name, inner)
    return outer(alias, name, inner)
  }
  const query: SelectQuery = select({ select: [] })
  const filters: Expr[] = []
  return {
    source: eventsSource(context, table, alias, home),
    join: { table: query, alias },
    filters,
    finish() {
      for (const joined of home.joins) joined.finish()
      query.select = columnsOf(exposed)
      query.from = {
        table: field(table.physical),
        alias: home.inner,
        next: chain(home.joins.map((joined) => joined.join)),
      }
    },
  }
}

const outer = (alias: string, name: string, inner: Typed): Typed => ({
  expr: field(alias, name),
  type: inner.type,
})

const columnsOf = (exposed: Map<string, Typed>): Expr[] =>
  exposed.size
    ? [...exposed].map(([name, { expr }]) => ({ kind: 'alias', alias: name, expr }))
    : [{ kind: 'alias', alias: '_', expr: constant(1) }]

/** Links joins one after another, `rest` after the last. */
function chain(joins: JoinExpr[], rest?: JoinExpr): JoinExpr | undefined {
  let next = rest
  for (const join of [...joins].reverse()) next = { ...join, next }
  return next
}

function eventsSource(context: Context, table: LogicalTable, alias: string, home: Home): Source {
  const physical = (name: string): Field => field(home.inner, name)
  const column = (name: string, physicalName: string, columnType: Type) =>
    zoned(
      context,
      home.expose(name, () => ({ expr: physical(physicalName), type: columnType })),
    )
  const property = (
    name: string,
    map: string,
    kind: PropertyKind,
    [key, ...path]: (string | number)[],
  ): Typed => {
    const text = home.expose(`${name}.${key}`, () => ({
      expr: propertyRead(home.inner, table.physical, map, String(key)),
      type: type('String', true),
    }))
    return typedProperty(context, kind, String(key), readPath(text.expr, path), path.length > 0)
  }

  const joined = new Map<string, PlacedSource>()
  /** A table beside this one, joined when first asked for. */
  const beside = (name: string, make: (alias: string) => PlacedSource, on: (its: Source) => Expr): Source => {
    const known = joined.get(name)
    if (known) return known.source
    const placed = make(`${home.inner}__${name}`)
    joined.set(name, placed)
    // ANY: the other side has one row at most, and saying so makes the join cheaper
    placed.join.joinType = 'LEFT ANY JOIN'
    placed.join.constraint = { type: 'ON', expr: on(placed.source) }
    home.joins.push(placed)
    return placed.source
  }

  /** Who sent it, after all merges so far. */
  const innerPersonId = (): Expr => {
    const override = beside(
      'override',
      (name) => placeOverrides(context, name),
      (its) => compare(physical('person_id'), '=', its.read(['old_person_id'])!.expr),
    )
    const found = override.read(['old_person_id'])!.expr
    return call('if', call('notEmpty', found), override.read(['person_id'])!.expr, physical('person_id'))
  }
  const personId = (): Typed =>
    home.expose('person_id', () => ({ expr: innerPersonId(), type: type('UUID') }))

  /** A column of a table beside this one, as the query sees it. */
  const through = (name: string, source: () => Source, rest: (string | number)[]): Typed | undefined => {
    // A conversion is repeated outside, where `raw` is still at hand; what is exposed is the bare value.
    const value = source().read(rest)
    if (!value) return undefined
    const bare = value.raw ?? value
    const seen = home.expose([name, ...rest].join('.'), () => bare)
    return value.raw ? { ...value, expr: replaceExpr(value.expr, bare.expr, seen.expr), raw: seen } : seen
  }

  const persons = () =>
    beside(
      'person',
      (name) => placeLatest(context, tables.persons!, name),
      (its) => compare(innerPersonId(), '=', its.read(['id'])!.expr),
    )
  const distinctIds = () =>
    beside(
      'pdi',
      (name) => placeLatest(context, tables.person_distinct_ids!, name),
      (its) => compare(physical('distinct_id'), '=', its.read(['distinct_id'])!.expr),
    )
  const personsByDistinctId = () => {
    const pdi = distinctIds()
    return beside(
      'pdi_person',
      (name) => placeLatest(context, tables.persons!, name),
      (its) => compare(pdi.read(['person_id'])!.expr, '=', its.read(['id'])!.expr),
    )
  }
  const group = (index: number) =>
    beside(
      `group_${index}`,
      (name) => placeLatest(context, tables.groups!, name),
      (its) => ({
        kind: 'and',
        exprs: [
          compare(physical(`$group_${index}`), '=', its.read(['key'])!.expr),
          compare(its.read(['index'])!.expr, '=', constant(index)),
        ],
      }),
    )

  const session = () =>
    beside(
      'session',
      (name) => placeSessions(context, name),
      (its) => compare(physical('$session_id'), '=', its.read(['session_id'])!.expr),
    )

  const atTheEvent = (name: string, [part, ...rest]: (string | number)[]): Typed | undefined => {
    if (part === 'id' && !rest.length) return personId()
    if (part === 'created_at' && !rest.length) {
      return column(`${name}.created_at`, 'person_created_at', type('DateTime'))
    }
    if (part !== 'properties') return undefined
    return rest.length
      ? property(`${name}.properties`, 'person_properties_map', 'person', rest)
      : column(`${name}.properties`, 'person_properties', type('String'))
  }

  const isEvents = table.physical === 'events'
  const read = ([name, ...rest]: (string | number)[]): Typed | undefined => {
    if (typeof name !== 'string') return undefined
    if (rest.length) {
      if (!isEvents) return name === 'person' ? through(name, persons, rest) : undefined
      const properties = Object.hasOwn(table.properties, name) ? table.properties[name] : undefined
      if (properties) return property(name, properties.map, properties.kind, rest)
      if (name === 'poe') return atTheEvent(name, rest)
      if (name === 'person') {
        if (context.schema.personProperties !== 'joined') {
          const snapshot = atTheEvent(name, rest)
          if (snapshot) return snapshot
        }
        return through(name, persons, rest)
      }
      if (name === 'pdi') {
        return rest[0] === 'person'
          ? through('pdi.person', personsByDistinctId, rest.slice(1))
          : through(name, distinctIds, rest)
      }
      if (name === 'session') return through(name, session, rest)
      const index = /^group_([0-4])$/.exec(name)?.[1]
      if (index !== undefined) {
        const value = through(name, () => group(Number(index)), rest)
        return value && regrouped(context, value, rest, Number(index))
      }
      return undefined
    }
    if (name === 'person_id') return personId()
    if (Object.hasOwn(table.properties, name)) {
      return column(name, table.properties[name]!.text, type('String'))
    }
    const known = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined
    return known && column(name, known.physical, known.type)
  }

  return {
    name: alias,
    read,
    star: table.star,
    names: () => [
      ...Object.keys(table.columns),
      ...Object.keys(table.properties),
      'person_id',
      'person',
      ...(isEvents ? ['pdi', 'poe', 'session', ...[0, 1, 2, 3, 4].map((index) => `group_${index}`)] : []),
    ],
  }
}

/**
 * Who is in which cohort now. People who were merged since are one, so rows are made distinct; a condition on
 * `cohort_id` is moved inside by the engine.
 */
function placeCohortPeople(context: Context, name: string, alias: string): PlacedSource {
  const raw = placeDirect(context, tables.raw_cohort_people!, 'raw_cohort_people')
  const versions = (context.schema.cohortVersions ?? []).filter(
    ({ isStatic }) => isStatic || name === 'cohort_people',
  )
  const inner = (column: string) => raw.source.read([column])!.expr
  const counts = versions.length
    ? compare(
        tuple(inner('cohort_id'), inner('version')),
        'in',
        tuple(...versions.map(({ id, version }) => tuple(constant(id), constant(version)))),
      )
    : constant(false)
  const columns: Column[] = ['person_id', 'cohort_id', 'team_id'].map((column) => ({
    name: column,
    type: raw.source.read([column])!.type,
  }))
  const query = select({
    distinct: true,
    select: columns.map((column) => ({ kind: 'alias', alias: column.name, expr: inner(column.name) })),
    where: counts,
  })
  return {
    source: columnsSource(alias, columns),
    join: { table: query, alias },
    filters: [],
    finish() {
      raw.finish()
      query.from = raw.join
    },
  }
}

/** A group's property has its type per kind of group, which the shared `groups` table can't know. */
function regrouped(context: Context, value: Typed, chainRest: (string | number)[], index: number): Typed {
  const [part, key, ...path] = chainRest
  if (part !== 'properties' || key === undefined || !value.raw) return value
  return typedProperty(context, 'group', String(key), value.raw.expr, path.length > 0, index)
}

/** `replacement` in place of `target` (by identity) inside a conversion. */
function replaceExpr(expr: Expr, target: Expr, replacement: Expr): Expr {
  if (expr === target) return replacement
  if (expr.kind !== 'call') return expr
  const replaced: Call = { ...expr, args: expr.args.map((arg) => replaceExpr(arg, target, replacement)) }
  return replaced
}

/** A subquery or table function in FROM: its columns are what it gives. */
export function columnsSource(name: string, columns: Column[]): Source {
  const byName = new Map(columns.map((column) => [column.name, column]))
  return {
    name,
    star: [...byName.keys()],
    names: () => [...byName.keys()],
    read([first, ...rest]) {
      const column = byName.get(String(first))
      if (!column) return undefined
      const value: Typed = { expr: field(name, column.name), type: column.type }
      if (!rest.length) return value
      if (column.type.name === 'String') {
        return { expr: readPath(value.expr, rest), type: type('String', true) }
      }
      return undefined
    },
  }
}
