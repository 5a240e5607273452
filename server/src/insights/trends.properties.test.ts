import fc from 'fast-check'
import { DateTime } from 'luxon'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seedFor } from '../../test/draws.ts'
import { insertEvents, insertGroups, personIdOf } from '../../test/events.ts'
import { testInsights } from '../../test/insights.ts'
import {
  binIn,
  bucketStart,
  bucketsFor,
  dayStart,
  hasNumber,
  type ModelEvent,
  type ModelInterval,
  type ModelLine,
  type ModelPeriod,
  type ModelTrend,
  modelFormula,
  modelTrend,
  none,
  numberOf,
  ofNumbers,
  other,
} from '../../test/trends-model.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import type { TrendsResult } from './answers.ts'
import { trendsQuery } from './insight-queries.ts'
import { upgradeTrends } from './upgrade-filters.ts'

/**
 * Random trends over one set of random events, against a model in plain code. Of each a number is taken apart: who is
 * behind it, and what the same count in SQL says, must agree with it.
 */

/** Around changes of clocks: in Sydney on the 7th, in Berlin on the 28th, in New York and São Paulo on the 4th. */
const start = Date.parse('2018-10-03T00:00:00Z')
const happened: ModelEvent[] = fc
  .sample(
    fc.record({
      event: fc.constantFrom('view', 'view', 'buy'),
      who: fc.constantFrom('ann', 'bob', 'cat', 'dan', 'eve', 'fay'),
      minute: fc.integer({ min: 0, max: 44 * 24 * 60 - 1 }),
      browser: fc.constantFrom('Chrome', 'Chrome', 'Firefox', 'Opera', '', null),
      amount: fc.oneof(fc.integer({ min: -5, max: 40 }), fc.constantFrom(null, '12', '2.5', 'many', true)),
      plan: fc.constantFrom('pro', 'free', ''),
      company: fc.constantFrom('acme', 'bolt', ''),
      session: fc.nat(3),
    }),
    { numRuns: 320, seed: seedFor(20181103) },
  )
  // no two at once: which of them was first, nobody can say
  .map(({ minute, session, ...one }, i) => {
    const at = start + minute * 60_000 + (i % 60) * 1000
    return { ...one, at, session: session ? `${one.who} ${session} ${Math.floor(at / 7_200_000)}` : '' }
  })

let warehouse: Warehouse
let cleanup: () => Promise<void>
beforeAll(async () => {
  const made = await testWarehouse()
  warehouse = made.warehouse
  cleanup = made.cleanup
  const rows = happened.map((one) => ({
    event: one.event,
    distinct_id: one.who,
    timestamp: new Date(one.at).toISOString(),
    properties: { $browser: one.browser, amount: one.amount, $session_id: one.session },
    person: { plan: one.plan },
    groups: { 0: one.company },
  }))
  await insertEvents(warehouse, 1, rows)
  await insertEvents(warehouse, 2, rows)
  // the other company has no size
  await insertGroups(warehouse, 1, [{ index: 0, key: 'acme', properties: { size: 'big' } }])
  await insertGroups(warehouse, 2, [{ index: 0, key: 'bolt', properties: { size: 'small' } }])
})
afterAll(() => cleanup())

