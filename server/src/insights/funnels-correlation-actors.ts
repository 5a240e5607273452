import {
  alias,
  and,
  call,
  compare,
  constant,
  field,
  from,
  fromQuery,
  not,
  or,
  type SelectQuery,
  select,
} from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import type { FunnelCorrelationActorsQuery } from './funnel-queries.ts'
import { onTheWay, peopleOf } from './funnels-on-the-way.ts'
import { type Funnel, funnelOf } from './funnels-steps.ts'
import { type PropertyFilters, propertyExpr } from './property-filters.ts'
import { type InsightContext, seriesOf } from './series.ts'

/**
 * Who is behind one side of a correlation: rows of `actor_id`, `event_count`. Undefined where there is no such funnel.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function correlationActors(
  asked: FunnelCorrelationActorsQuery,
  ctx: InsightContext,
): SelectQuery | undefined {
  const query = asked.source
  const funnel = funnelOf(query.source.source, ctx)
  if (!funnel) return undefined
  const people = peopleOf(query.source, funnel, ctx)
  const rows =
    query.funnelCorrelationType === 'properties'
      ? withProperties(asked, funnel, people, ctx)
      : withEvent(asked, funnel, people, ctx)
  const converted = asked.funnelCorrelationPersonConverted
  return (
    rows &&
    select({
      select: [alias('actor_id', field('actor')), alias('event_count', call('count'))],
      from: fromQuery(rows),
      where:
        converted === null || converted === undefined
          ? undefined
          : converted
            ? field('converted')
            : not(field('converted')),
      groupBy: [field('actor_id')],
    })
  )
}

function withEvent(
  asked: FunnelCorrelationActorsQuery,
  funnel: Funnel,
  people: SelectQuery,
  ctx: InsightContext,
): SelectQuery | undefined {
  const entity = asked.funnelCorrelationPersonEntity
  if (!entity)
    throw invalid('This field is required.', { attr: 'funnelCorrelationPersonEntity', code: 'required' })
  const [series] = seriesOf({ series: [entity] }, undefined, ctx) ?? []
  return series && onTheWay(funnel, people, [], and(series.events, series.filters), ctx)
}

function withProperties(
  asked: FunnelCorrelationActorsQuery,
  funnel: Funnel,
  people: SelectQuery,
  ctx: InsightContext,
): SelectQuery {
  const filters = asked.funnelCorrelationPropertyValues ?? []
  if (!filters.length) {
    throw invalid('This field is required.', { attr: 'funnelCorrelationPropertyValues', code: 'required' })
  }
  const isGroup = funnel.aggregates === 'group'
  const index = asked.source.source.source.aggregation_group_type_index
  // a group's own properties are read as a person's are, from the table of what is known
  const own = filters.map((filter) => (isGroup ? { ...filter, type: 'person' } : filter)) as PropertyFilters
  // "no value" is shown as an empty text
  const absent = filters.every(({ value }) => [value].flat().every((one) => one === ''))
  const has = propertyExpr(own, { ...ctx, table: 'persons' })
  const known = select({
    select: [field(isGroup ? 'key' : 'id')],
    from: from(isGroup ? 'groups' : 'persons'),
    where: and(
      isGroup ? compare(field('index'), '=', constant(index!)) : undefined,
      absent ? or(has, ...filters.map(({ key }) => call('isNull', field('properties', String(key))))) : has,
    ),
  })
  return select({
    select: [field('actor'), field('converted')],
    from: fromQuery(people),
    where: compare(field('actor'), 'in', known),
  })
}
