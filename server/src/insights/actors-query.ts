import {
  alias,
  and,
  array,
  call,
  compare,
  constant,
  type Expr,
  field,
  from,
  fromQuery,
  type JoinExpr,
  or,
  order,
  type SelectQuery,
  select,
} from '../hogql/ast.ts'
import { mapChildren } from '../hogql/visit.ts'
import { containing } from '../kit/containing.ts'
import { invalid } from '../model/errors.ts'
import { orderOfText } from './events-query.ts'
import { type FilterContext, type PropertyFilters, propertyExpr } from './property-filters.ts'
import type { ActorsQuery } from './queries.ts'
import type { SeriesNode } from './query-parts.ts'

export const actorsQueryLimit = 50_000

/** What an actor is: a person, or a group of a type. */
export type ActorKind = { type: 'person' } | { type: 'group'; groupTypeIndex: number }

/** Whom or what a series counts. */
export const actorKindOf = ({
  math_group_type_index: index,
}: Pick<SeriesNode, 'math_group_type_index'>): ActorKind =>
  index === null || index === undefined ? { type: 'person' } : { type: 'group', groupTypeIndex: index }

/** Rows of `actor_id`, `event_count` and, where `withDistinctIds`, `event_distinct_ids`. */
export type ActorsTree = { tree: SelectQuery; kind: ActorKind; withDistinctIds: boolean }

export type ActorsQuestion = {
  tree: SelectQuery
  kind: ActorKind
  /** The actor's id on a row of the tree's FROM. */
  id: Expr
  columns: string[]
  limit: number
  offset: number
  /** Indexes of the columns that show the actor as an object. */
  shown: number[]
  /** The actor of one of the warehouse's rows, and what of it the answer shows. */
  read(row: unknown[]): { id: string; distinctIds: string[]; cells: unknown[] }
}

const wholeActor = new Set(['actor', 'person', 'group'])
const personColumns = new Set(['properties', 'created_at', 'is_identified'])
const groupColumns = new Set(['properties', 'created_at', 'updated_at', 'key', 'index'])
const actorTables = new Set(['actor', 'person', 'persons', 'group', 'groups'])
const ids = new Set(['id', 'person_id', 'actor_id', 'group_key'])

const defaultColumns = ['person', 'id', 'created_at', 'person.$delete']

/**
 * An `ActorsQuery` as a tree: the actors of a number, or all persons, beside what is known of them. Some that a number
 * counts are unknown (deleted since, or sent without a profile): they stay in the answer, with what the events say.
 * One row more than asked is read, to know whether there are more.
 * @throws HedgerowError `invalid` for what can't be asked; HogQLError in a user's expressions.
 */
export function actorsQuestion(
  query: ActorsQuery,
  source: ActorsTree | undefined,
  ctx: FilterContext,
): ActorsQuestion {
  const kind: ActorKind = source?.kind ?? { type: 'person' }
  const names = naming(kind, source !== undefined)
  const columns = query.select?.length ? query.select : defaultColumns
  const parsed = (text: string) => names.rename(ctx.parseExpr(text))
  const shown = columns.flatMap((text, i) => (wholeActor.has(text.trim()) ? [i] : []))
  const cells = columns.map((text): Expr => {
    if (wholeActor.has(text.trim())) return names.id
    // the web app's columns for a button, and for recordings, of which there are none
    if (/^(person|actor|group)\.\$delete$/.test(text.trim())) return constant(1)
    if (text.trim() === 'matched_recordings') return array()
    return parsed(text)
  })
  const where = and(
    filtersExpr([query.properties, query.fixedProperties], kind, names, ctx),
    query.search ? names.rename(searched(query.search, kind)) : undefined,
  )
  const orderBy = [
    ...(query.orderBy ?? (source ? ['event_count DESC'] : ['created_at DESC'])).map((text) => {
      const { expr, direction } = orderOfText(text)
      return order(wholeActor.has(expr.trim()) ? names.id : parsed(expr), direction)
    }),
    // so that pages follow each other
    order(names.id),
  ]
  const limit = Math.min(query.limit ?? 100, actorsQueryLimit)
  const offset = query.offset ?? 0
  const withDistinctIds = source?.withDistinctIds ?? false
  return {
    kind,
    id: names.id,
    columns,
    limit,
    offset,
    shown,
    tree: select({
      select: [
        ...cells,
        alias('whose', names.id),
        ...(withDistinctIds ? [field('source', 'event_distinct_ids')] : []),
      ],
      from: names.from(source),
      where,
      orderBy,
      limit: constant(limit + 1),
      offset: offset ? constant(offset) : undefined,
    }),
    read: (row) => ({
      id: String(row[columns.length]),
      distinctIds: withDistinctIds ? (row[columns.length + 1] as string[]) : [],
      cells: row.slice(0, columns.length),
    }),
  }
}

