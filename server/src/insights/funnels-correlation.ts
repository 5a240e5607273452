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
  order,
  type Query,
  type SelectQuery,
  select,
  tuple,
} from '../hogql/ast.ts'
import { type ChainElement, parseElementsChain } from '../kit/elements-chain.ts'
import { invalid } from '../model/errors.ts'
import type { FunnelCorrelation, FunnelCorrelations } from './answers.ts'
import type { FunnelCorrelationQuery } from './funnel-queries.ts'
import { anyOf, joined, noneOf, onTheWay, peopleOf } from './funnels-on-the-way.ts'
import { type Funnel, funnelOf } from './funnels-steps.ts'
import type { InsightContext } from './series.ts'

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
/** Values of events' properties are many; what two people have is chance. */
const leastWithValue = 3
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
      if (!success || !failure) return undefined
      const least = Math.min(leastPeople, leastShare * (success + failure))
      const ofValues = query.funnelCorrelationType === 'event_with_properties'
      return ranked(found, success, failure, ofValues ? Math.max(least, leastWithValue) : least)
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

/** Rows of `number`, `converted` and `name`: what people did or are. */
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
      const did = onTheWay(
        funnel,
        people,
        [
          alias('event_name', field('event')),
          alias('json', field('properties')),
          alias('click', field('properties', '$event_type')),
          alias('chain', field('elements_chain')),
        ],
        anyOf(field('event'), names),
        ctx,
      )
      const spread = select({
        select: [
          field('number'),
          field('converted'),
          field('event_name'),
          alias('property', call('arrayJoin', eventProperties())),
        ],
        from: fromQuery(did),
      })
      const [key, value] = [1, 2].map((i) => call('tupleElement', field('property'), constant(i)))
      return select({
        select: [
          field('number'),
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

const keysAndValues = (json: Expr) => call('JSONExtractKeysAndValues', json, constant('String'))

/** Of clicks that were captured by themselves, what was clicked; of others, their properties. */
const eventProperties = (): Expr =>
  call(
    'if',
    compare(field('event_name'), '=', constant(autocapture)),
    array(
      tuple(
        constant('elements_chain'),
        call('concat', call('ifNull', field('click'), constant('')), constant(typeDivider), field('chain')),
      ),
    ),
    keysAndValues(field('json')),
  )

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
      ...['number', 'converted'].map((name) => alias(name, field('people', name))),
      alias('property', call('arrayJoin', properties)),
    ],
    from: joined(known, people, isTheirs),
  })
  const [key, value] = [1, 2].map((i) => call('tupleElement', field('property'), constant(i)))
  return select({
    select: [
      field('number'),
      field('converted'),
      alias('name', call('concat', key!, constant('::'), value!)),
    ],
    from: fromQuery(spread),
    where: noneOf(key!, query.funnelCorrelationExcludeNames ?? []),
  })
}

/** The ten that speak most for success, then the ten that speak most against it. */
function ranked(found: SelectQuery, success: number, failure: number, least: number): SelectQuery {
  const counted = select({
    select: [
      field('name'),
      alias('successes', call('groupBitmapIf', field('number'), field('converted'))),
      alias('failures', call('groupBitmapIf', field('number'), not(field('converted')))),
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
    where: compare(people, '>=', constant(least)),
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
