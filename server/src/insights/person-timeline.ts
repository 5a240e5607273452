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
  or,
  order,
  type Query,
  select,
  type WindowFunction,
} from '../hogql/ast.ts'
import { breakdownOf } from './breakdown.ts'
import type { TrendsQuery } from './insight-queries.ts'
import { type InsightContext, periodsOf, seriesOf, within } from './series.ts'

/** What a person was like from `timestamp` on, and how many of a trend's events they did until that changed. */
export type TimelinePoint = {
  timestamp: string
  properties: Record<string, unknown>
  relevant_event_count: number
}

export type PersonTimeline = {
  /** Undefined when there is nothing to look at. */
  tree: Query | undefined
  results(rows: unknown[][]): {
    points: TimelinePoint[]
    crucial_property_keys: string[]
    effective_date_from: string
    effective_date_to: string
  }
}

const mostPoints = 1000

/**
 * How a person changed in those properties that a trend asks about, seen by their events that count in it. The order
 * of events at one instant is that of their uuids.
 * @param personId a uuid
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function personTimeline(query: TrendsQuery, personId: string, ctx: InsightContext): PersonTimeline {
  const [period] = periodsOf({ ...query, compareFilter: null }, query.interval ?? 'day', true, ctx)
  const { from: start, until } = period!
  const keys = crucialKeys(query, ctx)
  return {
    tree: changes(query, personId, keys, ctx, within(start, until)),
    results: (rows) => ({
      points: rows.map(([timestamp, properties, count]) => ({
        timestamp: `${String(timestamp).replace(' ', 'T')}Z`,
        properties: JSON.parse(String(properties)),
        relevant_event_count: Number(count),
      })),
      crucial_property_keys: keys,
      effective_date_from: start.toUTC().toISO()!,
      effective_date_to: until.toUTC().toISO()!,
    }),
  }
}

/** The properties of people that filters or the breakdown name, in their order. */
function crucialKeys(query: TrendsQuery, ctx: InsightContext): string[] {
  const found = new Set<string>()
  const look = (part: unknown): void => {
    if (Array.isArray(part)) for (const one of part) look(one)
    else if (typeof part === 'object' && part !== null) {
      const { type, key, values } = part as { type?: unknown; key?: unknown; values?: unknown }
      if (type === 'person' && typeof key === 'string') found.add(key)
      look(values)
    }
  }
  look(query.series.flatMap((node) => [node.properties, node.fixedProperties]))
  look(query.properties)
  if (query.filterTestAccounts) look(ctx.testAccountFilters)
  const breakdown = breakdownOf(query.breakdownFilter, null)
  if (breakdown?.kind === 'values') {
    for (const { type, property } of breakdown.dimensions) if (type === 'person') found.add(property)
  }
  return [...found]
}

function changes(
  query: TrendsQuery,
  personId: string,
  keys: string[],
  ctx: InsightContext,
  inRange: Expr | undefined,
): Query | undefined {
  const series = seriesOf(query, undefined, ctx)
  if (!series?.length) return undefined
  // One that counts every event has no conditions of its own.
  const counted = series.map(({ events, filters }) => and(events, filters) ?? constant(true))
  const values = keys.map((key) =>
    call('ifNull', call('toString', field('poe', 'properties', key)), constant('')),
  )
  const ordered = { orderBy: [order(field('timestamp')), order(field('uuid'))] }
  const over = (name: string, ...args: Expr[]): WindowFunction => ({
    kind: 'window_function',
    name,
    args,
    over: { ...ordered, frame: { method: 'ROWS', start: { type: 'PRECEDING' }, end: { type: 'FOLLOWING' } } },
  })
  const events = select({
    select: [
      field('timestamp'),
      field('uuid'),
      alias('all_properties', field('poe', 'properties')),
      alias('told', values.length ? array(...values) : array(constant(''))),
    ],
    from: from('events'),
    where: and(compare(field('person_id'), '=', constant(personId)), or(...counted), inRange),
  })
  const numbered = select({
    select: [
      field('timestamp'),
      field('uuid'),
      field('all_properties'),
      field('told'),
      alias('place', over('row_number')),
      alias('before', over('lagInFrame', field('told'))),
      alias('total', over('count')),
    ],
    from: fromQuery(events),
  })
  const changed = select({
    select: [field('timestamp'), field('uuid'), field('all_properties'), field('place'), field('total')],
    from: fromQuery(numbered),
    where: or(compare(field('place'), '=', constant(1)), compare(field('told'), '!=', field('before'))),
  })
  const next = over('leadInFrame', field('place'), constant(1), call('plus', field('total'), constant(1)))
  return select({
    select: [
      field('timestamp'),
      field('all_properties'),
      alias('events', call('minus', next, field('place'))),
    ],
    from: fromQuery(changed),
    ...ordered,
    limit: constant(mostPoints),
  })
}
