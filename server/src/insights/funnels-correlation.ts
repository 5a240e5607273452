import {
  alias,
  and,
  arithmetic,
  array,
  call,
  compare,
  constant,
  type Expr,
  field,
  from,
  fromQuery,
  type JoinExpr,
  not,
  or,
  order,
  type Query,
  type SelectQuery,
  select,
  tuple,
} from '../hogql/ast.ts'
import { type ChainElement, parseElementsChain } from '../kit/elements-chain.ts'
import { invalid } from '../model/errors.ts'
import type { FunnelCorrelation, FunnelCorrelations } from './answers.ts'
import { actorOf, atStep } from './funnels-actors.ts'
import { type Funnel, funnelOf, hasActor } from './funnels-steps.ts'
import { type PropertyFilters, propertyExpr } from './property-filters.ts'
import type {
  FunnelCorrelationActorsQuery,
  FunnelCorrelationQuery,
  FunnelsActorsQuery,
  SeriesNode,
} from './queries.ts'
import { type InsightContext, seriesOf, within } from './series.ts'

/** Where the people behind one side of a correlation are asked for, as answers of the older API say it. */
export type CorrelationLinksTo = (pin: { event: FunnelCorrelation['event']; converted: boolean }) => string

export type CorrelationQuestion = {
  /** How many succeeded and failed, which must be known first. Undefined when there is no such funnel. */
  totals: Query | undefined
  /** Undefined when there is nothing to compare. */
  tree(totals: unknown[][]): Query | undefined
  results(totals: unknown[][], rows: unknown[][]): FunnelCorrelations
}

/** What fewer people have than these, or than this share of all, says nothing. */
const leastPeople = 25
const leastShare = 0.02
const mostOfAKind = 10
/** Added to every count, so that nothing is divided by zero. */
const prior = 1
const autocapture = '$autocapture'
const typeDivider = '__~~__'

/**
 * What those who went through a funnel did on the way, or are, more often than those who did not: by odds ratios.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function funnelCorrelation(
  query: FunnelCorrelationQuery,
  ctx: InsightContext,
  linksTo?: CorrelationLinksTo,
): CorrelationQuestion {
  const funnel = funnelOf(query.source.source, ctx)
  const nothing = { events: [], skewed: false }
  if (!funnel) return { totals: undefined, tree: () => undefined, results: () => nothing }
  const people = peopleOf(query.source, funnel, ctx)
  const found = foundIn(query, funnel, people, ctx)
  return {
    totals: select({
      select: [call('countIf', field('converted')), call('countIf', not(field('converted')))],
      from: fromQuery(people),
    }),
    tree: (totals) => {
      const [success, failure] = bothOf(totals)
      return success && failure ? ranked(found, success, failure) : undefined
    },
    results: (totals, rows) => {
      const [success, failure] = bothOf(totals)
      return {
        events: rows.map((row) => correlationOf(row, linksTo)),
        skewed: !success || !failure || success / failure > 10 || failure / success > 10,
      }
    },
  }
}

const bothOf = ([row]: unknown[][]): [number, number] => [Number(row?.[0] ?? 0), Number(row?.[1] ?? 0)]

/** Who entered the funnel: `actor`, whether it `converted`, and between which times it was on the way. */
function peopleOf(asked: FunnelsActorsQuery, given: Funnel, ctx: InsightContext): SelectQuery {
  const pinned = asked.funnelStepBreakdown !== null && asked.funnelStepBreakdown !== undefined
  const funnel = pinned ? given : { ...given, breakdown: undefined }
  const last = funnel.steps.length
  const entering = asked.funnelCustomSteps?.length ? asked : { ...asked, funnelStep: asked.funnelStep ?? 1 }
  const converted = compare(call('max', field('level')), '=', constant(last))
  const furthest = (value: Expr) => call('argMax', value, field('level'))
  return select({
    select: [
      alias('actor', actorOf(funnel)),
      alias('converted', converted),
      alias('entered', furthest(field('at_1'))),
      alias(
        'left',
        furthest(
          call(
            'if',
            compare(field(`at_${last}`), '>', constant(0)),
            field(`at_${last}`),
            arithmetic(field('at_1'), '+', constant(funnel.window)),
          ),
        ),
      ),
    ],
    from: fromQuery(atStep(entering, funnel, ctx)),
    groupBy: [field('actor')],
  })
}

