import {
  and,
  call,
  compare,
  constant,
  type Expr,
  field,
  from,
  type OrderExpr,
  or,
  order,
  type SelectQuery,
  select,
  tuple,
} from '../hogql/ast.ts'
import { findFunction } from '../hogql/functions.ts'
import { childrenOf } from '../hogql/visit.ts'
import { invalid } from '../model/errors.ts'
import { type Action, actionExpr } from './actions.ts'
import { parseDate } from './date-range.ts'
import { type FilterContext, instant, type PropertyFilters, propertyExpr } from './property-filters.ts'
import type { EventsQuery } from './queries.ts'

export const eventsQueryLimit = 50_000

/** What `*` stands for, and the names under which an answer shows it. */
const starColumns = [
  'uuid',
  'event',
  'properties',
  'timestamp',
  'team_id',
  'distinct_id',
  'elements_chain',
  'created_at',
  'person_id',
] as const

export type EventsQueryContext = FilterContext & {
  testAccountFilters: PropertyFilters
  action(id: number): Action | undefined
}

export type EventsQuestion = {
  tree: SelectQuery
  columns: string[]
  limit: number
  offset: number
  /** Columns that say whose event it is; their cells are of `PersonCell`, to be shown by who knows people. */
  people: { column: number; as: PersonColumn }[]
  /** One row of the warehouse as a row of the answer. */
  row(cells: unknown[]): unknown[]
}

const personColumns = ['person', 'person_display_name'] as const
type PersonColumn = (typeof personColumns)[number]
export type PersonCell = [distinctId: string, personId: string]

/** A column's text without the label that may follow it: `person -- Person`. */
const bare = (text: string) => text.replace(/--.*$/s, '').trim()
const personColumnOf = (text: string) => personColumns.find((name) => name === bare(text))

/**
 * What is known of the person of an event, as upstream shows it: whole, or by name. Of one that is not known (any more)
 * only what the event says.
 */
export function shownPerson(
  [distinctId, id]: PersonCell,
  as: PersonColumn,
  known: { name?: unknown; created_at?: unknown; properties?: unknown } | undefined,
): object {
  if (as === 'person_display_name') {
    return { display_name: known?.name ?? distinctId, id, distinct_id: distinctId }
  }
  if (!known) return { distinct_id: distinctId }
  const { created_at, properties } = known
  return { uuid: id, created_at, properties, distinct_id: distinctId }
}

const isAggregate = (expr: Expr): boolean => {
  if (expr.kind === 'call' && findFunction(expr.name)?.aggregate) return true
  if (expr.kind === 'select' || expr.kind === 'select_set') return false
  return childrenOf(expr).some(isAggregate)
}

/**
 * An `EventsQuery` as a tree: expressions as columns, grouped where some aggregate.
 * One row more than asked is read, to know whether there are more.
 */
export function eventsQuestion(query: EventsQuery, ctx: EventsQueryContext): EventsQuestion {
  const columns = query.select
  const star = tuple(...starColumns.map((name) => field(name)))
  const expressions = columns.map((text) => (text.trim() === '*' ? star : parsed(text, ctx)))
  const plain = expressions.filter((expr) => !isAggregate(expr) && expr.kind !== 'constant')
  const grouped = plain.length < expressions.filter((expr) => expr.kind !== 'constant').length
  const conditions = (query.where ?? []).map((text) => ctx.parseExpr(text))
  const limit = Math.min(query.limit ?? 100, eventsQueryLimit)
  const offset = query.offset ?? 0
  return {
    columns,
    limit,
    offset,
    people: columns.flatMap((text, column) => {
      const as = personColumnOf(text)
      return as ? [{ column, as }] : []
    }),
    tree: select({
      select: expressions,
      from: from('events'),
      where: and(
        ...bounds(query, ctx),
        ...scope(query, ctx),
        ...conditions.filter((condition) => !isAggregate(condition)),
      ),
      groupBy: grouped && plain.length ? plain : undefined,
      having: and(...conditions.filter(isAggregate)),
      orderBy: orderOf(query, expressions, ctx),
      limit: constant(limit + 1),
      offset: offset ? constant(offset) : undefined,
    }),
    row: (cells) => cells.map((cell, i) => (expressions[i] === star ? eventOf(cell) : cell)),
  }
}

