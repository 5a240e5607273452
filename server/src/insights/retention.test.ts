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

describe('by the clock of each', () => {
  const at = (who: string, event: string, time: string, browser = '') => ({
    event,
    distinct_id: who,
    timestamp: `2023-02-${time}:00Z`,
    properties: browser ? { $browser: browser } : {},
  })
  beforeAll(() =>
    insertEvents(warehouse, 2, [
      at('ann', 'view', '06T10:59'),
      // 23 hours later by the clock, then 24
      at('ann', 'buy', '07T09:59'),
      at('ann', 'buy', '07T10:01'),
      at('ann', 'view', '08T23:00'),
      // 62 hours later: on the third day by the clock, the fourth of the calendar
      at('ann', 'buy', '09T00:30'),
      at('bob', 'view', '07T23:30'),
      at('bob', 'buy', '08T00:30'),
      at('bob', 'buy', '08T23:30', 'Chrome'),
    ]),
  )
  const rolling = (filter: object = {}, query: object = {}) =>
    asked({ returningEntity: buy, timeWindowMode: '24_hour_windows', ...filter }, query)
  const clocks: [name: string, query: object, expected: string[]][] = [
    ['recurring', rolling(), ['1 1 1 0', '1 1 0 0', '0 0 0 0', '0 0 0 0']],
    [
      'first-ever',
      rolling({ retentionType: 'retention_first_ever_occurrence', minimumOccurrences: 2 }),
      ['1 0 0 0', '1 0 0 0', '0 0 0 0', '0 0 0 0'],
    ],
    ['brackets', rolling({ retentionCustomBrackets: [1, 2] }), ['1 1 1', '1 1 0', '0 0 0', '0 0 0']],
    [
      'days-of-weeks',
      rolling({ period: 'Week', totalIntervals: 2 }, { dateRange: { date_to: '2023-02-14' } }),
      ['2 0', '0 0'],
    ],
  ]
  it.each(clocks)('%s', async (name, query, expected) => {
    const { ask, sql } = testInsights(warehouse)
    expect(shown(await ask(2, query))).toEqual(expected)
    await expect(sql()).toMatchFileSnapshot(`./sql/retention-clock-${name}.sql`)
  })

  it('an hour, a week and a month are whole hours and days too', async () => {
    await insertEvents(warehouse, 3, [
      at('ann', 'view', '01T10:59'),
      at('ann', 'buy', '01T11:01'),
      at('ann', 'buy', '07T23:59'),
      at('ann', 'buy', '08T00:01'),
    ])
    await insertEvents(warehouse, 3, [
      { event: 'view', distinct_id: 'bob', timestamp: '2023-01-31T12:00:00Z' },
      { event: 'buy', distinct_id: 'bob', timestamp: '2023-03-01T12:00:00Z' },
      { event: 'buy', distinct_id: 'bob', timestamp: '2023-03-02T00:00:00Z' },
    ])
    const counts = async (period: string, date_from: string, date_to: string, totalIntervals = 2) =>
      shown(
        await testInsights(warehouse).ask(
          3,
          rolling({ period, totalIntervals }, { dateRange: { date_from, date_to } }),
        ),
      )
    expect(await counts('Hour', '2023-02-01T10:00:00', '2023-02-01T11:00:00')).toEqual(['1 1', '0 0'])
    // from the 1st to the 8th are 7 days
    expect(await counts('Week', '2023-01-29', '2023-02-11')).toEqual(['2 1', '0 0'])
    // from 31 January to 2 March are 30
    expect(await counts('Month', '2023-01-01', '2023-03-31')).toEqual(['1 1', '1 0', '0 0'])
  })

  it('lists the people', async () => {
    const source = { kind: 'InsightActorsQuery', source: rolling(), interval: 0 }
    expect(
      await testInsights(warehouse).ask(2, { kind: 'ActorsQuery', select: ['id', 'appearances'], source }),
    ).toEqual([[personIdOf('ann'), [0, 1, 2]]])
  })

  it.each([
    [rolling({ cumulative: true }), 'Cumulative retention is not supported for 24 hour windows.'],
    [
      rolling({ aggregationType: 'sum', aggregationProperty: 'amount' }),
      'Sum and average aggregation are not supported for 24 hour windows.',
    ],
    [
      asked({ aggregationType: 'avg', aggregationProperty: 'amount', cumulative: true }),
      'Cumulative retention has no sum or average.',
    ],
    [
      asked({ aggregationType: 'avg', aggregationProperty: 'amount', minimumOccurrences: 2 }),
      'minimumOccurrences must be 1',
    ],
  ])('refuses %j', async (query, sentence) => {
    await expect(testInsights(warehouse).ask(2, query)).rejects.toThrow(sentence)
  })
})

