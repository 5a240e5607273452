import {
  alias,
  and,
  arithmetic,
  array,
  call,
  constant,
  type Expr,
  field,
  from,
  fromQuery,
  lambda,
  type SelectQuery,
  select,
} from '../hogql/ast.ts'
import { type Dimension, dimensionText } from './breakdown.ts'
import { type Funnel, hasActor, isLookedAt } from './funnels-steps.ts'
import type { FilterContext } from './property-filters.ts'
import type { Interval } from './query-parts.ts'
import { bucketExpr, within } from './series.ts'

/**
 * From events to journeys: for each actor, what of the funnel happened when, as arrays in the order of time. All that
 * follows works on these arrays, so that the events are read, joined and grouped once.
 *
 * Columns: `actor`; `times`, microseconds; `marks`, bit i says that the event is step i's (from 0). As far as the
 * funnel needs them: `bans`, bit i says that it must not happen between steps i-1 and i; `buckets`, of entry;
 * `values`, of the breakdown, for each event; `value`, `bucket`: what this row of an actor is about; `person`, one of
 * the actor's.
 */
export type Journeys = { tree: SelectQuery; columns: string[] }

/** What an event is, in a number that sorts as events of one instant are taken: steps, then exclusions, then others. */
const banned = 1n << 62n
const other = 1n << 63n
const low32 = (1n << 32n) - 1n

/** Bits for the marks in a number that holds the time too: an instant before 2106 leaves that many. */
const markBits = 12

const is = (name: string, ...args: Expr[]) => call(name, ...args)
export const hasBit = (bits: Expr, i: number) => call('bitTest', bits, constant(i))
/** A column of the query that a layer is over: aliases of the layer itself may have its name. */
export const was = (name: string): Expr => field('was', name)

const hasBans = ({ exclusions }: Funnel) => exclusions.length > 0

/** Whether some of what is looked at is of no step. */
const hasOthers = (funnel: Funnel) => hasBans(funnel) || funnel.order === 'strict'

/** Whether each event has its own breakdown value to be looked at, and not each actor. */
const perEvent = ({ breakdown, attribution }: Funnel) =>
  breakdown?.kind === 'values' && (attribution.type === 'all_events' || attribution.type === 'step')

/** @param trends Interval by whose buckets of entry actors are told apart; undefined for no such thing. */
export function journeysOf(
  funnel: Funnel,
  trends: { interval: Interval; weekStartDay: number } | undefined,
  members: Expr | undefined,
  ctx: FilterContext,
): Journeys {
  const packed =
    funnel.disjoint && !hasOthers(funnel) && funnel.steps.length <= markBits && !trends && !perEvent(funnel)
  const grouped = packed ? packedEntries(funnel, members, ctx) : entries(funnel, trends, members, ctx)
  return withBucket(withValue(grouped, funnel), funnel, trends !== undefined)
}

/** The steps that an event is of, as bits. */
function marksExpr({ steps, disjoint }: Funnel): Expr {
  if (steps.length === 1) return call('if', steps[0]!, constant(1), constant(0))
  if (disjoint) {
    return call('multiIf', ...steps.flatMap((step, i) => [step, constant(2 ** i)]), constant(0))
  }
  return steps
    .map((step, i): Expr => call('if', step, constant(2 ** i), constant(0)))
    .reduce((sum, bit) => arithmetic(sum, '+', bit))
}

/** The steps that an excluded event must not happen right before, as bits. */
function bansExpr({ exclusions, steps }: Funnel): Expr {
  const bits = steps
    .map((_, i) => {
      const here = exclusions.filter((one) => one.from < i && i <= one.to).map(({ event }) => event)
      return here.length ? call('if', anyOf(here), constant(2 ** i), constant(0)) : undefined
    })
    .filter((bit) => bit !== undefined)
  return bits.reduce<Expr>((sum, bit) => arithmetic(sum, '+', bit), constant(0))
}

const anyOf = (exprs: Expr[]): Expr => (exprs.length === 1 ? exprs[0]! : { kind: 'or', exprs })

/**
 * Of events of one instant, the one with the lowest step comes first, then the one with the fewest: so two that are
 * of steps 1 and 2 count as both, in either order of arrival.
 */
function codeExpr(funnel: Funnel): Expr {
  const marks = field('mark')
  const lowest = call('bitAnd', marks, call('negate', marks))
  const isStep = funnel.disjoint ? marks : arithmetic(arithmetic(lowest, '*', constant(2 ** 32)), '+', marks)
  const code = call('toUInt64', isStep)
  if (!hasOthers(funnel)) return code
  const bans = field('ban')
  return call(
    'multiIf',
    is('notEquals', marks, constant(0)),
    code,
    ...(hasBans(funnel)
      ? [
          is('notEquals', bans, constant(0)),
          call('bitOr', call('toUInt64', bans), call('toUInt64', constant(banned))),
        ]
      : []),
    call('toUInt64', constant(other)),
  )
}

