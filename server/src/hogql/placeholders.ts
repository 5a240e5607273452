import { type ConstantValue, constant, type Expr } from './ast.ts'
import { HogQLError } from './errors.ts'
import { mapChildren } from './visit.ts'

/**
 * The tree with each `{name}` or `{name.part}` replaced: `values` is keyed by the chain joined with dots, else by
 * its first step. What has no value stays, and `resolve` refuses it.
 * @throws HogQLError when a value does not fit its place (an expression where a table stands).
 */
export function replacePlaceholders<Tree extends Expr>(
  tree: Tree,
  values: Record<string, Expr | ConstantValue | ConstantValue[]>,
): Tree {
  const replace = (expr: Expr): Expr => {
    if (expr.kind !== 'placeholder') return mapChildren(expr, replace)
    const name = expr.chain.join('.')
    if (!Object.hasOwn(values, name)) return expr
    return asExpr(values[name]!)
  }
  const replaced = replace(tree)
  checkTables(replaced)
  return replaced as Tree
}

function asExpr(value: Expr | ConstantValue | ConstantValue[]): Expr {
  if (Array.isArray(value)) return { kind: 'tuple', exprs: value.map(constant) }
  return typeof value === 'object' && value !== null ? value : constant(value)
}

/** Names of the placeholders in a tree, each once, in the order of the text. */
export function placeholdersOf(tree: Expr): string[] {
  const names = new Set<string>()
  const visit = (expr: Expr): Expr => {
    if (expr.kind === 'placeholder') names.add(expr.chain.join('.'))
    return mapChildren(expr, visit)
  }
  visit(tree)
  return [...names]
}

function checkTables(tree: Expr): void {
  const visit = (expr: Expr): Expr => {
    if (expr.kind === 'select') {
      for (let join = expr.from; join; join = join.next) {
        if (!['field', 'select', 'select_set', 'placeholder'].includes(join.table.kind)) {
          throw new HogQLError('A placeholder in FROM needs a table or a query as its value.', join.span)
        }
      }
    }
    return mapChildren(expr, visit)
  }
  visit(tree)
}
