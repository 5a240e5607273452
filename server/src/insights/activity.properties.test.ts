import fc from 'fast-check'
import { DateTime } from 'luxon'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seedFor } from '../../test/draws.ts'
import { insertEvents, insertGroups, personIdOf } from '../../test/events.ts'
import { testInsights } from '../../test/insights.ts'
import {
  bucketStart,
  bucketsFor,
  dayStart,
  type ModelBucket,
  type ModelInterval,
} from '../../test/trends-model.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import {
  type LifecycleResult,
  lifecycleStatuses,
  type StickinessResult,
  type TrendsResult,
} from './answers.ts'

/** Random stickiness and lifecycles over one set of random events, against plain code: numbers, people, SQL. */

type Happened = { who: string; company: string; at: number; pro: boolean }
type Interval = Exclude<ModelInterval, 'hour'>

const start = Date.parse('2018-10-20T00:00:00Z')
const minutes = 26 * 24 * 60
const people = Array.from({ length: 12 }, (_, i) => `p${i}`)
/** When each person was made: at the first of their events, or long before. */
const made = new Map<string, number>()
const happened: Happened[] = fc
  .sample(
    fc.record({
      who: fc.constantFrom(...people),
      company: fc.constantFrom('acme', 'bolt', 'core', ''),
      minute: fc.nat(minutes),
      pro: fc.boolean(),
    }),
    { numRuns: 240, seed: seedFor(20181104) },
  )
  .map(({ minute, ...one }) => ({ ...one, at: start + minute * 60_000 }))
for (const [i, who] of people.entries()) {
  const times = happened.filter((one) => one.who === who).map(({ at }) => at)
  made.set(who, i % 3 ? Math.min(...times) : start - 86_400_000 * 100)
}

let warehouse: Warehouse
beforeAll(async () => {
  const { warehouse: created, cleanup } = await testWarehouse()
  afterAll(cleanup)
  warehouse = created
  await insertEvents(
    warehouse,
    1,
    happened.map(({ who, company, at, pro }) => ({
      event: 'view',
      distinct_id: who,
      timestamp: new Date(at).toISOString(),
      properties: { pro },
      person_created_at: new Date(made.get(who)!).toISOString(),
      groups: { 0: company },
    })),
  )
  await insertGroups(warehouse, 1, [{ index: 0, key: 'acme', properties: {} }])
})

const common = {
  interval: fc.constantFrom<Interval>('day', 'day', 'week', 'month'),
  range: fc.constantFrom(
    ['2018-10-24', '2018-11-08'],
    ['2018-11-03', '2018-11-05'],
    ['2018-10-28', '2018-11-13'],
  ),
  zone: fc.constantFrom('UTC', 'America/New_York', 'America/Sao_Paulo', 'America/Havana', 'Asia/Tokyo'),
  weekStart: fc.constantFrom(0, 1),
  ofGroups: fc.boolean(),
  onlyPro: fc.boolean(),
  pick: fc.nat(),
}
type Common = { [Key in keyof typeof common]: (typeof common)[Key] extends fc.Arbitrary<infer T> ? T : never }

const actorOf = ({ ofGroups }: Common) =>
  ofGroups ? ({ company }: Happened) => company : ({ who }: Happened) => who
const idOf = ({ ofGroups }: Common) => (ofGroups ? (key: string) => key : personIdOf)

/** What counts, by actor; and the buckets of the range. */
function model(asked: Common) {
  const { range, zone, interval, weekStart, onlyPro } = asked
  const [low, high] = range.map((text) => dayStart(DateTime.fromISO(`${text}T12:00`, { zone }))) as [
    DateTime,
    DateTime,
  ]
  const from = bucketStart(low, interval, weekStart)
  const until = dayStart(high.plus({ days: 1 }))
  const of = actorOf(asked)
  const events = happened.filter((one) => of(one) !== '' && (!onlyPro || one.pro))
  const actors = [...new Set(events.map(of))]
  return {
    from,
    until,
    buckets: bucketsFor(from, until, interval, weekStart),
    byActor: actors.map((actor) => ({
      actor,
      times: events.filter((one) => of(one) === actor).map(({ at }) => at),
    })),
  }
}

const isIn = ({ start: from, end }: ModelBucket, until: DateTime, at: number) =>
  at >= from.toMillis() && at < Math.min(end.toMillis(), until.toMillis())

const shared = ({ interval, range, onlyPro }: Common) => ({
  interval,
  dateRange: { date_from: range[0], date_to: range[1] },
  properties: onlyPro ? [{ key: 'pro', value: 'true' }] : [],
})
const series = ({ ofGroups }: Common) => [
  { kind: 'EventsNode', event: 'view', ...(ofGroups && { math: 'unique_group', math_group_type_index: 0 }) },
]
const askIn = ({ zone, weekStart }: Common) =>
  testInsights(warehouse, { timezone: zone, weekStartDay: weekStart }).ask

async function idsBehind(asked: Common, source: object): Promise<string[]> {
  const rows = await askIn(asked)(1, { kind: 'ActorsQuery', select: ['id'], source })
  return (rows as [string][]).map(([id]) => id).sort()
}