const maths = [
  ...['total', 'dau', 'weekly_active', 'monthly_active', 'unique_group', 'unique_session'],
  ...['sum', 'avg', 'min', 'max', 'median', 'p75', 'p90', 'p95', 'p99'],
  ...['avg_count_per_actor', 'max_count_per_actor', 'p90_count_per_actor'],
  ...['first_time_for_user', 'first_matching_event_for_user', 'hogql', 'avg of sessions', 'max of sessions'],
]
const entities = {
  view: { node: { kind: 'EventsNode', event: 'view' }, sql: "event = 'view'" },
  any: { node: { kind: 'EventsNode', event: null }, sql: 'true' },
  // "bought, or viewed for more than 20"
  action: {
    node: { kind: 'ActionsNode', id: 1 },
    sql: "(event = 'buy' or (event = 'view' and properties.amount > 20))",
  },
}
const isOf: Record<keyof typeof entities, (event: ModelEvent) => boolean> = {
  view: ({ event }) => event === 'view',
  any: () => true,
  action: (one) => one.event === 'buy' || (one.event === 'view' && (numberOf(one) ?? 0) > 20),
}
const filters = {
  none: { properties: undefined, sql: 'true' },
  chrome: { properties: [{ key: '$browser', value: 'Chrome' }], sql: "properties.$browser = 'Chrome'" },
  notOpera: {
    properties: [{ key: '$browser', value: ['Opera', 'Netscape'], operator: 'is_not' }],
    sql: "ifNull(properties.$browser, '') != 'Opera'",
  },
  dearOrPro: {
    properties: {
      type: 'OR',
      values: [
        { key: 'amount', value: 15, operator: 'gt' },
        { type: 'AND', values: [{ key: 'plan', value: 'pro', type: 'person' }] },
      ],
    },
    sql: "(ifNull(properties.amount > 15, false) or person.properties.plan = 'pro')",
  },
}
const passes: Record<keyof typeof filters, (event: ModelEvent) => boolean> = {
  none: () => true,
  chrome: ({ browser }) => browser === 'Chrome',
  notOpera: ({ browser }) => browser !== 'Opera',
  dearOrPro: (one) => (numberOf(one) ?? 0) > 15 || one.plan === 'pro',
}
/** One dimension: what is asked for, an event's value of it, and the same in SQL where that is one line. */
type Dimension = {
  property: string
  type: 'event' | 'person' | 'group' | 'hogql'
  bins?: number
  /** `numbers`: those that bins are made of. */
  of(event: ModelEvent, numbers: number[]): string
  sql?: string
}
const dimensions = {
  browser: {
    property: '$browser',
    type: 'event',
    of: ({ browser }) => browser || none,
    sql: `ifNull(nullIf(properties.$browser, ''), '${none}')`,
  },
  plan: {
    property: 'plan',
    type: 'person',
    of: ({ plan }) => plan || none,
    sql: `ifNull(nullIf(person.properties.plan, ''), '${none}')`,
  },
  size: {
    property: 'size',
    type: 'group',
    of: ({ company }) => (company === 'acme' ? 'big' : none),
    sql: `ifNull(nullIf(group_0.properties.size, ''), '${none}')`,
  },
  hogql: {
    property: "if(event = 'buy', 'bought', 'seen')",
    type: 'hogql',
    of: ({ event }) => (event === 'buy' ? 'bought' : 'seen'),
    sql: "if(event = 'buy', 'bought', 'seen')",
  },
  amount: {
    property: 'amount',
    type: 'event',
    // as text, whatever its definition says
    of: ({ amount }) => (amount === null ? none : String(amount)),
    sql: `ifNull(toString(properties.amount), '${none}')`,
  },
  twoBins: {
    property: 'amount',
    type: 'event',
    bins: 2,
    of: (one, numbers) => binIn(numbers, 2, numberOf(one)),
  },
  sevenBins: {
    property: 'amount',
    type: 'event',
    bins: 7,
    of: (one, numbers) => binIn(numbers, 7, numberOf(one)),
  },
} satisfies Record<string, Dimension>
/** By one as a name or as a list, or by several at once. */
const breakdowns: Record<string, { by: (keyof typeof dimensions)[]; listed: boolean }> = {
  none: { by: [], listed: false },
  browser: { by: ['browser'], listed: false },
  plan: { by: ['plan'], listed: false },
  size: { by: ['size'], listed: false },
  hogql: { by: ['hogql'], listed: false },
  amount: { by: ['amount'], listed: false },
  'two bins': { by: ['twoBins'], listed: false },
  'seven bins': { by: ['sevenBins'], listed: false },
  'list of one': { by: ['browser'], listed: true },
  'list of bins': { by: ['twoBins'], listed: true },
  'two at once': { by: ['browser', 'plan'], listed: true },
  'bins and more': { by: ['sevenBins', 'browser'], listed: true },
  'three at once': { by: ['hogql', 'twoBins', 'size'], listed: true },
}
const dimensionsOf = ({ breakdown }: { breakdown: string }): Dimension[] =>
  breakdowns[breakdown]!.by.map((name) => dimensions[name])

const formulas = {
  none: undefined,
  'A + B': (a: number, b: number) => a + b,
  'A/B': (a: number, b: number) => a / b,
  '(B - 2 * A) / 3': (a: number, b: number) => (b - 2 * a) / 3,
  'B*A^2': (a: number, b: number) => b * a ** 2,
  '100 - B': (_: number, b: number) => 100 - b,
}
const displays = {
  line: 'ActionsLineGraph',
  cumulative: 'ActionsLineGraphCumulative',
  figure: 'ActionsTable',
}
const keysOf = <T extends object>(of: T) => fc.constantFrom(...(Object.keys(of) as (keyof T)[]))

