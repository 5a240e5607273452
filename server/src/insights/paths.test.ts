import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertEvents, personIdOf } from '../../test/events.ts'
import { testInsights } from '../../test/insights.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import type { PathsResult } from './answers.ts'

let warehouse: Warehouse
let cleanup: () => Promise<void>

const at = (minute: number) => new Date(Date.parse('2023-02-06T10:00:00Z') + minute * 60_000).toISOString()

beforeAll(async () => {
  const made = await testWarehouse()
  warehouse = made.warehouse
  cleanup = made.cleanup
  const page = (distinct_id: string, minute: number, $current_url: string, company = '') => ({
    event: '$pageview',
    distinct_id,
    timestamp: at(minute),
    properties: { $current_url, section: $current_url.split('/')[1] },
    groups: { 0: company },
  })
  await insertEvents(warehouse, 1, [
    ...['/', '/a/1/', '/a/2', '/b', '/end'].map((url, i) => page('ann', i, url, 'acme')),
    // twice at once is one step, and its time the later one
    page('bob', 0, '/'),
    page('bob', 1, '/b'),
    page('bob', 4, '/b/'),
    page('bob', 5, '/end'),
    // more than half an hour later: another route
    page('bob', 40, '/', 'acme'),
    page('bob', 41, '/end', 'acme'),
    { event: '$screen', distinct_id: 'cat', timestamp: at(0), properties: { $screen_name: 'Home' } },
    { event: 'buy', distinct_id: 'cat', timestamp: at(1), properties: { section: 'shop' } },
    { event: '$autocapture', distinct_id: 'cat', timestamp: at(2) },
    { event: 'pay', distinct_id: 'cat', timestamp: at(3), properties: { section: 'till' } },
  ])
})
afterAll(() => cleanup())

const dateRange = { date_from: '2023-02-06', date_to: '2023-02-06' }
const asked = (pathsFilter: object = {}, query: object = {}) => ({
  kind: 'PathsQuery',
  dateRange,
  pathsFilter: { includeEventTypes: ['$pageview'], ...pathsFilter },
  ...query,
})
/** `1_/ 2_/a 3`: from, to, how often. */
const shown = (results: unknown[]) =>
  (results as PathsResult[]).map(({ source, target, value }) => `${source} ${target} ${value}`)

const forms: [name: string, query: object, expected: string[]][] = [
  [
    'pages',
    asked(),
    [
      '1_/ 2_/a/1 1',
      '1_/ 2_/b 1',
      '1_/ 2_/end 1',
      '2_/a/1 3_/a/2 1',
      '2_/b 3_/end 1',
      '3_/a/2 4_/b 1',
      '4_/b 5_/end 1',
    ],
  ],
  [
    'all-events',
    { kind: 'PathsQuery', dateRange, properties: [{ key: '$screen_name', operator: 'is_not_set' }] },
    [
      ...['1_/ 2_/a/1 1', '1_/ 2_/b 1', '1_/ 2_/end 1', '1_buy 2_$autocapture 1', '2_$autocapture 3_pay 1'],
      ...['2_/a/1 3_/a/2 1', '2_/b 3_/end 1', '3_/a/2 4_/b 1', '4_/b 5_/end 1'],
    ],
  ],
  [
    'screens-and-custom-events',
    asked({ includeEventTypes: ['$screen', 'custom_event'] }),
    ['1_Home 2_buy 1', '2_buy 3_pay 1'],
  ],
  [
    'named-events',
    asked({ includeEventTypes: ['$screen'], includeCustomEvents: ['pay'] }),
    ['1_Home 2_pay 1'],
  ],
  [
    'hogql',
    asked({ includeEventTypes: ['hogql'], pathsHogQLExpression: 'upper(properties.section)' }),
    [
      '1_ 2_A 1',
      '1_ 2_B 1',
      '1_ 2_END 1',
      '1_ 2_SHOP 1',
      '2_A 3_B 1',
      '2_B 3_END 1',
      '2_SHOP 3_ 1',
      '3_ 4_TILL 1',
      '3_B 4_END 1',
    ],
  ],
  ['start', asked({ startPoint: '/b/' }), ['1_/b 2_/end 2']],
  ['end', asked({ endPoint: '/b', stepLimit: 3 }), ['1_/ 2_/b 1', '1_/a/1 2_/a/2 1', '2_/a/2 3_/b 1']],
  [
    'start-and-end',
    asked({ startPoint: '/', endPoint: '/end', stepLimit: 4 }),
    [
      '1_/ 2_/a/1 1',
      '1_/ 2_/b 1',
      '1_/ 2_/end 1',
      '2_/a/1 3_... 1',
      '2_/b 3_/end 1',
      '3_... 4_/b 1',
      '4_/b 5_/end 1',
    ],
  ],
  [
    'groupings',
    asked({ pathGroupings: ['/a/*'], excludeEvents: ['/b'] }),
    ['1_/ 2_/end 2', '1_/ 2_/a/* 1', '2_/a/* 3_/end 1'],
  ],
  ['excluded-by-wildcard', asked({ excludeEvents: ['/a*', '/b'] }), ['1_/ 2_/end 3']],
  [
    'cleaning',
    asked({ pathReplacements: true, localPathCleaningFilters: [{ regex: '^/[A-Z]$', alias: '/page' }] }),
    ['1_/ 2_/page 2', '2_/page 3_/end 2', '1_/ 2_/end 1'],
  ],
  [
    'weights',
    asked({ minEdgeWeight: 1, maxEdgeWeight: 1, excludeEvents: ['/a/1', '/a/2'] }),
    ['1_/ 2_/end 1'],
  ],
  ['edges', asked({ edgeLimit: 2, startPoint: '/a/1' }), ['1_/a/1 2_/a/2 1', '2_/a/2 3_/b 1']],
  ['groups', asked({ stepLimit: 2 }, { aggregation_group_type_index: 0 }), ['1_/ 2_/a/1 1', '1_/ 2_/end 1']],
]

