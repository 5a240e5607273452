import { call, constant, type Expr, field, not, type SelectQuery, select, tuple } from './ast.ts'
import type { Context, PlacedSource, Source } from './context.ts'
import type { LogicalTable, PhysicalTable } from './tables.ts'
import { type } from './types.ts'
import { propertyRead, readPath, typedProperty, zoned } from './values.ts'

/**
 * A table of versions: a subquery with one row per key, the newest. `argMax` over a tuple, because over a nullable
 * value it would skip nulls and bring back what has been removed.
 */
export function placeLatest(context: Context, table: LogicalTable, alias: string): PlacedSource {
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

/** Who an old person is now: one row a merged person, the newest override. Small next to events, empty for most. */
export function placeOverrides(context: Context, alias: string): PlacedSource {
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

const aliased = (alias: string, expr: Expr): Expr => ({ kind: 'alias', alias, expr })