const question = fc.record({
  math: fc.constantFrom(...maths),
  interval: fc.constantFrom<ModelInterval>('hour', 'day', 'day', 'week', 'month'),
  range: fc.constantFrom(
    ['2018-10-30', '2018-11-07'],
    ['2018-10-26', '2018-10-29'],
    ['2018-10-06', '2018-10-08'],
    ['2018-11-04', '2018-11-05'],
    ['2018-11-03T05:30:00Z', '2018-11-05T17:45:00Z'],
  ),
  zone: fc.constantFrom(
    ...['UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Sydney'],
    // a day without midnight on the 4th of November, and one that has it twice
    ...['America/Sao_Paulo', 'America/Havana'],
  ),
  weekStart: fc.constantFrom(0, 1),
  entity: keysOf(entities),
  filter: keysOf(filters),
  breakdown: keysOf(breakdowns),
  limit: fc.constantFrom(1, 2, 5, 25),
  hideOther: fc.boolean(),
  display: keysOf(displays),
  compare: fc.boolean(),
  /** What is counted besides, with its own filter: always where there is a formula. */
  second: fc.option(
    fc.record({ math: fc.constantFrom(...maths), entity: keysOf(entities), filter: keysOf(filters) }),
  ),
  formula: keysOf(formulas),
  /** Which number is taken apart. */
  pick: fc.record({ line: fc.nat(), cell: fc.nat() }),
})
type Question = typeof question extends fc.Arbitrary<infer T> ? T : never

const isExplicit = ({ range }: Question) => range[0]!.includes('T')

/** Of both series: what is counted of which events. */
function countedBy(asked: Question): Pick<Question, 'math' | 'entity' | 'filter'>[] {
  const { math, entity, filter, second, formula } = asked
  const other =
    second ?? (formula === 'none' ? null : { math: 'total', entity: 'any' as const, filter: 'none' as const })
  return [{ math, entity, filter }, ...(other ? [other] : [])]
}

const nodeOf = ({ math, entity }: Pick<Question, 'math' | 'entity'>) => ({
  ...entities[entity].node,
  math: math.split(' ')[0],
  math_property: math.endsWith('sessions') ? '$session_duration' : 'amount',
  math_hogql: 'countIf(properties.amount > 10)',
  ...(math === 'unique_group' && { math_group_type_index: 0 }),
})

function breakdownFilterOf(asked: Question) {
  const { by, listed } = breakdowns[asked.breakdown]!
  if (!by.length) return undefined
  const asDimensions = dimensionsOf(asked).map(({ property, type, bins }) => ({
    property,
    type,
    histogram_bin_count: bins,
    ...(type === 'group' && { group_type_index: 0 }),
  }))
  const [one] = asDimensions
  return {
    ...(listed
      ? { breakdowns: asDimensions }
      : {
          breakdown: one!.property,
          breakdown_type: one!.type,
          breakdown_histogram_bin_count: one!.histogram_bin_count,
          breakdown_group_type_index: one!.group_type_index,
        }),
    breakdown_limit: asked.limit,
    breakdown_hide_other_aggregation: asked.hideOther,
  }
}

function queryOf(asked: Question) {
  const { interval, range, filter, display, compare, formula } = asked
  const [first, second] = countedBy(asked)
  return {
    kind: 'TrendsQuery',
    series: [
      nodeOf(first!),
      ...(second ? [{ ...nodeOf(second), properties: filters[second.filter].properties }] : []),
    ],
    interval,
    dateRange: { date_from: range[0], date_to: range[1], explicitDate: isExplicit(asked) },
    properties: filters[filter].properties,
    breakdownFilter: breakdownFilterOf(asked),
    trendsFilter: { display: displays[display], ...(formula !== 'none' && { formula }) },
    compareFilter: { compare },
  }
}

/** The same question as older clients ask it. */
function legacyOf(asked: Question) {
  const { series, breakdownFilter, trendsFilter, compareFilter, dateRange, properties, interval } =
    queryOf(asked)
  const { explicitDate, ...dates } = dateRange
  const ofKind = (wanted: string) =>
    series.flatMap(({ kind, ...node }, order) =>
      kind === wanted ? [{ ...node, id: 'id' in node ? node.id : node.event, order }] : [],
    )
  return {
    insight: 'TRENDS',
    events: ofKind('EventsNode'),
    actions: ofKind('ActionsNode'),
    ...dates,
    ...breakdownFilter,
    ...trendsFilter,
    ...compareFilter,
    ...(explicitDate && { explicit_date: true }),
    interval,
    properties,
  }
}

/** Without what says nothing. */
const said = (query: unknown): unknown =>
  JSON.parse(JSON.stringify(query, (_, value) => (value === false || value === null ? undefined : value)))