describe('paths', () => {
  it.each(forms)('%s', async (name, query, expected) => {
    const pathCleaning = async () => [
      { regex: '^/a/.*', alias: '/A' },
      { regex: '^/b$', alias: '/B' },
      'not a rule',
      { regex: null },
    ]
    const { ask, sql } = testInsights(warehouse, {}, { pathCleaning })
    expect(shown(await ask(1, query))).toEqual(expected)
    await expect(sql()).toMatchFileSnapshot(`./sql/paths-${name}.sql`)
  })

  it('say how long it took, in milliseconds', async () => {
    const results = await testInsights(warehouse).ask(1, asked({ startPoint: '/b' }))
    // a minute each
    expect(results).toEqual([{ source: '1_/b', target: '2_/end', value: 2, average_conversion_time: 60_000 }])
  })

  it('an edge that is cut off takes with it what only it leads to', async () => {
    const results = await testInsights(warehouse).ask(1, asked({ maxEdgeWeight: 1, excludeEvents: ['/a/1'] }))
    expect(shown(results)).toEqual(expect.arrayContaining(['1_/ 2_/a/2 1', '2_/a/2 3_/b 1', '3_/b 4_/end 1']))
    const cleaned = { localPathCleaningFilters: [{ regex: '^/(a/.|b)$', alias: '/page' }], maxEdgeWeight: 1 }
    expect(shown(await testInsights(warehouse).ask(1, asked(cleaned)))).toEqual(['1_/ 2_/end 1'])
  })

  it.each<[object, string]>([
    [asked({ localPathCleaningFilters: [{ regex: '(' }] }), 'is not a regular expression'],
    [asked({ localPathCleaningFilters: [{ regex: 'a', alias: '\\9' }] }), 'group'],
    [asked({ includeEventTypes: ['hogql'], pathsHogQLExpression: 'nonsense(' }), 'xpected'],
    [asked({ includeEventTypes: ['hogql'], pathsHogQLExpression: 'count()' }), 'aggregate'],
  ])('refuses %j', async (query, sentence) => {
    await expect(testInsights(warehouse).ask(1, query)).rejects.toThrow(sentence)
  })
})

