import fc from 'fast-check'
import { DateTime } from 'luxon'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testCohorts } from '../../test/cohorts.ts'
import { insertEvents, personIdOf } from '../../test/events.ts'
import { testInsights } from '../../test/insights.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import type { RetentionResult } from './answers.ts'

let warehouse: Warehouse
let cleanup: () => Promise<void>

beforeAll(async () => {
  const made = await testWarehouse()
  warehouse = made.warehouse
  cleanup = made.cleanup
  const event = (event: string, distinct_id: string, day: string, browser = '', company = '') => ({
    event,
    distinct_id,
    timestamp: `2023-02-${day}T10:00:00Z`,
    properties: browser ? { $browser: browser } : {},
    groups: { 0: company },
  })
  await insertEvents(warehouse, 1, [
    // long before what is asked about
    event('view', 'ann', '01', 'Safari'),
    ...['06', '07', '07', '09'].map((day) => event('view', 'ann', day, 'Chrome', 'acme')),
    event('buy', 'ann', '08', 'Chrome'),
    ...['06', '08'].map((day) => event('view', 'bob', day, 'Firefox', 'acme')),
    event('view', 'cat', '07'),
    event('view', 'cat', '10', 'Opera'),
    event('buy', 'cat', '07'),
    event('buy', 'cat', '10'),
  ])
})
afterAll(() => cleanup())

const view = { id: 'view', type: 'events' }
const buy = { id: 'buy', type: 'events' }
const dateRange = { date_from: '2023-02-06', date_to: '2023-02-09' }
const asked = (filter: object = {}, query: object = {}) => ({
  kind: 'RetentionQuery',
  dateRange,
  retentionFilter: { targetEntity: view, returningEntity: view, totalIntervals: 4, ...filter },
  ...query,
})
/** `2 1 0` for each cohort, after its value where there is one. */
const shown = (results: unknown[]) =>
  (results as RetentionResult[]).map(({ values, breakdown_value: value }) =>
    [...(value === undefined ? [] : [`${value}:`]), ...values.map(({ count }) => count)].join(' '),
  )

const forms: [name: string, query: object, expected: string[]][] = [
  ['recurring', asked(), ['2 1 1 1', '2 0 1 0', '1 0 0 0', '1 0 0 0']],
  ['another-event', asked({ returningEntity: buy }), ['2 0 1 0', '2 1 0 0', '1 0 0 0', '1 0 0 0']],
  [
    'first-time',
    asked({ retentionType: 'retention_first_time' }),
    ['1 0 1 0', '1 0 0 0', '0 0 0 0', '0 0 0 0'],
  ],
  [
    // cat's first view of all has no browser
    'first-ever',
    asked({
      retentionType: 'retention_first_ever_occurrence',
      targetEntity: { ...view, properties: [{ key: '$browser', value: ['Firefox', 'Opera'] }] },
    }),
    ['1 0 1 0', '0 0 0 0', '0 0 0 0', '0 0 0 0'],
  ],
  [
    'first-matching',
    asked({
      retentionType: 'retention_first_time',
      targetEntity: { ...view, properties: [{ key: '$browser', value: 'Chrome' }] },
    }),
    ['1 1 0 1', '0 0 0 0', '0 0 0 0', '0 0 0 0'],
  ],
  [
    'all-events',
    asked({ targetEntity: { id: null }, returningEntity: { id: null } }),
    ['2 1 2 1', '2 1 1 0', '2 1 0 0', '1 0 0 0'],
  ],
  ['brackets', asked({ retentionCustomBrackets: [1, 2] }), ['2 1 2', '2 0 1', '1 0 0', '1 0 0']],
  ['cumulative', asked({ cumulative: true }), ['2 2 2 1', '2 1 1 0', '1 0 0 0', '1 0 0 0']],
  ['enough', asked({ minimumOccurrences: 2 }), ['2 1 0 0', '2 0 0 0', '1 0 0 0', '1 0 0 0']],
  [
    'breakdown',
    asked({}, { breakdownFilter: { breakdown: '$browser', breakdown_limit: 2 } }),
    [
      ...['Chrome: 1 1 0 1', 'Chrome: 1 0 1 0', 'Chrome: 0 0 0 0', 'Chrome: 1 0 0 0'],
      ...['Firefox: 1 0 1 0', 'Firefox: 0 0 0 0', 'Firefox: 1 0 0 0', 'Firefox: 0 0 0 0'],
      ...['0 0 0 0', '1 0 0 0', '0 0 0 0', '0 0 0 0'].map((row) => `$$_posthog_breakdown_other_$$: ${row}`),
    ],
  ],
  [
    'breakdown-of-first',
    asked(
      { retentionType: 'retention_first_ever_occurrence', totalIntervals: 2 },
      { breakdownFilter: { breakdowns: [{ property: '$browser' }, { property: 'plan' }] } },
    ),
    [
      '::: 0 0',
      '::: 1 0',
      '::: 0 0',
      '::: 0 0',
      'Firefox::: 1 0',
      'Firefox::: 0 0',
      'Firefox::: 0 0',
      'Firefox::: 0 0',
    ],
  ],
  ['groups', asked({}, { aggregation_group_type_index: 0 }), ['1 1 1 1', '1 1 1 0', '1 1 0 0', '1 0 0 0']],
  [
    'weeks',
    asked({ period: 'Week', totalIntervals: 2 }, { dateRange: { date_to: '2023-02-09' } }),
    ['1 1', '3 0'],
  ],
]