it('stickiness: every number, those behind it and the same count in SQL agree', async () => {
  const question = fc.record({
    ...common,
    span: fc.constantFrom(1, 1, 2, 3),
    criterion: fc.option(
      fc.record({ operator: fc.constantFrom('gte', 'lte', 'exact'), value: fc.integer({ min: 1, max: 3 }) }),
      { nil: undefined },
    ),
    cumulative: fc.boolean(),
  })
  const meets = {
    gte: (n: number, k: number) => n >= k,
    lte: (n: number, k: number) => n <= k,
    exact: Object.is,
  }
  await fc.assert(
    fc.asyncProperty(question, async (asked) => {
      const { span, criterion, cumulative, interval } = asked
      const { from, until, buckets, byActor } = model(asked)
      const spans = Array.from({ length: Math.ceil(buckets.length / span) }, (_, i) =>
        buckets.slice(i * span, (i + 1) * span),
      )
      const active = byActor.map(({ actor, times }) => {
        const counts = spans.map((of) => times.filter((at) => of.some((one) => isIn(one, until, at))).length)
        const enough = (n: number) =>
          n > 0 && (!criterion || meets[criterion.operator as keyof typeof meets](n, criterion.value))
        return { actor, on: counts.filter(enough).length }
      })
      const behind = spans.map((_, i) => active.filter(({ on }) => (cumulative ? on > i : on === i + 1)))
      const query = {
        kind: 'StickinessQuery',
        series: series(asked),
        ...shared(asked),
        intervalCount: span,
        stickinessFilter: {
          computedAs: cumulative ? 'cumulative' : 'non_cumulative',
          stickinessCriteria: criterion,
        },
      }
      const [result] = (await askIn(asked)(1, query)) as [StickinessResult]
      expect(result.data).toEqual(behind.map((actors) => actors.length))

      const i = asked.pick % spans.length
      const ids = behind[i]!.map(({ actor }) => idOf(asked)(actor))
      const source = { kind: 'StickinessActorsQuery', source: query, day: i + 1 }
      expect(await idsBehind(asked, source)).toEqual(ids.sort())
      if (span > 1 || criterion) return
      const unit = {
        day: 'toStartOfDay(timestamp)',
        week: `toStartOfWeek(timestamp, ${asked.weekStart})`,
        month: 'toStartOfMonth(timestamp)',
      }[interval]
      const at = (time: DateTime) => `toDateTime('${time.toUTC().toFormat('yyyy-MM-dd HH:mm:ss')}', 'UTC')`
      const sql = `select count() from (
        select count(distinct ${unit}) as active from events
        where event = 'view' and timestamp >= ${at(from)} and timestamp < ${at(until)}
          ${asked.onlyPro ? 'and properties.pro = true' : ''} ${asked.ofGroups ? "and $group_0 != ''" : ''}
        group by ${asked.ofGroups ? '$group_0' : 'person_id'}
      ) where active ${cumulative ? '>=' : '='} ${i + 1}`
      const typed = testInsights(
        warehouse,
        { timezone: asked.zone },
        { propertyTypes: async () => () => 'Boolean' },
      )
      expect(await typed.ask(1, { kind: 'HogQLQuery', query: sql })).toEqual([[ids.length]])
    }),
    { numRuns: 40 },
  )
}, 120_000)

it('lifecycle: every number, those behind it and the people of a trend agree', async () => {
  const question = fc.record({ ...common, status: fc.constantFrom(...lifecycleStatuses) })
  await fc.assert(
    fc.asyncProperty(question, async (asked) => {
      const { interval, zone, weekStart, status } = asked
      const { until, buckets, byActor } = model(asked)
      const first = bucketStart(buckets[0]!.start.minus(1), interval, weekStart)
      const all = [{ start: first, end: buckets[0]!.start }, ...buckets]
      const statuses = buckets.map((bucket, i) =>
        byActor.map(({ actor, times }) => {
          const isActive = (one: ModelBucket) => times.some((at) => isIn(one, until, at))
          const before = isActive(all[i]!)
          if (!isActive(bucket)) return { actor, status: before ? 'dormant' : 'absent' }
          const created = asked.ofGroups ? undefined : DateTime.fromMillis(made.get(actor)!, { zone })
          if (created && bucket.start <= created && created < bucket.end) return { actor, status: 'new' }
          return { actor, status: before ? 'returning' : 'resurrecting' }
        }),
      )
      const query = {
        kind: 'LifecycleQuery',
        series: [{ kind: 'EventsNode', event: 'view' }],
        ...shared(asked),
        aggregation_group_type_index: asked.ofGroups ? 0 : undefined,
      }
      const results = (await askIn(asked)(1, query)) as LifecycleResult[]
      const having = (wanted: string) =>
        statuses.map((each) => each.filter((one) => one.status === wanted).map(({ actor }) => actor))
      expect(Object.fromEntries(results.map((one) => [one.status, one.data]))).toEqual(
        Object.fromEntries(
          lifecycleStatuses.map((one) => [
            one,
            having(one).map(({ length }) => (one === 'dormant' ? 0 - length : length)),
          ]),
        ),
      )

      const i = asked.pick % buckets.length
      const day = buckets[i]!.start.toISO()
      const source = { kind: 'InsightActorsQuery', source: query, day, status }
      expect(await idsBehind(asked, source)).toEqual(having(status)[i]!.map(idOf(asked)).sort())
      const unique = series(asked).map((node) => ({ math: 'dau', ...node }))
      const [trend] = (await askIn(asked)(1, { kind: 'TrendsQuery', series: unique, ...shared(asked) })) as [
        TrendsResult,
      ]
      const present = results.filter((one) => one.status !== 'dormant')
      expect(buckets.map((_, b) => present.reduce((sum, { data }) => sum + data[b]!, 0))).toEqual(trend.data)
    }),
    { numRuns: 40 },
  )
}, 120_000)
