import type { Expr, Field } from './ast.ts'
import type { Source } from './context.ts'
import { didYouMean, HogQLError } from './errors.ts'
import type { Typed } from './types.ts'

/** `scope` is where it was given: what it says, it says with the names known there. */
export type CteEntry = { expr: Expr; scope: Scope }

/** What names mean in one SELECT. */
export type Scope = {
  sources: Source[]
  /** Names given with AS, in the order of the text: one is known after it was given. */
  aliases: Map<string, Typed>
  /** Arguments of the lambdas around an expression. */
  bound: Map<string, Typed>
  ctes: Map<string, CteEntry>
  /** Columns joined with USING: the same in both tables, so the first will do. */
  using: Set<string>
}

export const emptyScope = (ctes: Map<string, CteEntry> = new Map()): Scope => ({
  sources: [],
  aliases: new Map(),
  bound: new Map(),
  ctes,
  using: new Set(),
})

/**
 * The value of a name: a lambda's argument, an alias, a table's column (`events.event`, or `event` where only one
 * table has it), a column or subquery given in WITH.
 * @throws HogQLError with a suggestion when nothing is called so.
 */
export function resolveName(scope: Scope, node: Field, valueOfCte: (cte: CteEntry) => Typed): Typed {
  const { chain } = node
  const first = String(chain[0])
  const bound = scope.bound.get(first) ?? (chain.length === 1 ? scope.aliases.get(first) : undefined)
  if (bound) return chain.length === 1 ? bound : intoBound(bound, node)

  if (chain.length > 1) {
    const source = scope.sources.find(({ name }) => name === first)
    if (source) return found(source.read(chain.slice(1)), scope, [source], node)
  }
  const readings = scope.sources.flatMap((source) => {
    const value = source.read(chain)
    return value ? [value] : []
  })
  if (readings.length > 1 && !scope.using.has(first)) {
    throw new HogQLError(`Ambiguous query. Found multiple sources for field: ${chain.join('.')}`, node.span)
  }
  if (readings[0]) return readings[0]

  const cte = scope.ctes.get(first)
  if (cte && chain.length === 1) return valueOfCte(cte)
  return found(undefined, scope, scope.sources, node)
}

/** `x.1` or `x.name` of a lambda's argument: a step into a tuple. */
function intoBound(bound: Typed, node: Field): Typed {
  let expr = bound.expr
  for (const step of node.chain.slice(1)) {
    expr = { kind: 'call', name: 'tupleElement', args: [expr, { kind: 'constant', value: step }] }
  }
  return { expr, type: { name: 'Unknown', nullable: true } }
}

function found(value: Typed | undefined, scope: Scope, sources: Source[], node: Field): Typed {
  if (value) return value
  const name = node.chain.join('.')
  const names = [
    ...sources.flatMap((source) => source.names()),
    ...scope.aliases.keys(),
    ...scope.bound.keys(),
  ]
  const table = names.includes(String(node.chain[0])) && ['person', 'pdi', 'poe'].includes(name)
  const hint = table
    ? ` "${name}" is a table: name a column of it, like "${name}.id".`
    : didYouMean(name, names)
  throw new HogQLError(`Unable to resolve field: ${name}.${hint}`, node.span)
}
