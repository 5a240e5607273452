import { call, compare, constant, type Expr, field, type PropertyRead } from './ast.ts'
import type { Context } from './context.ts'
import type { PhysicalTable, PropertyKind } from './tables.ts'
import { type PropertyType, type Typed, type } from './types.ts'

export const propertyRead = (
  alias: string,
  table: PhysicalTable,
  map: string,
  key: string,
): PropertyRead => ({
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
export function typedProperty(
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
  if (bare.type.name !== 'DateTime') return bare
  return { expr: call('toTimeZone', bare.expr, constant(context.timezone)), type: bare.type, raw: bare }
}
