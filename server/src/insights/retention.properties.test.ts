import fc from 'fast-check'
import { DateTime } from 'luxon'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertEvents, personIdOf } from '../../test/events.ts'
import { testInsights } from '../../test/insights.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import type { RetentionResult } from './answers.ts'

/** Random retention against plain code: every count and sum, and the people of a cohort with what each adds. */

let warehouse: Warehouse
let cleanup: () => Promise<void>
beforeAll(async () => {
  const made = await testWarehouse()
  warehouse = made.warehouse
  cleanup = made.cleanup
})
afterAll(() => cleanup())

type Happening = {
  who: number
  what: 'view' | 'buy'
  /** Minutes after the start. */
  minute: number
  good: boolean
  amount: number | undefined
}

const start = Date.parse('2023-02-01T00:00:00Z')
const happening = fc
  .record({
    who: fc.integer({ min: 0, max: 4 }),
    what: fc.constantFrom('view' as const, 'buy' as const),
    // few hours, so that events fall together
    quarter: fc.nat(12 * 6 - 1),
    // and some that are nearly whole hours apart
    minute: fc.constantFrom(0, 0, 1, 59),
    good: fc.boolean(),
    amount: fc.option(fc.integer({ min: -3, max: 9 }), { nil: undefined }),
  })
  .map(({ quarter, minute, ...one }): Happening => ({ ...one, minute: quarter * 240 + minute }))

const types = ['retention_recurring', 'retention_first_time', 'retention_first_ever_occurrence'] as const
const question = fc.record({
  type: fc.constantFrom(...types),
  same: fc.boolean(),
  filtered: fc.boolean(),
  mode: fc.constantFrom(
    'calendar' as const,
    'cumulative' as const,
    'rolling' as const,
    'sum' as const,
    'avg' as const,
  ),
  enough: fc.constantFrom(1, 2),
  brackets: fc.option(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 })),
  zone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York'),
  byGood: fc.boolean(),
  // many cohorts are kept otherwise than few
  before: fc.constantFrom(0, 70),
  cohort: fc.nat(4),
})
type Question = typeof question extends fc.Arbitrary<infer T> ? T : never

const offsets = { UTC: 0, 'Asia/Kolkata': 330, 'America/New_York': -300 }
/** Cohorts are the days from the 5th to the 9th, followed for five. */
const days = [4, 5, 6, 7, 8]

const isSummed = ({ mode }: Question) => mode === 'sum' || mode === 'avg'
const enoughOf = (asked: Question) => (isSummed(asked) ? 1 : asked.enough)
const cellsOf = ({ brackets }: Question) => (brackets ? brackets.length + 1 : days.length)
const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0)

/** The cell that is so many days after the cohort; undefined beyond the last. */
function cellAt(later: number, asked: Question): number | undefined {
  const ends = asked.brackets?.map((_, i, all) => sum(all.slice(0, i + 1)))
  const cell = later === 0 ? 0 : ends ? ends.findIndex((end) => later <= end) + 1 : later
  return (cell === 0 && later > 0) || cell >= cellsOf(asked) ? undefined : cell
}

/** One actor in one cohort: the cells that they are in, and what they add to each. */
type Row = { cohort: number; cells: Set<number>; sums: number[] }