/** What names mean in a question about actors; a table of what is known of them is joined when one needs it. */
function naming(kind: ActorKind, hasSource: boolean) {
  const table = kind.type
  const key = field(table, table === 'person' ? 'id' : 'key')
  const id = hasSource ? field('source', 'actor_id') : key
  const own = table === 'person' ? personColumns : groupColumns
  let joined = !hasSource
  const ofActor = (chain: (string | number)[]): Expr => {
    joined = true
    const value = field(table, ...chain)
    return hasSource ? call('if', call('notEmpty', key), value, constant(null)) : value
  }
  const rename = (expr: Expr): Expr => {
    if (expr.kind === 'select' || expr.kind === 'select_set') return expr
    if (expr.kind !== 'field') return mapChildren(expr, rename)
    const [first, ...rest] = expr.chain
    const name = String(first)
    if (ids.has(name) && rest.length === 0) return id
    if (actorTables.has(name) && rest.length > 0) {
      return ids.has(String(rest[0])) && rest.length === 1 ? id : ofActor(rest)
    }
    return own.has(name) ? ofActor(expr.chain) : expr
  }
  const known = (): JoinExpr => from(table === 'person' ? 'persons' : 'groups', table)
  const isTheirs = () =>
    and(
      compare(key, '=', id),
      kind.type === 'group' ? compare(field(table, 'index'), '=', constant(kind.groupTypeIndex)) : undefined,
    )!
  return {
    id,
    rename,
    /** To be called when all names are known. */
    from(source: ActorsTree | undefined): JoinExpr {
      if (!source) return known()
      const actors = fromQuery(source.tree, 'source')
      if (!joined) return actors
      const constraint = { type: 'ON' as const, expr: isTheirs() }
      return { ...actors, next: { ...known(), joinType: 'LEFT JOIN', constraint } }
    },
  }
}

/** Whether filters ask for more than expressions over what the source has. */
function isAboutPersons(filters: unknown): boolean {
  if (Array.isArray(filters)) return filters.some(isAboutPersons)
  if (typeof filters !== 'object' || filters === null) return false
  if ('values' in filters && !('key' in filters)) return isAboutPersons(filters.values)
  return !('type' in filters && filters.type === 'hogql')
}

function filtersExpr(
  filters: unknown[],
  kind: ActorKind,
  names: ReturnType<typeof naming>,
  ctx: FilterContext,
): Expr | undefined {
  if (kind.type === 'group' && filters.some(isAboutPersons)) {
    throw invalid('Groups behind a number can’t be filtered by properties of persons.', {
      attr: 'properties',
    })
  }
  const condition = propertyExpr(filters as PropertyFilters[], { ...ctx, table: 'persons' })
  return condition && names.rename(condition)
}

function searched(text: string, kind: ActorKind): Expr {
  const pattern = constant(containing(text.trim()))
  const has = (expr: Expr) => compare(expr, 'ilike', pattern)
  if (kind.type === 'group') return or(has(field('properties', 'name')), has(field('group_key')))!
  const byDistinctId = select({
    select: [field('person_id')],
    from: from('person_distinct_ids'),
    where: has(field('distinct_id')),
  })
  return or(
    has(field('properties', 'email')),
    has(field('properties', 'name')),
    compare(field('person_id'), 'in', byDistinctId),
  )!
}