it('the older API asks the same, in a body or in an address', () => {
  fc.assert(
    fc.property(question, (asked) => {
      // a list of one is one that is not listed there
      const { by, listed } = breakdowns[asked.breakdown]!
      fc.pre(!listed || by.length > 1)
      const filters = legacyOf(asked)
      const address = Object.fromEntries(
        Object.entries(filters)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
      )
      const query = said(trendsQuery.parse(queryOf(asked)))
      for (const given of [filters, address]) {
        expect(said(trendsQuery.parse(upgradeTrends(given)))).toEqual(query)
      }
    }),
  )
})

function periodsOf(asked: Question): ModelPeriod[] {
  const { range, zone, interval, weekStart, display, compare } = asked
  const [low, high] = range.map((text) =>
    text.includes('T')
      ? DateTime.fromISO(text, { zone })
      : dayStart(DateTime.fromISO(`${text}T12:00`, { zone })),
  ) as [DateTime, DateTime]
  const explicit = isExplicit(asked)
  const until = explicit ? high.plus(1) : dayStart(high.plus({ days: 1 }))
  const length = explicit
    ? { milliseconds: until.toMillis() - low.toMillis() }
    : { days: Math.round(until.diff(low, 'days').days) }
  const period = (from: DateTime, to: DateTime): ModelPeriod => ({
    // weeks and months that the range cuts are counted whole, unless its bounds are explicit
    from:
      !explicit && display !== 'figure' && (interval === 'week' || interval === 'month')
        ? bucketStart(from, interval, weekStart)
        : from,
    until: to,
    buckets: bucketsFor(from, to, interval, weekStart),
  })
  const current = period(low, until)
  return compare ? [current, period(low.minus(length), until.minus(1).minus(length).plus(1))] : [current]
}

/** The same count as SQL, where it is one line; null where it is not. */
function sqlOf(
  asked: Question,
  s: number,
  { from, until }: { from: number; until: number },
  label: string[],
) {
  const { math, entity, filter } = countedBy(asked)[s]!
  const unique: Record<string, string> = {
    total: 'count()',
    dau: 'count(distinct person_id)',
    weekly_active: 'count(distinct person_id)',
    monthly_active: 'count(distinct person_id)',
    unique_group: "count(distinct nullIf($group_0, ''))",
    unique_session: "count(distinct nullIf($session_id, ''))",
    sum: 'sum(properties.amount)',
    hogql: 'countIf(properties.amount > 10)',
  }
  const plain: Record<string, string> = {
    ...unique,
    avg: 'avg(properties.amount)',
    min: 'min(properties.amount)',
    max: 'max(properties.amount)',
    median: 'median(properties.amount)',
    p90: 'quantile(0.9)(properties.amount)',
  }
  const count = (asked.display === 'cumulative' ? unique : plain)[math]
  const by = dimensionsOf(asked)
  if (!count || label.includes(other) || by.some(({ sql }) => sql === undefined)) return null
  const at = (ms: number) =>
    `toDateTime64('${new Date(ms).toISOString().slice(0, -1).replace('T', ' ')}', 3, 'UTC')`
  const values = by.map(({ sql }, i) => `and ${sql} = '${label[i]}'`).join(' ')
  return `select ${count} from events where ${entities[entity].sql} and ${filters[filter].sql}
    ${s > 0 ? `and ${filters[asked.filter].sql}` : ''}
    and timestamp >= ${at(from)} and timestamp < ${at(until)} ${values}`
}

type Line = ModelLine & { s: number; p: number }

/** What each series counts in each period. */
const linesOf = (asked: Question, periods: ModelPeriod[]): Line[][] => {
  const counted = countedBy(asked)
  const isLeftBy =
    ({ filter }: (typeof counted)[number]) =>
    (one: ModelEvent) =>
      passes[filter](one) && passes[asked.filter](one)
  // those of the first period that has any
  const numbersOf = (some: typeof counted): number[] => {
    const each = periods.map(({ from, until }) =>
      happened
        .filter(({ at }) => at >= from.toMillis() && at < until.toMillis())
        .filter((one) => some.some((series) => isOf[series.entity](one) && isLeftBy(series)(one)))
        .map(numberOf)
        .filter((number) => number !== null),
    )
    return each.find((numbers) => numbers.length > 0) ?? []
  }
  const by = dimensionsOf(asked)
  return counted.map((series, s) => {
    const { math, entity } = series
    const isOfSeries = isOf[entity]
    const isLeft = isLeftBy(series)
    // a formula takes lines of the same bin together
    const numbers = numbersOf(asked.formula === 'none' ? [series] : counted)
    const trend: ModelTrend = {
      ...asked,
      math,
      isOfSeries,
      passes: isLeft,
      ...(by.length && { labelOf: (one: ModelEvent) => by.map((dimension) => dimension.of(one, numbers)) }),
    }
    return periods.flatMap((period, p) =>
      modelTrend(trend, period, happened).map((line) => ({ ...line, s, p })),
    )
  })
}