describe('retention', () => {
  it.each(forms)('%s', async (name, query, expected) => {
    const { ask, sql } = testInsights(warehouse)
    expect(shown(await ask(1, query))).toEqual(expected)
    await expect(sql()).toMatchFileSnapshot(`./sql/retention-${name}.sql`)
  })

  it('names cohorts, brackets and dates in the zone of the project', async () => {
    const { ask } = testInsights(warehouse, { timezone: 'America/New_York' })
    const results = await ask(1, asked({ retentionCustomBrackets: [1, 2, 4] }))
    expect(results[1]).toMatchObject({
      label: 'Day 1',
      date: '2023-02-07T00:00:00-05:00',
      values: ['Day 0', 'Day 1', 'Day 2-3', 'Day 4-7'].map((label) => ({ label })),
    })
  })

  it.each<[string, number, object, string[], string[]]>([
    ['Week', 1, { date_to: '2023-02-12' }, ['2023-01-30', '2023-02-06'], ['1 1', '3 0']],
    ['Week', 0, { date_to: '2023-02-12' }, ['2023-02-05', '2023-02-12'], ['3 0', '0 0']],
    ['Month', 0, { date_to: '2023-02-08' }, ['2023-01-01', '2023-02-01'], ['0 0', '3 0']],
    ['Hour', 0, { date_to: '2023-02-06T10:59:00' }, ['2023-02-06T09:00', '2023-02-06T10:00'], ['0 0', '2 0']],
  ])('by %s, weeks from day %i, up to %j', async (period, weekStartDay, range, dates, expected) => {
    const { ask } = testInsights(warehouse, { weekStartDay })
    const results = await ask(1, asked({ period, totalIntervals: 2 }, { dateRange: range }))
    expect(shown(results)).toEqual(expected)
    expect((results as RetentionResult[]).map(({ date }, i) => date.slice(0, dates[i]!.length))).toEqual(
      dates,
    )
  })

  it('follows page views for a week up to now unless told otherwise', async () => {
    const results = (await testInsights(warehouse).ask(1, { kind: 'RetentionQuery' })) as RetentionResult[]
    expect(results.map(({ date }) => date.slice(0, 10))).toEqual(
      ['12', '13', '14', '15', '16', '17', '18'].map((day) => `2023-02-${day}`),
    )
    expect(results[0]!.values).toHaveLength(7)
  })

  const byCohort = (breakdownFilter: object) => asked({ totalIntervals: 2 }, { breakdownFilter })
  it.each([
    [{ breakdown_type: 'cohort', breakdown: ['3', 'all'] }],
    [
      {
        breakdowns: [
          { type: 'cohort', property: 3 },
          { type: 'cohort', property: 'all' },
        ],
      },
    ],
  ])('broken down by cohorts, however they are named: %j', async (breakdownFilter) => {
    const cohorts = await testCohorts(warehouse, { 3: { name: 'buyers', whose: "event = 'buy'" } })
    const { ask, sql } = testInsights(warehouse, {}, { cohorts })
    const results = await ask(1, byCohort(breakdownFilter))
    expect(shown(results)).toEqual([
      ...['3: 1 1', '3: 2 0', '3: 0 0', '3: 1 0'],
      ...['0: 2 1', '0: 2 0', '0: 1 0', '0: 1 0'],
    ])
    await expect(sql()).toMatchFileSnapshot('./sql/retention-cohorts.sql')
    const people = {
      kind: 'InsightActorsQuery',
      source: byCohort(breakdownFilter),
      interval: 0,
      breakdown: [3],
    }
    expect(await ask(1, { kind: 'ActorsQuery', select: ['id'], source: people })).toEqual([
      [personIdOf('ann')],
    ])
    const everybody = { ...people, breakdown: ['0'] }
    expect(await ask(1, { kind: 'ActorsQuery', select: ['id'], source: everybody })).toHaveLength(2)
  })

  it('an action that is not there is an empty answer; one too large is refused', async () => {
    const { ask } = testInsights(warehouse)
    expect(await ask(1, asked({ targetEntity: { id: 7, type: 'actions' } }))).toEqual([])
    await expect(
      ask(1, asked({ totalIntervals: 1000 }, { dateRange: {}, breakdownFilter: { breakdown: 'x' } })),
    ).rejects.toThrow('too large')
  })
})