/** All cohorts of somebody, by their events (or those of one value). */
function rowsOf(all: Happening[], asked: Question): Row[] {
  const local = ({ minute }: Happening) => minute + offsets[asked.zone]
  const dayOf = (one: Happening) => Math.floor(local(one) / (24 * 60))
  const hourOf = (one: Happening) => Math.floor(local(one) / 60)
  const own = all.filter((one) => dayOf(one) <= days.at(-1)!)
  const bare = own.filter(({ what }) => what === 'view')
  const targets = bare.filter(({ good }) => !asked.filtered || good)
  const inPeriod = (of: Happening[]) => of.filter((one) => dayOf(one) >= days[0]! - asked.before)
  const wanted = inPeriod(asked.same ? targets : own.filter(({ what }) => what === 'buy'))
  const earliest = (of: Happening[]) => Math.min(...of.map(({ minute }) => minute))
  const first =
    asked.type === 'retention_recurring'
      ? earliest(inPeriod(targets))
      : earliest(asked.type === 'retention_first_time' ? targets : bare)
  const starts = inPeriod(targets).filter(
    ({ minute }) => (asked.type === 'retention_recurring' && asked.mode !== 'rolling') || minute === first,
  )
  const cohorts = [...new Set(starts.map(dayOf))]
  return cohorts.map((day) => {
    const began = starts.find((one) => one.minute === first)
    const later = (one: Happening) =>
      asked.mode === 'rolling' ? Math.floor((hourOf(one) - hourOf(began!)) / 24) : dayOf(one) - day
    const returns = new Map<number, Happening[]>()
    for (const one of wanted) returns.set(later(one), [...(returns.get(later(one)) ?? []), one])
    const cells = new Set([0])
    const sums = new Array<number>(cellsOf(asked)).fill(0)
    for (const [gap, events] of returns) {
      const cell = gap > 0 && events.length >= enoughOf(asked) ? cellAt(gap, asked) : undefined
      if (cell === undefined) continue
      cells.add(cell)
      sums[cell]! += sum(events.map(({ amount }) => amount ?? 0))
    }
    const targetsOfDay = inPeriod(targets).filter((one) => dayOf(one) === day)
    const after = (returns.get(0) ?? []).filter(({ minute }) => minute > earliest(targetsOfDay))
    sums[0] = sum([...targetsOfDay, ...(asked.same ? [] : after)].map(({ amount }) => amount ?? 0))
    if (asked.mode === 'cumulative') for (let cell = Math.max(...cells); cell > 0; cell--) cells.add(cell)
    return { cohort: day - days[0]!, cells, sums }
  })
}

const noValue = ''
const valueIn = ({ good }: Happening, asked: Question) => (asked.byGood ? String(good) : noValue)

/** Everybody's rows by the value of the breakdown: each value by itself, but of the very first event where that counts. */
function model(events: Happening[], asked: Question) {
  const people = [...new Set(events.map((one) => one.who))]
  return people.flatMap((who) => {
    const own = events.filter((one) => one.who === who)
    if (asked.type === 'retention_first_ever_occurrence') {
      const views = own.filter(({ what }) => what === 'view').sort((a, b) => a.minute - b.minute)
      if (!views[0]) return []
      return rowsOf(own, asked).map((row) => ({ who, value: valueIn(views[0]!, asked), ...row }))
    }
    const values = [...new Set(own.map((one) => valueIn(one, asked)))]
    return values.flatMap((value) => {
      const ofValue = own.filter((one) => valueIn(one, asked) === value)
      return rowsOf(ofValue, asked).map((row) => ({ who, value, ...row }))
    })
  })
}

const view = { id: 'view', type: 'events' }
const buy = { id: 'buy', type: 'events' }

function queryOf(asked: Question) {
  const target = { ...view, ...(asked.filtered && { properties: [{ key: 'good', value: 'true' }] }) }
  return {
    kind: 'RetentionQuery',
    dateRange: {
      date_from: DateTime.utc(2023, 2, 5).minus({ days: asked.before }).toISODate(),
      date_to: '2023-02-09',
    },
    breakdownFilter: asked.byGood ? { breakdown: 'good', breakdown_type: 'event' } : undefined,
    retentionFilter: {
      retentionType: asked.type,
      targetEntity: target,
      returningEntity: asked.same ? target : buy,
      totalIntervals: days.length,
      retentionCustomBrackets: asked.brackets,
      cumulative: asked.mode === 'cumulative',
      minimumOccurrences: enoughOf(asked),
      timeWindowMode: asked.mode === 'rolling' ? '24_hour_windows' : 'strict_calendar_dates',
      ...(isSummed(asked) && { aggregationType: asked.mode, aggregationProperty: 'amount' }),
    },
  }
}