describe('sums and means of what was done', () => {
  const paid = (who: string, event: string, day: string, amount: unknown, budget = 0) => ({
    event,
    distinct_id: who,
    timestamp: `2023-02-${day}:00:00Z`,
    properties: amount === undefined ? {} : { amount },
    person: { budget },
  })
  beforeAll(() =>
    insertEvents(warehouse, 4, [
      paid('ann', 'view', '06T10', 5, 100),
      // before the first view of the interval: does not count for its interval
      paid('ann', 'buy', '06T09', 1000, 100),
      paid('ann', 'buy', '06T11', 20, 100),
      paid('ann', 'buy', '07T11', 7, 100),
      paid('ann', 'buy', '07T12', '8', 100),
      paid('bob', 'view', '06T10', undefined, 10),
      paid('bob', 'buy', '07T10', 'a lot', 10),
      paid('bob', 'view', '08T10', 3, 10),
      paid('bob', 'buy', '09T10', 1.5, 10),
    ]),
  )
  const summed = (aggregationType: string, more: object = {}, query: object = {}) =>
    asked({ returningEntity: buy, aggregationType, aggregationProperty: 'amount', ...more }, query)
  /** `2=25` for each cell: how many, and what together. */
  const totals = (results: unknown[]) =>
    (results as RetentionResult[]).map(({ values, breakdown_value: value }) =>
      [
        ...(value === undefined ? [] : [`${value}:`]),
        ...values.map((cell) => `${cell.count}=${cell.aggregation_value}`),
      ].join(' '),
    )
  const aggregated: [name: string, query: object, expected: string[]][] = [
    [
      'sum',
      summed('sum'),
      ['2=25 2=15 0=0 1=1.5', '0=0 0=0 0=0 0=0', '1=3 1=1.5 0=0 0=0', '0=0 0=0 0=0 0=0'],
    ],
    [
      'avg',
      summed('avg'),
      ['2=12.5 2=7.5 0=0 1=1.5', '0=0 0=0 0=0 0=0', '1=3 1=1.5 0=0 0=0', '0=0 0=0 0=0 0=0'],
    ],
    [
      'sum-of-the-same-event',
      summed('sum', { returningEntity: view }),
      ['2=5 0=0 1=3 0=0', '0=0 0=0 0=0 0=0', '1=3 0=0 0=0 0=0', '0=0 0=0 0=0 0=0'],
    ],
    [
      'sum-in-brackets',
      summed('sum', { retentionCustomBrackets: [1, 2] }),
      ['2=25 2=15 1=1.5', '0=0 0=0 0=0', '1=3 1=1.5 0=0', '0=0 0=0 0=0'],
    ],
    [
      'sum-of-first',
      summed('sum', { retentionType: 'retention_first_time' }),
      ['2=25 2=15 0=0 1=1.5', '0=0 0=0 0=0 0=0', '0=0 0=0 0=0 0=0', '0=0 0=0 0=0 0=0'],
    ],
    [
      'avg-of-people',
      summed('avg', { aggregationProperty: 'budget', aggregationPropertyType: 'person', totalIntervals: 2 }),
      ['2=105 2=105', '0=0 0=0', '1=10 1=10', '0=0 0=0'],
    ],
    [
      'avg-by-value',
      summed(
        'avg',
        { totalIntervals: 2 },
        { breakdownFilter: { breakdown: 'budget', breakdown_type: 'person', breakdown_limit: 1 } },
      ),
      [
        ...['1=0 1=0', '0=0 0=0', '1=3 1=1.5', '0=0 0=0'].map((row) => `10: ${row}`),
        ...['1=25 1=15', '0=0 0=0', '0=0 0=0', '0=0 0=0'].map(
          (row) => `$$_posthog_breakdown_other_$$: ${row}`,
        ),
      ],
    ],
  ]
  it.each(aggregated)('%s', async (name, query, expected) => {
    const { ask, sql } = testInsights(warehouse)
    expect(totals(await ask(4, query))).toEqual(expected)
    await expect(sql()).toMatchFileSnapshot(`./sql/retention-${name}.sql`)
  })

  it('the people say what each adds', async () => {
    const source = { kind: 'InsightActorsQuery', source: summed('avg'), interval: 0 }
    const { ask } = testInsights(warehouse)
    const query = { kind: 'ActorsQuery', select: ['id', 'appearances', 'sums'], source }
    expect(await ask(4, { ...query, orderBy: ['sums DESC'] })).toEqual([
      [personIdOf('ann'), [0, 1], [25, 15, 0, 0]],
      [personIdOf('bob'), [0, 1, 3], [0, 0, 0, 1.5]],
    ])
  })

  it('without a property, people are counted', async () => {
    const results = await testInsights(warehouse).ask(4, summed('sum', { aggregationProperty: null }))
    expect(totals(results)[0]).toBe('2=undefined 2=undefined 0=undefined 1=undefined')
  })
})