describe('the people of paths', () => {
  const people = (pins: object, more: object = {}) => ({
    kind: 'ActorsQuery',
    select: ['id', 'event_count'],
    orderBy: ['id'],
    source: { kind: 'InsightActorsQuery', source: asked(pins, more) },
  })
  it.each<[string, object, [string, number][]]>([
    ['an edge', { pathStartKey: '1_/', pathEndKey: '2_/end' }, [['bob', 1]]],
    [
      'a step that is gone on from',
      { pathStartKey: '1_/' },
      [
        ['ann', 1],
        ['bob', 2],
      ],
    ],
    ['a step that is come to', { pathEndKey: '3_/end' }, [['bob', 1]]],
    [
      'the first step',
      { pathEndKey: '1_/' },
      [
        ['ann', 1],
        ['bob', 2],
      ],
    ],
    ['the end of a route', { pathDropoffKey: '3_/end' }, [['bob', 1]]],
    ['steps that do not follow each other', { pathStartKey: '1_/', pathEndKey: '3_/end' }, []],
    ['a step that is not there', { pathStartKey: '9_' }, []],
  ])('%s', async (_, pins, expected) => {
    const found = await testInsights(warehouse).ask(1, people(pins))
    expect(new Map(found as [string, number][])).toEqual(
      new Map(expected.map(([name, routes]) => [personIdOf(name), routes])),
    )
  })

  it('are groups where groups are followed', async () => {
    const { ask, sql } = testInsights(warehouse)
    const pins = { pathStartKey: '1_/', pathEndKey: '2_/end' }
    expect(await ask(1, people(pins, { aggregation_group_type_index: 0 }))).toEqual([['acme', 1]])
    await expect(sql()).toMatchFileSnapshot('./sql/paths-people.sql')
  })
  it('refuses what is no step', async () => {
    await expect(testInsights(warehouse).ask(1, people({ pathEndKey: '/end' }))).rejects.toThrow('not a step')
  })
})