/** What is answered. */
function expectedOf(
  asked: Question,
  periods: ModelPeriod[],
): { label: string[]; values: number[]; p: number }[] {
  const series = linesOf(asked, periods)
  const compute = formulas[asked.formula]
  if (!compute)
    return series.flat().map(({ label, cells, p }) => ({ label, p, values: cells.map(({ value }) => value) }))
  return periods.flatMap((_, p) =>
    modelFormula(
      compute,
      series.map((lines) => lines.filter((line) => line.p === p)),
    ).map((line) => ({ ...line, p })),
  )
}

const rounded = (value: number) => Math.round(value * 1e6) / 1e6

it('every number, those behind it and the same count in SQL agree', async () => {
  await fc.assert(
    fc.asyncProperty(question, async (asked) => {
      const insights = testInsights(
        warehouse,
        { timezone: asked.zone, weekStartDay: asked.weekStart },
        {
          propertyTypes: async () => (_, key) => (key === 'amount' ? 'Numeric' : null),
          findAction: async (_, id) => ({
            id,
            name: 'bought',
            steps: [
              { event: 'buy' },
              { event: 'view', properties: [{ key: 'amount', value: 20, operator: 'gt' }] },
            ],
          }),
        },
      )
      const periods = periodsOf(asked)
      const query = queryOf(asked)
      const results = (await insights.ask(1, query)) as TrendsResult[]
      const { listed } = breakdowns[asked.breakdown]!
      expect(
        results.map(({ data, aggregated_value: figure, compare_label, breakdown_value }) => ({
          label: breakdown_value ?? (listed ? [] : undefined),
          previous: compare_label === 'previous',
          values: (figure === undefined ? data : [figure]).map(rounded),
        })),
      ).toEqual(
        expectedOf(asked, periods).map(({ label, values, p }) => ({
          label: listed ? label : label[0],
          previous: p === 1,
          values: values.map(rounded),
        })),
      )

      const counted = countedBy(asked)
      const apart = linesOf(asked, periods).flat()
      const line = apart[asked.pick.line % apart.length]
      if (!line) return
      const { math } = counted[line.s]!
      const i = asked.pick.cell % line.cells.length
      const cell = line.cells[i]!
      const sql = sqlOf(asked, line.s, cell, line.label)
      if (sql) {
        const [[count]] = (await insights.ask(1, { kind: 'HogQLQuery', query: sql })) as [[number | null]]
        expect(rounded(count ?? 0)).toBe(rounded(cell.value))
      }
      const peopleOf = async (pin: object) =>
        (await insights.ask(1, {
          kind: 'ActorsQuery',
          select: ['id', 'event_count'],
          source: {
            kind: 'InsightActorsQuery',
            source: query,
            series: line.s,
            compare: line.p === 1 ? 'previous' : 'current',
            ...(line.label.length > 0 && { breakdown: listed ? line.label : line.label[0] }),
            ...pin,
          },
        })) as [string, number | null][]
      const isOverTime = asked.display !== 'figure'
      const people = await peopleOf(isOverTime ? { day: periods[line.p]!.buckets[i]!.start.toISO() } : {})
      const idsOf = (events: ModelEvent[]) => {
        // who has no number adds nothing to a sum of them
        const behind = events.filter((one) => !ofNumbers(math) || hasNumber(one))
        const ids = behind.map((one) => (math === 'unique_group' ? one.company : personIdOf(one.who)))
        return [...new Set(ids)].sort()
      }
      expect(people.map(([id]) => id).sort()).toEqual(idsOf(cell.events))
      if (isOverTime && asked.pick.cell % 2 === 0) {
        const everybody = await peopleOf({})
        expect(everybody.map(([id]) => id).sort()).toEqual(idsOf(line.cells.flatMap(({ events }) => events)))
      }
      if (math === 'total' || math === 'sum') {
        const added = people.reduce((total, [, count]) => total + (count ?? 0), 0)
        expect(rounded(added)).toBe(rounded(cell.value))
      }
    }),
    { numRuns: 160 },
  )
}, 240_000)