const parsed = (text: string, ctx: EventsQueryContext): Expr =>
  personColumnOf(text)
    ? tuple(field('distinct_id'), call('toString', field('person_id')))
    : ctx.parseExpr(text)

function bounds(query: EventsQuery, ctx: EventsQueryContext): (Expr | undefined)[] {
  const before = query.before ? parseDate(query.before, ctx.clock, 'before').time : undefined
  const after = query.after === 'all' ? undefined : parseDate(query.after || '-24h', ctx.clock, 'after').time
  const soon = parseDate('-0h', ctx.clock).time.plus({ seconds: 5 })
  return [
    compare(field('timestamp'), '<', instant(before ?? soon)),
    after && compare(field('timestamp'), '>', instant(after)),
  ]
}

function scope(query: EventsQuery, ctx: EventsQueryContext): (Expr | undefined)[] {
  const names = [...(query.event ? [query.event] : []), ...(query.events ?? [])]
  let action: Expr | undefined
  if (query.actionId !== null && query.actionId !== undefined) {
    const found = ctx.action(query.actionId)
    if (!found) throw invalid('Action does not exist', { attr: 'actionId' })
    action = actionExpr(found, ctx)
  }
  if (query.personId && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(query.personId)) {
    throw invalid('Must be a valid UUID.', { attr: 'personId' })
  }
  return [
    or(...names.map((name) => compare(field('event'), '=', constant(name)))),
    action,
    query.personId ? compare(field('person_id'), '=', call('toUUID', constant(query.personId))) : undefined,
    propertyExpr(query.properties as PropertyFilters, ctx),
    propertyExpr(query.fixedProperties as PropertyFilters, ctx),
    query.filterTestAccounts ? propertyExpr(ctx.testAccountFilters, ctx) : undefined,
  ]
}

/** `-timestamp` or `timestamp DESC`: an expression, and which way. */
export function orderOfText(text: string): { expr: string; direction: 'ASC' | 'DESC' } {
  const [, minus, expr, direction] = /^\s*(-?)([\s\S]*?)(?:\s+(asc|desc))?\s*$/i.exec(text)!
  const descending = (minus === '-') !== (direction?.toLowerCase() === 'desc')
  return { expr: expr!, direction: descending ? 'DESC' : 'ASC' }
}

function orderOf(query: EventsQuery, expressions: Expr[], ctx: EventsQueryContext): OrderExpr[] | undefined {
  if (query.orderBy?.length) {
    return query.orderBy.map((text) => {
      const { expr, direction } = orderOfText(text)
      return order(parsed(expr, ctx), direction)
    })
  }
  const names = query.select.map((text) => text.trim())
  const counted = names.findIndex((name) => /^count\(\s*\*?\s*\)$/.test(name))
  if (counted >= 0) return [order(expressions[counted]!, 'DESC')]
  const aggregate = expressions.find(isAggregate)
  if (aggregate) return [order(aggregate, 'DESC')]
  if (names.includes('*') || names.includes('timestamp')) return [order(field('timestamp'), 'DESC')]
  const first = expressions[0]!
  return first.kind === 'constant' ? undefined : [order(first)]
}

/** The cell of `*` as the event that the API shows. */
function eventOf(cell: unknown): unknown {
  if (!Array.isArray(cell)) return cell
  const event = Object.fromEntries(starColumns.map((name, i) => [name, cell[i] as unknown]))
  if (typeof event.properties === 'string') event.properties = JSON.parse(event.properties || '{}')
  return event
}