describe('the people of a cohort', () => {
  const people = (pins: object, query: object = asked(), select = ['id', 'appearances', 'day_2']) => ({
    kind: 'ActorsQuery',
    select,
    orderBy: ['length(appearances) DESC', 'actor_id'],
    source: { kind: 'InsightActorsQuery', source: query, ...pins },
  })
  it('say when they were back', async () => {
    const { ask, sql } = testInsights(warehouse)
    expect(await ask(1, people({ interval: 0 }))).toEqual([
      [personIdOf('ann'), [0, 1, 3], 0],
      [personIdOf('bob'), [0, 2], 1],
    ])
    await expect(sql()).toMatchFileSnapshot('./sql/retention-people.sql')
    expect(await ask(1, people({ interval: 4 }))).toEqual([])
  })
  it('of all cohorts, of a value, and of all other values', async () => {
    const { ask, sql } = testInsights(warehouse)
    expect(await ask(1, people({}))).toHaveLength(3)
    const query = asked({}, { breakdownFilter: { breakdown: '$browser', breakdown_limit: 2 } })
    const chrome = people({ interval: 1, breakdown: ['Chrome'] }, query)
    expect(await ask(1, chrome)).toEqual([[personIdOf('ann'), [0, 2], 1]])
    const others = people({ interval: 1, breakdown: '$$_posthog_breakdown_other_$$' }, query)
    expect(await ask(1, others)).toEqual([[personIdOf('cat'), [0], 0]])
    await expect(sql()).toMatchFileSnapshot('./sql/retention-people-of-all-other-values.sql')
    expect(await ask(1, people({ interval: 1, breakdown: '' }, query))).toHaveLength(1)
  })
  it('are groups where groups are counted', async () => {
    const groups = people({ interval: 0 }, asked({}, { aggregation_group_type_index: 0 }), [
      'id',
      'appearances',
    ])
    expect(await testInsights(warehouse).ask(1, groups)).toEqual([['acme', [0, 1, 2, 3]]])
  })
})