/** Rows of `actor`, `converted` and `name`: what people did or are. */
function foundIn(
  query: FunnelCorrelationQuery,
  funnel: Funnel,
  people: SelectQuery,
  ctx: InsightContext,
): SelectQuery {
  const required = (attr: string) => invalid('This field is required.', { attr, code: 'required' })
  switch (query.funnelCorrelationType ?? 'events') {
    case 'events': {
      const excluded = query.funnelCorrelationExcludeEventNames ?? []
      return onTheWay(funnel, people, [alias('name', field('event'))], noneOf(field('event'), excluded), ctx)
    }
    case 'event_with_properties': {
      const names = query.funnelCorrelationEventNames ?? []
      if (!names.length) throw required('funnelCorrelationEventNames')
      const excluded = query.funnelCorrelationEventExcludePropertyNames ?? []
      const spread = onTheWay(
        funnel,
        people,
        [alias('event_name', field('event')), alias('property', call('arrayJoin', eventProperties()))],
        anyOf(field('event'), names),
        ctx,
      )
      const [key, value] = [1, 2].map((i) => call('tupleElement', field('property'), constant(i)))
      return select({
        select: [
          field('actor'),
          field('converted'),
          alias('name', call('concat', field('event_name'), constant('::'), key!, constant('::'), value!)),
        ],
        from: fromQuery(spread),
        where: noneOf(key!, excluded),
      })
    }
    default: {
      const names = query.funnelCorrelationNames ?? []
      if (!names.length) throw required('funnelCorrelationNames')
      return propertiesOf(query, funnel, people, names)
    }
  }
}

const list = (names: string[]) => tuple(...names.map(constant))
const anyOf = (value: Expr, names: string[]) => compare(value, 'in', list(names))
const noneOf = (value: Expr, names: string[]) =>
  names.length ? compare(value, 'not in', list(names)) : undefined

const keysAndValues = (json: Expr) => call('JSONExtractKeysAndValues', json, constant('String'))

/** Of clicks that were captured by themselves, what was clicked; of others, their properties. */
const eventProperties = (): Expr =>
  call(
    'if',
    compare(field('event'), '=', constant(autocapture)),
    array(
      tuple(
        constant('elements_chain'),
        call(
          'concat',
          call('ifNull', field('properties', '$event_type'), constant('')),
          constant(typeDivider),
          field('elements_chain'),
        ),
      ),
    ),
    keysAndValues(field('properties')),
  )

/** What people did while they were on the way, apart from the funnel's own events. */
function onTheWay(
  funnel: Funnel,
  people: SelectQuery,
  columns: Expr[],
  where: Expr | undefined,
  ctx: InsightContext,
): SelectQuery {
  const events = select({
    select: [
      alias('actor', funnel.aggregates === 'hogql' ? field('person_id') : funnel.actor),
      alias('at', call('toUnixTimestamp64Micro', field('timestamp'))),
      ...columns,
    ],
    from: from('events'),
    where: and(
      within(funnel.period.from, funnel.period.until),
      funnel.aggregates === 'hogql' ? undefined : hasActor(funnel),
      noneOf(field('event'), ownNames(funnel.nodes, ctx)),
      where,
    ),
  })
  const names = columns.map((one) => (one.kind === 'alias' ? one.alias : ''))
  return select({
    select: [
      alias('actor', field('people', 'actor')),
      alias('converted', field('people', 'converted')),
      ...names.map((name) => alias(name, field('did', name))),
    ],
    from: joined(
      fromQuery(events, 'did'),
      people,
      compare(field('did', 'actor'), '=', field('people', 'actor')),
    ),
    where: and(
      compare(field('did', 'at'), '>', field('people', 'entered')),
      compare(field('did', 'at'), '<', field('people', 'left')),
    ),
  })
}

const joined = (first: JoinExpr, people: SelectQuery, on: Expr): JoinExpr => ({
  ...first,
  next: { ...fromQuery(people, 'people'), joinType: 'INNER JOIN', constraint: { type: 'ON', expr: on } },
})

