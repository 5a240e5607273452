import type { Expr } from './ast.ts'

/**
 * What the compiler needs to know of a value's type: enough to compare nulls, numbers in text, times and time zones
 * as HogQL does. `Unknown` is always allowed: the engine checks what we do not.
 */
export type TypeName =
  | 'String'
  | 'Integer'
  | 'Float'
  | 'Boolean'
  | 'DateTime'
  | 'Date'
  | 'Interval'
  | 'UUID'
  | 'Array'
  | 'Tuple'
  | 'Unknown'

export type Type = { name: TypeName; nullable: boolean }

/** What `PropertyType` a definition gives a property (upstream's names). */
export type PropertyType = 'String' | 'Numeric' | 'Boolean' | 'DateTime'

export const type = (name: TypeName, nullable = false): Type => ({ name, nullable })

export const unknown: Type = type('Unknown', true)

/** A resolved expression and what is known of its value. */
export type Typed = {
  expr: Expr
  type: Type
  /** The same value before the conversion that its type asked for: a property's text, an instant without its zone. */
  raw?: Typed
}