/** Two first views of one instant with different values: either may say whose value it is. */
const isDecided = (events: Happening[], asked: Question) => {
  if (!asked.byGood || asked.type !== 'retention_first_ever_occurrence') return true
  return [...new Set(events.map(({ who }) => who))].every((who) => {
    const views = events.filter((one) => one.who === who && one.what === 'view')
    const first = Math.min(...views.map(({ minute }) => minute))
    return new Set(views.filter(({ minute }) => minute === first).map(({ good }) => good)).size < 2
  })
}

let project = 1000

async function check(events: Happening[], asked: Question) {
  if (!isDecided(events, asked)) return
  const id = ++project
  await insertEvents(
    warehouse,
    id,
    events.map(({ who, what, minute, good, amount }) => ({
      event: what,
      distinct_id: `person ${who}`,
      timestamp: new Date(start + minute * 60_000).toISOString(),
      properties: { good, ...(amount !== undefined && { amount }) },
    })),
  )
  const ask = (query: object) => testInsights(warehouse, { timezone: asked.zone }).ask(id, query)
  const rows = model(events, asked)
  const values = asked.byGood ? [...new Set(rows.map(({ value }) => value))] : [noValue]
  const expected = values.map((value) => {
    const table = days.map((_, cohort) => {
      const those = rows.filter((row) => row.cohort === cohort && row.value === value)
      return Array.from({ length: cellsOf(asked) }, (_, cell) => {
        const there = those.filter(({ cells }) => cells.has(cell))
        const total = sum(there.map(({ sums }) => sums[cell]!))
        const aggregated = asked.mode === 'avg' ? total / (there.length || 1) : total
        return isSummed(asked) ? [there.length, round(aggregated)] : [there.length]
      })
    })
    return [value, table]
  })
  const results = (await ask(queryOf(asked))) as RetentionResult[]
  const found = values.map((value) => {
    const table = results
      .filter(({ breakdown_value: of }) => (of ?? noValue) === value)
      .slice(asked.before)
      .map((row) =>
        row.values.map(({ count, aggregation_value: number }) =>
          number === undefined ? [count] : [count, round(number)],
        ),
      )
    return [value, table]
  })
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))

  const value = values[asked.cohort % Math.max(values.length, 1)]
  const source = {
    kind: 'InsightActorsQuery',
    source: queryOf(asked),
    interval: asked.before + asked.cohort,
    breakdown: asked.byGood ? (value ?? 'true') : undefined,
  }
  const select = ['id', 'appearances', ...(isSummed(asked) ? ['sums'] : [])]
  const people = (await ask({ kind: 'ActorsQuery', select, source })) as unknown[][]
  const whom = rows.filter((row) => row.cohort === asked.cohort && (!asked.byGood || row.value === value))
  // a cumulative number also counts those who come later; the list says when they came
  const cells = whom.map(({ who, cells, sums }) => [
    personIdOf(`person ${who}`),
    asked.mode === 'cumulative' ? [Math.max(...cells)] : [...cells].sort(),
    ...(isSummed(asked) ? [sums.map((one, cell) => (cells.has(cell) ? one : 0))] : []),
  ])
  const listed = people.map(([who, appearances, ...rest]) => [
    who,
    asked.mode === 'cumulative' ? (appearances as number[]).slice(-1) : appearances,
    ...rest,
  ])
  expect(sorted(listed)).toEqual(sorted(cells))
}

const round = (number: number) => Math.round(number * 1e6) / 1e6
const sorted = (rows: unknown[][]) => rows.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))

it('every number, and the people of a cohort', async () => {
  const happened = fc.array(happening, { minLength: 1, maxLength: 60, size: 'max' })
  await fc.assert(fc.asyncProperty(happened, question, check), { numRuns: 60 })
}, 240_000)