describe('against a plain model', () => {
  type Happening = { who: number; what: 'view' | 'buy'; hour: number; good: boolean }
  const start = Date.parse('2023-02-01T00:00:00Z')
  const hours = 12 * 24
  const happening = fc.record({
    who: fc.integer({ min: 0, max: 4 }),
    what: fc.constantFrom('view' as const, 'buy' as const),
    // few hours, so that events fall together
    hour: fc.integer({ min: 0, max: hours / 4 - 1 }).map((quarter) => quarter * 4),
    good: fc.boolean(),
  })
  const question = fc.record({
    type: fc.constantFrom(
      'retention_recurring' as const,
      'retention_first_time' as const,
      'retention_first_ever_occurrence' as const,
    ),
    same: fc.boolean(),
    filtered: fc.boolean(),
    cumulative: fc.boolean(),
    enough: fc.constantFrom(1, 2),
    brackets: fc.option(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 })),
    zone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York'),
    // many cohorts are kept otherwise than few
    before: fc.constantFrom(0, 70),
  })
  type Question = typeof question extends fc.Arbitrary<infer T> ? T : never

  const offsets = { UTC: 0, 'Asia/Kolkata': 5.5, 'America/New_York': -5 }
  /** Cohorts are the days from the 5th to the 9th, followed for five. */
  const days = [4, 5, 6, 7, 8]

  function model(events: Happening[], asked: Question): number[][] {
    const dayOf = ({ hour }: Happening) => Math.floor((hour + offsets[asked.zone]) / 24)
    const cells = asked.brackets ? asked.brackets.length + 1 : days.length
    const ends = asked.brackets?.map((_, i, all) => all.slice(0, i + 1).reduce((sum, one) => sum + one, 0))
    // beyond the last bracket there is no cell, and 0 is always reached
    const cellOf = (later: number) => (ends ? ends.findIndex((end) => later <= end) + 1 : later)
    const table = days.map(() => new Array<number>(cells).fill(0))
    for (const who of new Set(events.map((one) => one.who))) {
      const own = events.filter((one) => one.who === who && dayOf(one) <= days.at(-1)!)
      const bare = own.filter(({ what }) => what === 'view')
      const targets = bare.filter(({ good }) => !asked.filtered || good)
      const earliest = (of: Happening[]) => Math.min(...of.map(({ hour }) => hour))
      const starts = new Set(
        asked.type === 'retention_recurring'
          ? targets.map(dayOf)
          : targets
              .filter(({ hour }) => hour === earliest(asked.type === 'retention_first_time' ? targets : bare))
              .map(dayOf),
      )
      const wanted = asked.same ? targets : own.filter(({ what }) => what === 'buy')
      const returns = days.filter((day) => wanted.filter((one) => dayOf(one) === day).length >= asked.enough)
      for (const [cohort, day] of days.entries()) {
        if (!starts.has(day)) continue
        const reached = new Set([0])
        for (const back of returns) if (back > day) reached.add(cellOf(back - day))
        const last = Math.max(...[...reached].filter((cell) => cell < cells))
        for (let cell = 0; cell < cells; cell++) {
          if (asked.cumulative ? cell <= last : reached.has(cell)) table[cohort]![cell]!++
        }
      }
    }
    return table
  }

  let project = 1000
  it('every count is the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 1, maxLength: 40 }),
        question,
        async (events, one) => {
          const id = ++project
          await insertEvents(
            warehouse,
            id,
            events.map(({ who, what, hour, good }) => ({
              event: what,
              distinct_id: `person ${who}`,
              timestamp: new Date(start + hour * 3_600_000).toISOString(),
              properties: { good },
            })),
          )
          const target = { ...view, ...(one.filtered && { properties: [{ key: 'good', value: 'true' }] }) }
          const results = await testInsights(warehouse, { timezone: one.zone }).ask(id, {
            kind: 'RetentionQuery',
            dateRange: {
              date_from: DateTime.utc(2023, 2, 5).minus({ days: one.before }).toISODate(),
              date_to: '2023-02-09',
            },
            retentionFilter: {
              retentionType: one.type,
              targetEntity: target,
              returningEntity: one.same ? target : buy,
              totalIntervals: days.length,
              retentionCustomBrackets: one.brackets,
              cumulative: one.cumulative,
              minimumOccurrences: one.enough,
            },
          })
          const counts = (results as RetentionResult[]).map(({ values }) => values.map(({ count }) => count))
          expect(counts.slice(one.before)).toEqual(model(events, one))
        },
      ),
      { numRuns: 40 },
    )
  }, 120_000)
})