describe('paths along a funnel', () => {
  const node = (event: string, url?: string, more: object = {}) => ({
    kind: 'EventsNode',
    event,
    properties: url ? [{ key: '$current_url', value: url, operator: 'icontains' }] : [],
    ...more,
  })
  const funnel = (more: object = {}) => ({
    kind: 'FunnelsQuery',
    series: [node('$pageview', '/a/1'), node('$pageview', '/b'), node('$pageview', '/end')],
    dateRange,
    ...more,
  })
  const along = (funnelPathType: string | null, funnelStep: number | null, more: object = {}) => ({
    ...asked(),
    funnelPathsFilter: { funnelPathType, funnelStep, funnelSource: funnel(), ...more },
  })
  const toEnd = { funnelSource: funnel({ series: [node('$pageview'), node('$pageview', '/end')] }) }
  const cases: [name: string, query: object, expected: string[]][] = [
    ['before', along('funnel_path_before_step', 2), ['1_/ 2_/a/1 1', '2_/a/1 3_/a/2 1', '3_/a/2 4_/b 1']],
    ['between', along('funnel_path_between_steps', 2), ['1_/a/1 2_/a/2 1', '2_/a/2 3_/b 1']],
    ['after', along('funnel_path_after_step', 2), ['1_/b 2_/end 1']],
    // Bob, who was never at /a, comes from /, and pauses for less than the fortnight of the window
    [
      'with-the-window-as-the-longest-pause',
      along('funnel_path_after_step', 2, toEnd),
      ['1_/end 2_/ 1', '2_/ 3_/end 1'],
    ],
  ]
  it.each(cases)('%s', async (name, query, expected) => {
    const { ask, sql } = testInsights(warehouse)
    expect(shown(await ask(1, query))).toEqual(expected)
    await expect(sql()).toMatchFileSnapshot(`./sql/paths-funnel-${name}.sql`)
  })

  it('of those who dropped out: from where they got to, or as long as they might have come', async () => {
    const never = funnel({ series: [node('$pageview', '/a/1'), node('$pageview', '/b'), node('pay')] })
    const short = {
      ...never,
      funnelsFilter: { funnelWindowInterval: 3, funnelWindowIntervalUnit: 'minute' },
    }
    const ask = async (type: string, funnelSource: object) =>
      shown(await testInsights(warehouse).ask(1, along(type, -3, { funnelSource })))
    expect(await ask('funnel_path_after_step', never)).toEqual(['1_/b 2_/end 1'])
    const toB = ['1_/ 2_/a/1 1', '2_/a/1 3_/a/2 1', '3_/a/2 4_/b 1']
    expect(await ask('funnel_path_before_step', short)).toEqual([...toB, '4_/b 5_/end 1'])
    expect(await ask('funnel_path_between_steps', never)).toEqual(['1_/a/1 2_/a/2 1', '2_/a/2 3_/b 1'])
  })

  it('of groups, where those run through the funnel', async () => {
    const ofGroups = {
      funnelSource: funnel({
        aggregation_group_type_index: 0,
        series: [node('$pageview', '/a/1'), node('$pageview', '/end')],
      }),
    }
    const query = along('funnel_path_between_steps', 2, ofGroups)
    // Ann's way; Bob's at acme is half an hour later
    const expected = ['1_/a/1 2_/a/2 1', '2_/a/2 3_/b 1', '3_/b 4_/end 1']
    expect(shown(await testInsights(warehouse).ask(1, query))).toEqual(expected)
    const pins = { pathStartKey: '3_/b', pathEndKey: '4_/end', includeEventTypes: ['$pageview'] }
    const people = await testInsights(warehouse).ask(1, {
      kind: 'ActorsQuery',
      select: ['id', 'event_count'],
      source: { kind: 'InsightActorsQuery', source: { ...query, pathsFilter: pins } },
    })
    expect(people).toEqual([['acme', 1]])
    const mixed = { ...query, aggregation_group_type_index: 1 }
    await expect(testInsights(warehouse).ask(1, mixed)).rejects.toMatchObject({
      attr: 'aggregation_group_type_index',
    })
  })

  it('of a funnel that is drawn otherwise, broken down or has no steps', async () => {
    const other = { breakdownFilter: { breakdown: 'section' }, funnelsFilter: { funnelVizType: 'trends' } }
    const [before] = cases
    const query = along('funnel_path_before_step', 2, { funnelSource: funnel(other) })
    expect(shown(await testInsights(warehouse).ask(1, query))).toEqual(before![2])
    const none = along('funnel_path_before_step', 2, { funnelSource: funnel({ series: [] }) })
    expect(await testInsights(warehouse).ask(1, none)).toEqual([])
    const gone = funnel({ series: [{ kind: 'ActionsNode', id: 7 }] })
    const ofGone = along('funnel_path_before_step', 1, { funnelSource: gone })
    expect(await testInsights(warehouse).ask(1, ofGone)).toEqual([])
  })

  it('of an action, since the first event there ever was', async () => {
    const action = { id: 3, name: 'b', steps: [{ event: '$pageview', url: '/b', url_matching: 'contains' }] }
    const funnelSource = funnel({
      series: [node('$pageview', '/a/1'), { kind: 'ActionsNode', id: 3 }],
      dateRange: { date_from: 'all', date_to: '2023-02-07' },
    })
    const { ask } = testInsights(warehouse, {}, { findAction: async () => action as never })
    const query = along('funnel_path_between_steps', 2, { funnelSource })
    expect(shown(await ask(1, query))).toEqual(['1_/a/1 2_/a/2 1', '2_/a/2 3_/b 1'])
  })

  it.each<[object, string]>([
    [along(null, 2), 'funnelPathType'],
    [along('funnel_path_after_step', null), 'funnelStep'],
    [along('funnel_path_after_step', 0), 'funnelStep'],
    [along('funnel_path_after_step', -1), 'funnelStep'],
    [along('funnel_path_after_step', 4), 'funnelStep'],
    [along('funnel_path_after_step', -4), 'funnelStep'],
    [along('funnel_path_between_steps', 1), 'funnelStep'],
    [along('funnel_path_between_steps', -2), 'funnelStep'],
    [
      along('funnel_path_after_step', 1, {
        funnelSource: funnel({ funnelsFilter: { funnelAggregateByHogQL: 'properties.section' } }),
      }),
      'funnelAggregateByHogQL',
    ],
  ])('refuses %j', async (query, attr) => {
    await expect(testInsights(warehouse).ask(1, query)).rejects.toMatchObject({ attr })
  })
})