function breakdownValue(dimensions: Dimension[], ctx: FilterContext): Expr {
  const texts = dimensions.map((one) => call('ifNull', dimensionText(one, ctx), constant('')))
  return isListed(dimensions) ? array(...texts) : texts[0]!
}

/** Values are lists but for the one of a group's property. */
export const isListed = (dimensions: Dimension[]) => dimensions.length > 1 || dimensions[0]!.type !== 'group'

function rows(funnel: Funnel, more: Expr[], members: Expr | undefined, ctx: FilterContext): SelectQuery {
  const { breakdown, period, filters, aggregates } = funnel
  return select({
    select: [
      alias('actor', funnel.actor),
      alias('at', call('toUnixTimestamp64Micro', field('timestamp'))),
      alias('mark', marksExpr(funnel)),
      ...(hasBans(funnel) ? [alias('ban', bansExpr(funnel))] : []),
      ...(aggregates === 'hogql' ? [alias('person_of', field('person_id'))] : []),
      ...(breakdown?.kind === 'values' ? [alias('own', breakdownValue(breakdown.dimensions, ctx))] : []),
      ...more,
    ],
    from: from('events'),
    where: and(within(period.from, period.until), isLookedAt(funnel), filters, members, hasActor(funnel)),
  })
}

/** What is known of an actor as a whole: a person behind it, and the value of the first or last event that has one. */
function ofActor({ breakdown, attribution, aggregates }: Funnel): Expr[] {
  const person = aggregates === 'hogql' ? [alias('person', call('any', field('person_of')))] : []
  if (
    breakdown?.kind !== 'values' ||
    (attribution.type !== 'first_touch' && attribution.type !== 'last_touch')
  ) {
    return person
  }
  const pick = attribution.type === 'first_touch' ? 'argMinIf' : 'argMaxIf'
  const own = field('own')
  const listed = isListed(breakdown.dimensions)
  const isThere = listed
    ? call('arrayExists', lambda(['text'], call('notEmpty', field('text'))), own)
    : constant(1)
  const found = call(pick, own, call('tuple', field('at'), own), isThere)
  const none = array(...breakdown.dimensions.map(() => constant('')))
  return [...person, alias('value', listed ? call('if', call('empty', found), none, found) : found)]
}

const startsAnywhere = ({ order: kind }: Funnel) => kind === 'unordered'

/** Who never did the first step does not run. */
const entered = (funnel: Funnel): Expr | undefined =>
  startsAnywhere(funnel)
    ? undefined
    : is('equals', call('bitAnd', call('groupBitOr', field('mark')), constant(1)), constant(1))

/** Time and marks in one number, which sorts several times as fast as a tuple. */
function packedEntries(funnel: Funnel, members: Expr | undefined, ctx: FilterContext): Journeys {
  const shift = 2 ** markBits
  const inner = rows(funnel, [], members, ctx)
  const number = arithmetic(
    arithmetic(call('toUInt64', field('at')), '*', constant(shift)),
    '+',
    call('toUInt64', field('mark')),
  )
  const own = ofActor(funnel)
  const byActor = select({
    select: [field('actor'), ...own, alias('entries', call('arraySort', call('groupArray', number)))],
    from: fromQuery(inner),
    groupBy: [field('actor')],
    having: entered(funnel),
  })
  const kept = ['actor', ...names(own)]
  const each = (expr: Expr) => call('arrayMap', lambda(['entry'], expr), was('entries'))
  return layer({ tree: byActor, columns: kept }, [
    alias('times', each(call('toInt64', call('bitShiftRight', field('entry'), constant(markBits))))),
    alias('marks', each(call('bitAnd', field('entry'), constant(shift - 1)))),
  ])
}

const names = (aliases: Expr[]): string[] => aliases.map((one) => (one.kind === 'alias' ? one.alias : ''))

/** A query over another that keeps its columns and adds some. */
export function layer(
  { tree, columns }: Journeys,
  more: Expr[],
  drop: string[] = [],
  where?: Expr,
): Journeys {
  const added = names(more)
  const kept = columns.filter((name) => !drop.includes(name) && !added.includes(name))
  return {
    tree: select({ select: [...kept.map(was), ...more], from: fromQuery(tree, 'was'), where }),
    columns: [...kept, ...added],
  }
}

