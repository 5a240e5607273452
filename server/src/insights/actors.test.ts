import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertEvents, insertGroups, personIdOf } from '../../test/events.ts'
import { testInsights } from '../../test/insights.ts'
import { testWarehouse } from '../../test/warehouse.ts'

let insights: ReturnType<typeof testInsights>

beforeAll(async () => {
  const { warehouse, cleanup } = await testWarehouse()
  afterAll(cleanup)
  insights = testInsights(warehouse)
  const view = (distinct_id: string, timestamp: string, $browser: string, company = '') => ({
    event: 'view',
    distinct_id,
    timestamp,
    properties: { $browser },
    groups: { 0: company },
  })
  await insertEvents(warehouse, 1, [
    view('ann', '2023-02-01T10:00:00Z', 'Chrome', 'acme'),
    view('ann', '2023-02-02T10:00:00Z', 'Chrome', 'acme'),
    view('ann', '2023-02-02T11:00:00Z', 'Firefox'),
    view('bob', '2023-02-02T12:00:00Z', 'Opera', 'bolt'),
    view('cat', '2023-02-05T12:00:00Z', 'Chrome'),
  ])
  await insertEvents(warehouse, 2, [view('not ours', '2023-02-02T10:00:00Z', 'Chrome', 'acme')])
  await insertGroups(warehouse, 1, [{ index: 0, key: 'acme', properties: { name: 'Acme' } }])
})

const source = (pins: object, query: object = {}, kind = 'TrendsQuery') => ({
  kind: 'InsightActorsQuery',
  source: {
    kind,
    series: [{ kind: 'EventsNode', event: 'view' }],
    dateRange: { date_from: '2023-02-01', date_to: '2023-02-05' },
    ...query,
  },
  ...pins,
})
const series = (math: string, more: object = {}) => ({
  series: [{ kind: 'EventsNode', event: 'view', math, ...more }],
})
const day = '2023-02-02'
const browser = { breakdown: '$browser', breakdown_limit: 1 }

/** Each way of finding actors: its SQL is in `sql/` to be reviewed, who they are was counted by hand. */
const forms: [name: string, asked: object, expected: [string, number][]][] = [
  [
    'of-a-day',
    source({ day }),
    [
      ['ann', 2],
      ['bob', 1],
    ],
  ],
  ['of-a-value', source({ day, breakdown: 'Chrome' }, { breakdownFilter: browser }), [['ann', 1]]],
  [
    'of-all-other-values',
    source({ day, breakdown: '$$_posthog_breakdown_other_$$' }, { breakdownFilter: browser }),
    [
      ['ann', 1],
      ['bob', 1],
    ],
  ],
  ['weekly-active', source({ day: '2023-02-01' }, series('weekly_active')), [['ann', 1]]],
  ['first-time', source({ day }, series('first_time_for_user')), [['bob', 1]]],
  ['sticky', source({ day: 2 }, {}, 'StickinessQuery'), [['ann', 2]]],
  ['new', source({ day, status: 'new' }, {}, 'LifecycleQuery'), [['bob', 1]]],
]

it.each(forms)('%s', async (name, asked, expected) => {
  const rows = await insights.ask(1, { kind: 'ActorsQuery', source: asked, select: ['id', 'event_count'] })
  const ids = expected.map(([distinctId, count]) => [personIdOf(distinctId), count])
  expect(rows).toHaveLength(expected.length)
  expect(rows).toEqual(expect.arrayContaining(ids))
  await expect(insights.sql()).toMatchFileSnapshot(`./sql/actors-${name}.sql`)
})

it('groups, with what is known of them', async () => {
  const rows = await insights.ask(1, {
    kind: 'ActorsQuery',
    source: source({ day }, series('unique_group', { math_group_type_index: 0 })),
    select: ['actor', 'properties.name', 'group.created_at'],
    orderBy: ['id'],
  })
  expect(rows).toEqual([
    [{ id: 'acme', distinct_ids: ['ann'] }, 'Acme', '2020-01-01T00:00:00Z'],
    [{ id: 'bolt', distinct_ids: ['bob'] }, null, null],
  ])
  await expect(insights.sql()).toMatchFileSnapshot('./sql/actors-groups.sql')
})

it('persons of e-mail addresses that match, without a number', async () => {
  expect(
    await insights.ask(1, {
      kind: 'ActorsQuery',
      select: ['id', 'properties.email'],
      search: 'x_y',
      properties: [{ key: 'plan', value: 'pro', type: 'person' }],
      limit: 2,
      offset: 4,
    }),
  ).toEqual([])
  await expect(insights.sql()).toMatchFileSnapshot('./sql/actors-search.sql')
})
