import { compare, constant, type Expr, field, type JoinExpr, type Query, type SelectQuery } from './ast.ts'
import type { Column } from './context.ts'
import type { Resolved } from './resolve.ts'
import { physicalTables, projectColumn, tableFunctions } from './tables.ts'
import { joinsOf, mapChildren } from './visit.ts'

declare const guarded: unique symbol
/** A tree in which every table is read for one project only: what `print` takes. Only `guard` makes one. */
export type Guarded = { query: Query; columns: Column[]; readonly [guarded]: true }

/**
 * Puts `team_id = <project>` into every read of a table, however deep. A table may stand only where that filter
 * holds for all its rows: first in a FROM whose other joins keep its rows. `resolve` puts the others into subqueries;
 * anything else is a fault of ours and stops here.
 */
export function guard(tree: Resolved, projectId: number): Guarded {
  if (!Number.isSafeInteger(projectId) || projectId < 0)
    throw new Error(`guard: ${projectId} is no project's id`)
  const guardExpr = (expr: Expr): Expr => {
    const inside = mapChildren(expr, guardExpr)
    return inside.kind === 'select' ? guardSelect(inside, projectId) : inside
  }
  return { query: guardExpr(tree.query) as Query, columns: tree.columns } as Guarded
}

function guardSelect(select: SelectQuery, projectId: number): SelectQuery {
  const [first, ...others] = joinsOf(select.from)
  for (const join of others) {
    if (isTable(join)) throw new Error('guard: a table stands beside another instead of in a subquery')
  }
  if (!first || !isTable(first)) return select
  if (others.some((join) => /RIGHT|FULL/.test(join.joinType ?? ''))) {
    throw new Error('guard: a join would let rows past the project filter')
  }
  if (!first.alias) throw new Error('guard: a table without a name')
  const mine = compare(field(first.alias, projectColumn), '=', constant(projectId))
  const { where } = select
  if (!where) return { ...select, where: mine }
  return {
    ...select,
    where: { kind: 'and', exprs: [mine, ...(where.kind === 'and' ? where.exprs : [where])] },
  }
}

/** Whether rows of a stored table come from here; throws for anything that is neither that nor known harmless. */
function isTable(join: JoinExpr): boolean {
  const { table } = join
  if (table.kind === 'select' || table.kind === 'select_set') return false
  if (table.kind !== 'field' || table.chain.length !== 1) throw new Error('guard: not a table')
  const name = String(table.chain[0])
  if (join.tableArgs) {
    if (!Object.hasOwn(tableFunctions, name)) throw new Error(`guard: table function ${name}`)
    return false
  }
  if (!(physicalTables as readonly string[]).includes(name)) throw new Error(`guard: table ${name}`)
  return true
}
