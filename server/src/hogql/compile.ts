import type { Query } from './ast.ts'
import { guard } from './guard.ts'
import { type PrintedQuery, print } from './print.ts'
import { resolve, type Schema } from './resolve.ts'

/**
 * A tree as SQL for the warehouse: names and types resolved, the project put into every table, printed.
 * @throws HogQLError with a position where the tree came from text.
 */
export function compile(tree: Query, schema: Schema): PrintedQuery {
  return print(guard(resolve(tree, schema), schema.projectId))
}
