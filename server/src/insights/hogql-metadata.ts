import { constant, type Expr, from, type Query, type SelectQuery, select } from '../hogql/ast.ts'
import { compile } from '../hogql/compile.ts'
import type { Schema } from '../hogql/context.ts'
import { HogQLError } from '../hogql/errors.ts'
import { parseExpr, parseSelect } from '../hogql/parse.ts'
import { placeholdersOf, replacePlaceholders } from '../hogql/placeholders.ts'
import { childrenOf, joinsOf } from '../hogql/visit.ts'
import { HedgerowError } from '../model/errors.ts'
import type { HogQLMetadataAnswer, HogQLNotice } from './answers.ts'
import type { HogQLMetadata } from './queries.ts'

/**
 * What an editor shows of a text: where it is wrong, what it reads, and of which type its properties are. Nothing is
 * asked of the warehouse, so errors that only the engine knows (an argument of a wrong type) are not among them.
 * Positions are offsets in the text.
 * @param schemaOf what the compiler must know to understand the tree
 */
export async function inspectHogQL(
  query: HogQLMetadata,
  schemaOf: (tree: Query) => Promise<Schema>,
  mostRows: number,
): Promise<HogQLMetadataAnswer> {
  const answer: HogQLMetadataAnswer = {
    query: query.query,
    isValid: true,
    errors: [],
    warnings: [],
    notices: [],
    table_names: [],
  }
  try {
    const tree = treeOf(query)
    const written = tree.expr ?? tree.query
    answer.table_names = tableNames(tree.query)
    const whole = withoutPlaceholders(tree.query)
    const schema = await schemaOf(whole)
    compile(whole, schema)
    answer.warnings = warningsOf(written, mostRows)
    answer.notices = propertyNotices(written, schema)
  } catch (error) {
    const isOfText = error instanceof HogQLError
    if (!isOfText && !(error instanceof HedgerowError && error.kind === 'invalid')) throw error
    answer.isValid = false
    answer.errors = [{ message: error.message, ...(isOfText && error.span) }]
  }
  return answer
}

/** The whole question, and the part of it that was written here. */
function treeOf({ language, query, sourceQuery }: HogQLMetadata): { query: Query; expr?: Expr } {
  if (language !== 'hogQLExpr') return { query: parseSelect(query) }
  const expr = parseExpr(query)
  const source = sourceQuery?.query ? parseSelect(sourceQuery.query) : undefined
  const tables = source?.kind === 'select' ? source : select({ select: [], from: from('events') })
  return { query: { ...tables, select: [expr] }, expr }
}

/** Whatever a value may be, the query around it can be checked. */
function withoutPlaceholders(tree: Query): Query {
  const values = placeholdersOf(tree).map((name) => [name, constant(name === 'filters' ? true : null)])
  return replacePlaceholders(tree, Object.fromEntries(values))
}

function everyPart(tree: Expr): Expr[] {
  const parts: Expr[] = []
  const waiting: Expr[] = [tree]
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    parts.push(part)
    waiting.push(...childrenOf(part))
  }
  return parts
}

const selectsOf = (tree: Expr): SelectQuery[] => everyPart(tree).filter((part) => part.kind === 'select')

function tableNames(tree: Query): string[] {
  const selects = selectsOf(tree)
  const given = new Set(selects.flatMap(({ ctes }) => (ctes ?? []).map(({ name }) => name)))
  const names = selects
    .flatMap((one) => joinsOf(one.from))
    .flatMap(({ table, tableArgs }) => (table.kind === 'field' && !tableArgs ? [table.chain.join('.')] : []))
  return [...new Set(names)].filter((name) => !given.has(name)).sort()
}

function warningsOf(tree: Expr, mostRows: number): HogQLNotice[] {
  const { kind } = tree
  const limit = kind === 'select' ? tree.limit : undefined
  if (limit?.kind !== 'constant' || !(Number(limit.value) > mostRows)) return []
  return [{ message: `At most ${mostRows} rows are returned.`, ...(limit.span ?? tree.span) }]
}

const groupTable = /^group_([0-4])$/

function propertyNotices(tree: Expr, schema: Schema): HogQLNotice[] {
  return everyPart(tree)
    .flatMap((part): HogQLNotice[] => {
      if (part.kind !== 'field') return []
      const at = part.chain.indexOf('properties')
      const key = part.chain[at + 1]
      if (at < 0 || typeof key !== 'string' || key === '*') return []
      const owner = String(part.chain[at - 1] ?? '')
      const group = groupTable.exec(owner)?.[1]
      const of = group ? 'group' : ['person', 'poe', 'persons'].includes(owner) ? 'person' : 'event'
      const type = schema.propertyType?.(of, key, group ? Number(group) : undefined)
      if (!type) return []
      const name = { event: 'Event', person: 'Person', group: 'Group' }[of]
      const read = { Numeric: 'Float', String: 'String', Boolean: 'Boolean', DateTime: 'DateTime' }[type]
      return [{ message: `${name} property '${key}' is of type '${read}'.`, ...part.span }]
    })
    .sort((a, b) => (a.start ?? 0) - (b.start ?? 0))
}