function entries(
  funnel: Funnel,
  trends: { interval: Interval; weekStartDay: number } | undefined,
  members: Expr | undefined,
  ctx: FilterContext,
): Journeys {
  const bucket = trends ? [alias('starts', bucketExpr(field('timestamp'), trends))] : []
  const parts = [
    field('at'),
    codeExpr(funnel),
    ...(trends ? [field('starts')] : []),
    ...(perEvent(funnel) ? [field('own')] : []),
  ]
  const own = ofActor(funnel)
  const byActor = select({
    select: [
      field('actor'),
      ...own,
      alias('entries', call('arraySort', call('groupArray', call('tuple', ...parts)))),
    ],
    from: fromQuery(rows(funnel, bucket, members, ctx)),
    groupBy: [field('actor')],
    having: entered(funnel),
  })
  const part = (i: number) =>
    call('arrayMap', lambda(['entry'], call('tupleElement', field('entry'), constant(i + 1))), was('entries'))
  const lists = ['times', 'codes', ...(trends ? ['buckets'] : []), ...(perEvent(funnel) ? ['values'] : [])]
  const unpacked = layer(
    { tree: byActor, columns: ['actor', ...names(own)] },
    lists.map((name, i) => alias(name, part(i))),
  )
  return decoded(hasOthers(funnel) ? withoutShadowed(unpacked, lists) : unpacked, funnel)
}

/** Of an instant at which a step happened, what else happened then does not count. */
function withoutShadowed(journeys: Journeys, lists: string[]): Journeys {
  const stepAt = call(
    'arrayFill',
    lambda(['at'], is('greater', field('at'), constant(0))),
    call(
      'arrayMap',
      lambda(
        ['at', 'code'],
        call('if', isStepCode(field('code')), field('at'), call('toInt64', constant(0))),
      ),
      was('times'),
      was('codes'),
    ),
  )
  const marked = layer(journeys, [alias('step_at', stepAt)])
  const stays = call('or', isStepCode(field('code')), is('notEquals', field('at'), field('last')))
  return layer(
    marked,
    lists.map((name) =>
      alias(
        name,
        call(
          'arrayFilter',
          lambda(['it', 'at', 'code', 'last'], stays),
          was(name),
          was('times'),
          was('codes'),
          was('step_at'),
        ),
      ),
    ),
    ['step_at'],
  )
}

const isStepCode = (code: Expr) => is('less', code, constant(banned))

function decoded(journeys: Journeys, funnel: Funnel): Journeys {
  const each = (expr: Expr) => call('arrayMap', lambda(['code'], expr), was('codes'))
  const code = field('code')
  const marks = funnel.disjoint ? code : call('bitAnd', code, constant(low32))
  const isBan = and(is('not', isStepCode(code)), is('less', code, constant(other)))!
  return layer(
    journeys,
    [
      alias('marks', each(hasOthers(funnel) ? call('if', isStepCode(code), marks, constant(0)) : marks)),
      ...(hasBans(funnel)
        ? [alias('bans', each(call('if', isBan, call('bitAnd', code, constant(low32)), constant(0))))]
        : []),
    ],
    ['codes'],
  )
}

/** A row for each value that an actor's events have (those of the step that says it): it runs once for each. */
function withValue(journeys: Journeys, funnel: Funnel): Journeys {
  const { attribution } = funnel
  if (!perEvent(funnel)) return journeys
  const bit = attribution.type === 'step' && funnel.order !== 'unordered' ? attribution.step : undefined
  const says = bit === undefined ? is('notEquals', field('mark'), constant(0)) : hasBit(field('mark'), bit)
  const candidates = call(
    'arrayDistinct',
    call('arrayFilter', lambda(['it', 'mark'], says), was('values'), was('marks')),
  )
  const spread = layer(journeys, [alias('value', call('arrayJoin', candidates))])
  if (attribution.type === 'step') return spread
  const lists = spread.columns.filter((name) => ['times', 'marks', 'bans', 'buckets'].includes(name))
  return layer(
    spread,
    lists.map((name) =>
      alias(
        name,
        call(
          'arrayFilter',
          lambda(['it', 'of'], is('equals', field('of'), was('value'))),
          was(name),
          was('values'),
        ),
      ),
    ),
    ['values'],
  )
}

/** A row for each bucket in which an actor entered. */
function withBucket(journeys: Journeys, funnel: Funnel, trends: boolean): Journeys {
  if (!trends) return journeys
  const enters = startsAnywhere(funnel)
    ? is('notEquals', field('mark'), constant(0))
    : hasBit(field('mark'), 0)
  const candidates = call(
    'arrayDistinct',
    call('arrayFilter', lambda(['it', 'mark'], enters), was('buckets'), was('marks')),
  )
  return layer(journeys, [alias('bucket', call('arrayJoin', candidates))])
}
