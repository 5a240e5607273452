import {
  type Call,
  call,
  compare,
  constant,
  type Expr,
  type Field,
  field,
  type JoinExpr,
  not,
  type PropertyRead,
  type SelectQuery,
  select,
  tuple,
} from './ast.ts'
import type { Column, Context } from './context.ts'
import { type LogicalTable, type PhysicalTable, type PropertyKind, tables } from './tables.ts'
import { type PropertyType, type Type, type Typed, type } from './types.ts'

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

const instants = new Set(['DateTime'])

/** A table of `tables.ts` in FROM. `direct` where it is first and nothing can turn its rows into empty ones. */
export function placeTable(context: Context, name: string, alias: string, direct: boolean): PlacedSource {
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

/**
 * A table of versions: a subquery with one row per key, the newest. `argMax` over a tuple, because over a nullable
 * value it would skip nulls and bring back what has been removed.
 */
function placeLatest(context: Context, table: LogicalTable, alias: string): PlacedSource {
  context.countRead()
  const latest = table.latest!
  const values: { name: string; expr: Expr }[] = []
  const value = (name: string, expr: Expr) => {
    if (!values.some((known) => known.name === name)) values.push({ name, expr })
    return field(alias, name)
  }
  const physical = (name: string) => field(table.physical, name)

  const source: Source = {
    name: alias,
    star: table.star,
    names: () => [...Object.keys(table.columns), ...Object.keys(table.properties)],
    read([name, ...rest]) {
      if (typeof name !== 'string') return undefined
      const properties = Object.hasOwn(table.properties, name) ? table.properties[name] : undefined
      if (properties && rest.length) {
        const [key, ...path] = rest as [string | number, ...(string | number)[]]
        const exposed = value(
          `${name}.${key}`,
          propertyRead(table.physical, table.physical, properties.map, String(key)),
        )
        return typedProperty(context, properties.kind, String(key), readPath(exposed, path), path.length > 0)
      }
      if (properties) return { expr: value(name, physical(properties.text)), type: type('String') }
      const column = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined
      if (!column || rest.length) return undefined
      const expr = latest.key.includes(column.physical)
        ? field(alias, column.physical)
        : value(name, physical(column.physical))
      return zoned(context, { expr, type: column.type })
    },
  }
  const query: SelectQuery = select({ select: [] })
  return {
    source,
    join: { table: query, alias },
    filters: [],
    finish() {
      const carried: Expr[] = values.map(({ expr }) => expr)
      if (latest.deleted) carried.push(physical(latest.deleted))
      const newest = call('argMax', tuple(...carried), physical(latest.version))
      query.select = [
        ...latest.key.map((key) => aliased(key, physical(key))),
        ...values.map(({ name }, index) => aliased(name, call('tupleElement', newest, constant(index + 1)))),
      ]
      query.from = { table: field(table.physical), alias: table.physical }
      query.groupBy = latest.key.map(physical)
      if (latest.deleted) query.having = not(call('tupleElement', newest, constant(carried.length)))
    },
  }
}

const aliased = (alias: string, expr: Expr): Expr => ({ kind: 'alias', alias, expr })

const propertyRead = (alias: string, table: PhysicalTable, map: string, key: string): PropertyRead => ({
  kind: 'property',
  table,
  column: field(alias, map),
  key,
  path: [],
})

/** The value at `path` inside a JSON text: text when it is a string, its JSON otherwise, null when there is none. */
export function readPath(text: Expr, path: (string | number)[]): Expr {
  if (!path.length) return text
  const steps = path.map((step) => constant(step))
  const string = call('JSONExtractString', text, ...steps)
  const raw = call('JSONExtractRaw', text, ...steps)
  const isString = compare(call('toString', call('JSONType', text, ...steps)), '=', constant('String'))
  return call(
    'if',
    isString,
    call('toNullable', string),
    call('nullIf', call('nullIf', raw, constant('')), constant('null')),
  )
}

/** A read property as its definition says: numbers as Float64, times in the project's zone, yes and no as Bool. */
function typedProperty(
  context: Context,
  kind: PropertyKind,
  key: string,
  text: Expr,
  nested: boolean,
  groupIndex?: number,
): Typed {
  const raw: Typed = { expr: text, type: type('String', true) }
  const known = nested ? null : context.propertyType(kind, key, groupIndex)
  return known && known !== 'String' ? { ...converted(context, known, text), raw } : { ...raw, raw }
}

function converted(context: Context, known: Exclude<PropertyType, 'String'>, text: Expr): Typed {
  switch (known) {
    case 'Numeric':
      return { expr: call('toFloat64OrNull', text), type: type('Float', true) }
    case 'Boolean':
      return { expr: call('accurateCastOrNull', text, constant('Bool')), type: type('Boolean', true) }
    case 'DateTime':
      return {
        expr: call('parseDateTime64BestEffortOrNull', text, constant(6), constant(context.timezone)),
        type: type('DateTime', true),
      }
  }
}

/** Instants are shown in the project's zone; `raw` is the bare column, which the primary index knows. */
export function zoned(context: Context, bare: Typed): Typed {
  if (!instants.has(bare.type.name)) return bare
  return { expr: call('toTimeZone', bare.expr, constant(context.timezone)), type: bare.type, raw: bare }
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
    placed.join.joinType = 'LEFT JOIN'
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

  const read = ([name, ...rest]: (string | number)[]): Typed | undefined => {
    if (typeof name !== 'string') return undefined
    if (rest.length) {
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
      'properties',
      'person_id',
      'person',
      'pdi',
      'poe',
      ...[0, 1, 2, 3, 4].map((index) => `group_${index}`),
    ],
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

/** Who an old person is now: one row a merged person, the newest override. Small next to events, empty for most. */
function placeOverrides(context: Context, alias: string): PlacedSource {
  context.countRead()
  const physical: PhysicalTable = 'person_overrides'
  const column = (name: string) => field(physical, name)
  const query = select({
    select: [
      aliased('old_person_id', column('old_person_id')),
      aliased('person_id', call('argMax', column('person_id'), column('version'))),
    ],
    from: { table: field(physical), alias: physical },
    groupBy: [column('old_person_id')],
  })
  return {
    source: {
      name: alias,
      read: ([name]) => ({ expr: field(alias, String(name)), type: type('UUID') }),
      star: [],
      names: () => [],
    },
    join: { table: query, alias },
    filters: [],
    finish() {},
  }
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