/** Names of the events that the steps are made of. */
function ownNames(nodes: SeriesNode[], ctx: InsightContext): string[] {
  const names = nodes.flatMap((node) =>
    node.kind === 'ActionsNode' ? (ctx.action(node.id)?.steps.map(({ event }) => event) ?? []) : [node.event],
  )
  return [...new Set(names.filter((name): name is string => typeof name === 'string' && name !== ''))].sort()
}

/** What people (or groups) are, by their properties now. */
function propertiesOf(
  query: FunnelCorrelationQuery,
  funnel: Funnel,
  people: SelectQuery,
  names: string[],
): SelectQuery {
  const properties = names.includes('$all')
    ? keysAndValues(field('known', 'properties'))
    : array(
        ...names.map((name) =>
          tuple(
            constant(name),
            call('ifNull', call('toString', field('known', 'properties', name)), constant('')),
          ),
        ),
      )
  const isGroup = funnel.aggregates === 'group'
  const index = query.source.source.aggregation_group_type_index
  const known: JoinExpr = from(isGroup ? 'groups' : 'persons', 'known')
  const isTheirs = and(
    compare(field('known', isGroup ? 'key' : 'id'), '=', field('people', 'actor')),
    isGroup ? compare(field('known', 'index'), '=', constant(index!)) : undefined,
  )!
  const spread = select({
    select: [
      alias('actor', field('people', 'actor')),
      alias('converted', field('people', 'converted')),
      alias('property', call('arrayJoin', properties)),
    ],
    from: joined(known, people, isTheirs),
  })
  const [key, value] = [1, 2].map((i) => call('tupleElement', field('property'), constant(i)))
  return select({
    select: [field('actor'), field('converted'), alias('name', call('concat', key!, constant('::'), value!))],
    from: fromQuery(spread),
    where: noneOf(key!, query.funnelCorrelationExcludeNames ?? []),
  })
}

/** The ten that speak most for success, then the ten that speak most against it. */
function ranked(found: SelectQuery, success: number, failure: number): SelectQuery {
  const counted = select({
    select: [
      field('name'),
      alias('successes', call('uniqExactIf', field('actor'), field('converted'))),
      alias('failures', call('uniqExactIf', field('actor'), not(field('converted')))),
    ],
    from: fromQuery(found),
    groupBy: [field('name')],
  })
  const plus = (value: Expr, number: number) => arithmetic(value, '+', constant(number))
  const rest = (all: number, count: Expr) => arithmetic(constant(all + prior), '-', count)
  const odds = arithmetic(
    arithmetic(plus(field('successes'), prior), '*', rest(failure, field('failures'))),
    '/',
    arithmetic(rest(success, field('successes')), '*', plus(field('failures'), prior)),
  )
  const people = arithmetic(field('successes'), '+', field('failures'))
  const speaking = select({
    select: [field('name'), field('successes'), field('failures'), alias('odds', odds)],
    from: fromQuery(counted),
    where: compare(people, '>=', constant(Math.min(leastPeople, leastShare * (success + failure)))),
  })
  const speaksFor = compare(field('odds'), '>', constant(1))
  return select({
    select: [field('name'), field('successes'), field('failures'), field('odds')],
    from: fromQuery(speaking),
    orderBy: [
      order(speaksFor, 'DESC'),
      order(call('if', speaksFor, call('negate', field('odds')), field('odds'))),
      order(field('name')),
    ],
    limitBy: { n: constant(mostOfAKind), exprs: [speaksFor] },
  })
}

function correlationOf(
  [name, success, failure, odds]: unknown[],
  linksTo: CorrelationLinksTo | undefined,
): FunnelCorrelation {
  const event = eventOf(String(name))
  return {
    event,
    success_count: Number(success),
    failure_count: Number(failure),
    odds_ratio: Number(odds),
    correlation_type: Number(odds) > 1 ? 'success' : 'failure',
    ...(linksTo && {
      success_people_url: linksTo({ event, converted: true }),
      failure_people_url: linksTo({ event, converted: false }),
    }),
  }
}

const clicked = `${autocapture}::elements_chain::`

function eventOf(name: string): FunnelCorrelation['event'] {
  const at = name.indexOf(typeDivider)
  if (!name.startsWith(clicked) || at < 0) return { event: name, properties: {}, elements: [] }
  const elements: ChainElement[] = parseElementsChain(name.slice(at + typeDivider.length))
  return { event: name, properties: { $event_type: name.slice(clicked.length, at) }, elements }
}

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
